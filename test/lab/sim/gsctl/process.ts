import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { dropLock, isAlive, readText, takeLock } from '../files.ts';
import { out } from '../print.ts';
import { confFile, patience, pidFile, prefixed, say } from './context.ts';
import type { Call } from './context.ts';
import { noServer } from './query.ts';
import { NotLetIn, connectTool, readPidFile, serverState } from './server.ts';

/** Splits a command line's options as a shell would. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    (found) => found[1] ?? found[2] ?? found[3] ?? '',
  );
}

/** The options of the last start, of which a restart makes use. */
function rememberedOptions(call: Call): string[] {
  const line = readText(join(call.dataDir, 'postmaster.opts')) ?? '';
  const found = words(line.trim()).slice(1);
  const kept: string[] = [];
  for (let index = 0; index < found.length; index += 1) {
    const word = found[index] ?? '';
    if (word === '-D' || word === '-M') {
      index += 1;
    } else {
      kept.push(word);
    }
  }
  return kept;
}

/** Runs a command under the data directory's lock; gives `busy` when another gs_ctl has it. */
export async function locked(
  call: Call,
  busy: () => number,
  body: () => Promise<number>,
): Promise<number> {
  const lock = join(call.dataDir, 'pg_ctl.lock');
  if (!existsSync(call.dataDir)) {
    out(prefixed(`can't create lock file "${lock}" : No such file or directory`));
    return 1;
  }
  const file = `${lock}.owner`;
  if (!takeLock(file)) {
    return busy();
  }
  try {
    closeSync(openSync(lock, 'a', 0o600));
    return await body();
  } finally {
    dropLock(file);
  }
}

type Outcome = 'up' | 'waiting' | { readonly exit: number };

async function isUp(call: Call, pid: number): Promise<boolean> {
  const file = readPidFile(call);
  if (file?.pid !== pid) {
    return false;
  }
  try {
    (await connectTool(call, file, 'tool', 1000)).close();
    return true;
  } catch (thrown) {
    return thrown instanceof NotLetIn && /login denied|pending mode|pg_hba/.test(thrown.message);
  }
}

export async function launch(call: Call, options: readonly string[]): Promise<number> {
  if (!existsSync(confFile(call))) {
    say(`${confFile(call)} cannot be opened.`);
    return 1;
  }
  const running = serverState(call);
  if (running.kind === 'running') {
    say(' another server might be running; Please use the restart command');
    return 0;
  }
  const mode = call.options.get('M');
  const args = [
    '-D',
    call.dataDir,
    ...options,
    ...(mode === undefined ? [] : ['-M', mode]),
    ...words(call.options.get('o') ?? ''),
  ];
  say('waiting for server to start...');
  const log = call.options.get('l');
  const output = log === undefined ? undefined : openSync(log, 'a', 0o600);
  const child = spawn(join(call.host.gaussHome, 'bin', 'gaussdb'), args, {
    detached: true,
    stdio: ['ignore', output ?? 'inherit', output ?? 'inherit'],
  });
  let outcome: Outcome = 'waiting';
  child.once('exit', (code, signal) => {
    outcome = { exit: code ?? (signal === 'SIGKILL' ? 137 : 134) };
  });
  child.once('error', () => {
    outcome = { exit: 127 };
  });
  if (call.options.has('W')) {
    child.unref();
    out('server starting\n');
    return 0;
  }
  const until = Date.now() + patience(call) * 1000;
  let dot = Date.now();
  out('.');
  for (;;) {
    const ended = outcome as Outcome;
    if (typeof ended === 'object') {
      out('\n');
      say(
        `waitpid ${child.pid ?? 0} failed, exitstatus is ${ended.exit * 256}, ret is ${ended.exit === 0 ? 0 : 2}\n`,
      );
      return gaveUp();
    }
    if (await isUp(call, child.pid ?? 0)) {
      break;
    }
    if (Date.now() > until) {
      out('\n');
      return gaveUp();
    }
    await pause(40);
    if (Date.now() - dot >= 1000) {
      dot += 1000;
      out('.');
    }
  }
  child.unref();
  out('\n');
  say(' done');
  say(`server started (${call.dataDir})`);
  return 0;
}

