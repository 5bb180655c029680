import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A terminal that a client asked for. */
export interface Terminal {
  rows: number;
  columns: number;
  /** Tells the processes of its new size; set when something runs on it. */
  resize: (rows: number, columns: number) => void;
}

/**
 * Runs a command, or a login shell, on a pseudo terminal. Node has none of its own: `script` of util-linux makes it.
 * Without that program the command runs without a terminal.
 */
export function spawnOnTerminal(
  command: string | undefined,
  home: string,
  env: Readonly<Record<string, string>>,
  terminal: Terminal,
): ChildProcess {
  const all = { TERM: 'xterm-256color', ...env };
  if (!existsSync('/usr/bin/script')) {
    return spawn('/bin/sh', command === undefined ? ['-i'] : ['-c', command], {
      cwd: home,
      env: all,
      detached: true,
    });
  }
  const folder = mkdtempSync(join(tmpdir(), 'oglab-tty-'));
  const name = join(folder, 'tty');
  const child = spawn(
    '/usr/bin/script',
    [
      '-qefc',
      'tty >"$LAB_TTY"; stty rows "$LAB_ROWS" cols "$LAB_COLUMNS"; unset LAB_TTY LAB_ROWS LAB_COLUMNS SHLVL; ' +
        (command === undefined ? 'exec /bin/sh -i' : 'exec /bin/sh -c "$LAB_COMMAND"'),
      '/dev/null',
    ],
    {
      cwd: home,
      env: {
        ...all,
        SHELL: '/bin/sh',
        LAB_TTY: name,
        LAB_ROWS: String(terminal.rows),
        LAB_COLUMNS: String(terminal.columns),
        ...(command === undefined ? {} : { LAB_COMMAND: command }),
      },
      detached: true,
    },
  );
  terminal.resize = (rows, columns): void => {
    try {
      const device = readFileSync(name, 'utf8').trim();
      spawn('stty', ['-F', device, 'rows', String(rows), 'cols', String(columns)], {
        stdio: 'ignore',
      });
    } catch {
      // The command has not come so far.
    }
  };
  child.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return child;
}
