import * as vscode from 'vscode';
import { t } from '../../base/l10n.ts';
import { mendAll, soundFixes } from '../../topology/fixes.ts';
import { parseTopology } from '../../topology/parse.ts';
import { toRange } from '../findings.ts';
import { toWorkspaceEdit } from '../language/edits.ts';
import type { Services } from '../services.ts';
import { isTopologyFile } from './service.ts';

const kind = vscode.CodeActionKind.QuickFix;

/** The light bulb in `opengauss.yaml`: fixes of the findings at the cursor, and one that mends the whole file. */
export function registerTopologyFixes(services: Services): void {
  services.add(
    vscode.languages.registerCodeActionsProvider(
      { pattern: '**/opengauss.yaml' },
      {
        provideCodeActions: async (document, range, context) =>
          isTopologyFile(document.uri) && context.diagnostics.length > 0
            ? actionsAt(document, range, context.diagnostics)
            : [],
      },
      { providedCodeActionKinds: [kind] },
    ),
  );
}

async function actionsAt(
  document: vscode.TextDocument,
  range: vscode.Range,
  diagnostics: readonly vscode.Diagnostic[],
): Promise<vscode.CodeAction[]> {
  const text = document.getText();
  const { findings } = await parseTopology(text);
  const here = findings.filter(
    (finding) => toRange(document, finding.range).intersection(range) !== undefined,
  );
  const mendable = await soundFixes(text, findings, here);
  const actions = mendable.flatMap(({ finding, fixes }) =>
    fixes.flatMap((fix) => {
      const action = new vscode.CodeAction(fix.title, kind);
      const edit = toWorkspaceEdit(document, fix.edits, new Map());
      if (edit === undefined) {
        return [];
      }
      action.edit = edit;
      action.isPreferred = fix.preferred === true;
      action.diagnostics = diagnostics.filter(
        (each) =>
          each.code === finding.code && each.range.isEqual(toRange(document, finding.range)),
      );
      return [action];
    }),
  );
  return [...actions, ...(mendable.length > 0 ? await fixAll(document, text) : [])];
}

/** Offered when there is more than one thing to mend. */
async function fixAll(document: vscode.TextDocument, text: string): Promise<vscode.CodeAction[]> {
  const mended = await mendAll(text);
  if (mended.count < 2) {
    return [];
  }
  const action = new vscode.CodeAction(t('Mend all {0} problems of this file', mended.count), kind);
  // Only what lies between the first and the last change, so that the cursor stays where it is.
  let start = 0;
  while (text[start] === mended.text[start] && start < text.length) {
    start += 1;
  }
  let end = 0;
  while (
    text.at(-1 - end) === mended.text.at(-1 - end) &&
    end < Math.min(text.length, mended.text.length) - start
  ) {
    end += 1;
  }
  action.edit = new vscode.WorkspaceEdit();
  action.edit.replace(
    document.uri,
    toRange(document, { start, end: text.length - end }),
    mended.text.slice(start, mended.text.length - end),
  );
  return [action];
}
