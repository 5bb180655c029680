// npm run soak -- deploy [5.0.0|7.0.0 …]: long tests that npm test only samples.
import { soakDeploy } from './deploy.ts';
import type { LabVersion } from '../lab/sim/host.ts';

const [, , name, ...rest] = process.argv;

async function main(): Promise<void> {
  if (name !== 'deploy') {
    throw new Error('usage: npm run soak -- deploy [5.0.0|7.0.0]');
  }
  const versions = rest.filter((word): word is LabVersion => word === '5.0.0' || word === '7.0.0');
  await soakDeploy(versions.length === 0 ? ['5.0.0', '7.0.0'] : versions);
}

main().catch((thrown: unknown) => {
  process.stderr.write(
    `${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`,
  );
  process.exitCode = 1;
});
