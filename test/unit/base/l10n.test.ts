import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { clockTime, dateTime, setBundle, t } from '../../../src/base/l10n.ts';

describe('texts in the language of the user', () => {
  afterEach(() => {
    setBundle({});
  });

  it('puts the arguments in their places, in the order of the translation', () => {
    setBundle({ '{0} on {1}': '{1} 上的 {0}' });
    assert.equal(t('{0} on {1}', 'dn0', 'prod-a'), 'prod-a 上的 dn0');
    assert.equal(t('{0} of {1}, {0}', 1, true), '1 of true, 1');
  });

  it('leaves alone what is no place of an argument', () => {
    assert.equal(t('{a} {} {0 {1} {0}', 'x'), '{a} {} {0 {1} x');
    assert.equal(t('{0} and }{', '{0}$&'), '{0}$& and }{');
    assert.equal(t('{0}'), '{0}');
  });

  it('writes times as the language does', () => {
    const time = new Date(2026, 10, 22, 14, 3, 9).getTime();
    setBundle({}, 'zh-cn');
    assert.match(clockTime(time), /^14:03:09$/);
    assert.match(dateTime(time), /^2026.11.22 14:03:09$/);
    setBundle({}, 'en');
    assert.equal(clockTime(time), new Date(time).toLocaleTimeString());
  });

  it('never puts an argument into an argument', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        assert.equal(t('a {0} b {1} c', one, other), `a ${one} b ${other} c`);
      }),
    );
  });
});
