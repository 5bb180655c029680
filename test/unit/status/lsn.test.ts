import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseChannel } from '../../../src/status/channel.ts';
import { formatLsn, lsnDifference, parseLsn, replicationLag } from '../../../src/status/lsn.ts';

describe('LSNs', () => {
  it('are 64 bits in two halves, without padding, of either case', () => {
    assert.equal(parseLsn('2/5C8'), 0x2000005c8n);
    assert.equal(parseLsn('ffffffff/ffffffff'), 2n ** 64n - 1n);
    assert.equal(parseLsn('0/0'), 0n);
    for (const text of [
      undefined,
      '',
      '2',
      '2/',
      '/5',
      'G/1',
      '2/5C8x',
      '123456789/0',
      '2/5C8/1',
      '-1/0',
    ]) {
      assert.equal(parseLsn(text), undefined, text);
    }
  });

  it('come back as they were printed', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (position) => {
        const text = formatLsn(position);
        assert.match(text, /^(0|[1-9A-F][0-9A-F]*)\/(0|[1-9A-F][0-9A-F]*)$/);
        assert.equal(parseLsn(text), position);
      }),
    );
  });

  it('subtract to bytes, over the border of a half too', () => {
    assert.equal(lsnDifference('1/0', '0/FFFFFFFF'), 1n);
    assert.equal(lsnDifference('0/10', '0/20'), -16n);
    assert.equal(lsnDifference('0/10', 'x'), undefined);
  });

  it('give the lag: sent minus replayed, never below zero, and nothing where nothing is said', () => {
    assert.equal(
      replicationLag({ senderSentLocation: '2/600', receiverReplayLocation: '2/5C8' }),
      0x38n,
    );
    assert.equal(
      replicationLag({ senderSentLocation: '2/5C8', receiverReplayLocation: '2/600' }),
      0n,
    );
    assert.equal(replicationLag({ senderPid: '4' }), undefined);
  });
});

describe('channels', () => {
  it('have two ends and a direction, with IPv6 addresses too', () => {
    assert.deepEqual(parseChannel('10.0.0.1:6600-->10.0.0.2:43350'), {
      direction: 'out',
      local: { address: '10.0.0.1', port: 6600 },
      remote: { address: '10.0.0.2', port: 43350 },
    });
    assert.deepEqual(parseChannel('fe80::1:41952<--fe80::2:6600')?.remote, {
      address: 'fe80::2',
      port: 6600,
    });
    for (const text of [undefined, '', ':0<--:0', 'nonsense', '1.2.3.4:5', '-->']) {
      assert.equal(parseChannel(text), undefined);
    }
  });
});
