import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseCmCtlQuery } from '../../../src/status/cm-ctl-query.ts';
import {
  parseDssClients,
  parseDssStatus,
  parseDssVolumeGroups,
} from '../../../src/status/dsscmd.ts';
import { parseGsDdr } from '../../../src/status/gs-ddr.ts';
import { corpusFiles, corpusRuns, corpusText, withCorpus } from '../../support/corpus.ts';

const cmCtl = `[omm@a ~]$ cm_ctl query -Cvidp
[  CMServer State   ]

node           node_ip         instance                           state
-------------------------------------------------------------------------
1  hosta 10.0.0.1   1    /opt/cm/cm_server Primary
2  hostb 10.0.0.2   2    /opt/cm/cm_server Down


[ Defined Resource State ]

node           node_ip         res_name instance  state
---------------------------------------------------------
1  hosta 10.0.0.1   dms_res  6001      OnLine
2  hostb 10.0.0.2   dss      20002     Deleted

[   Cluster State   ]

cluster_state   : Degraded
redistributing  : No
balanced        : Yes
current_az      : AZ_ALL

[  Datanode State   ]

node           node_ip         instance               state            | node           node_ip         instance              state
-----------------------------------------------------------------------------------------------------------------------------------
1  hosta 10.0.0.1   6001 25400  /opt/data/dn P Main Standby Need repair(WAL segment removed) | 2  hostb 10.0.0.2   6002 25400  /opt/data/dn S Down Manually stopped
`;

