import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import * as inEditor from '../../editor/support/node-test.ts';
import type { Outcome } from '../../editor/support/node-test.ts';

describe('node:test as it is in the extension host', () => {
  it('reports what passes, fails, is skipped or does not end', async () => {
    const order: string[] = [];
    inEditor.load('a.test.ts', () => {
      inEditor.describe('suite', () => {
        inEditor.before(() => order.push('before'));
        inEditor.after(() => order.push('after'));
        inEditor.beforeEach(() => order.push('each'));
        inEditor.it('passes', (context) => {
          context.after(() => order.push('clean up'));
          order.push('test');
        });
        inEditor.it('fails', async () => {
          await Promise.resolve();
          assert.equal(1, 2);
        });
        inEditor.it('hangs', { timeout: 20 }, () => new Promise(() => undefined));
        inEditor.it('is skipped', { skip: 'no reason' }, () => assert.fail());
      });
    });
    inEditor.load('broken.test.ts', () => {
      throw new Error('does not load');
    });
    inEditor.load('hooks.test.ts', () => {
      inEditor.before(() => {
        throw new Error('the hook fails');
      });
      inEditor.test('never runs', () => undefined);
    });
    const outcomes: Outcome[] = [];
    const begun: string[] = [];
    await inEditor.runLoaded(
      (name) => begun.push(name),
      (outcome) => outcomes.push(outcome),
    );
    assert.deepEqual(
      outcomes.map(({ file, name, outcome }) => `${file} ${name}: ${outcome}`),
      [
        'a.test.ts suite › passes: passed',
        'a.test.ts suite › fails: failed',
        'a.test.ts suite › hangs: failed',
        'a.test.ts suite › is skipped: skipped',
        'broken.test.ts loads: failed',
        'hooks.test.ts before: failed',
      ],
    );
    assert.deepEqual(order, ['before', 'each', 'test', 'clean up', 'each', 'each', 'after']);
    assert.ok(begun.includes('a.test.ts: suite › hangs'));
  });
});
