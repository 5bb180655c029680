import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { applyEdits } from '../../../src/base/edits.ts';
import { nameAt, portOf } from '../../../src/topology/names.ts';
import { parseTopology } from '../../../src/topology/parse.ts';

const good = readFileSync(
  new URL('../../fixtures/topology/opengauss.yaml', import.meta.url),
  'utf8',
);

/** The text after a rename of what stands at a part of it, or why it is refused. */
async function renamed(part: string, to: string, text = good, within = 0): Promise<string> {
  const at = text.indexOf(part);
  assert.ok(at >= 0, part);
  const name = await nameAt(text, at + within);
  if ('refusal' in name) {
    return name.refusal;
  }
  return (
    name.problem(to) ??
    applyEdits(
      text,
      name.places.map((range) => ({ range, newText: to })),
    )
  );
}

const inValue = (part: string): number => part.length - 1;

describe('names of a topology', () => {
  it('a host, with the nodes on it', async () => {
    const text = await renamed('  prod-a: {', 'site-a', good, 3);
    assert.equal(text, good.replaceAll('prod-a', 'site-a'));
    assert.equal(
      await renamed('host: prod-b', 'site-b', good, 8),
      good.replaceAll('prod-b', 'site-b'),
    );
  });

  it('a host that others are reached through', async () => {
    const text = good.replace('proxyJump: gate', 'proxyJump: "me@prod-b:22,gate"');
    const after = await renamed('  prod-b:', 'x', text, 4);
    assert.match(after, /proxyJump: "me@x:22,gate"/);
    assert.deepEqual((await parseTopology(after)).findings, []);
  });

  it('a cluster, with the array that belongs to it', async () => {
    for (const part of ['name: production', 'cluster: production']) {
      const text = await renamed(part, 'main', good, inValue(part));
      assert.equal(text, good.replaceAll('production', 'main'));
    }
  });

  it('a node, and none of the same name in the other cluster', async () => {
    const text = await renamed('name: dn1', 'second', good, 8);
    assert.equal(text, good.replace('name: dn1', 'name: second'));
  });

  it('a name in quotes keeps them', async () => {
    const text = good.replace('name: dn1', "name: 'dn1'");
    assert.equal(
      await renamed("name: 'dn1'", '7', text, 8),
      good.replace('name: dn1', "name: '7'"),
    );
  });

  it('a port of a node', async () => {
    assert.equal(await renamed('6700', '6750'), good.replace('6700', '6750'));
    const port = await portOf(good, 'recovery/dn1');
    assert.equal(port?.text, '9700');
    assert.equal(good.slice(port.range.start, port.range.end), '9700');
    assert.equal(await portOf(good, 'recovery/dn9'), undefined);
  });

  it('says why not', async () => {
    const refusals: readonly (readonly [string, string, string, RegExp])[] = [
      ['role: standby', 'x', good, /Only the names/],
      ['name: dn1', 'x', good, /Only the names/],
      ['host: local', 'x', good, /machine that the extension runs on/],
      ['host: other', 'x', good.replace('host: prod-b', 'host: other'), /ssh configuration/],
      ['name: dn1', 'x', `${good}\n}`, /syntax/],
    ];
    for (const [part, to, text, expected] of refusals) {
      const within = part.startsWith('name') ? 2 : inValue(part);
      assert.match(await renamed(part, to, text, within), expected);
    }
    const names: readonly (readonly [string, string, RegExp])[] = [
      ['name: dn1', 'dn0', /already one/],
      ['name: dn1', 'a/b', /cannot be a name/],
      ['name: dn1', 'null', /nothing at all/],
      ['name: recovery', 'production', /already one/],
      ['host: prod-b', 'prod-a', /already one/],
      ['host: prod-b', 'local', /machine that the extension/],
      ['host: prod-b', 'me@x', /names a user/],
      ['port: 6700', '65535', /1 to 65534/],
    ];
    for (const [part, to, expected] of names) {
      assert.match(await renamed(part, to, good, inValue(part)), expected, to);
    }
  });

  it('leave a good topology that means the same but for the name', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(good.length),
        fc.stringMatching(/^[a-z][a-z0-9_.-]{0,12}$/),
        async (offset, to) => {
          const name = await nameAt(good, offset);
          if ('refusal' in name || name.kind === 'port' || name.problem(to) !== undefined) {
            return;
          }
          assert.ok(name.range.start <= offset && offset <= name.range.end);
          assert.ok(name.places.some(({ start }) => start === name.range.start));
          const text = applyEdits(
            good,
            name.places.map((range) => ({ range, newText: to })),
          );
          assert.deepEqual((await parseTopology(text)).findings, []);
        },
      ),
      { numRuns: 300 },
    );
  });
});
