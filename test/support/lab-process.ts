import { execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createHostPool } from '../../src/hosts/pool.ts';
import type { TerminalPool } from '../../src/hosts/terminal.ts';
import { parseTopology } from '../../src/topology/parse.ts';
import type { Topology } from '../../src/topology/types.ts';
import type { LabOptions } from '../lab/types.ts';
import { noPrompts } from './no-prompts.ts';

/** A lab in a process of its own, so that its work is not measured as ours. */
export interface LabProcess {
  readonly topology: Topology;
  /** An ssh configuration file with all hosts. */
  readonly sshConfig: string;
  /** Runs a command of the lab's control program, such as `kill production/dn1`. */
  tell(...words: readonly string[]): Promise<void>;
  /** Runs a command and answers what it says. */
  ask(...words: readonly string[]): Promise<unknown>;
  pool(): TerminalPool;
  stop(): Promise<void>;
}

/** Starts a lab and waits until it is up. It ends with `stop`, or when this process is gone. */
export async function startLabProcess(options: LabOptions): Promise<LabProcess> {
  const program = fileURLToPath(new URL('./lab-child.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', program, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<undefined>((resolve) => {
    child.on('exit', () => resolve(undefined));
  });
  const first = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).once('line', resolve);
  });
  const line = await Promise.race([first, ended]);
  if (line === undefined) {
    throw new Error('The lab did not start.');
  }
  const place = JSON.parse(line) as {
    readonly topology: string;
    readonly sshConfig: string;
    readonly control: string;
  };
  const { topology, findings } = await parseTopology(await readFile(place.topology, 'utf8'));
  if (topology === undefined) {
    throw new Error(findings.map((finding) => finding.message).join('\n'));
  }
  return {
    topology,
    sshConfig: place.sshConfig,
    tell: async (...words) => {
      await promisify(execFile)(place.control, words);
    },
    ask: async (...words) =>
      JSON.parse((await promisify(execFile)(place.control, words)).stdout) as unknown,
    pool: () =>
      createHostPool({
        hosts: topology.hosts,
        sshConfigFiles: [place.sshConfig],
        prompts: noPrompts,
        trusted: true,
        log: () => undefined,
        pauses: { first: 200, longest: 1000 },
      }),
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
