// "Why is this node down?" on machines of the lab: cause, evidence and remedy for what really happens to nodes.
import assert from 'node:assert/strict';
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import type { HostPool } from '../../../src/hosts/shell.ts';
import { whyMarkdown } from '../../../src/operations/diagnosis/why/markdown.ts';
import type { WhyReport } from '../../../src/operations/diagnosis/why/types.ts';
import { whyDown } from '../../../src/operations/diagnosis/why/why.ts';
import { findLogs } from '../../../src/operations/logs/sources.ts';
import { nodeById } from '../../../src/topology/lookups.ts';
import type { NodeSpec, Topology } from '../../../src/topology/types.ts';
import { startLab } from '../../lab/lab.ts';
import type { Lab } from '../../lab/lab.ts';
import { eventually } from '../lab/support/client.ts';
import { openLabPool } from '../../support/lab-pool.ts';

const signal = AbortSignal.timeout(120_000);

describe('why a node is down', () => {
  let lab: Lab;
  let pool: HostPool;
  let topology: Topology;

  before(async () => {
    lab = await startLab({});
    ({ topology, pool } = await openLabPool(lab));
  });
  after(async () => {
    await pool.close();
    await lab.stop();
  });

  const nodeOf = (id: string): NodeSpec => {
    const node = nodeById(topology, id);
    assert.ok(node);
    return node;
  };
  const why = async (id: string): Promise<{ report: WhyReport; page: string }> => {
    const node = nodeOf(id);
    const report = await whyDown(await pool.shell(node.host), node, {
      version: '5.0.0',
      build: 'release',
      signal,
    });
    return { report, page: whyMarkdown(report) };
  };

  it('says of a healthy node that it is not down', async () => {
    const { report, page } = await why('production/dn0');
    assert.equal(report.state.kind, 'ok');
    assert.match(page, /It is not: it answers and is Normal/);
    assert.deepEqual(report.faults, []);
    assert.deepEqual(
      report.facts.filter((fact) => fact.remedy !== undefined && fact.title !== 'Disk'),
      [],
    );
  });

  it('finds the logs of a node, the newest first', async () => {
    const node = nodeOf('production/dn0');
    const logs = await findLogs(await pool.shell(node.host), node);
    assert.ok(logs.some((log) => log.kind === 'server' && log.path.startsWith(node.dataDir)));
    assert.ok(logs.some((log) => log.kind === 'dss'));
    assert.deepEqual(
      logs.map((log) => log.mtime),
      logs.map((log) => log.mtime).sort((one, other) => other - one),
    );
  });

  it('knows a killed server from one that was stopped in order', async () => {
    await lab.faults.kill('recovery/dn1');
    const killed = await why('recovery/dn1');
    assert.equal(killed.report.state.kind, 'offline');
    assert.match(killed.page, /which is gone: the server was killed or crashed/);
    // Numbers of processes come again.
    await writeFile(join(nodeOf('recovery/dn1').dataDir, 'postmaster.pid'), `${process.pid}\n`);
    const { page } = await why('recovery/dn1');
    assert.match(
      page,
      new RegExp(`process ${process.pid}, which is another program by now .*killed or crashed`),
    );
    await rm(join(nodeOf('recovery/dn1').dataDir, 'postmaster.pid'));
    await lab.faults.start('recovery/dn1');
    await lab.faults.stop('recovery/dn1');
    const stopped = await why('recovery/dn1');
    assert.match(stopped.page, /never started or was stopped in order/);
    assert.match(stopped.page, /Start the node/);
  });

  it('names the line of the configuration that the server refuses, and the cause', async () => {
    const node = nodeOf('recovery/dn1');
    const path = join(node.dataDir, 'postgresql.conf');
    const good = await readFile(path, 'utf8');
    await appendFile(path, "ss_disaster_mode = 'dorado'\n");
    const waiting = lab.faults.start('recovery/dn1').catch(() => undefined);
    // Nobody need wait until the start is given up: the server ends at once.
    const { report, page } = await eventually(
      () => why('recovery/dn1'),
      ({ report: { faults } }) => faults.length > 0,
    );
    const line = good.split('\n').length;
    assert.deepEqual(
      report.faults.map((fault) => [fault.path, fault.line]),
      [[path, line]],
    );
    assert.match(page, /unrecognized configuration parameter "ss_disaster_mode"/);
    assert.ok(page.includes(`${path}:${line}`), page);
    assert.ok(
      report.diagnoses.some((one) => one.id === 'unknown-parameter'),
      page,
    );
    await writeFile(path, good);
    await lab.faults.start('recovery/dn1');
    await waiting;
  });

  it('sees that dssserver is down and that a process is stopped', async () => {
    lab.faults.freeze('recovery/dn1');
    const frozen = await why('recovery/dn1');
    assert.match(frozen.page, /SIGSTOP/);
    lab.faults.thaw('recovery/dn1');
    await lab.faults.killDss('recovery/dn1');
    const { report } = await why('recovery/dn1');
    const dss = report.facts.find((fact) => fact.title === 'dssserver');
    assert.notEqual(dss?.remedy, undefined, JSON.stringify(dss));
  });
});
