// What looks like a proof and is none, and what looks like a fault and is none: each is answered once.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { verifyText } from '../../../src/operations/verify/report.ts';
import type { VerifyReport } from '../../../src/operations/verify/types.ts';
import { verify } from '../../../src/operations/verify/verify.ts';
import type { Topology } from '../../../src/topology/types.ts';
import { dualTopology } from '../../support/dual-topology.ts';
import { isSum, right, settings, wrong } from './near-misses.ts';
import { scriptedPool } from './scripted.ts';
import type { Answers } from './scripted.ts';

describe('verification by answers', { concurrency: true }, () => {
  let topology: Topology;
  before(async () => {
    topology = await dualTopology();
  });

  const run = (answers: Answers, replayLimit = 10_000): Promise<VerifyReport> =>
    verify({ name: 'scripted', topology, pool: scriptedPool(topology, answers), replayLimit });

  for (const { name, answers } of right) {
    it(`is proven when ${name}`, async () => {
      const report = await run(answers);
      assert.ok(report.ok, verifyText(report));
    });
  }

  for (const { name, answers, failed, says, waits } of wrong) {
    it(`is not proven when ${name}`, async () => {
      const report = await run(answers, waits && 1_000);
      const failures = report.checks.filter((check) => check.status === 'failed');
      assert.deepEqual(
        failures.map((check) => check.id),
        failed,
        verifyText(report),
      );
      assert.match(`${failures[0]?.reason ?? ''} ${failures[0]?.evidence.join() ?? ''}`, says);
      assert.equal(report.ok, false);
    });
  }

  it('is not proven when the primary becomes another while it runs', async () => {
    const report = await run({
      query: (node, look) =>
        look <= 2
          ? undefined
          : node.id === 'production/dn0'
            ? { role: 'Standby' }
            : node.id === 'production/dn1'
              ? { role: 'Primary', senders: [{ sent: '2/900' }] }
              : undefined,
    });
    const lsn = report.checks.find((check) => check.id === 'lsn');
    assert.match(lsn?.reason ?? '', /production\/dn0 was the primary .* now it is production\/dn1/);
  });

  it('is not proven when one server answers for two nodes', async () => {
    const [production, recovery] = topology.clusters;
    const [first, second] = [production?.nodes[1], recovery?.nodes[1]];
    assert.ok(production && recovery && first && second);
    // Laid out alike on two hosts, as real sites are: the folder and the port are right on both.
    const alike = { ...second, dataDir: first.dataDir, port: first.port };
    const twins = {
      ...topology,
      clusters: [production, { ...recovery, nodes: [...recovery.nodes.slice(0, 1), alike] }],
    };
    const report = await verify({
      name: 'twins',
      topology: twins,
      pool: scriptedPool(twins, {
        sql: (node, statement) =>
          node.name === 'dn1' && statement.includes('pg_settings')
            ? {
                rows: [
                  ['data_directory', node.dataDir],
                  ['port', String(node.port)],
                  ['pg_postmaster_start_time', '2024-01-02 03:04:05.678901+08'],
                ],
              }
            : undefined,
      }),
    });
    const identity = report.checks.find((check) => check.id === 'identity:recovery/dn1');
    assert.match(identity?.reason ?? '', /same server answers for production\/dn1/);
  });

  it('takes the same loopback interconnect on hosts of their own for two interconnects', async () => {
    const url = '0:127.0.0.1:1611,1:127.0.0.1:1711';
    const report = await run({
      sql: (node, statement) =>
        settings(node.id, () => ({ ss_interconnect_url: url }))(node, statement),
    });
    assert.ok(report.ok, verifyText(report));
  });

  it('says what stays behind when it was cancelled and could not clean up', async () => {
    const controller = new AbortController();
    const pool = scriptedPool(topology, {
      sql: (node, statement) => {
        if (isSum(statement) && node.id === 'recovery/dn0') {
          controller.abort(new Error('cancelled'));
        }
        return statement.startsWith('drop') ? { error: 'the server is shutting down' } : undefined;
      },
    });
    await assert.rejects(
      verify({ name: 'cancelled', topology, pool, signal: controller.signal }),
      /ogdc_verify_\w+ is still there; drop it on production\/dn0/,
    );
  });
});
