import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { clockTime, dateTime, sentences, setBundle, t } from '../../../src/base/l10n.ts';

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

  it('has blanks beside Latin words in Chinese, and none between Chinese ones', () => {
    setBundle({ 'Stop {0}': '停止 {0}', '{0} is down': '{0} 已停止', 'all of {0}?': '要 {0} 吗' });
    assert.equal(t('Stop {0}', 'recovery'), '停止 recovery');
    assert.equal(t('Stop {0}', '两个集群'), '停止两个集群');
    assert.equal(t('{0} is down', '节点'), '节点已停止');
    assert.equal(t('{0} is down', 'dn0'), 'dn0 已停止');
    assert.equal(t('all of {0}?', '全部'), '要全部吗');
    assert.equal(t('Not translated: {0} and {1}', '一', '二'), 'Not translated: 一 and 二');
    assert.equal(sentences('拒绝连接。', '请检查端口。', undefined), '拒绝连接。请检查端口。');
    assert.equal(sentences('Refused.', '', 'Look at the port.'), 'Refused. Look at the port.');
    assert.equal(sentences(undefined, 'One.'), 'One.');
  });

  it('never puts an argument into an argument', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        assert.equal(t('a {0} b {1} c', one, other), `a ${one} b ${other} c`);
      }),
    );
  });
});
