import * as vscode from 'vscode';
import { completeConf } from '../../config/language/completion.ts';
import { definitionConf, occurrencesConf } from '../../config/language/definition.ts';
import { formatConf } from '../../config/language/format.ts';
import { hoverConf, parameterMarkdown } from '../../config/language/hover.ts';
import { hintsConf, lensesConf } from '../../config/language/notes.ts';
import { foldsConf, outlineConf } from '../../config/language/outline.ts';
import { signatureConf } from '../../config/language/signature.ts';
import { tokensConf } from '../../config/language/tokens.ts';
import {
  type Completion,
  type CompletionKind,
  type ConfPosition,
  type LanguageContext,
  type OutlineSymbol,
  type Target,
  tokenModifiers,
  tokenTypes,
} from '../../config/language/types.ts';
import type { FileKey } from '../../config/cluster/deployment.ts';
import { LineIndex } from '../../base/position.ts';
import { toRange, toTextEdits } from './edits.ts';
import type { LanguageModel, OpenConf } from './model.ts';
import { confSelector } from './selectors.ts';
import { ConfRename } from './rename.ts';

const kinds: Readonly<Record<CompletionKind, vscode.CompletionItemKind>> = {
  property: vscode.CompletionItemKind.Property,
  value: vscode.CompletionItemKind.Value,
  enum: vscode.CompletionItemKind.EnumMember,
  node: vscode.CompletionItemKind.Reference,
  key: vscode.CompletionItemKind.Field,
  path: vscode.CompletionItemKind.File,
};

const symbolKinds: Readonly<Record<OutlineSymbol['kind'], vscode.SymbolKind>> = {
  section: vscode.SymbolKind.Namespace,
  setting: vscode.SymbolKind.Property,
  group: vscode.SymbolKind.Object,
};

class ConfCompletionItem extends vscode.CompletionItem {
  readonly parameter: string | undefined;
  readonly context: LanguageContext;

  constructor(document: vscode.TextDocument, each: Completion, context: LanguageContext) {
    super(each.label, kinds[each.kind]);
    this.insertText = each.insertText;
    this.range = toRange(document, each.range);
    this.filterText = each.insertText;
    this.sortText = String(each.rank).padStart(4, '0') + each.label;
    if (each.detail !== undefined) {
      this.detail = each.detail;
    }
    if (each.insertText.endsWith('= ') || (each.kind === 'key' && each.insertText.endsWith('='))) {
      // What comes next is a value.
      this.command = { command: 'editor.action.triggerSuggest', title: '' };
    }
    this.parameter = each.parameter;
    this.context = context;
  }
}

