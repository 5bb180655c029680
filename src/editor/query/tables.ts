import * as vscode from 'vscode';
import { t } from '../../base/l10n.ts';
import { lastReading } from '../../status/replication.ts';
import { nodesOf } from '../../topology/lookups.ts';
import { showMarkdown } from '../answers.ts';
import { noTopology } from '../errors.ts';
import { pickNode, pickTopology } from '../nodes.ts';
import type { Services } from '../services.ts';
import type { TopologyEntry } from '../topology/service.ts';
import { controlReport } from './control-report.ts';
import { replicationReport } from './replication-report.ts';
import type { NodeReading } from './replication-report.ts';

/** Milliseconds for one question to a node; gs_ctl itself tries three times for five seconds. */
const queryTimeout = 20_000;

/** "Show Control Data" and "Show Replication Channels": tables of what the tools said, beside their raw text. */
export function registerTables(services: Services): void {
  services.commands.register('openGauss.showControlData', async (argument) => {
    const ref = await pickNode(services, argument, t('Show Control Data'));
    if (ref === undefined) {
      return;
    }
    const { node, entry } = ref;
    const { askControlData } = await import('../../monitor/control-data.ts');
    const answer = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: t('Querying {0}', node.id) },
      async () =>
        askControlData(
          await services.hosts.shell(ref),
          node,
          AbortSignal.timeout(2 * queryTimeout),
        ),
    );
    await show(services, `/${entry.id}/${node.cluster}-${node.name} pg_controldata`, {
      raw: `$ ${answer.command}\n${answer.raw}`,
      page: controlReport(node, answer.data),
    });
  });
  services.commands.register('openGauss.showReplication', async (argument) => {
    const entry = await pickTopology(services, argument, t('Show Replication Channels'));
    if (entry === undefined) {
      return;
    }
    const { topology } = entry;
    if (topology === undefined) {
      throw noTopology();
    }
    const readings = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: t('Querying {0}', entry.name) },
      () => readAll(services, entry),
    );
    await show(services, `/${entry.id}/replication channels`, {
      raw: readings
        .map(({ node, state }) => `# ${node.id}\n${lastReading(state)?.raw ?? ''}`)
        .join('\n'),
      page: replicationReport(topology, readings),
    });
  });
}

/** The raw text in an editor, the page beside it. */
async function show(
  services: Services,
  name: string,
  texts: { readonly raw: string; readonly page: string },
): Promise<void> {
  const raw = services.answers.put(`${name}.txt`, texts.raw);
  const page = services.answers.put(`${name}.md`, texts.page);
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(raw), {
    viewColumn: vscode.ViewColumn.One,
    preview: false,
  });
  await showMarkdown(page);
}

/** Reads all nodes now, whether the explorer is open or not. */
async function readAll(services: Services, entry: TopologyEntry): Promise<readonly NodeReading[]> {
  await services.monitors.refresh(entry.id);
  const snapshot = services.monitors.snapshot(entry.id);
  return entry.topology === undefined
    ? []
    : nodesOf(entry.topology).flatMap((node) => {
        const state = snapshot?.nodes.get(node.id)?.state;
        return state === undefined ? [] : [{ node, state }];
      });
}
