import * as vscode from 'vscode';
import { formatFile } from '../../config/language/format.ts';
import {
  type SmallContext,
  completeFile,
  hoverFile,
  outlineFile,
} from '../../config/language/small-files.ts';
import type { SmallFileKind } from '../../config/files/kinds.ts';
import { toRange, toTextEdits } from './edits.ts';
import type { LanguageModel } from './model.ts';
import { smallSelector } from './selectors.ts';

/** Features of `pg_hba.conf`, `dss_inst.ini`, `dss_vg_conf.ini` and `cm_config.ini`. */
export function registerSmallProviders(model: LanguageModel): vscode.Disposable[] {
  const kindOf = (document: vscode.TextDocument): SmallFileKind | undefined => {
    const kind = model.scope(document)?.kind;
    return kind === 'postgresql-conf' ? undefined : kind;
  };
  const { languages } = vscode;
  return [
    languages.registerCompletionItemProvider(
      smallSelector,
      {
        provideCompletionItems: async (document, position) => {
          const kind = kindOf(document);
          if (kind === undefined) {
            return undefined;
          }
          const context = await contextOf(model, document);
          return completeFile(kind, document.getText(), document.offsetAt(position), context).map(
            (each) => {
              const shown = new vscode.CompletionItem(
                each.label,
                each.kind === 'property'
                  ? vscode.CompletionItemKind.Property
                  : vscode.CompletionItemKind.Value,
              );
              shown.insertText = each.insertText;
              shown.filterText = each.insertText;
              shown.range = toRange(document, each.range);
              shown.sortText = String(each.rank).padStart(4, '0');
              if (each.detail !== undefined) {
                shown.detail = each.detail;
              }
              return shown;
            },
          );
        },
      },
      '=',
      ' ',
    ),
    languages.registerHoverProvider(smallSelector, {
      provideHover: (document, position) => {
        const kind = kindOf(document);
        const hover = kind && hoverFile(kind, document.getText(), document.offsetAt(position));
        return (
          hover &&
          new vscode.Hover(
            new vscode.MarkdownString(hover.markdown),
            toRange(document, hover.range),
          )
        );
      },
    }),
    languages.registerDocumentSymbolProvider(smallSelector, {
      provideDocumentSymbols: (document) => {
        const kind = kindOf(document);
        return kind === undefined
          ? []
          : outlineFile(kind, document.getText()).map(
              (each) =>
                new vscode.DocumentSymbol(
                  each.name,
                  each.detail,
                  each.kind === 'group' ? vscode.SymbolKind.Object : vscode.SymbolKind.Property,
                  toRange(document, each.range),
                  toRange(document, each.selection),
                ),
            );
      },
    }),
    languages.registerDocumentFormattingEditProvider(smallSelector, {
      provideDocumentFormattingEdits: (document) => {
        const kind = kindOf(document);
        return kind === undefined
          ? []
          : toTextEdits(document, formatFile(kind, document.getText()));
      },
    }),
  ];
}

async function contextOf(
  model: LanguageModel,
  document: vscode.TextDocument,
): Promise<SmallContext> {
  const scope = model.scope(document);
  if (scope?.entry === undefined) {
    return {};
  }
  const deployment = model.deployment(scope.entry, await model.catalogue('', scope));
  return {
    ...(deployment === undefined ? {} : { deployment }),
    ...(scope.node === undefined ? {} : { nodeId: scope.node.id }),
  };
}
