import * as vscode from 'vscode';
import { t } from '../../base/l10n.ts';
import { followLog } from '../../operations/logs/follow.ts';
import { LogTail, severityOf } from '../../operations/logs/lines.ts';
import { sentence } from '../failures.ts';
import type { Services } from '../services.ts';
import type { NodeRef } from '../topology/service.ts';

export const logScheme = 'opengauss-log';

/** Lines kept of a log that grows. */
const capacity = 10_000;
/** Lines from before that are shown at first. */
const firstLines = 1000;
/** Milliseconds between two drawings of a log that grows, and of one in which so many lines come between two that nobody reads them. */
const pace = 250;
const floodPace = 1000;
const flood = 1000;

interface Followed {
  readonly tail: LogTail;
  readonly controller: AbortController;
  ending: string;
  timer: NodeJS.Timeout | undefined;
  /** Lines that had come when it was drawn last, and how soon it is drawn again. */
  drawn: number;
  pace: number;
}

/** Documents that grow with a log on a node: `opengauss-log:/<topology>/<cluster>/<node>/<path>`. Following ends when the document is closed. */
export class LogDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly services: Services;
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly followed = new Map<string, Followed>();
  private readonly listener: vscode.Disposable;

  readonly onDidChange = this.changed.event;

  constructor(services: Services) {
    this.services = services;
    this.listener = vscode.workspace.onDidCloseTextDocument((document) => {
      if (document.uri.scheme === logScheme) {
        this.stop(document.uri);
      }
    });
  }

  /** The editor ignores changes of what it has not opened yet: what came meanwhile is shown now. */
  opened(uri: vscode.Uri): void {
    this.changed.fire(uri);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const one = this.followed.get(uri.path);
    if (one === undefined) {
      return '';
    }
    const { tail } = one;
    const head =
      tail.missing > 0 ? `${t('… {0} earlier lines are not shown …', tail.missing)}\n` : '';
    return `${head}${tail.text}${one.ending}`;
  }

  /** Begins to follow a file, or goes on following it, and answers its document's address. */
  follow(ref: NodeRef, path: string): vscode.Uri {
    const uri = vscode.Uri.from({
      scheme: logScheme,
      path: `/${ref.entry.id}/${ref.node.id}${path}`,
    });
    if (!this.followed.has(uri.path)) {
      const one: Followed = {
        tail: new LogTail(capacity),
        controller: new AbortController(),
        ending: '',
        timer: undefined,
        drawn: 0,
        pace,
      };
      this.followed.set(uri.path, one);
      this.services.reporter.background('log', this.run(ref, path, uri, one));
    }
    return uri;
  }

  dispose(): void {
    this.listener.dispose();
    for (const one of this.followed.values()) {
      one.controller.abort();
      clearTimeout(one.timer);
    }
    this.followed.clear();
    this.changed.dispose();
  }

  private async run(ref: NodeRef, path: string, uri: vscode.Uri, one: Followed): Promise<void> {
    try {
      const shell = await this.services.hosts.shell(ref, one.controller.signal);
      await followLog(shell, path, {
        lines: firstLines,
        signal: one.controller.signal,
        onText: (text) => {
          one.tail.add(text);
          this.schedule(uri, one);
        },
      });
    } catch (thrown) {
      if (!one.controller.signal.aborted) {
        one.ending = `\n${t('… the log is no longer followed: {0}', sentence(thrown))}\n`;
        this.schedule(uri, one);
      }
    }
  }

  private schedule(uri: vscode.Uri, one: Followed): void {
    one.timer ??= setTimeout(() => {
      one.timer = undefined;
      one.pace = one.tail.total - one.drawn > flood ? floodPace : pace;
      one.drawn = one.tail.total;
      this.changed.fire(uri);
    }, one.pace);
  }

  private stop(uri: vscode.Uri): void {
    const one = this.followed.get(uri.path);
    if (one !== undefined) {
      one.controller.abort();
      clearTimeout(one.timer);
      this.followed.delete(uri.path);
    }
  }
}

/** Colours the lines of logs by how bad they are, in the text and in the overview ruler, and keeps the end in view. */
export class LogColours implements vscode.Disposable {
  private readonly error = decoration('editorError.foreground');
  private readonly warning = decoration('editorWarning.foreground');
  private readonly listeners: vscode.Disposable[];
  /** The last line of each document when it was drawn last. */
  private readonly ends = new WeakMap<vscode.TextDocument, number>();

  constructor() {
    this.listeners = [
      vscode.window.onDidChangeVisibleTextEditors((editors) =>
        editors.forEach((one) => this.draw(one)),
      ),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        for (const editor of vscode.window.visibleTextEditors) {
          if (editor.document === document && document.uri.scheme === logScheme) {
            const before = this.ends.get(document);
            this.draw(editor);
            followEnd(editor, before);
          }
        }
      }),
    ];
  }

  draw(editor: vscode.TextEditor): void {
    const { document } = editor;
    if (document.uri.scheme !== logScheme) {
      return;
    }
    const ranges: Record<'error' | 'warning', vscode.Range[]> = { error: [], warning: [] };
    for (let line = 0; line < document.lineCount; line += 1) {
      const { text, range } = document.lineAt(line);
      const severity = severityOf(text);
      if (severity === 'error' || severity === 'warning') {
        ranges[severity].push(range);
      }
    }
    this.ends.set(document, document.lineCount - 1);
    editor.setDecorations(this.error, ranges.error);
    editor.setDecorations(this.warning, ranges.warning);
  }

  dispose(): void {
    for (const one of [this.error, this.warning, ...this.listeners]) {
      one.dispose();
    }
  }
}

function decoration(colour: string): vscode.TextEditorDecorationType {
  return vscode.window.createTextEditorDecorationType({
    color: new vscode.ThemeColor(colour),
    overviewRulerColor: new vscode.ThemeColor(colour),
    overviewRulerLane: vscode.OverviewRulerLane.Right,
  });
}

/**
 * Whoever looked at the end, which was the line `before`, goes on seeing the end, however much has come; whoever reads further up is
 * left alone.
 */
function followEnd(editor: vscode.TextEditor, before: number | undefined): void {
  const last = editor.document.lineCount - 1;
  const seen = editor.visibleRanges.at(-1)?.end.line ?? 0;
  if ((before ?? last) - seen < 80) {
    editor.revealRange(new vscode.Range(last, 0, last, 0));
  }
}
