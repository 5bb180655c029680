import * as vscode from 'vscode';
import { t } from '../../base/l10n.ts';
import { isPlainQuery, splitScript } from '../../operations/sql/split.ts';
import { pickNode, pickTopology } from '../nodes.ts';
import type { Services } from '../services.ts';
import type { NodeRef } from '../topology/service.ts';
import { SqlHistory } from './history.ts';
import { SqlRuns } from './runs.ts';
import type { Script } from './runs.ts';

const selector: vscode.DocumentSelector = [{ language: 'sql' }, { pattern: '**/*.sql' }];

/** Running SQL from the editor: selections, statements by code lens, files; on one node or on all of them. */
export function registerSql(services: Services): void {
  const history = new SqlHistory(services.context.workspaceState);
  const runs = services.add(new SqlRuns(services, history));
  const lastNodes = new Map<string, NodeRef>();

  const runOnNode = async (argument: unknown): Promise<void> => {
    const script = await scriptOf(argument, history);
    if (script === undefined) {
      return;
    }
    const ref = await pickNode(services, argument, t('Run SQL'));
    if (ref !== undefined) {
      lastNodes.set(script.source?.document.uri.toString() ?? '', ref);
      lenses.refresh();
      await runs.run(script, [ref]);
    }
  };
  services.commands.register('openGauss.runSql', runOnNode);
  services.commands.register('openGauss.runSqlOnAll', async (argument) => {
    const script = await scriptOf(argument, history);
    const entry = script && (await pickTopology(services, argument, t('Run SQL on All Nodes')));
    if (script === undefined || entry === undefined) {
      return;
    }
    const refs = services.topologies.nodes.filter((ref) => ref.entry.id === entry.id);
    if (onlyReads(script.text) || (await confirmWriting(refs))) {
      await runs.run(script, refs);
    }
  });
  services.commands.register('openGauss.sqlHistory', async () => {
    const text = await history.pick();
    if (text !== undefined) {
      const document = await vscode.workspace.openTextDocument({ language: 'sql', content: text });
      await vscode.window.showTextDocument(document);
    }
  });
  const lenses = new StatementLenses(services, lastNodes);
  services.add(vscode.languages.registerCodeLensProvider(selector, lenses));
  services.add(lenses);
}

/** What to run: what a code lens names, the selection, the whole file, or what the user types. */
async function scriptOf(argument: unknown, history: SqlHistory): Promise<Script | undefined> {
  const named = argument as { readonly range?: unknown; readonly uri?: unknown } | undefined;
  if (named?.uri instanceof vscode.Uri && named.range instanceof vscode.Range) {
    const document = await vscode.workspace.openTextDocument(named.uri);
    return {
      text: document.getText(named.range),
      source: { document, offset: document.offsetAt(named.range.start) },
    };
  }
  const editor = vscode.window.activeTextEditor;
  if (editor !== undefined && vscode.languages.match(selector, editor.document) > 0) {
    const { document, selection } = editor;
    return selection.isEmpty
      ? { text: document.getText(), source: { document, offset: 0 } }
      : {
          text: document.getText(selection),
          source: { document, offset: document.offsetAt(selection.start) },
        };
  }
  const text = await vscode.window.showInputBox({
    title: t('Run SQL'),
    prompt: t('SQL to run; open a .sql file for more than one line.'),
    value: history.latest ?? '',
    ignoreFocusOut: true,
  });
  return text === undefined || text.trim() === '' ? undefined : { text };
}

function onlyReads(text: string): boolean {
  return splitScript(text).statements.every(
    (statement) =>
      isPlainQuery(statement.text) || /^(?:show|explain\s+(?!analy[sz]e))\b/i.test(statement.text),
  );
}

/** On all nodes a write would reach both clusters when something is wrong with them. */
async function confirmWriting(refs: readonly NodeRef[]): Promise<boolean> {
  const run = t('Run on {0} Nodes', refs.length);
  const answer = await vscode.window.showWarningMessage(
    t('The script does more than read. Run it on every node all the same?'),
    { modal: true, detail: refs.map((ref) => ref.node.id).join('\n') },
    run,
  );
  return answer === run;
}

/** `Run on production/dn0 | Run on… | Run on all nodes` above each statement. */
class StatementLenses implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly services: Services;
  private readonly lastNodes: ReadonlyMap<string, NodeRef>;
  private readonly listener: vscode.Disposable;

  readonly onDidChangeCodeLenses = this.changed.event;

  constructor(services: Services, lastNodes: ReadonlyMap<string, NodeRef>) {
    this.services = services;
    this.lastNodes = lastNodes;
    this.listener = services.topologies.onDidChange(() => this.refresh());
  }

  refresh(): void {
    this.changed.fire();
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    if (this.services.topologies.nodes.length === 0 || document.lineCount > 20_000) {
      return [];
    }
    const last = this.lastNodes.get(document.uri.toString());
    return splitScript(document.getText()).statements.flatMap((statement) => {
      const range = new vscode.Range(
        document.positionAt(statement.offset),
        document.positionAt(
          statement.offset + statement.text.length + (statement.terminator === '/' ? 2 : 0),
        ),
      );
      const lens = (title: string, command: string, more: object = {}): vscode.CodeLens =>
        new vscode.CodeLens(range, {
          title,
          command,
          arguments: [{ uri: document.uri, range, ...more }],
        });
      return [
        ...(last === undefined
          ? []
          : [
              lens(t('Run on {0}', last.node.id), 'openGauss.runSql', {
                topology: last.entry.id,
                node: last.node.id,
              }),
            ]),
        lens(t('Run on…'), 'openGauss.runSql'),
        lens(t('Run on all nodes'), 'openGauss.runSqlOnAll'),
      ];
    });
  }

  dispose(): void {
    this.listener.dispose();
    this.changed.dispose();
  }
}