describe('cm_ctl query', () => {
  it('gives servers, resources, the cluster and its nodes', () => {
    const query = parseCmCtlQuery(cmCtl);
    assert.equal(query.kind, 'cluster');
    assert.deepEqual(query.cluster, {
      clusterState: 'Degraded',
      redistributing: 'No',
      balanced: 'Yes',
      currentAz: 'AZ_ALL',
    });
    assert.deepEqual(
      query.cmServers.map((server) => [
        server.node,
        server.nodeIp,
        server.instance,
        server.path,
        server.state,
      ]),
      [
        ['hosta', '10.0.0.1', '1', '/opt/cm/cm_server', 'Primary'],
        ['hostb', '10.0.0.2', '2', '/opt/cm/cm_server', 'Down'],
      ],
    );
    assert.deepEqual(
      query.resources.map((one) => [one.nodeIp, one.resource, one.instance, one.state]),
      [
        ['10.0.0.1', 'dms_res', '6001', 'OnLine'],
        ['10.0.0.2', 'dss', '20002', 'Deleted'],
      ],
    );
    assert.deepEqual(query.datanodes[0], {
      az: null,
      nodeId: '1',
      node: 'hosta',
      nodeIp: '10.0.0.1',
      instance: '6001',
      port: '25400',
      path: '/opt/data/dn',
      staticRole: 'P',
      role: 'Main Standby',
      state: 'Need repair',
      detail: 'WAL segment removed',
    });
    assert.equal(query.datanodes[1]?.role, 'Down');
    assert.equal(query.datanodes[1].state, 'Manually stopped');
  });

  it('reads one node a line, without addresses, ports and paths', () => {
    const query = parseCmCtlQuery(
      '[ Cluster State ]\ncluster_state : Normal\n[ Datanode State ]\nnode instance state\n1 a 6001 P Primary Normal\n2 b 6002 S Standby Building(12%)\n',
    );
    assert.deepEqual(
      query.datanodes.map((one) => [
        one.instance,
        one.port,
        one.path,
        one.role,
        one.state,
        one.detail,
      ]),
      [
        ['6001', null, null, 'Primary', 'Normal', null],
        ['6002', null, null, 'Standby', 'Building', '12%'],
      ],
    );
  });

  it('reads gs_om, which puts the port before the instance', () => {
    const query = parseCmCtlQuery(
      '[  Datanode State   ]\n    node     node_ip         port      instance       state\n1  og1 10.0.0.1   15400      6001 /data/og1   P Standby Need repair(Disconnected)\n',
    );
    assert.equal(query.datanodes[0]?.port, '15400');
    assert.equal(query.datanodes[0].instance, '6001');
  });

  it('tells that cm_server does not answer', () => {
    const query = parseCmCtlQuery(
      "cm_ctl: can't connect to cm_server.\nMaybe cm_server is not running, or timeout expired. Please try again.\n",
    );
    assert.equal(query.kind, 'no-cm-server');
    assert.match(query.message, /can't connect/);
  });

  it('keeps other texts and never throws', () => {
    assert.equal(parseCmCtlQuery('cm_ctl: command not found').kind, 'unrecognised');
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.tuple(fc.nat(cmCtl.length), fc.nat(50), fc.string({ unit: 'binary' })), {
          maxLength: 5,
        })
        .map((cuts) =>
          cuts.reduce(
            (whole, [at, length, put]) => whole.slice(0, at) + put + whole.slice(at + length),
            cmCtl,
          ),
        ),
    );
    fc.assert(
      fc.property(text, (one) => {
        for (const parse of [
          parseCmCtlQuery,
          parseGsDdr,
          parseDssStatus,
          parseDssVolumeGroups,
          parseDssClients,
        ]) {
          const read = parse(one);
          assert.ok(read.kind !== 'unrecognised' || read.message === one);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('real outputs of cm_ctl and gs_om', withCorpus, () => {
  for (const file of corpusFiles('outputs', /^(cm_ctl-query|gs_om-status)-/)) {
    it(file, () => {
      const text = corpusText(file);
      const query = parseCmCtlQuery(text);
      // Rows of nodes carry the configured role and a state, whatever the rest looks like.
      const oneLine = text.trim().split('\n').length === 1;
      if (oneLine) {
        // A copy that lost all its line ends cannot be told apart.
        assert.equal(query.kind, 'unrecognised');
        return;
      }
      const rows = [...text.matchAll(/\s60\d\d\s[^|\n]*?\s[PSCR]\s+\w/g)].length;
      assert.equal(query.datanodes.length, rows);
      const state = /cluster_state\s*:\s*(Normal|Degraded|Unavailable)/.exec(text)?.[1];
      if (text.includes("can't connect to cm_server")) {
        assert.equal(query.kind, 'no-cm-server');
      } else if (state !== undefined) {
        assert.equal(query.kind, 'cluster');
      }
      for (const node of query.datanodes) {
        assert.match(node.role, /^(Primary|Main Standby|Standby|Cascade|Down|Unknown|Pending)$/);
        assert.match(
          node.state,
          /^(Normal|Need repair|Starting|Promoting|Building|Manually stopped|Unknown|Catchup|Build failed|Disk damaged|Coredump|Wait promoting|Demoting)$/,
        );
      }
    });
  }
});

describe('gs_ddr', () => {
  const id = '0123456789abcdef0123456789abcdef';
  it('query gives its three states', () => {
    const ddr = parseGsDdr(
      `SS DUAL-CLUSTER [dorado] disaster recovery query ${id}\nresult:\n{'ddr_cluster_stat': 'archive', 'ddr_failover_stat': '', 'ddr_switchover_stat': '30%'}\n`,
    );
    assert.equal(ddr.kind, 'query');
    assert.equal(ddr.clusterState, 'archive');
    assert.equal(ddr.failoverState, '');
    assert.equal(ddr.switchoverState, '30%');
    assert.equal(ddr.traceId, id);
  });

  it('tells success of the old and the new wording, errors and what it waits for', () => {
    assert.equal(parseGsDdr('Successfully do dorado disaster recovery start.\n').succeeded, true);
    assert.equal(
      parseGsDdr('Successfully do [stream] disaster recovery [failover].\n').task,
      'failover',
    );
    assert.deepEqual(
      parseGsDdr('[GAUSS-51632] : Failed to do switchover\n[GAUSS-51632] again [GAUSS-50105]')
        .errors,
      ['GAUSS-51632', 'GAUSS-50105'],
    );
    const asking = `Dorado disaster recovery start ${id}\nPlease ensure that all is right.\nReady to move on (yes/no)? `;
    assert.match(parseGsDdr(asking).question ?? '', /^Please ensure/);
    assert.equal(parseGsDdr(`${asking}yes\nWaiting.\n`).question, null);
    assert.equal(parseGsDdr('hello').kind, 'unrecognised');
  });

  for (const file of corpusFiles('outputs', /^gs_ddr-/)) {
    it(`real: ${file}`, () => {
      const ddr = parseGsDdr(corpusText(file));
      assert.equal(ddr.kind, 'task');
      assert.match(ddr.task ?? '', /^(start|stop|switchover|failover|query)$/);
      assert.match(ddr.traceId ?? '', /^[0-9a-f]{32}$/);
      assert.equal(ddr.succeeded, corpusText(file).includes('Successfully do '));
    });
  }
});

describe('dsscmd', () => {
  it('getstatus gives state, mode and master', () => {
    assert.deepEqual(
      parseDssStatus(
        'Server status of instance 1 is open and READONLY.\nMaster id is 0 .\nDSS_MAINTAIN is FALSE.\n',
      ),
      {
        kind: 'status',
        instance: '1',
        state: 'open',
        mode: 'READONLY',
        master: '0',
        maintain: 'FALSE',
        message: '',
      },
    );
    assert.equal(parseDssStatus('Failed to get uds connection.\n').kind, 'no-server');
    assert.equal(parseDssStatus('nonsense').kind, 'unrecognised');
  });

  it('lsvg and lscli give their rows', () => {
    assert.deepEqual(
      parseDssVolumeGroups(
        'vg_name   volume_count   size   free   used   percent(%)\ndata      1    50    46   4    7.91\nSucceed to display lsvg info.\n',
      ).rows,
      [
        {
          vg_name: 'data',
          volume_count: '1',
          size: '50',
          free: '46',
          used: '4',
          'percent(%)': '7.91',
        },
      ],
    );
    assert.deepEqual(
      parseDssClients('cli_pid   start_time   process_name\n42   2024-01-02 03:04:05   gaussdb\n')
        .rows,
      [{ cli_pid: '42', start_time: '2024-01-02 03:04:05', process_name: 'gaussdb' }],
    );
  });

  it('real outputs are understood', withCorpus, () => {
    const runs = corpusRuns();
    const status = runs.filter((run) => run.cmd.includes('dsscmd getstatus') && run.rc === 0);
    assert.ok(status.length > 0);
    for (const run of status) {
      assert.equal(parseDssStatus(run.stdout).kind, 'status', run.stdout);
    }
    const groups = runs.filter(
      (run) => /dsscmd lsvg/.test(run.cmd) && run.rc === 0 && run.stdout !== '',
    );
    assert.ok(groups.length > 0);
    for (const run of groups) {
      const table = parseDssVolumeGroups(run.stdout);
      assert.equal(table.rows.length, run.stdout.trim().split('\n').length - 2, run.stdout);
    }
  });
});
