import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Lab } from './lab.ts';
import { readJson } from './sim/files.ts';
import type { StateFile } from './sim/gaussdb/types.ts';
import { Client } from './sim/wire.ts';

/** How many of the acknowledged rows each node shows. */
export interface RowCount {
  readonly acknowledged: number;
  /** By the node's id; -1 for one that did not answer. */
  readonly found: Readonly<Record<string, number>>;
}

/** Rows with the ids that a node shows, each counted once. */
async function countOn(
  port: number,
  ranges: readonly (readonly [number, number])[],
): Promise<number> {
  const client = await Client.connect({ host: '127.0.0.1', port }, 1000);
  try {
    await client.ask({ hello: 'gsql', user: 'omm', database: 'postgres' }, 5000);
    const within = ranges.map(([from, to]) => `id between ${from} and ${to}`).join(' or ');
    const answer = await client.ask(
      { op: 'sql', sql: `select count(distinct id) from public.lab_load where ${within}` },
      30_000,
    );
    return Number((answer['rows'] as string[][] | undefined)?.[0]?.[0] ?? -1);
  } finally {
    client.close();
  }
}

/** A steady stream of rows into `public.lab_load`, on whichever node is the primary at the moment. */
export class WriteLoad {
  /** Rows whose insert was confirmed. */
  acknowledged = 0;
  /** Their ids, from and to, joined where they follow each other: a few for each time that the primary was away. */
  readonly ranges: [number, number][] = [];
  private readonly lab: Lab;
  private readonly rate: number;
  private client: Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> = Promise.resolve();
  private next = 1;
  private due = 0;
  private last = Date.now();
  private busy = false;

  constructor(lab: Lab, rowsPerSecond: number) {
    this.lab = lab;
    this.rate = rowsPerSecond;
  }

  async start(): Promise<void> {
    const client = await this.connect();
    await client.ask(
      { op: 'sql', sql: 'create table if not exists public.lab_load(id bigint)' },
      0,
    );
    const answer = await client.ask(
      { op: 'sql', sql: 'select coalesce(max(id), 0) from public.lab_load' },
      0,
    );
    this.next = Number((answer['rows'] as string[][])[0]?.[0] ?? 0) + 1;
    this.last = Date.now();
    this.timer = setInterval(() => {
      if (!this.busy) {
        this.busy = true;
        this.working = this.write().finally(() => {
          this.busy = false;
        });
      }
    }, 100);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.working;
    this.client?.close();
  }

  /** Counts on every node, for so many milliseconds until all show all: the standbys replay for a moment. */
  async count(patience: number): Promise<RowCount> {
    const { acknowledged, ranges } = this;
    for (const end = Date.now() + patience; ;) {
      const found: Record<string, number> = {};
      for (const node of this.lab.nodes) {
        found[node.id] = acknowledged === 0 ? 0 : await countOn(node.port, ranges).catch(() => -1);
      }
      if (Object.values(found).every((rows) => rows === acknowledged) || Date.now() > end) {
        return { acknowledged, found };
      }
      await pause(200);
    }
  }

  /** Connects to a node that calls itself Primary, the production cluster's first. */
  private async connect(): Promise<Client> {
    for (const node of this.lab.nodes) {
      const state = readJson<StateFile>(join(node.dataDir, 'gaussdb.state'));
      if (state?.role !== 'Primary' || state.state !== 'Normal') {
        continue;
      }
      try {
        const client = await Client.connect({ host: '127.0.0.1', port: node.port }, 1000);
        const answer = await client.ask({ hello: 'gsql', user: 'omm', database: 'postgres' }, 2000);
        if (answer['ok'] === true) {
          this.client = client;
          return client;
        }
        client.close();
      } catch {
        // Perhaps another node is.
      }
    }
    throw new Error('No node of the lab is a primary that lets in.');
  }

  private async write(): Promise<void> {
    const now = Date.now();
    this.due += ((now - this.last) * this.rate) / 1000;
    this.last = now;
    const count = Math.floor(this.due);
    if (count < 1) {
      return;
    }
    try {
      const client = this.client ?? (await this.connect());
      const { next } = this;
      const answer = await client.ask(
        {
          op: 'sql',
          sql: `insert into public.lab_load select generate_series(${next}, ${next + count - 1})`,
        },
        10_000,
      );
      if (answer['error'] !== undefined) {
        throw new Error('refused');
      }
      this.acknowledged += count;
      const last = this.ranges.at(-1);
      if (last !== undefined && last[1] === next - 1) {
        last[1] = next + count - 1;
      } else {
        this.ranges.push([next, next + count - 1]);
      }
      this.next += count;
      this.due -= count;
    } catch {
      // Nothing was acknowledged: the next round tries on a node that is a primary then.
      this.client?.close();
      this.client = undefined;
      this.next += count;
      this.due = 0;
    }
  }
}
