import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { configurationFiles } from '../../../src/editor/files/configuration-files.ts';
import { nodeFileUri, parseNodePath } from '../../../src/editor/files/node-uri.ts';
import { Worsening } from '../../../src/editor/health/worsening.ts';
import { queryReport } from '../../../src/editor/query/report.ts';
import { remoteAuthority } from '../../../src/editor/remote/authority.ts';
import { topologyId } from '../../../src/editor/topology/ids.ts';
import type { HealthProblem } from '../../../src/status/health-problem.ts';
import type { Health } from '../../../src/status/health.ts';
import { classifyQuery } from '../../../src/status/node-state.ts';
import { parseGsCtlQuery } from '../../../src/status/gs-ctl-query.ts';
import { primary, sampleTopology } from './samples.ts';

const [node] = sampleTopology.clusters[0]?.nodes ?? [];
assert.ok(node !== undefined);

describe('Addresses of files on nodes', () => {
  it('name the topology, the cluster, the node and the path', () => {
    const uri = nodeFileUri('demo', node, '/data/production/dn0/postgresql.conf');
    assert.equal(uri, 'opengauss://demo/production/dn0/data/production/dn0/postgresql.conf');
  });

  it('come back as they were, whatever the path holds', () => {
    const segment = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !text.includes('/') && text !== '..' && text !== '.');
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1 }), (segments) => {
        const path = `/${segments.join('/')}`;
        // VS Code hands over the decoded path.
        const encoded = nodeFileUri('demo', node, path).slice('opengauss://demo'.length);
        assert.deepEqual(parseNodePath('demo', decodeURIComponent(encoded)), {
          topology: 'demo',
          node: 'production/dn0',
          path,
        });
      }),
    );
  });

  it('are refused when they name no node or climb', () => {
    assert.equal(parseNodePath('demo', '/production'), undefined);
    assert.equal(parseNodePath('', '/production/dn0/a'), undefined);
    assert.equal(parseNodePath('demo', '/production/dn0/../x'), undefined);
  });

  it('list the files that configure a node', () => {
    assert.deepEqual(configurationFiles(node), [
      '/data/production/dn0/postgresql.conf',
      '/data/production/dn0/pg_hba.conf',
      '/data/production/dss0/cfg/dss_inst.ini',
      '/data/production/dss0/cfg/dss_vg_conf.ini',
      '/data/production/cm_config.ini',
    ]);
    assert.equal(configurationFiles({ ...node, env: {} }).length, 4);
  });
});

describe('Names of topologies', () => {
  it('are the folder’s, once for each file, and never change', () => {
    const taken: Record<string, string> = {};
    const add = (folder: string, file: string): string => {
      const id = topologyId(folder, file, taken);
      taken[id] = file;
      return id;
    };
    assert.equal(add('My Clusters', 'file:///a'), 'my-clusters');
    assert.equal(add('My Clusters', 'file:///b'), 'my-clusters-2');
    assert.equal(add('My Clusters', 'file:///a'), 'my-clusters');
    assert.equal(add('集群', 'file:///c'), 'topology');
  });
});

describe('Remote-SSH addresses', () => {
  it('are the plain alias where that is enough', () => {
    assert.equal(remoteAuthority('prod-a', undefined), 'ssh-remote+prod-a');
    assert.equal(remoteAuthority('prod-a', {}), 'ssh-remote+prod-a');
  });

  it('carry what the topology says, and capital letters', () => {
    const decode = (authority: string): unknown =>
      JSON.parse(Buffer.from(authority.slice('ssh-remote+'.length), 'hex').toString());
    assert.deepEqual(
      decode(remoteAuthority('a', { hostName: '10.0.0.1', user: 'omm', port: 2222 })),
      {
        hostName: '10.0.0.1',
        user: 'omm',
        port: 2222,
      },
    );
    assert.deepEqual(decode(remoteAuthority('ProdA', undefined)), { hostName: 'ProdA' });
  });
});

describe('Notifications', () => {
  const problem = (code: HealthProblem['code'], message: string): HealthProblem => ({
    code,
    severity: 'error',
    message,
    nodes: ['production/dn0'],
  });
  const health = (...problems: HealthProblem[]): Health => ({
    level: problems.length === 0 ? 'ok' : 'error',
    sentence: '',
    problems,
    notes: [],
  });

  it('tell what is new, once, and nothing when it gets better', () => {
    const worsening = new Worsening();
    assert.deepEqual(worsening.tell(health(), 0), []);
    const down = problem('node-offline', 'down since 1 s');
    assert.deepEqual(worsening.tell(health(down), 1000), [down]);
    assert.deepEqual(worsening.tell(health({ ...down, message: 'down since 2 s' }), 2000), []);
    const lag = problem('lag-growing', 'lag');
    assert.deepEqual(worsening.tell(health(down, lag), 3000), [lag]);
    assert.deepEqual(worsening.tell(health(), 4000), []);
  });

  it('do not repeat what comes and goes, but do after it has been away', () => {
    const worsening = new Worsening();
    const down = problem('node-offline', 'down');
    worsening.tell(health(), 0);
    assert.equal(worsening.tell(health(down), 1000).length, 1);
    worsening.tell(health(), 2000);
    assert.equal(worsening.tell(health(down), 3000).length, 0);
    worsening.tell(health(), 4000);
    assert.equal(worsening.tell(health(down), 70_000).length, 1);
  });

  it('take what the first reading finds as known', () => {
    const worsening = new Worsening();
    const down = problem('node-offline', 'down');
    assert.deepEqual(worsening.tell({ ...health(), level: 'unknown' }, 0), []);
    assert.deepEqual(worsening.tell(health(down), 1000), []);
    assert.deepEqual(worsening.tell(health(down), 2000), []);
  });
});

describe('The parsed view of gs_ctl query', () => {
  it('shows role, channel and lag', () => {
    const state = primary(1536n);
    const page = queryReport(node, state);
    assert.match(page, /\| Role \| Primary \|/);
    assert.match(page, /StandbyCluster_Standby/);
    assert.match(page, /1\.50 KiB \(1,536 bytes\)/);
  });

  it('keeps text that is not recognised whole and harmless', () => {
    const text = 'something ```else``` [x](command:evil)';
    const page = queryReport(
      node,
      classifyQuery({ query: parseGsCtlQuery(text), raw: text, time: 0 }),
    );
    assert.ok(page.includes(text));
    assert.match(page, /^````text$/m);
  });
});
