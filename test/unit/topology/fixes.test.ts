import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { applyEdits } from '../../../src/base/edits.ts';
import { mendAll, soundFixes } from '../../../src/topology/fixes.ts';
import { parseTopology } from '../../../src/topology/parse.ts';

const good = readFileSync(
  new URL('../../fixtures/topology/opengauss.yaml', import.meta.url),
  'utf8',
);

function but(text: string, other: string, whole = good): string {
  assert.ok(whole.includes(text), `the fixture has no ${text}`);
  return whole.replace(text, other);
}

/** What each sound fix of a text would make of it, the preferred ones first. */
async function mended(text: string): Promise<readonly string[]> {
  const { findings } = await parseTopology(text);
  const mendable = await soundFixes(text, findings);
  return mendable
    .flatMap(({ fixes }) => fixes)
    .sort((one, other) => Number(other.preferred ?? false) - Number(one.preferred ?? false))
    .map((fix) => applyEdits(text, fix.edits));
}

const oneHost = good
  .replaceAll('host: prod-a', 'host: local')
  .replaceAll('host: prod-b', 'host: local')
  .replace(/hosts:[^]*?(?=xlog:)/, '');

describe('fixes of a topology', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['a key with a slip', but('dataDir:', 'datadir:'), good],
    ['a word with a slip', but('role: standby', 'role: stanby'), good],
    ['the version of the file that nobody knows', but('version: 1', 'version: 2'), good],
    ['no version of the file', but('version: 1\n', ''), good.replace(/^#.*\n/, '')],
    ['a server version with a slip', but('"5.0.0"', '"5.0.o"'), but('"5.0.0"', '5.0.0')],
    ['two primary clusters', but('role: standby', 'role: primary'), good],
    ['a port that is taken', but('port: 9700', 'port: 9600'), but('port: 9700', 'port: 9602')],
    ['a DSS port that is taken', but('dssPort: 30011', 'dssPort: 30010'), good],
    ['an instance id that is taken', but('instanceId: 1', 'instanceId: 0'), good],
    [
      'one lock file for both clusters',
      but('lock_standby', 'lock_primary', oneHost),
      but('lock_standby', 'lock_primary_standby', oneHost),
    ],
    [
      'an xlog of an odd size',
      but('size: 64GB', 'size: 100MB'),
      but('size: 64GB', 'size: 134217728'),
    ],
  ];
  for (const [what, broken, whole] of cases) {
    it(what, async () => {
      const [first] = await mended(broken);
      assert.equal(first?.replace(/^#.*\n/, ''), whole.replace(/^#.*\n/, ''));
    });
  }

  it('offer every word when none is near, and prefer none', async () => {
    const text = but('build: debug', 'build: xyz');
    const { findings } = await parseTopology(text);
    const [mendable] = await soundFixes(text, findings);
    assert.deepEqual(
      mendable?.fixes.map(({ title, preferred }) => [title, preferred]),
      [
        ['Replace by "release"', undefined],
        ['Replace by "debug"', undefined],
      ],
    );
  });

  it('leave out a fix that brings another problem', async () => {
    const text = but('        port: 9700\n', '        prot: 9600\n');
    const { findings } = await parseTopology(text);
    const unknown = findings.find(({ code }) => code === 'topology-unknown-key');
    assert.equal(unknown?.fixes?.length, 1);
    assert.deepEqual(await soundFixes(text, findings, [unknown]), []);
  });

  it('mend a whole file, one after the other', async () => {
    const broken = [
      ['version: 1', 'version: 3'],
      ['role: standby', 'role: standbi'],
      ['dssPort: 30011', 'dssport: 30011'],
    ].reduce((text, [from = '', to = '']) => but(from, to, text), good);
    assert.deepEqual(await mendAll(broken), { text: good, count: 3 });
    assert.deepEqual(await mendAll(good), { text: good, count: 0 });
  });

  it('remove their finding and add none, whatever the file says', async () => {
    const words = fc.constantFrom(
      'port: 9600',
      'role: primary',
      'role: stndby',
      'instanceId: 0',
      'build: relase',
      'version: 9',
      'size: 1000MB',
      'dmsport: 9711',
      'host: omm@prod-b',
      'x',
      '',
    );
    const lines = good.split('\n');
    const broken = fc
      .array(fc.tuple(fc.nat(lines.length - 1), words), { minLength: 1, maxLength: 4 })
      .map((changes) => {
        const copy = [...lines];
        for (const [index, word] of changes) {
          copy[index] = (copy[index] ?? '').replace(/[\w]+: .*$/, word);
        }
        return copy.join('\n');
      });
    await fc.assert(
      fc.asyncProperty(broken, async (text) => {
        const { findings } = await parseTopology(text);
        const told = findings.map(({ code, message }) => `${code} ${message}`);
        for (const { finding, fixes } of await soundFixes(text, findings)) {
          for (const fix of fixes) {
            const after = (await parseTopology(applyEdits(text, fix.edits))).findings;
            assert.ok(after.length < findings.length, fix.title);
            const same = `${finding.code} ${finding.message}`;
            const count = (list: readonly string[]): number =>
              list.filter((one) => one === same).length;
            assert.ok(
              count(after.map(({ code, message }) => `${code} ${message}`)) < count(told),
              fix.title,
            );
          }
        }
        const all = await mendAll(text);
        const left = (await parseTopology(all.text)).findings;
        assert.ok(left.length <= findings.length - all.count);
      }),
      { numRuns: 150 },
    );
  });
});
