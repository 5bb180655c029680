import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { createHostPool } from '../../../../src/hosts/pool.ts';
import { deployPlan } from '../../../../src/operations/recipes/deploy.ts';
import { layoutOf } from '../../../../src/operations/recipes/layout.ts';
import { runPlan } from '../../../../src/operations/runner.ts';
import { noPrompts } from '../../../support/no-prompts.ts';
import { password, topologyFrom } from './bare-lab.ts';

/** Runs the deployment of a lab and tells its parent of each step, until it is killed. */
async function main(dir: string): Promise<void> {
  const topology = await topologyFrom(await readFile(join(dir, 'deploy.yaml'), 'utf8'));
  const pool = createHostPool({
    hosts: topology.hosts,
    sshConfigFiles: [join(dir, 'ssh', 'config')],
    prompts: noPrompts,
    trusted: true,
    log: () => undefined,
    pauses: { first: 50, longest: 500 },
  });
  await runPlan(deployPlan(layoutOf(topology, undefined)), {
    pool,
    folder: join(dir, '.opengauss'),
    secret: () => Promise.resolve(password),
    onEvent: (event) => {
      if (event.kind === 'step') {
        process.send?.({
          step: event.step.id,
          kind: event.state.kind,
          ...(event.state.kind === 'ended' ? { outcome: event.state.outcome } : {}),
        });
      }
    },
  });
  await pool.close();
  process.exit(0);
}

if (process.argv[1]?.endsWith('deploy-child.ts') === true) {
  void main(process.argv[2] ?? '');
}
