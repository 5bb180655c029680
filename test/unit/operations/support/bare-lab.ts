import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { createHostPool } from '../../../../src/hosts/pool.ts';
import type { TerminalPool } from '../../../../src/hosts/terminal.ts';
import type { RunEvent, RunResult } from '../../../../src/operations/events.ts';
import { layoutOf, type Layout } from '../../../../src/operations/recipes/layout.ts';
import { runPlan, type RunOptions } from '../../../../src/operations/runner.ts';
import type { Plan } from '../../../../src/operations/types.ts';
import { parseTopology } from '../../../../src/topology/parse.ts';
import type { Topology } from '../../../../src/topology/types.ts';
import { planCluster } from '../../../lab/deploy.ts';
import { startLab, type Lab } from '../../../lab/lab.ts';
import type { LabVersion } from '../../../lab/sim/host.ts';
import { topologyText } from '../../../lab/workspace.ts';
import { noPrompts } from '../../../support/no-prompts.ts';

export const password = 'Gauss_234';

/** Two bare machines, the topology of two clusters that are to be there, and everything to run plans on them. */
export interface BareLab {
  readonly lab: Lab;
  readonly topology: Topology;
  readonly layout: Layout;
  pool: TerminalPool;
  run(plan: Plan, options?: Partial<RunOptions>): Promise<RunResult>;
  /** Connects anew, as a new editor would. */
  reconnect(): Promise<void>;
  stop(): Promise<void>;
}

export async function topologyFrom(text: string): Promise<Topology> {
  const { topology, findings } = await parseTopology(text);
  if (topology === undefined) {
    throw new Error(JSON.stringify(findings));
  }
  return topology;
}

export async function startBareLab(version: LabVersion): Promise<BareLab> {
  const lab = await startLab({ version, bare: true });
  const [first, second] = lab.hosts;
  if (first === undefined || second === undefined) {
    throw new Error('The lab has not two machines.');
  }
  const production = await planCluster(
    { name: 'production', role: 'primary', folder: 'ss_hatest', machines: [first] },
    2,
  );
  const recovery = await planCluster(
    { name: 'recovery', role: 'standby', folder: 'ss_hatest1', machines: [second] },
    2,
  );
  const text = topologyText(
    lab.hosts,
    [production, recovery],
    join(lab.dir, 'array', 'dorado_shared_disk'),
  );
  await writeFile(join(lab.dir, 'deploy.yaml'), text);
  const topology = await topologyFrom(text);
  const connect = (): TerminalPool =>
    createHostPool({
      hosts: topology.hosts,
      sshConfigFiles: [lab.sshConfig],
      prompts: noPrompts,
      trusted: true,
      log: () => undefined,
      pauses: { first: 50, longest: 500 },
    });
  const bare: BareLab = {
    lab,
    topology,
    layout: layoutOf(topology, undefined),
    pool: connect(),
    run: (plan, options = {}) =>
      runPlan(plan, {
        pool: bare.pool,
        folder: join(lab.dir, '.opengauss'),
        secret: () => Promise.resolve(password),
        ...options,
      }),
    reconnect: async () => {
      await bare.pool.close();
      bare.pool = connect();
    },
    stop: async () => {
      await bare.pool.close();
      await lab.stop();
    },
  };
  return bare;
}

/** What a run did, a line for each step, with the words of failures. */
export function told(result: RunResult): string {
  return result.steps
    .map(
      (one) =>
        `${one.outcome} ${one.step.id} ${one.elapsed} ms ${one.failure?.message ?? ''}${one.failure === undefined ? '' : `\n${one.output.slice(-1500)}`}`,
    )
    .join('\n');
}

/** Hands each output and state to a function, for finding out what happens. */
export function tracing(say: (text: string) => void): (event: RunEvent) => void {
  return (event) => {
    if (event.kind === 'step') {
      say(`${event.step.id}: ${event.state.kind}\n`);
    } else if (event.kind === 'output') {
      say(event.text);
    }
  };
}
