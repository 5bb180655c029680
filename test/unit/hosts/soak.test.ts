import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { soakHosts } from '../../soak/hosts.ts';
import { findSshd } from '../../support/sshd.ts';

void findSshd().then((found) => {
  const skip = typeof found === 'string' ? found : false;
  describe('random faults', () => {
    it('never hang, lose a file or leave something behind', { skip }, async () => {
      const report = await soakHosts(12_000, () => undefined);
      assert.deepEqual(report.wrong, []);
      assert.ok(report.answers > 0);
    });
  });
});
