import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { received } from '../../../src/editor/webview/messages.ts';

type Message = { readonly type: 'ready' } | { readonly type: 'open'; readonly id: string };
const shapes = { ready: {}, open: { id: 'string' } } as const;

describe('Messages of webviews', () => {
  it('are taken when they are known and whole', () => {
    assert.deepEqual(received<Message>({ type: 'ready' }, shapes), { type: 'ready' });
    const open = { type: 'open', id: 'production/dn0' } as const;
    assert.equal(received<Message>(open, shapes), open);
  });

  it('are left when their type is not known or a field is missing or of another type', () => {
    for (const message of [
      undefined,
      null,
      'ready',
      {},
      { type: 'toString' },
      { type: 'close' },
      { type: 'open' },
      { type: 'open', id: 7 },
    ]) {
      assert.equal(received<Message>(message, shapes), undefined);
    }
  });

  it('never throw', () => {
    fc.assert(
      fc.property(fc.anything(), (message) => {
        received<Message>(message, shapes);
      }),
    );
  });
});
