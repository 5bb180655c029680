import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { hostNames } from '../../../src/topology/lookups.ts';
import { parseTopology } from '../../../src/topology/parse.ts';
import { printTopology, proposeTopology } from '../../../src/topology/print.ts';
import { versionNamed } from '../../../src/topology/values.ts';

describe('a topology file that is written', () => {
  it('is the guide’s two clusters by default, and is read back without findings', async () => {
    const text = printTopology(proposeTopology());
    const { topology, findings } = await parseTopology(text);
    assert.deepEqual(findings, []);
    assert.ok(topology);
    assert.deepEqual(
      topology.clusters.map((cluster) => [
        cluster.name,
        cluster.role,
        ...cluster.nodes.map((node) => node.port),
      ]),
      [
        ['production', 'primary', 6600, 6700],
        ['recovery', 'standby', 9600, 9700],
      ],
    );
    assert.equal(topology.clusters[0]?.nodes[1]?.dmsPort, 6711);
    assert.equal(topology.xlog?.size, 68719476736n);
    assert.ok(text.includes('\n# '), 'it explains itself');
  });

  it('has the hosts and folders that were answered', async () => {
    const { topology, findings } = await parseTopology(
      printTopology({
        ...proposeTopology({
          productionHosts: ['a1', 'a2'],
          recoveryHosts: ['b1'],
          home: '/data/og user/',
          gaussHome: '/opt/gauss: 7',
          openGauss: '7.0.0-RC1',
        }),
        hosts: { a1: { hostName: 'fe80::1', user: 'no', port: 22 } },
      }),
    );
    assert.deepEqual(findings, []);
    assert.ok(topology);
    assert.deepEqual(hostNames(topology), ['a1', 'a2', 'b1']);
    assert.equal(topology.clusters[0]?.nodes[0]?.dataDir, '/data/og user/ss_hatest/dn0');
    assert.equal(topology.clusters[0].env['GAUSSHOME'], '/opt/gauss: 7');
    assert.deepEqual(topology.hosts['a1'], { hostName: 'fe80::1', user: 'no', port: 22 });
  });

  it('gives every name and path back as it was', async () => {
    const word = fc.string({
      unit: fc.constantFrom(...'ab09 _-.:#{}[],*?%@"\'=~'.split(''), 'é', '中'),
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(word, word, async (folder, value) => {
        const home = `/x${folder}`;
        const choices = proposeTopology({ home, gaussHome: `/${value}` });
        const { topology, findings } = await parseTopology(printTopology(choices));
        assert.deepEqual(findings, []);
        assert.equal(topology?.clusters[0]?.env['GAUSSHOME'], `/${value}`);
        assert.equal(
          topology.clusters[0].nodes[0]?.dataDir,
          choices.clusters[0]?.nodes[0]?.dataDir,
        );
      }),
      { numRuns: 200 },
    );
  });
});

describe('versions', () => {
  for (const [name, rules] of [
    ['5.0.0', '5.0.0'],
    ['5.0.5', '5.0.0'],
    ['6.0.0-RC1', '6.0.0'],
    ['7.0.0-RC1', '7.0.0-RC1'],
    ['7.0.0-RC2', 'master'],
    ['7.0.0', 'master'],
    ['Master', 'master'],
    ['3.0.0', undefined],
    ['latest', undefined],
  ] as const) {
    it(`${name} follows the rules of ${rules ?? 'none that we know'}`, () => {
      assert.equal(versionNamed(name), rules);
    });
  }
});
