import * as vscode from 'vscode';
import { t } from '../base/l10n.ts';
import { registerDashboard } from './dashboard/register.ts';
import { registerExplorer } from './explorer/register.ts';
import type { ClusterExplorer } from './explorer/view.ts';
import { registerFiles } from './files/register.ts';
import { registerHealth } from './health/register.ts';
import { registerLanguageLater } from './language/later.ts';
import { registerManager } from './manager/register.ts';
import { registerOperations } from './operations/register.ts';
import { registerQuery } from './query/register.ts';
import { registerRemote } from './remote/register.ts';
import type { Services } from './services.ts';
import { registerSql } from './sql/register.ts';
import { registerTerminal } from './terminal/register.ts';
import { registerCreateTopology } from './topology/create.ts';
import { registerTopologyDiagnostics } from './topology/diagnostics.ts';
import { registerTopologyFixes } from './topology/code-actions.ts';
import { registerTopologyHover } from './topology/hover.ts';
import { registerVerify } from './verify/register.ts';

/** Registers everything that the editor offers; each feature stands in a folder of its own. */
export function registerFeatures(services: Services): ClusterExplorer {
  registerHelp(services);
  const explorer = registerExplorer(services);
  registerHealth(services);
  registerDashboard(services);
  registerFiles(services);
  registerLanguageLater(services);
  registerOperations(services);
  registerQuery(services);
  registerManager(services);
  registerSql(services);
  registerVerify(services);
  registerTerminal(services);
  registerRemote(services);
  registerCreateTopology(services);
  registerTopologyDiagnostics(services);
  registerTopologyHover(services);
  registerTopologyFixes(services);
  registerLater(services);
  return explorer;
}

/** Features that are nothing but commands are loaded when one of these is called. */
function registerLater(services: Services): void {
  const { commands } = services;
  commands.registerLater(['openGauss.compareParameters'], async () => {
    (await import('./drift/register.ts')).registerDrift(services);
  });
  commands.registerLater(
    ['openGauss.followLog', 'openGauss.nextLogError', 'openGauss.whyDown'],
    async () => {
      (await import('./logs/register.ts')).registerLogs(services);
    },
  );
  commands.registerLater(['openGauss.showControlData', 'openGauss.showReplication'], async () => {
    (await import('./query/tables.ts')).registerTables(services);
  });
  commands.registerLater(['openGauss.connectivity'], async () => {
    (await import('./connectivity/register.ts')).registerConnectivity(services);
  });
}

function registerHelp(services: Services): void {
  services.commands.register('openGauss.showLog', () => {
    services.log.show();
  });
  services.commands.register('openGauss.openWalkthrough', async () => {
    await vscode.commands.executeCommand(
      'workbench.action.openWalkthrough',
      `${services.context.extension.id}#start`,
      false,
    );
  });
  services.commands.register('openGauss.forgetSecrets', async () => {
    const count = await services.secrets.deleteAll();
    void vscode.window.showInformationMessage(
      count === 0 ? t('No password was kept.') : t('Kept passwords forgotten: {0}.', count),
    );
  });
}
