import type { CommandId } from '../contributions.ts';
import type { Services } from '../services.ts';
import { ProgressView } from './progress-view.ts';

const commands: readonly CommandId[] = [
  'openGauss.deploy',
  'openGauss.preflight',
  'openGauss.setUpDisasterRecovery',
  'openGauss.start',
  'openGauss.stop',
  'openGauss.restart',
  'openGauss.switchover',
  'openGauss.failover',
  'openGauss.rebuild',
  'openGauss.tearDown',
  'openGauss.applyConfiguration',
  'openGauss.buildFromSource',
  'openGauss.runScripts',
  'openGauss.plan',
  'openGauss.runPlan',
  'openGauss.exportPlanSh',
  'openGauss.exportPlanAnsible',
  'openGauss.resumeDeployment',
  'openGauss.showStepOutput',
  'openGauss.releaseLock',
  'openGauss.showReport',
];

/** Deploying, starting, stopping and all that is done by plans: shown, confirmed, run, reported. */
export function registerOperations(services: Services): void {
  const view = services.add(new ProgressView());
  services.commands.registerLater(commands, async () => {
    const { registerOperationCommands } = await import('./commands.ts');
    registerOperationCommands(services, view);
  });
}
