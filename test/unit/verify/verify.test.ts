// Proves that the proof fails when it should: each thing that can be wrong with two clusters is made wrong once.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import type { HostPool, RunResult, Shell } from '../../../src/hosts/shell.ts';
import { verifyMarkdown, verifyText } from '../../../src/operations/verify/report.ts';
import type { VerifyReport } from '../../../src/operations/verify/types.ts';
import { verify } from '../../../src/operations/verify/verify.ts';
import type { ClusterSpec, NodeSpec, Topology } from '../../../src/topology/types.ts';
import { startLab } from '../../lab/lab.ts';
import type { Lab } from '../../lab/lab.ts';
import { openLabPool } from '../../support/lab-pool.ts';
import { statement } from '../operations/support/role-lab.ts';

/** Milliseconds that rows may take where they are to come; a healthy lab needs a fraction. */
const replayLimit = 60_000;
/** Where they are not to come, nobody need wait so long. */
const hopeless = { replayLimit: 4_000 };

/** A pool whose shells change what is asked or answered, as a faulty machine would. */
function altered(
  pool: HostPool,
  change: {
    readonly command?: (command: string) => string;
    readonly answer?: (command: string, result: RunResult) => RunResult;
  },
): HostPool {
  const command = change.command ?? ((text) => text);
  const answer = change.answer ?? ((_, result) => result);
  return {
    state: (host) => pool.state(host),
    close: () => pool.close(),
    async shell(host, options) {
      const shell = await pool.shell(host, options);
      return new Proxy(shell, {
        get(target, property, receiver) {
          if (property === 'run') {
            const run: Shell['run'] = async (text, more) =>
              answer(text, await target.run(command(text), more));
            return run;
          }
          if (property === 'follow') {
            const follow: Shell['follow'] = (text, more) => target.follow(command(text), more);
            return follow;
          }
          const value: unknown = Reflect.get(target, property, receiver);
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
      });
    },
  };
}

describe('verification on the lab', () => {
  let lab: Lab;
  let pool: HostPool;
  let topology: Topology;

  before(async () => {
    lab = await startLab({});
    ({ topology, pool } = await openLabPool(lab));
    // The first statement of a cluster starts the lab's engine, which a server of openGauss does not need.
    await Promise.all(lab.nodes.map(async (node) => statement(node, 'select 1')));
  });
  after(async () => {
    await pool.close();
    await lab.stop();
  });

  const run = (
    options: { pool?: HostPool; topology?: Topology; replayLimit?: number } = {},
  ): Promise<VerifyReport> => verify({ name: 'lab', topology, pool, replayLimit, ...options });
  const failed = (report: VerifyReport): string[] =>
    report.checks.filter((check) => check.status === 'failed').map((check) => check.id);

  it('passes for two clusters that replicate, with evidence, and leaves nothing behind', async () => {
    const report = await run();
    assert.ok(report.ok, verifyText(report));
    assert.match(verifyText(report), /Proven: all \d+ checks passed/);
    const read = report.checks.find((check) => check.id === 'read:recovery/dn1');
    assert.match(read?.evidence.join() ?? '', /100 rows, md5 [0-9a-f]{32}/);
    const refused = report.checks.find((check) => check.id === 'refuse-write:recovery/dn0');
    assert.match(refused?.evidence.join() ?? '', /cannot execute INSERT/);
    assert.match(verifyMarkdown(report), /\| Result\s+\| Check \| Evidence \| Time \|/);
  });

  it('fails when replication has stopped', async () => {
    await lab.faults.cutLink();
    try {
      const report = await run(hopeless);
      assert.equal(report.ok, false);
      assert.ok(failed(report).includes('health'), verifyText(report));
      assert.ok(failed(report).includes('read:recovery/dn0'), verifyText(report));
    } finally {
      await lab.faults.healLink();
    }
  });

  it('fails when the recovery cluster receives and does not replay', async () => {
    await lab.faults.pauseReplay('dr');
    try {
      const report = await run(hopeless);
      assert.ok(failed(report).includes('read:recovery/dn0'), verifyText(report));
      assert.ok(failed(report).includes('lsn'), verifyText(report));
    } finally {
      await lab.faults.resumeReplay('dr');
    }
  });

  it('fails when a standby takes a write', async () => {
    const [primary, follower] = topology.clusters[0]?.nodes ?? [];
    assert.ok(primary && follower);
    // The follower's SQL goes to the primary, so that it takes what it should refuse.
    const careless = altered(pool, {
      command: (text) =>
        text.includes('gsql') ? text.replace(`-p ${follower.port}`, `-p ${primary.port}`) : text,
    });
    const report = await run({ ...hopeless, pool: careless });
    assert.ok(failed(report).includes(`refuse-write:${follower.id}`), verifyText(report));
  });

  it('fails when a node stands in the wrong cluster', async () => {
    const [first, second] = topology.clusters;
    const [a, b] = [first?.nodes[1], second?.nodes[1]];
    assert.ok(first && second && a && b);
    const exchanged = (cluster: ClusterSpec, stranger: NodeSpec): ClusterSpec => ({
      ...cluster,
      nodes: cluster.nodes.map((node, index) =>
        index === 1 ? { ...stranger, cluster: cluster.name, id: node.id, name: node.name } : node,
      ),
    });
    const wrong = { ...topology, clusters: [exchanged(first, b), exchanged(second, a)] };
    const report = await run({ ...hopeless, topology: wrong });
    assert.ok(failed(report).includes('identity:production/dn1'), verifyText(report));
    assert.ok(failed(report).includes('identity:recovery/dn1'), verifyText(report));
  });

  it('fails when the clusters have different system identifiers', async () => {
    const home = topology.clusters[1]?.nodes[0]?.dssHome ?? '?';
    const foreign = altered(pool, {
      answer: (text, result) =>
        text.includes('pg_controldata') && text.includes(home)
          ? {
              ...result,
              stdout: result.stdout.replace(/(system identifier: +)\d+/g, '$1123456789'),
            }
          : result,
    });
    const report = await run({ pool: foreign });
    assert.deepEqual(failed(report), ['control-data'], verifyText(report));
  });

  it('passes when things only look like those faults', async () => {
    // A standby that replays a moment late, nodes named in another order, checkpoints that differ.
    await lab.faults.slowLink({ delay: 300 });
    const home = topology.clusters[1]?.nodes[0]?.dssHome ?? '?';
    const differing = altered(pool, {
      answer: (text, result) =>
        text.includes('pg_controldata') && text.includes(home)
          ? {
              ...result,
              stdout: result.stdout.replace(/(Latest checkpoint location: +)\S+/g, '$10/123456'),
            }
          : result,
    });
    const reordered = {
      ...topology,
      clusters: topology.clusters.map((cluster) => ({
        ...cluster,
        nodes: [...cluster.nodes].reverse(),
      })),
    };
    try {
      const report = await run({ pool: differing, topology: reordered });
      assert.ok(report.ok, verifyText(report));
    } finally {
      await lab.faults.healLink();
    }
  });

  it('fails when nobody is primary, and says so instead of writing', async () => {
    await lab.faults.kill('production/dn0');
    const report = await run();
    assert.ok(failed(report).includes('health'), verifyText(report));
    assert.equal(report.checks.find((check) => check.id === 'write')?.status, 'skipped');
    await lab.faults.start('production/dn0');
  });
});
