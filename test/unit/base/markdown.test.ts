import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fenced, inlineCode, plain, plainLines } from '../../../src/base/markdown.ts';

describe('Texts of machines in Markdown', () => {
  it('become no link, no image, no markup and no other cell', () => {
    const evil = '[x](command:evil) | ![i](http://a/b) <img src=x>\n`c` **b** $x$ &lt;';
    assert.doesNotMatch(plain(evil), /(?<!\\)[[\]|<>`*$&]|\n/);
  });

  it('leave names with underscores as they are', () => {
    assert.equal(plain('StandbyCluster_Standby'), 'StandbyCluster_Standby');
    assert.equal(plain('_a_ b'), '\\_a\\_ b');
  });

  it('keep their lines in a cell when that is wanted', () => {
    assert.equal(plainLines('one\ntwo|'), 'one<br>two\\|');
  });

  it('cannot leave their block of code', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const [first = '', ...rest] = fenced('', `${text}\n\`\`\`\n`).split('\n');
        const end = rest.pop();
        assert.equal(first, end);
        assert.ok(rest.every((line) => !line.includes(first)));
        assert.equal(inlineCode(text).slice(1, -1).includes('`'), false);
      }),
    );
  });
});
