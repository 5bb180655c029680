import { join } from 'node:path';

import { runPlan } from '../../../../src/operations/runner.ts';
import type { Step } from '../../../../src/operations/types.ts';
import { LocalPool } from './local-pool.ts';
import { jobStep, plan } from './plans.ts';

/** The steps of the plan that the child runs until it is killed. */
export function childSteps(root: string): Step[] {
  return [
    jobStep('one', 'a', root, { work: 'sleep 0.3' }),
    jobStep('two', 'b', root, { work: 'sleep 0.4' }),
    jobStep('three', 'a', root, { after: ['one', 'two'], work: 'sleep 0.3' }),
    jobStep('four', 'b', root, { after: ['three'] }),
  ];
}

async function main(root: string): Promise<void> {
  process.send?.('ready');
  await runPlan(plan(childSteps(root)), {
    pool: new LocalPool(root),
    folder: join(root, '.opengauss'),
    secret: () => Promise.resolve('Gauss_234'),
  });
  process.exit(0);
}

if (process.argv[1]?.endsWith('run-child.ts') === true) {
  void main(process.argv[2] ?? '');
}
