import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { createHostPool } from '../../../../src/hosts/pool.ts';
import type { TerminalPool } from '../../../../src/hosts/terminal.ts';
import type { RunResult } from '../../../../src/operations/events.ts';
import { layoutOf, type Layout } from '../../../../src/operations/recipes/layout.ts';
import type { Target } from '../../../../src/operations/recipes/lifecycle.ts';
import {
  failoverPlan,
  rebuildPlan,
  switchoverPlan,
} from '../../../../src/operations/recipes/roles.ts';
import { runPlan, type RunOptions } from '../../../../src/operations/runner.ts';
import type { Plan } from '../../../../src/operations/types.ts';
import { startLab, type Lab } from '../../../lab/lab.ts';
import { readJson, writerOf } from '../../../lab/sim/files.ts';
import type { StateFile } from '../../../lab/sim/gaussdb/types.ts';
import type { LabVersion } from '../../../lab/sim/host.ts';
import { Client } from '../../../lab/sim/wire.ts';
import type { LabNode } from '../../../lab/types.ts';
import { noPrompts } from '../../../support/no-prompts.ts';
import { topologyFrom } from './bare-lab.ts';

export const production: Target = { kind: 'cluster', name: 'production' };
export const recovery: Target = { kind: 'cluster', name: 'recovery' };

/** What of a node is needed to watch it. */
export type WatchedNode = Pick<LabNode, 'id' | 'cluster' | 'dataDir' | 'port'>;

/** Whether a node's server lives and calls itself a primary that takes writes. */
export function takesWrites(node: WatchedNode): boolean {
  const pid = writerOf(join(node.dataDir, 'postmaster.pid'));
  const state = readJson<StateFile>(join(node.dataDir, 'gaussdb.state'));
  return pid > 0 && state?.role === 'Primary' && state.state === 'Normal';
}

export async function statement(
  node: WatchedNode,
  sql: string,
): Promise<readonly (readonly string[])[]> {
  const client = await Client.connect({ host: '127.0.0.1', port: node.port }, 1000);
  try {
    const hello = await client.ask({ hello: 'gsql', user: 'omm', database: 'postgres' }, 5000);
    if (hello['ok'] !== true) {
      throw new Error(String(hello['fatal']));
    }
    const answer = await client.ask({ op: 'sql', sql }, 30_000);
    if (answer['error'] !== undefined) {
      throw new Error(JSON.stringify(answer['error']));
    }
    return answer['rows'] as readonly (readonly string[])[];
  } finally {
    client.close();
  }
}

/** The roles of nodes by their servers' own state; `down` without a server. */
export function rolesOf(nodes: readonly WatchedNode[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    nodes.map((node) => {
      const pid = writerOf(join(node.dataDir, 'postmaster.pid'));
      const state = readJson<StateFile>(join(node.dataDir, 'gaussdb.state'));
      return [node.id, pid > 0 ? (state?.role ?? '?') : 'down'];
    }),
  );
}

/** Watches all the time for two clusters that take writes at once: by what their servers say, and by writing. */
export class Watch {
  /** What was seen of two primaries; empty is good. */
  readonly seen: string[] = [];
  /** Looks in which a write was taken somewhere. */
  writes = 0;
  private readonly nodes: readonly WatchedNode[];
  private readonly timer: NodeJS.Timeout;
  private readonly ended: Promise<void>;
  private over = false;

  constructor(nodes: readonly WatchedNode[]) {
    this.nodes = nodes;
    this.timer = setInterval(() => this.look(), 10);
    this.ended = this.probe();
  }

  private note(nodes: readonly WatchedNode[], how: string): void {
    if (new Set(nodes.map((node) => node.cluster)).size > 1) {
      this.seen.push(`${how}: ${nodes.map((node) => node.id).join(', ')}`);
    }
  }

  private look(): void {
    this.note(this.nodes.filter(takesWrites), 'state');
  }

  private async probe(): Promise<void> {
    while (!this.over) {
      const taken = await Promise.all(
        this.nodes.map(async (node) => {
          try {
            await statement(node, 'create table if not exists public.probe(id int)');
            return takesWrites(node) ? [node] : [];
          } catch {
            return [];
          }
        }),
      );
      this.writes += taken.flat().length > 0 ? 1 : 0;
      this.note(taken.flat(), 'write');
      await pause(150);
    }
  }

  async stop(): Promise<void> {
    this.over = true;
    clearInterval(this.timer);
    await this.ended;
  }
}

/** Two clusters that replicate, and role changes on them as the user makes them. */
export interface RoleLab {
  readonly lab: Lab;
  readonly layout: Layout;
  pool: TerminalPool;
  plan(recipe: 'switchover' | 'failover' | 'rebuild', target: Target): Plan;
  run(plan: Plan, options?: Partial<RunOptions>): Promise<RunResult>;
  reconnect(): Promise<void>;
  /** The roles of all nodes, as `gs_ctl query` of the lab's servers would say. */
  roles(): Readonly<Record<string, string>>;
  /** Rows of the write load that the node shows. */
  rows(node: string): Promise<number>;
  sql(node: string, text: string): Promise<readonly (readonly string[])[]>;
  stop(): Promise<void>;
}

export async function startRoleLab(
  version: LabVersion,
  options: { readonly manager?: boolean } = {},
): Promise<RoleLab> {
  const lab = await startLab({ version, ...options });
  const topology = await topologyFrom(
    await readFile(join(lab.workspace, 'opengauss.yaml'), 'utf8'),
  );
  const layout = layoutOf(topology, version === '5.0.0' ? '5.0.0' : '7.0.0-RC1');
  const connect = (): TerminalPool =>
    createHostPool({
      hosts: topology.hosts,
      sshConfigFiles: [lab.sshConfig],
      prompts: noPrompts,
      trusted: true,
      log: () => undefined,
      pauses: { first: 50, longest: 500 },
    });
  const makers = { switchover: switchoverPlan, failover: failoverPlan, rebuild: rebuildPlan };
  const roleLab: RoleLab = {
    lab,
    layout,
    pool: connect(),
    plan: (recipe, target) => makers[recipe](layout, target),
    run: (plan, options = {}) =>
      runPlan(plan, {
        pool: roleLab.pool,
        folder: join(lab.dir, '.opengauss'),
        secret: () => Promise.resolve(undefined),
        ...options,
      }),
    reconnect: async () => {
      await roleLab.pool.close();
      roleLab.pool = connect();
    },
    roles: () => rolesOf(lab.nodes),
    rows: async (node) =>
      Number(
        (await statement(lab.node(node), 'select count(*) from public.lab_load'))[0]?.[0] ?? -1,
      ),
    sql: (node, text) => statement(lab.node(node), text),
    stop: async () => {
      await roleLab.pool.close();
      await lab.stop();
    },
  };
  return roleLab;
}

/** Before and after a switchover. */
export const atHome = {
  'production/dn0': 'Primary',
  'production/dn1': 'Standby',
  'recovery/dn0': 'Main Standby',
  'recovery/dn1': 'Standby',
} as const;
export const exchanged = {
  'production/dn0': 'Main Standby',
  'production/dn1': 'Standby',
  'recovery/dn0': 'Primary',
  'recovery/dn1': 'Standby',
} as const;