function gaveUp(): number {
  say('stopped waiting');
  say('could not start server');
  out('Examine the log output.\n');
  return 1;
}

/** `gs_ctl start` */
export async function start(call: Call): Promise<number> {
  say(`gs_ctl started,datadir is ${call.dataDir} `);
  return await locked(
    call,
    () => {
      say('Another gs_ctl command is still running,start failed !');
      return 0;
    },
    () => launch(call, []),
  );
}

/** Ends the server of a data directory; `words`: the lines of `gs_ctl stop`. */
export async function shutdown(call: Call, mode: string): Promise<number> {
  const file = readPidFile(call);
  if (file === undefined) {
    return noServer(call, '.') ?? 1;
  }
  out('waiting for server to shut down...');
  try {
    process.kill(file.pid, /^i/.test(mode) ? 'SIGQUIT' : 'SIGINT');
  } catch {
    // Gone already: its file tells that it did not leave cleanly.
  }
  const until = Date.now() + patience(call) * 1000;
  let dot = Date.now();
  for (;;) {
    if (!existsSync(pidFile(call)) && !isAlive(file.pid)) {
      break;
    }
    if (Date.now() > until) {
      out(' failed\n');
      say(` server does not shut down (${call.dataDir})`);
      return 1;
    }
    await pause(30);
    if (Date.now() - dot >= 1000) {
      dot += 1000;
      out('.');
    }
  }
  out('. done\nserver stopped\n');
  return 0;
}

function shutdownMode(call: Call): string | undefined {
  const mode = call.options.get('m') ?? 'fast';
  if (/^(f|fast|i|immediate)$/.test(mode)) {
    return mode;
  }
  say(` unrecognized shutdown mode "${mode}"`);
  return undefined;
}

/** `gs_ctl stop` */
export async function stop(call: Call): Promise<number> {
  const mode = shutdownMode(call);
  if (mode === undefined) {
    return 1;
  }
  say(`gs_ctl stopped ,datadir is ${call.dataDir} `);
  return await shutdown(call, mode);
}

/** `gs_ctl restart`; the options of the last start are used again, its mode is not. */
export async function restart(call: Call): Promise<number> {
  const mode = shutdownMode(call);
  if (mode === undefined) {
    return 1;
  }
  say(`gs_ctl restarted ,datadir is ${call.dataDir} `);
  return await locked(
    call,
    () => {
      say('Another gs_ctl command is still running,restart failed !');
      return 0;
    },
    async () => {
      const options = call.options.has('o') ? [] : rememberedOptions(call);
      if (readPidFile(call) === undefined) {
        say(` PID file "${pidFile(call)}" does not exist`);
        say('Is server running?');
        say('starting server anyway');
      } else {
        const code = await shutdown(call, mode);
        if (code !== 0) {
          return code;
        }
      }
      return await launch(call, options);
    },
  );
}

/** `gs_ctl reload` */
export function reload(call: Call): number {
  say(`gs_ctl reload ,datadir is ${call.dataDir} `);
  const state = serverState(call);
  if (state.kind !== 'running') {
    return noServer(call) ?? 1;
  }
  process.kill(state.file.pid, 'SIGHUP');
  out('server signaled\n');
  return 0;
}

/** `gs_ctl status` */
export function status(call: Call): number {
  say(`gs_ctl status,datadir is ${call.dataDir} `);
  const state = serverState(call);
  if (state.kind !== 'running') {
    out('no server running\n');
    return 3;
  }
  out(`gs_ctl: server is running (PID: ${state.file.pid})\n`);
  out(readText(join(call.dataDir, 'postmaster.opts')) ?? '');
  return 0;
}
