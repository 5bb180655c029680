import { describe } from 'node:test';
import { findSshd } from '../../support/sshd.ts';
import { hostFaults } from './support/faults.ts';
import { labTarget, sshdTarget } from './support/targets.ts';

// They mostly wait for time limits, so many go side by side.
const concurrency = 4;

void findSshd().then((found) => {
  const skip = typeof found === 'string' ? found : false;
  describe('faults of a machine behind OpenSSH', { skip, concurrency }, () =>
    hostFaults(sshdTarget),
  );
});
describe("faults of a machine behind the lab's own server", { concurrency }, () =>
  hostFaults(labTarget),
);
