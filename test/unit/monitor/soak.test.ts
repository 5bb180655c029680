import assert from 'node:assert/strict';
import { it } from 'node:test';
import { soakMonitor } from '../../soak/monitor.ts';

it('the monitor under load misses no fault and shows none that is over', async () => {
  const report = await soakMonitor(90_000, () => undefined, { faults: 3, scale: 4 });
  assert.deepEqual(report.wrong, []);
  assert.ok(Object.keys(report.faults).length > 0);
  assert.ok(report.rows.acknowledged > 0);
});
