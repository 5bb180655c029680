import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Finding } from '../../../src/base/finding.ts';
import { LineIndex } from '../../../src/base/position.ts';
import {
  addressOf,
  effectiveVersion,
  hostNames,
  nodeById,
  otherCluster,
  primaryCluster,
} from '../../../src/topology/lookups.ts';
import { parseTopology } from '../../../src/topology/parse.ts';

const good = readFileSync(
  new URL('../../fixtures/topology/opengauss.yaml', import.meta.url),
  'utf8',
);

/** The good file with one text replaced. */
function but(text: string, other: string, whole = good): string {
  assert.ok(whole.includes(text), `the fixture has no ${text}`);
  return whole.replace(text, other);
}

async function findingsOf(text: string): Promise<readonly Finding[]> {
  const { topology, findings } = await parseTopology(text);
  assert.equal(
    topology === undefined,
    findings.some((finding) => finding.severity === 'error'),
    'a topology exactly when nothing is an error',
  );
  return findings;
}

/** The only finding of a text: its code, and what it stands on. */
async function only(
  text: string,
): Promise<{ code: string; at: string; message: string; finding: Finding }> {
  const findings = await findingsOf(text);
  assert.equal(findings.length, 1, JSON.stringify(findings, undefined, 2));
  const [finding] = findings;
  assert.ok(finding);
  return {
    code: finding.code,
    at: text.slice(finding.range.start, finding.range.end),
    message: finding.message,
    finding,
  };
}

describe('a good topology', () => {
  it('is read whole', async () => {
    const { topology, findings } = await parseTopology(good);
    assert.deepEqual(findings, []);
    assert.ok(topology);
    assert.equal(topology.openGauss, '5.0.0');
    assert.equal(topology.build, 'debug');
    assert.equal(topology.xlog?.size, 68719476736n);
    assert.deepEqual(hostNames(topology), ['prod-a', 'prod-b', 'local']);
    assert.equal(primaryCluster(topology)?.name, 'production');
    const node = nodeById(topology, 'production/dn1');
    assert.ok(node);
    assert.equal(node.instanceId, 1);
    assert.equal(node.address, '10.0.0.2');
    assert.deepEqual(node.env, {
      GAUSSHOME: '/opt/omm/install',
      DSS_HOME: '/home/omm/ss_hatest/dss_home1',
      EXTRA: '7',
    });
    assert.equal(good.slice(node.range.start, node.range.end).includes('name: dn1'), true);
    const other = otherCluster(topology, primaryCluster(topology) ?? assert.fail());
    assert.equal(other?.name, 'recovery');
    assert.equal(other.nodes[0] && addressOf(topology, other.nodes[0]), '127.0.0.1');
    assert.equal(effectiveVersion(topology, 'master'), '5.0.0');
  });

  it('may use anchors, aliases and merged mappings', async () => {
    const text = but(
      'env: { GAUSSHOME: /opt/omm/install }',
      'env: &env { GAUSSHOME: /opt/omm/install }',
    ).replace('role: standby\n', 'role: standby\n    env: { <<: *env, MORE: "1" }\n');
    const { topology, findings } = await parseTopology(text);
    assert.deepEqual(findings, []);
    assert.deepEqual(topology?.clusters[1]?.env, { GAUSSHOME: '/opt/omm/install', MORE: '1' });
  });
});

