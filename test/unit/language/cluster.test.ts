import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { loadCatalogue } from '../../../src/config/catalogue.ts';
import type { DeploymentInput, NodeFiles } from '../../../src/config/cluster/deployment.ts';
import { DeploymentLinter } from '../../../src/config/cluster/lint.ts';
import { corpusText, withCorpus } from '../../support/corpus.ts';
import { conf, legacy, modern, p0, p1, r0, r1, twoSites } from './cases/case.ts';
import { nodeCases } from './cases/node.ts';
import { replicationCases } from './cases/replication.ts';
import { sharedCases } from './cases/shared.ts';
import {
  deploymentOf,
  dualTopology,
  findingsOf,
  lintDeployment,
  listFindings,
  withFix,
} from './support.ts';

/** Applies all fixes of the findings with a code and expects that nothing is left of it, and nothing new. */
function mend(input: DeploymentInput, code: string): DeploymentInput {
  let current = input;
  for (let round = 0; round < 8; round += 1) {
    const found = [...lintDeployment(current)].flatMap(([key, list]) =>
      list.filter((finding) => finding.code === code).map((finding) => ({ key, finding })),
    );
    const first = found[0];
    if (first === undefined) {
      return current;
    }
    const fix = first.finding.fixes?.[0];
    assert.ok(fix, `${code} has a fix`);
    const before = listFindings(lintDeployment(current));
    current = withFix(current, first.key, fix);
    assert.ok(listFindings(lintDeployment(current)).length < before.length, fix.title);
  }
  assert.fail(`${code} is not mended`);
}

const cases = [...replicationCases, ...sharedCases, ...nodeCases];

describe('files of all nodes', () => {
  for (const shape of [
    legacy,
    modern,
    twoSites,
    { ...twoSites, version: 'master' as const },
    { size: 4 },
    { version: '6.0.0' as const },
  ]) {
    it(`finds nothing in good files: ${JSON.stringify(shape)}`, async () => {
      const input = await deploymentOf(
        shape,
        shape.version === '6.0.0'
          ? [p0, p1, r0, r1].map(
              (node) =>
                [node, conf, "ss_disaster_mode = 'dorado'", 'ss_enable_dorado = on'] as const,
            )
          : [],
      );
      assert.deepEqual(listFindings(lintDeployment(input)), []);
    });
  }
  for (const { name, shape, changes, found, mends } of cases) {
    it(`${found.length === 0 ? 'allows' : 'finds'} ${name}`, async () => {
      const input = await deploymentOf(shape, changes);
      assert.deepEqual(listFindings(lintDeployment(input)).sort(), [...found].sort());
      if (mends === true) {
        const [code = ''] = findingsOf(input).map((finding) => finding.code);
        assert.deepEqual(listFindings(lintDeployment(mend(input, code))), []);
      }
    });
  }
  it('links to the other node’s line', async () => {
    const input = await deploymentOf(legacy, [[r0, conf, 'dn_standby_0', 'dn_primary_1']]);
    const related = findingsOf(input)[0]?.related?.[0];
    assert.equal(related?.file, `${p1}:postgresql-conf`);
    const text = input.files.get(p1)?.postgresqlConf ?? '';
    assert.equal(text.slice(related.range.start, related.range.end), "'dn_primary_1'");
  });
  it('asks pg_hba.conf for peers that no replconninfo names', async () => {
    const strip = [
      p0,
      conf,
      /cross_cluster_replconninfo1.*\ncross_cluster_replconninfo2.*\n/,
      '',
    ] as const;
    const peer = async (line: string): Promise<string[]> => {
      const input = await deploymentOf(twoSites, [strip, [p0, 'pgHba', undefined, line]]);
      return listFindings(lintDeployment(input)).filter((each) => each.includes('hba-'));
    };
    assert.deepEqual(await peer('# nobody\n'), [`${p0} pg-hba hba-peer-missing`]);
    assert.deepEqual(await peer('host replication omm 10.0.1.1/32 trust\n'), []);
    assert.deepEqual(await peer('host all all 10.0.1.0/24 trust\n'), []);
    assert.deepEqual(await peer('host all all 10.0.1.0/24 sha256\n'), [
      `${p0} pg-hba hba-peer-password`,
    ]);
    assert.deepEqual(await peer('host replication other 10.0.1.1/32 trust\n'), [
      `${p0} pg-hba hba-peer-missing`,
    ]);
  });
  it('is silent before somebody connects the clusters', async () => {
    const topology = dualTopology({});
    const input: DeploymentInput = {
      topology,
      catalogue: await loadCatalogue('5.0.0', 'release'),
      files: new Map(
        topology.clusters.flatMap((cluster) =>
          cluster.nodes.map((node) => [
            node.id,
            { postgresqlConf: `port = ${node.port}\n`, pgHba: 'local all all trust\n' },
          ]),
        ),
      ),
    };
    assert.deepEqual(listFindings(lintDeployment(input)), []);
  });
  it('works when only one file is known', async () => {
    const input = await deploymentOf(legacy);
    const files = new Map([[p0, input.files.get(p0) ?? {}]]);
    assert.deepEqual(listFindings(lintDeployment({ ...input, files })), []);
  });
});

