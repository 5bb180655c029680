import * as vscode from 'vscode';
import { formatBytes } from '../../base/bytes.ts';
import { dateTime, t } from '../../base/l10n.ts';
import { chooseVersion, parseServerVersion } from '../../config/version.ts';
import { whyMarkdown } from '../../operations/diagnosis/why/markdown.ts';
import type { WhyReport } from '../../operations/diagnosis/why/types.ts';
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
  const follow = async (ref: NodeRef, path: string): Promise<void> => {
    const document = await vscode.workspace.openTextDocument(documents.follow(ref, path));
    documents.opened(document.uri);
    await vscode.languages
      .setTextDocumentLanguage(document, 'log')
      .then(undefined, () => undefined);
    colours.draw(await vscode.window.showTextDocument(document, { preview: false }));
  };
  services.commands.register('openGauss.followLog', async (argument) => {
    const ref = await pickNode(services, argument, t('Follow Log'));
    const path = ref && (await pickLog(services, ref));
    if (ref !== undefined && path !== undefined) {
      await follow(ref, path);
    }
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
      await explain(services, ref, (path) => follow(ref, path));
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
            description: `${formatBytes(file.size)}, ${dateTime(file.mtime)}`,
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

async function explain(
  services: Services,
  ref: NodeRef,
  follow: (path: string) => Promise<void>,
): Promise<void> {
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
  const uri = services.answers.put(`/${entry.id}/${node.id}/why.md`, whyMarkdown(report));
  await showMarkdown(uri, 'here');
  await offerPlaces(ref, report, follow);
}

/** The line of the configuration that the server refuses, and the newest log: one click away from the report. */
async function offerPlaces(
  { entry, node }: NodeRef,
  report: WhyReport,
  follow: (path: string) => Promise<void>,
): Promise<void> {
  const [fault] = report.faults;
  const log = report.logs.find((one) => one.errors.length > 0) ?? report.logs[0];
  const open = t('Open Line {0} of {1}', fault?.line ?? 0, 'postgresql.conf');
  const followLog = t('Follow Log');
  const actions = [
    ...(fault === undefined ? [] : [open]),
    ...(log === undefined ? [] : [followLog]),
  ];
  if (actions.length === 0) {
    return;
  }
  const answer = await vscode.window.showInformationMessage(
    t('What was found out about {0} stands in the report.', node.id),
    ...actions,
  );
  if (answer === open && fault !== undefined) {
    const at = new vscode.Position(fault.line - 1, 0);
    await vscode.window.showTextDocument(
      vscode.Uri.parse(nodeFileUri(entry.id, node, fault.path), true),
      { selection: new vscode.Range(at, at), preview: false },
    );
  } else if (answer === followLog && log !== undefined) {
    await follow(log.file.path);
  }
}

/** The version whose rules hold: the topology's, the one that the hosts named, the setting's. */
function versionFor(services: Services, { entry, topology }: NodeRef): ServerVersion {
  return chooseVersion({
    topology,
    detected: services.monitors.monitor(entry.id)?.version,
    configured: parseServerVersion(setting('openGauss.serverVersion')),
  });
}