describe('mistakes are found where they stand', () => {
  it('with line and column', async () => {
    const text = but('port: 6700', 'port: high');
    const { finding } = await only(text);
    const place = new LineIndex(text).at(finding.range.start);
    const line = text.split('\n')[place.line - 1] ?? '';
    assert.equal(line.slice(place.column - 1), 'high');
  });

  const cases: readonly (readonly [string, string, string, string, string])[] = [
    [
      'an unknown key, with the nearest',
      'dataDir: /home/omm/ss_hatest/dn1',
      'dataDir: /home/omm/ss_hatest/dn1\n        dataDri: /x',
      'topology-unknown-key',
      'dataDri',
    ],
    ['an unknown role', 'role: standby', 'role: stand-by', 'topology-value', 'stand-by'],
    ['an unknown version', '"5.0.0"', '"5.9.0"', 'topology-version', '"5.9.0"'],
    ['a file of the future', 'version: 1', 'version: 2', 'topology-version', '2'],
    [
      'a relative path',
      '/home/omm/ss_hatest/dn1',
      'ss_hatest/dn1',
      'topology-path',
      'ss_hatest/dn1',
    ],
    [
      'a path with ..',
      '/home/omm/ss_hatest/dn1',
      '/home/omm/../dn1',
      'topology-path',
      '/home/omm/../dn1',
    ],
    [
      'a path that gs_ctl refuses',
      '/home/omm/ss_hatest/dn1',
      '"/home/$USER/dn1"',
      'topology-path',
      '"/home/$USER/dn1"',
    ],
    [
      'a host that looks like an option',
      'host: prod-b',
      'host: -oProxyCommand=x',
      'topology-host',
      '-oProxyCommand=x',
    ],
    ['a user that looks like an option', 'user: omm', 'user: -l', 'topology-host', '-l'],
    [
      'a jump host that looks like an option',
      'proxyJump: gate',
      'proxyJump: -gate',
      'topology-host',
      '-gate',
    ],
    ['a host with its user', 'host: prod-b', 'host: omm@prod-b', 'topology-host', 'omm@prod-b'],
    [
      'a host name that looks like an option',
      'hostName: 10.0.0.2',
      'hostName: -x',
      'topology-host',
      '-x',
    ],
    [
      'a path that looks like an option',
      'xlogLockFile: /home/omm/lock_primary',
      'xlogLockFile: -rf',
      'topology-path',
      '-rf',
    ],
    [
      'a relative key file',
      'identityFile: ~/.ssh/id_og',
      'identityFile: id_og',
      'topology-path',
      'id_og',
    ],
    ['a port that leaves no room', 'port: 6700', 'port: 65535', 'topology-value', '65535'],
    ['an instance id that is too high', 'instanceId: 1', 'instanceId: 64', 'topology-value', '64'],
    ['a size that is none', 'size: 64GB', 'size: much', 'topology-size', 'much'],
    [
      'a size that the server refuses',
      'size: 64GB',
      'size: 64000000001',
      'topology-size',
      '64000000001',
    ],
    ['a name of a variable that is none', 'EXTRA: 7', '1EXTRA: 7', 'topology-env', '1EXTRA'],
    [
      'a variable that would not be replaced',
      'EXTRA: 7',
      'EXTRA: $HOME/x',
      'topology-env',
      '$HOME/x',
    ],
    [
      'an array without https',
      'https://10.0.0.9:8088',
      'http://10.0.0.9:8088',
      'topology-value',
      '"http://10.0.0.9:8088"',
    ],
    [
      'an array of no cluster',
      'cluster: production',
      'cluster: productoin',
      'topology-value',
      'productoin',
    ],
    ['the reserved host', '  prod-b:', '  local: {}\n  prod-b:', 'topology-host', 'local'],
    ['a name that is none', 'name: recovery', 'name: a/b', 'topology-name', 'a/b'],
    [
      'a value where a list belongs',
      'arrays:\n  - { name: dorado-a, url: "https://10.0.0.9:8088", cluster: production }',
      'arrays: 5',
      'topology-type',
      '5',
    ],
  ];
  for (const [what, text, other, code, at] of cases) {
    it(what, async () => {
      const found = await only(but(text, other));
      assert.equal(found.code, code);
      assert.equal(found.at, at);
    });
  }

  it('suggests the nearest key and mends it', async () => {
    const text = but(
      'dssHome: /home/omm/ss_hatest/dss_home1',
      'dsshome: /home/omm/ss_hatest/dss_home1',
    );
    const { finding } = await only(text);
    assert.match(finding.message, /dssHome/);
    const edit = finding.fixes?.[0]?.edits[0];
    assert.ok(edit);
    const mended = text.slice(0, edit.range.start) + edit.newText + text.slice(edit.range.end);
    assert.equal(mended, good);
  });

  for (const key of [
    'name: dn1',
    'host: prod-b',
    'dataDir: /home/omm/ss_hatest/dn1',
    'port: 6700',
  ]) {
    it(`a missing ${key}`, async () => {
      const found = await only(but(key, `instanceId: 1 #`).replace(/\n +instanceId: 1\n/, '\n'));
      assert.equal(found.code, 'topology-missing');
      assert.match(found.message, new RegExp(key.split(':')[0] ?? ''));
    });
  }

  it('a missing version is a warning, and can be inserted', async () => {
    const { finding } = await only(but('version: 1\n', ''));
    assert.equal(finding.severity, 'warning');
    assert.equal(finding.fixes?.length, 1);
  });

  it('a host on which no node is, is a hint', async () => {
    const found = await only(but('  prod-b:', '  prod-x: {}\n  prod-b:'));
    assert.equal(found.code, 'topology-unused-host');
    assert.equal(found.finding.severity, 'hint');
  });

  it('a password in the environment is a warning', async () => {
    const found = await only(but('EXTRA: 7', 'PGPASSWORD: x'));
    assert.equal(found.code, 'topology-secret');
  });
});