describe('the seed’s own files', withCorpus, () => {
  it('have the mistakes that are known of them', async () => {
    const topology = dualTopology(legacy);
    const hba = corpusText('confs/seed-pg_hba.conf');
    const files = new Map<string, NodeFiles>([
      [
        p0,
        {
          postgresqlConf: `${corpusText('confs/seed-primary-node0.postgresql.conf')}\nxlog_file_size = 68719476736\n`,
          pgHba: hba,
        },
      ],
      [p1, { postgresqlConf: corpusText('confs/seed-primary-node1.postgresql.conf') }],
      [r0, { postgresqlConf: corpusText('confs/seed-standby-node0.postgresql.conf'), pgHba: hba }],
      [r1, { postgresqlConf: corpusText('confs/seed-standby-node1.postgresql.conf') }],
    ]);
    const found = listFindings(
      lintDeployment({ topology, files, catalogue: await loadCatalogue('5.0.0', 'release') }),
    );
    assert.deepEqual(
      [...new Set(found)].sort(),
      [
        `${p0} pg-hba hba-stranger`,
        `${p1} postgresql-conf xlog-file-size-differs`,
        `${r0} pg-hba hba-stranger`,
        `${r0} postgresql-conf xlog-file-size-differs`,
        `${r1} postgresql-conf cluster-values-differ`,
        `${r1} postgresql-conf path-foreign-home`,
        `${r1} postgresql-conf xlog-file-path-differs`,
        `${r1} postgresql-conf xlog-file-size-differs`,
      ].sort(),
    );
  });
  it('of the switchover post have the lock of the other cluster', async () => {
    const cut = (path: string): readonly string[] =>
      corpusText(path)
        .split(/^.*节点\d.*$/m)
        .slice(1);
    const [a, b] = cut('confs/switch-primary-cluster.postgresql.conf');
    const [c, d] = cut('confs/switch-standby-cluster.postgresql.conf');
    const files = new Map(
      [a, b, c, d].map((text, index) => [
        [p0, p1, r0, r1][index] ?? '',
        { postgresqlConf: text ?? '' },
      ]),
    );
    const found = listFindings(
      lintDeployment({
        topology: dualTopology(legacy),
        files,
        catalogue: await loadCatalogue('5.0.0', 'release'),
      }),
    );
    assert.ok(found.includes(`${r0} postgresql-conf xlog-lock-shared`));
    assert.ok(found.includes(`${r1} postgresql-conf xlog-lock-shared`));
  });
});

describe('fixes between files', () => {
  it('each removes its finding and adds none', async () => {
    const inputs = new Map<string, DeploymentInput>();
    for (const each of cases) {
      inputs.set(each.name, await deploymentOf(each.shape, each.changes));
    }
    for (const [name, input] of inputs) {
      const findings = lintDeployment(input);
      const before = listFindings(findings);
      for (const [key, list] of findings) {
        for (const finding of list) {
          for (const fix of finding.fixes ?? []) {
            const left = listFindings(lintDeployment(withFix(input, key, fix)));
            const what = `${name}: ${finding.code}: ${fix.title}`;
            assert.ok(left.length < before.length, `${what}\n${left.join('\n')}`);
            const known = [...before];
            for (const each of left) {
              const at = known.indexOf(each);
              assert.ok(at >= 0, `${what} adds ${each}`);
              known.splice(at, 1);
            }
          }
        }
      }
    }
  });
  it('arbitrary texts never throw', async () => {
    const input = await deploymentOf(modern);
    const linter = new DeploymentLinter();
    const kinds = ['postgresqlConf', 'pgHba', 'dssInst', 'dssVgConf', 'cmConfig'] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(p0, r1),
        fc.constantFrom(...kinds),
        fc.string({ unit: 'binary', maxLength: 120 }),
        fc.nat(400),
        (node, kind, noise, place) => {
          const text = input.files.get(node)?.[kind] ?? '';
          const files = new Map(input.files);
          files.set(node, {
            ...files.get(node),
            [kind]: text.slice(0, place) + noise + text.slice(place + noise.length),
          });
          for (const list of linter.lint({ ...input, files }).values()) {
            for (const finding of list) {
              assert.ok(finding.range.start <= finding.range.end);
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
