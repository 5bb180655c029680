import * as vscode from 'vscode';
import { setBundle, t } from './base/l10n.ts';
import { describe } from './editor/failures.ts';
import { registerFeatures } from './editor/features.ts';
import { Services } from './editor/services.ts';
import { testApi } from './editor/test-api.ts';
import type { TestApi } from './editor/test-api.ts';

let services: Services | undefined;

/**
 * Only registers: nothing here waits for a disk or a network. Libraries for ssh, YAML and the catalogues are loaded on
 * first use. VS Code does not show why an extension failed to activate, so we do.
 */
export function activate(context: vscode.ExtensionContext): TestApi | undefined {
  setBundle(vscode.l10n.bundle ?? {}, vscode.env.language);
  try {
    services = new Services(context);
    const explorer = registerFeatures(services);
    services.topologies.start();
    return context.extensionMode === vscode.ExtensionMode.Production
      ? undefined
      : testApi(services, explorer);
  } catch (thrown) {
    services?.log.error(describe(thrown));
    void showActivationFailure(services?.log, thrown);
    throw thrown;
  }
}

/** Ends connections and the processes behind them. */
export async function deactivate(): Promise<void> {
  const ending = services;
  services = undefined;
  await ending?.shutDown();
}

async function showActivationFailure(
  log: vscode.LogOutputChannel | undefined,
  thrown: unknown,
): Promise<void> {
  const showLog = t('Show Log');
  const answer = await vscode.window.showErrorMessage(
    t('openGauss Dual Cluster could not start: {0}', String(thrown)),
    ...(log === undefined ? [] : [showLog]),
  );
  if (answer === showLog) {
    log?.show();
  }
}
