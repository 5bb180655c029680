import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';

import { isStillThere } from '../../../src/operations/process.ts';

const minute = 60_000;
const skip = existsSync('/proc/self/stat') ? false : 'there is no /proc on this machine';

describe('a process that noted its number', () => {
  it('is there while it lives, and not afterwards', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
    await once(child, 'spawn');
    const pid = child.pid ?? 0;
    const noted = Date.now();
    assert.ok(isStillThere(pid, noted));
    assert.ok(isStillThere(pid, noted + minute));
    child.stdin.end();
    await once(child, 'exit');
    assert.ok(!isStillThere(pid, noted));
  });

  it('is not the one that has its number now', { skip }, () => {
    assert.ok(isStillThere(process.pid, Date.now()));
    assert.ok(!isStillThere(process.pid, Date.now() - process.uptime() * 1000 - minute));
    assert.ok(isStillThere(1, Date.now()));
  });

  it('is not there when the machine has been started since', () => {
    assert.ok(!isStillThere(process.pid, Date.parse('2020-01-01T00:00:00Z')));
    assert.ok(!isStillThere(0, Date.now()));
    assert.ok(!isStillThere(Number.NaN, Date.now()));
  });
});
