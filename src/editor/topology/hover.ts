import * as vscode from 'vscode';
import { describeKey, keyAt } from '../../topology/describe.ts';
import type { Services } from '../services.ts';

/** What a key of `opengauss.yaml` means, where the pointer rests. */
export function registerTopologyHover(services: Services): void {
  services.add(
    vscode.languages.registerHoverProvider(
      { pattern: '**/opengauss.yaml' },
      {
        provideHover(document, position) {
          const found = keyAt(document.getText(), document.offsetAt(position));
          const text = found && describeKey(found.section, found.key);
          if (found === undefined || text === undefined) {
            return undefined;
          }
          const start = document.positionAt(found.start);
          return new vscode.Hover(
            new vscode.MarkdownString()
              .appendMarkdown('**')
              .appendText(found.key)
              .appendMarkdown('** — ')
              .appendText(text),
            new vscode.Range(start, start.translate(0, found.key.length)),
          );
        },
      },
    ),
  );
}
