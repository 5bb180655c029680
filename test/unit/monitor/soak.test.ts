import assert from 'node:assert/strict';
import { it } from 'node:test';
import { soakMonitor } from '../../soak/monitor.ts';

it('the monitor under load misses no fault and shows none that is over', async () => {
  const report = await soakMonitor({ milliseconds: 90_000, faults: 3 }, () => undefined);
  assert.deepEqual(report.wrong, []);
  assert.ok(Object.keys(report.faults).length > 0);
});
