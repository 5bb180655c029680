import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { controlReport } from '../../../src/editor/query/control-report.ts';
import { replicationReport } from '../../../src/editor/query/replication-report.ts';
import { gsDdrReport } from '../../../src/editor/manager/report.ts';
import { classifyAnswer } from '../../../src/status/node-state.ts';
import { parseGsDdr } from '../../../src/status/gs-ddr.ts';
import { parsePgControldata } from '../../../src/status/pg-controldata.ts';
import { nodesOf } from '../../../src/topology/lookups.ts';
import { dualTopology } from '../../support/dual-topology.ts';
import { notRunningText, queryText } from '../../support/query-text.ts';

const answer = (stdout: string) =>
  classifyAnswer({ stdout, stderr: '', code: 0, timedOut: false, time: 1e12, timeout: 1000 });

describe('the page of pg_controldata', () => {
  it('has a column for each instance, and the reformer apart', async () => {
    const [node] = nodesOf(await dualTopology());
    assert.ok(node);
    const page = (systemIdentifier: string): string =>
      `pg_control data\npg_control version number:            923\nDatabase system identifier:           ${systemIdentifier}\nDatabase cluster state:               in production\n`;
    const report = controlReport(
      node,
      parsePgControldata(
        `${page('7001')}\n${page('7001')}\nreformer data (last page id 63)\nReform control version number:        1\nStable instances list:                3\nPrimary instance ID:                  0\nCluster status:                       normal\nCluster run mode:                     primary cluster\n`,
      ),
    );
    assert.match(report, /\| Cluster run mode \| primary cluster \|/);
    assert.match(report, /\| Members \| 0, 1 \|/);
    assert.match(report, /\| \| Instance 0 \| Instance 1 \|/);
    assert.match(report, /\| Database cluster state \| in production \| in production \|/);
  });

  it('keeps a text that is not recognised, and nothing in it becomes Markdown', async () => {
    const [node] = nodesOf(await dualTopology());
    assert.ok(node);
    const report = controlReport(node, parsePgControldata('failed to init ```dss``` device'));
    assert.match(report, /^````text\nfailed to init ```dss``` device\n````$/m);
  });
});

describe('the page of replication channels', () => {
  it('names the node at the other end by the receiver that owns the port', async () => {
    const topology = await dualTopology();
    const [primary, , main, follower] = nodesOf(topology);
    assert.ok(primary && main && follower);
    const report = replicationReport(topology, [
      { node: primary, state: answer(queryText({ role: 'Primary', senders: [{}] })) },
      { node: main, state: answer(queryText({ role: 'Main Standby', receiver: {} })) },
      { node: follower, state: answer(notRunningText()) },
    ]);
    assert.match(
      report,
      /\| production\/dn0 \| <span[^>]*>sends to<\/span> \| recovery\/dn0 \| StandbyCluster\\?_Standby/,
    );
    assert.match(report, /recovery\/dn1: The server is not running/);
    assert.match(report, /\| Sent LSN \| 2\/5C8 \|/);
  });

  it('says so when nobody sends', async () => {
    const topology = await dualTopology();
    const [node] = nodesOf(topology);
    assert.ok(node);
    const report = replicationReport(topology, [
      { node, state: answer(queryText({ role: 'Primary' })) },
    ]);
    assert.match(report, /No node sends or receives/);
  });
});

describe('the page of gs_ddr', () => {
  it('tells states, refusals, and that the tool is missing', async () => {
    const [node] = nodesOf(await dualTopology());
    assert.ok(node);
    const report = (text: string, code = 0): string => gsDdrReport(node, parseGsDdr(text), code);
    assert.match(
      report(
        "result:\n{'ddr_cluster_stat': 'archive', 'ddr_failover_stat': '', 'ddr_switchover_stat': '30%'}",
      ),
      /\| Relation \| archive \|[\s\S]*\| Switchover \| 30% \|/,
    );
    assert.match(report('[GAUSS-51632] : Failed to do query.', 1), /GAUSS\\?-51632/);
    assert.match(report('sh: gs_ddr: not found', 127), /7\.0\.0-RC1/);
    assert.match(report('something else', 1), /not recognised/);
  });
});
