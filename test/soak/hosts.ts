/**
 * Random work on a real OpenSSH server while connections are cut, the server is frozen, killed and restarted. Wrong
 * is: an answer later than its deadline, an answer that is not the command's own, a file that is neither the old nor
 * the new one, an unhandled rejection, a process or folder left behind.
 */
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isHostFailure } from '../../src/hosts/errors.ts';
import { createHostPool } from '../../src/hosts/pool.ts';
import type { Shell } from '../../src/hosts/shell.ts';
import { processFiles } from '../lab/processes.ts';
import { findSshd, pause, TestSshd } from '../support/sshd.ts';
import { noPrompts } from '../support/no-prompts.ts';

export interface SoakReport {
  /** Why nothing was done. */
  readonly skipped?: string;
  readonly answers: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly faults: number;
  /** What must not happen. */
  readonly wrong: readonly string[];
}

/** Milliseconds that an answer may come later than its own time limit: connecting, ending the command, a busy machine. */
const tolerance = 25_000;
const expected = [
  'unreachable',
  'handshake-failed',
  'connection-lost',
  'result-unknown',
  'timed-out',
  'cancelled',
  'channel-refused',
  'no-shell',
  'file-changed',
] as const;

/** Works for so many milliseconds. */
export async function soakHosts(
  milliseconds: number,
  say: (text: string) => void,
): Promise<SoakReport> {
  const program = await findSshd();
  if (typeof program === 'string') {
    return { skipped: program, answers: 0, failures: {}, faults: 0, wrong: [] };
  }
  const wrong: string[] = [];
  const unhandled = (reason: unknown): void => {
    wrong.push(`unhandled rejection: ${String(reason)}`);
  };
  process.on('unhandledRejection', unhandled);
  const server = await TestSshd.start();
  const folder = await mkdtemp(join(tmpdir(), 'soak-'));
  const mark = `soak-${randomBytes(6).toString('hex')}`;
  const pool = createHostPool({
    hosts: {},
    sshConfigFiles: [
      await server.clientConfig(
        ['h'],
        ['ServerAliveInterval 1', 'ServerAliveCountMax 3', 'ConnectTimeout 5'],
      ),
    ],
    prompts: noPrompts,
    trusted: true,
    log: () => undefined,
    pauses: { first: 50, longest: 500 },
  });
  const end = Date.now() + milliseconds;
  const failures: Record<string, number> = {};
  let answers = 0;
  let faults = 0;
  let stopped = false;

  const worker = async (number: number): Promise<void> => {
    const file = join(folder, `file-${number}`);
    // Every content that was ever handed over: one of them, whole, must be there at any time. A write whose result is
    // unknown may still come through later.
    const written = new Set([hashOf(Buffer.from(''))]);
    while (Date.now() < end) {
      const begun = Date.now();
      const limit = randomInt(300, 4000);
      try {
        const shell = await pool.shell('h');
        const work = randomInt(6);
        if (work === 5) {
          // Every third is large enough to go by SFTP.
          const fresh = randomBytes(randomInt(1, randomInt(3) === 0 ? 4_000_000 : 400_000));
          written.add(hashOf(fresh));
          await shell.writeFile(file, fresh);
          const { version } = await shell.readFile(file);
          check(written.has(version.hash), wrong, `${file} was read as it never was`);
        } else {
          await ask(shell, work, limit, mark, wrong);
        }
        answers++;
      } catch (error) {
        const code = isHostFailure(error, ...expected)
          ? error.code
          : `unexpected: ${String(error)}`;
        failures[code] = (failures[code] ?? 0) + 1;
        if (code.startsWith('unexpected')) {
          wrong.push(code);
        }
        await pause(randomInt(100));
      }
      const took = Date.now() - begun;
      if (took > limit + tolerance) {
        wrong.push(`an answer took ${took} ms, its limit was ${limit} ms`);
      }
      const now = await readFile(file).catch(() => Buffer.from(''));
      if (!written.has(hashOf(now))) {
        wrong.push(`${file} is not whole`);
      }
    }
  };

  const mischief = async (): Promise<void> => {
    while (!stopped) {
      await pause(randomInt(200, 4000));
      faults++;
      switch (randomInt(4)) {
        case 0:
          server.cut();
          break;
        case 1:
          server.signal('SIGSTOP');
          await pause(randomInt(100, 6000));
          server.signal('SIGCONT');
          break;
        case 2:
          await server.kill();
          await pause(randomInt(2000));
          await server.resume();
          break;
        default:
          await pause(1000);
      }
    }
  };

  const trouble = mischief().catch((error: unknown) => {
    wrong.push(`the test itself failed: ${String(error)}`);
  });
  const ticker = setInterval(() => {
    say(`${answers} answers, ${faults} faults, ${JSON.stringify(failures)}, ${wrong.length} wrong`);
  }, 30_000);
  await Promise.all(Array.from({ length: 6 }, async (_, number) => worker(number)));
  stopped = true;
  await trouble;
  clearInterval(ticker);
  await pool.close();
  const patience = Date.now() + 15_000;
  while (marked(mark).length > 0 && Date.now() < patience) {
    await pause(100);
  }
  if (marked(mark).length > 0) {
    wrong.push(`a command is still running: ${marked(mark).join('; ')}`);
  }
  // A write that was under way when the machine's sshd was killed clears up when it notices.
  const temporary = async (): Promise<string[]> =>
    (await readdir(folder)).filter((name) => name.startsWith('.'));
  while ((await temporary()).length > 0 && Date.now() < patience) {
    await pause(100);
  }
  const left = await temporary();
  if (left.length > 0) {
    wrong.push(`temporary files are left: ${left.join(', ')}`);
  }
  process.off('unhandledRejection', unhandled);
  await server.stop();
  await rm(folder, { recursive: true, force: true });
  return { answers, failures, faults, wrong };
}

