/**
 * How long one question to each of 1, 4 and 32 hosts takes, at 0, 10 and 50 ms of added round trip: `ssh` anew, `ssh`
 * through a ControlMaster, this project from cold, this project warm; and the longest stall of our event loop beside that of
 * a process that does nothing. All in one run against the same real OpenSSH server, so that the ratios mean something on a
 * busy machine too.
 */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { mapLimited } from '../../src/base/async.ts';
import { createHostPool } from '../../src/hosts/pool.ts';
import { DelayLink } from '../support/delay-link.ts';
import { findSshd, TestSshd } from '../support/sshd.ts';
import { noPrompts } from '../support/no-prompts.ts';
import { startIdleProcess, type IdleProcess } from './idle-process.ts';

const run = promisify(execFile);
const question = 'echo one; uname -s';
/** Processes of `ssh` at a time; a person's loop would have one, a good tool about so many. */
const sideBySide = 8;

interface Way {
  readonly name: string;
  readonly rounds: number;
  readonly before?: () => Promise<void>;
  readonly ask: () => Promise<void>;
  readonly after?: () => Promise<void>;
}

export async function bench(args: readonly string[]): Promise<void> {
  const program = await findSshd();
  if (typeof program === 'string') {
    console.log(`skipped: ${program}`);
    return;
  }
  const quick = args.includes('--quick');
  const server = await TestSshd.start();
  const idle = startIdleProcess();
  console.log(
    '| hosts | added RTT | way | p50 ms | max ms | ssh anew ÷ this | master ÷ this | longest stall ms | of an idle process | RSS MiB |',
  );
  console.log('| ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  try {
    for (const delay of [0, 10, 50]) {
      const link = await new DelayLink(server.port, delay / 2).start();
      try {
        for (const hosts of quick ? [1, 4] : [1, 4, 32]) {
          await compare(server, idle, link.port, hosts, delay, quick);
        }
      } finally {
        await link.stop();
      }
    }
  } finally {
    idle.stop();
    await server.stop();
  }
}

async function compare(
  server: TestSshd,
  idle: IdleProcess,
  port: number,
  count: number,
  delay: number,
  quick: boolean,
): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => `h${index}`);
  const config = join(server.folder, `bench-${count}-${delay}`);
  const sockets = join(server.folder, 'm');
  await mkdir(sockets, { recursive: true });
  // What differs between the hosts makes them connections of their own.
  const different = names.map(
    (name, index) => `Host ${name}\n  ServerAliveCountMax ${index + 3}\n`,
  );
  await writeFile(
    config,
    `${different.join('')}Host *
  HostName 127.0.0.1
  Port ${port}
  User ${server.user}
  IdentityFile ${server.identityFile}
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile ${server.knownHosts}
  GlobalKnownHostsFile none
  HostKeyAlias [127.0.0.1]:${server.port}
  StrictHostKeyChecking yes
`,
    { mode: 0o600 },
  );
  const ssh = async (name: string, extra: readonly string[], words: readonly string[]) =>
    run('ssh', ['-F', config, ...extra, name, ...words]);
  const master = ['-o', `ControlPath=${sockets}/%n`];
  const makePool = () =>
    createHostPool({
      hosts: {},
      sshConfigFiles: [config],
      prompts: noPrompts,
      trusted: true,
      log: () => undefined,
    });
  let pool = makePool();
  const askAll = async (): Promise<void> => {
    await Promise.all(
      names.map(async (name) => {
        const shell = await pool.shell(name);
        await shell.runBatch([{ command: question }]);
      }),
    );
  };
  const ways: Way[] = [
    {
      name: 'ssh anew',
      rounds: quick ? 2 : 3,
      ask: async () => {
        await mapLimited(names, sideBySide, async (name) => ssh(name, [], [question]));
      },
    },
    {
      name: 'ssh ControlMaster',
      rounds: quick ? 3 : 5,
      before: async () => {
        await mapLimited(names, sideBySide, async (name) =>
          ssh(name, [...master, '-o', 'ControlMaster=yes', '-o', 'ControlPersist=yes', '-fN'], []),
        );
      },
      ask: async () => {
        await mapLimited(names, sideBySide, async (name) => ssh(name, master, [question]));
      },
      after: async () => {
        await mapLimited(names, sideBySide, async (name) =>
          ssh(name, [...master, '-O', 'exit'], []).catch(() => undefined),
        );
      },
    },
    {
      name: 'this, cold',
      rounds: quick ? 2 : 3,
      ask: async () => {
        await pool.close();
        pool = makePool();
        await askAll();
      },
    },
    {
      name: 'this, warm',
      rounds: quick ? 10 : 20,
      before: askAll,
      ask: askAll,
      after: async () => pool.close(),
    },
  ];
  const medians = new Map<string, number>();
  for (const way of ways) {
    await way.before?.();
    const stall = monitorEventLoopDelay({ resolution: 5 });
    stall.enable();
    await idle.begin();
    const times: number[] = [];
    for (let round = 0; round < way.rounds; round++) {
      const begun = performance.now();
      await way.ask();
      times.push(performance.now() - begun);
    }
    stall.disable();
    const idleStall = await idle.end();
    await way.after?.();
    times.sort((a, b) => a - b);
    const median = times[Math.floor(times.length / 2)] ?? 0;
    medians.set(way.name, median);
    const ratio = (other: string): string =>
      `${((medians.get(other) ?? median) / median).toFixed(1)}×`;
    const ours = way.name.startsWith('this');
    const cells = [
      count,
      `${delay} ms`,
      way.name,
      median.toFixed(1),
      (times.at(-1) ?? 0).toFixed(1),
      ours ? ratio('ssh anew') : '',
      ours ? ratio('ssh ControlMaster') : '',
      ours ? (stall.max / 1e6).toFixed(0) : '',
      ours ? idleStall.toFixed(0) : '',
      ours ? (process.memoryUsage().rss / 1048576).toFixed(0) : '',
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}