/** Everything that happens while a `postgresql.conf` is written. */
export function registerConfProviders(model: LanguageModel): vscode.Disposable[] {
  const at = async <T>(
    document: vscode.TextDocument,
    position: vscode.Position,
    answer: (place: ConfPosition, open: OpenConf) => T,
  ): Promise<T | undefined> => {
    const open = await model.open(document);
    return open === undefined
      ? undefined
      : answer(
          { document: open.document, text: open.text, offset: document.offsetAt(position) },
          open,
        );
  };
  const whole = async <T>(
    document: vscode.TextDocument,
    answer: (open: OpenConf) => T,
  ): Promise<T | undefined> => {
    const open = await model.open(document);
    return open === undefined ? undefined : answer(open);
  };
  const locate = (
    document: vscode.TextDocument,
    target: Target,
    open: OpenConf,
  ): vscode.Location | undefined => {
    if (target.file === undefined) {
      return new vscode.Location(document.uri, toRange(document, target.range));
    }
    const file =
      open.scope.entry === undefined
        ? undefined
        : model.files.known(open.scope.entry).get(target.file as FileKey);
    if (file === undefined) {
      return undefined;
    }
    const start = new LineIndex(file.text).at(target.range.start);
    return new vscode.Location(file.uri, new vscode.Position(start.line - 1, start.column - 1));
  };
  const legend = new vscode.SemanticTokensLegend([...tokenTypes], [...tokenModifiers]);
  const { languages } = vscode;
  return [
    languages.registerCompletionItemProvider(
      confSelector,
      {
        provideCompletionItems: (document, position) =>
          at(document, position, (place, open) =>
            completeConf(place, open.context).map(
              (each) => new ConfCompletionItem(document, each, open.context),
            ),
          ),
        resolveCompletionItem: (item) => {
          if (item instanceof ConfCompletionItem && item.parameter !== undefined) {
            const parameter = item.context.catalogue.get(item.parameter);
            if (parameter !== undefined) {
              item.documentation = new vscode.MarkdownString(
                parameterMarkdown(parameter, item.context),
              );
            }
          }
          return item;
        },
      },
      '=',
      "'",
      ' ',
    ),
    languages.registerHoverProvider(confSelector, {
      provideHover: (document, position) =>
        at(document, position, (place, open) => {
          const hover = hoverConf(place, open.context);
          return (
            hover &&
            new vscode.Hover(
              new vscode.MarkdownString(hover.markdown),
              toRange(document, hover.range),
            )
          );
        }),
    }),
    languages.registerSignatureHelpProvider(
      confSelector,
      {
        provideSignatureHelp: (document, position) =>
          at(document, position, (place) => {
            const found = signatureConf(place);
            if (found === undefined) {
              return undefined;
            }
            const help = new vscode.SignatureHelp();
            const signature = new vscode.SignatureInformation(found.label);
            signature.parameters = found.parameters.map(
              ({ label, documentation }) => new vscode.ParameterInformation(label, documentation),
            );
            help.signatures = [signature];
            help.activeParameter = found.active;
            return help;
          }),
      },
      "'",
      ' ',
      '=',
    ),
    languages.registerDocumentSymbolProvider(confSelector, {
      provideDocumentSymbols: (document) =>
        whole(document, (open) =>
          outlineConf(open.document).map((each) => toSymbol(document, each)),
        ),
    }),
    languages.registerFoldingRangeProvider(confSelector, {
      provideFoldingRanges: (document) =>
        whole(document, (open) =>
          foldsConf(open.document).map(
            (fold) =>
              new vscode.FoldingRange(
                fold.startLine,
                fold.endLine,
                fold.kind === 'comment'
                  ? vscode.FoldingRangeKind.Comment
                  : vscode.FoldingRangeKind.Region,
              ),
          ),
        ),
    }),
    languages.registerDefinitionProvider(confSelector, {
      provideDefinition: (document, position) =>
        at(document, position, (place, open) => {
          const target = definitionConf(place, open.context);
          return target && locate(document, target, open);
        }),
    }),
    languages.registerDocumentHighlightProvider(confSelector, {
      provideDocumentHighlights: (document, position) =>
        at(document, position, (place) =>
          occurrencesConf(place).map(
            (each) => new vscode.DocumentHighlight(toRange(document, each.range)),
          ),
        ),
    }),
    languages.registerRenameProvider(confSelector, new ConfRename(model)),
    languages.registerDocumentFormattingEditProvider(confSelector, {
      provideDocumentFormattingEdits: (document) =>
        whole(document, (open) => toTextEdits(document, formatConf(open.document))),
    }),
    languages.registerDocumentRangeFormattingEditProvider(confSelector, {
      provideDocumentRangeFormattingEdits: (document, range) =>
        whole(document, (open) =>
          toTextEdits(document, formatConf(open.document)).filter((edit) =>
            range.contains(edit.range),
          ),
        ),
    }),
    languages.registerDocumentSemanticTokensProvider(
      confSelector,
      {
        provideDocumentSemanticTokens: (document) =>
          whole(document, (open) => {
            const builder = new vscode.SemanticTokensBuilder(legend);
            for (const token of tokensConf(open, open.context)) {
              builder.push(toRange(document, token.range), token.type, [...token.modifiers]);
            }
            return builder.build();
          }),
      },
      legend,
    ),
    languages.registerCodeLensProvider(confSelector, {
      onDidChangeCodeLenses: asEvent(model),
      provideCodeLenses: (document) =>
        whole(document, (open) =>
          lensesConf(open, open.context).map((lens) => {
            const range = toRange(document, lens.range);
            const location =
              lens.target === undefined ? undefined : locate(document, lens.target, open);
            return new vscode.CodeLens(range, {
              title: lens.title,
              command: location === undefined ? '' : 'editor.action.peekLocations',
              arguments:
                location === undefined ? [] : [document.uri, range.start, [location], 'peek'],
            });
          }),
        ),
    }),
    languages.registerInlayHintsProvider(confSelector, {
      provideInlayHints: (document, range) =>
        whole(document, (open) =>
          hintsConf(open, open.context)
            .map((hint) => ({ ...hint, position: document.positionAt(hint.offset) }))
            .filter((hint) => range.contains(hint.position))
            .map((hint) => {
              const shown = new vscode.InlayHint(hint.position, hint.label);
              shown.paddingLeft = true;
              return shown;
            }),
        ),
    }),
  ];
}

function asEvent(model: LanguageModel): vscode.Event<void> {
  return (listener, thisArgument?: unknown, disposables?: vscode.Disposable[]) =>
    model.files.onDidRead(
      () => {
        listener.call(thisArgument);
      },
      undefined,
      disposables,
    );
}

function toSymbol(document: vscode.TextDocument, symbol: OutlineSymbol): vscode.DocumentSymbol {
  const shown = new vscode.DocumentSymbol(
    symbol.name,
    symbol.detail,
    symbolKinds[symbol.kind],
    toRange(document, symbol.range),
    toRange(document, symbol.selection),
  );
  shown.children = symbol.children.map((child) => toSymbol(document, child));
  return shown;
}
