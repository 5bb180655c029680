import * as vscode from 'vscode';
import { formatBytes } from '../../base/bytes.ts';
import { t } from '../../base/l10n.ts';
import { chooseVersion, parseServerVersion } from '../../config/version.ts';
import { whyMarkdown } from '../../operations/diagnosis/why/markdown.ts';
import { whyDown } from '../../operations/diagnosis/why/why.ts';
import { firstError } from '../../operations/logs/lines.ts';
import { findLogs, logKinds, logName } from '../../operations/logs/sources.ts';
import { showMarkdown } from '../answers.ts';
import { nodeFileUri } from '../files/node-uri.ts';
import { pickNode } from '../nodes.ts';
import type { Services } from '../services.ts';
import { setting } from '../settings.ts';
import type { NodeRef } from '../topology/service.ts';
import type { ServerVersion } from '../../topology/types.ts';
import { LogColours, LogDocuments, logScheme } from './document.ts';

/** Following logs, and "Why is this node down?". */
export function registerLogs(services: Services): void {
  const documents = services.add(new LogDocuments(services));
  const colours = services.add(new LogColours());
  services.add(vscode.workspace.registerTextDocumentContentProvider(logScheme, documents));
  services.commands.register('openGauss.followLog', async (argument) => {
    const ref = await pickNode(services, argument, t('Follow Log'));
    const path = ref && (await pickLog(services, ref));
    if (ref === undefined || path === undefined) {
      return;
    }
    const document = await vscode.workspace.openTextDocument(documents.follow(ref, path));
    await vscode.languages
      .setTextDocumentLanguage(document, 'log')
      .then(undefined, () => undefined);
    colours.draw(await vscode.window.showTextDocument(document, { preview: false }));
  });
  services.commands.register('openGauss.nextLogError', () => {
    const editor = vscode.window.activeTextEditor;
    if (editor?.document.uri.scheme !== logScheme) {
      return;
    }
    const lines = editor.document.getText().split('\n');
    const line = firstError(lines, editor.selection.active.line + 1) ?? firstError(lines);
    if (line === undefined) {
      vscode.window.setStatusBarMessage(t('No errors in this log.'), 3000);
      return;
    }
    editor.selection = new vscode.Selection(line, 0, line, 0);
    editor.revealRange(editor.selection, vscode.TextEditorRevealType.InCenter);
  });
  services.commands.register('openGauss.whyDown', async (argument) => {
    const ref = await pickNode(services, argument, t('Why Is This Node Down?'));
    if (ref !== undefined) {
      await explain(services, ref);
    }
  });
}

async function pickLog(services: Services, ref: NodeRef): Promise<string | undefined> {
  const shell = await services.hosts.shell(ref);
  const files = await findLogs(shell, ref.node);
  if (files.length === 0) {
    void vscode.window.showInformationMessage(t('{0} has no logs yet.', ref.node.id));
    return undefined;
  }
  const items = logKinds.flatMap((kind) => {
    const own = files.filter((file) => file.kind === kind).slice(0, 10);
    return own.length === 0
      ? []
      : [
          { label: logName(kind), kind: vscode.QuickPickItemKind.Separator, path: '' },
          ...own.map((file) => ({
            label: file.path.split('/').pop() ?? file.path,
            description: `${formatBytes(file.size)}, ${new Date(file.mtime).toLocaleString()}`,
            detail: file.path,
            path: file.path,
          })),
        ];
  });
  const picked = await vscode.window.showQuickPick(items, {
    title: t('Follow Log'),
    placeHolder: t('Which log of {0}?', ref.node.id),
    matchOnDetail: true,
  });
  return picked?.path;
}

async function explain(services: Services, ref: NodeRef): Promise<void> {
  const { node, entry, topology } = ref;
  const report = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: t('Looking at {0}', node.id),
      cancellable: true,
    },
    async (_, token) => {
      const controller = new AbortController();
      const listener = token.onCancellationRequested(() =>
        controller.abort(new vscode.CancellationError()),
      );
      try {
        const shell = await services.hosts.shell(ref, controller.signal);
        return await whyDown(shell, node, {
          version: versionFor(services, ref),
          build: topology.build,
          signal: controller.signal,
        });
      } finally {
        listener.dispose();
      }
    },
  );
  const markdown = whyMarkdown(report, (path, line) => {
    const target = `${nodeFileUri(entry.id, node, path)}${line === undefined ? '' : `#L${line}`}`;
    return `command:vscode.open?${encodeURIComponent(JSON.stringify([target]))}`;
  });
  const uri = services.answers.put(`/${entry.id}/${node.id}/why.md`, markdown);
  await showMarkdown(uri, 'here');
}

/** The version whose rules hold: the topology's, the one that the hosts named, the setting's. */
function versionFor(services: Services, { entry, topology }: NodeRef): ServerVersion {
  return chooseVersion({
    topology,
    detected: services.monitors.monitor(entry.id)?.version,
    configured: parseServerVersion(setting('openGauss.serverVersion')),
  });
}
