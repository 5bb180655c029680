import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { describeKey, keyAt } from '../../../src/topology/describe.ts';

const text = `version: 1
clusters:
  - name: production
    nodes:
      - {name: dn0, host: a, dataDir: /d/0, port: 6600}
hosts:
  a: {hostName: 10.0.0.1, port: 22}
`;
const at = (word: string, from = 0): ReturnType<typeof keyAt> =>
  keyAt(text, text.indexOf(word, from) + 1);

describe('keys of opengauss.yaml', () => {
  it('finds a key, also inside braces, and the part that it stands under', () => {
    assert.deepEqual(at('version'), { section: 'version', key: 'version', start: 0 });
    assert.equal(at('dataDir')?.key, 'dataDir');
    assert.equal(at('port')?.section, 'clusters');
    assert.equal(at('port', text.indexOf('hosts:'))?.section, 'hosts');
    assert.equal(keyAt(text, text.indexOf('/d/0')), undefined);
  });

  it('tells the port of gaussdb from that of sshd', () => {
    assert.match(describeKey('clusters', 'port') ?? '', /gaussdb/);
    assert.match(describeKey('hosts', 'port') ?? '', /sshd/);
    assert.equal(describeKey('clusters', 'nosuch'), undefined);
  });

  it('takes any text and place', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'ab:{,} \n-') }),
        fc.nat(80),
        (any, offset) => {
          const found = keyAt(any, Math.min(offset, any.length));
          if (found !== undefined) {
            assert.equal(any.slice(found.start, found.start + found.key.length), found.key);
          }
        },
      ),
    );
  });
});