describe('relations between clusters and nodes', () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    ['the same port on one host', 'port: 9700', 'port: 9600', 'topology-port-conflict'],
    ['a port that is another node’s HA port', 'port: 9700', 'port: 9601', 'topology-port-conflict'],
    [
      'a DMS port that is another node’s port',
      'dmsPort: 9711',
      'dmsPort: 9600',
      'topology-port-conflict',
    ],
    ['the same DSS port', 'dssPort: 30011', 'dssPort: 30010', 'topology-port-conflict'],
    [
      'the same data directory on one host',
      'dataDir: /home/omm/ss_hatest1/dn1',
      'dataDir: /home/omm//ss_hatest1/dn0/',
      'topology-duplicate',
    ],
    [
      'the same DSS home on one host',
      'dssHome: /home/omm/ss_hatest1/dss_home1',
      'dssHome: /home/omm/ss_hatest1/dss_home0',
      'topology-duplicate',
    ],
    ['the same instance id in a cluster', 'instanceId: 1', 'instanceId: 0', 'topology-duplicate'],
    [
      'two nodes of one name',
      'name: dn1\n        host: prod-b',
      'name: dn0\n        host: prod-b',
      'topology-duplicate',
    ],
  ];
  for (const [what, text, other, code] of cases) {
    it(what, async () => {
      const found = await findingsOf(but(text, other));
      assert.ok(
        found.length > 0 && found.every((finding) => finding.code === code),
        JSON.stringify(found),
      );
      assert.ok(found.every((finding) => (finding.related ?? []).length > 0));
    });
  }

  it('the same port on two hosts is right', async () => {
    assert.deepEqual(await findingsOf(but('port: 6700', 'port: 6600')), []);
  });

  it('two primary clusters, and then no standby one', async () => {
    const found = await findingsOf(but('role: standby', 'role: primary'));
    assert.deepEqual(
      found.map((finding) => finding.code),
      ['topology-roles', 'topology-roles'],
    );
  });

  it('one lock file for both clusters on one host', async () => {
    const oneHost = good
      .replaceAll('host: prod-a', 'host: local')
      .replaceAll('host: prod-b', 'host: local')
      .replace(/hosts:[^]*?(?=xlog:)/, '');
    assert.deepEqual(await findingsOf(oneHost), []);
    const found = await findingsOf(but('lock_standby', 'lock_primary', oneHost));
    assert.deepEqual(
      found.map((finding) => finding.code),
      ['topology-lock-file'],
    );
  });
});

describe('any other text', () => {
  it('is told where the YAML breaks', async () => {
    const found = await findingsOf('version: 1\nclusters: [\n');
    assert.ok(found.some((finding) => finding.code === 'topology-syntax'));
  });

  for (const text of [
    '',
    '# only a comment\n',
    '[]',
    'word',
    '? {a: 1}\n: x',
    '- - -',
    '"',
    '&a [*a]',
    '*a',
  ]) {
    it(`is no topology: ${JSON.stringify(text)}`, async () => {
      assert.ok((await findingsOf(text)).some((finding) => finding.severity === 'error'));
    });
  }

  it('does not blow up with aliases of aliases', async () => {
    const levels = 'bcdefghij'.split('');
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${levels.map((name, index) => `${name}: &${name} [${`*${'abcdefghij'[index] ?? ''},`.repeat(9)}]`).join('\n')}\n`;
    assert.ok((await findingsOf(bomb)).some((finding) => finding.code === 'topology-syntax'));
    assert.ok((await findingsOf('clusters: &x {<<: *x, nodes: *x}')).length > 0);
  });

  it('never rejects, and finds within the text', async () => {
    const mutated = fc
      .array(
        fc.tuple(
          fc.nat(good.length),
          fc.nat(40),
          fc.oneof(
            fc.string({ unit: 'binary' }),
            fc.constantFrom('- ', '{', '}', '*x', '&x ', ': ', '\n  ', '!!map ', '? '),
          ),
        ),
        { maxLength: 5 },
      )
      .map((cuts) =>
        cuts.reduce(
          (whole, [at, length, put]) => whole.slice(0, at) + put + whole.slice(at + length),
          good,
        ),
      );
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated, fc.string({ unit: 'binary' })), async (text) => {
        for (const { range } of await findingsOf(text)) {
          assert.ok(
            range.start >= 0 && range.start <= range.end && range.end <= Math.max(text.length, 1),
          );
        }
      }),
      { numRuns: 400 },
    );
  });
});