async function ask(
  shell: Shell,
  work: number,
  timeout: number,
  mark: string,
  wrong: string[],
): Promise<void> {
  const token = randomBytes(8).toString('hex');
  if (work <= 1) {
    const answer = await shell.run(`echo ${token}`, { timeout, long: work === 1 });
    const text = `an answer is not the one of its command (way ${work}): ${JSON.stringify(answer)}`;
    check(answer.stdout === `${token}\n`, wrong, text);
  } else if (work === 2) {
    const results = await shell.runBatch([
      { command: `echo ${token}`, timeout },
      { command: `sh -c 'trap "" TERM; sleep 30' ${mark}`, timeout: 300 },
    ]);
    check(
      results[0]?.stdout === `${token}\n` && results[1]?.timedOut === true,
      wrong,
      'a batch answered wrongly',
    );
  } else if (work === 3) {
    const size = randomInt(1, 2_000_000);
    const { stdout } = await shell.run(`head -c ${size} /dev/zero | tr '\\000' x`, {
      timeout,
      long: true,
    });
    const hash = createHash('sha256').update(stdout).digest('hex');
    const whole = createHash('sha256').update('x'.repeat(size)).digest('hex');
    check(hash === whole, wrong, 'a large output is not whole');
  } else {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), randomInt(10, 300));
    await shell.run(`sh -c 'sleep 30; :' ${mark}`, {
      timeout,
      signal: abort.signal,
      long: randomInt(2) === 0,
    });
  }
}

function hashOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function check(right: boolean, wrong: string[], text: string): void {
  if (!right) {
    wrong.push(text);
  }
}

/** The command lines of processes with the mark. */
function marked(mark: string): string[] {
  return processFiles('cmdline')
    .filter(({ pid, text }) => text.includes(mark) && pid !== process.pid)
    .map(({ pid, text }) => `${pid} ${text.replaceAll('\0', ' ').slice(0, 200)}`);
}
