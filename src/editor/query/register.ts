import * as vscode from 'vscode';
import { t } from '../../base/l10n.ts';
import { showMarkdown } from '../answers.ts';
import { pickNode } from '../nodes.ts';
import type { Services } from '../services.ts';
import { lastReading } from '../../status/replication.ts';
import type { NodeState } from '../../status/types.ts';
import { unknownNode } from '../errors.ts';
import type { NodeRef } from '../topology/service.ts';
import { queryReport } from './report.ts';

/** Milliseconds for one question to a node; gs_ctl itself tries three times for five seconds. */
const queryTimeout = 20_000;

/** "Query Node Status": the raw output of `gs_ctl query` in an editor, with what we read in it beside. */
export function registerQuery(services: Services): void {
  const { answers } = services;
  services.commands.register('openGauss.queryNode', async (argument) => {
    const ref = await pickNode(services, argument, t('Query Node Status'));
    if (ref === undefined) {
      return;
    }
    const { node, entry } = ref;
    const state = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: t('Querying {0}', node.id) },
      () => ask(services, ref),
    );
    const reading = lastReading(state);
    const name = `/${entry.id}/${node.cluster}-${node.name} gs_ctl query`;
    const raw = answers.put(`${name}.txt`, reading?.raw ?? '');
    const report = answers.put(`${name}.md`, queryReport(node, state));
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(raw), {
      viewColumn: vscode.ViewColumn.One,
      preview: false,
    });
    await showMarkdown(report);
  });
}

/** Asks the node itself, whatever the explorer shows. */
async function ask(services: Services, ref: NodeRef): Promise<NodeState> {
  const { probeNodes } = await import('../../monitor/probe.ts');
  const shell = await services.hosts.shell(ref);
  const [probe] = await probeNodes(shell, [ref.node], {
    timeout: queryTimeout,
    signal: AbortSignal.timeout(2 * queryTimeout),
    versionsOf: new Set(),
    now: () => Date.now(),
  });
  if (probe === undefined) {
    throw unknownNode(ref.entry.id, ref.node.id);
  }
  return probe.state;
}
