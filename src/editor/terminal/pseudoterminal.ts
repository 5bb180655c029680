import * as vscode from 'vscode';
import { t } from '../../base/l10n.ts';
import type { HostTerminal, TerminalOptions, TerminalSize } from '../../hosts/terminal.ts';
import { isCancellation, sentence } from '../failures.ts';

/** Opens the far end of a terminal; undefined when that was done otherwise and this one is not needed. */
export type OpenTerminal = (options: TerminalOptions) => Promise<HostTerminal | undefined>;

/** A terminal of VS Code whose far end is a host's terminal. */
export class NodePseudoterminal implements vscode.Pseudoterminal {
  private readonly output = new vscode.EventEmitter<string>();
  private readonly closed = new vscode.EventEmitter<number | undefined>();
  private readonly abort = new AbortController();
  private readonly openTerminal: OpenTerminal;
  private readonly title: string;
  private size: TerminalSize = { columns: 80, rows: 24 };
  private terminal: HostTerminal | undefined;
  private finished = false;
  /** What was typed while the connection was made. */
  private early = '';

  readonly onDidWrite = this.output.event;
  readonly onDidClose = this.closed.event;

  constructor(title: string, openTerminal: OpenTerminal) {
    this.title = title;
    this.openTerminal = openTerminal;
  }

  open(initial: vscode.TerminalDimensions | undefined): void {
    if (initial !== undefined) {
      this.size = { columns: initial.columns, rows: initial.rows };
    }
    this.output.fire(`\x1b[2m${t('Connecting to {0} …', this.title)}\x1b[0m\r\n`);
    void this.run();
  }

  close(): void {
    this.abort.abort();
    this.terminal?.close();
  }

  handleInput(text: string): void {
    if (this.finished) {
      // After the end any key closes the terminal, so that its last words can be read.
      this.closed.fire(undefined);
    } else if (this.terminal === undefined) {
      this.early += text;
    } else {
      this.terminal.write(text);
    }
  }

  setDimensions(size: vscode.TerminalDimensions): void {
    this.size = { columns: size.columns, rows: size.rows };
    this.terminal?.resize(this.size);
  }

  private async run(): Promise<void> {
    try {
      const terminal = await this.openTerminal({
        size: this.size,
        onData: (text) => {
          this.output.fire(text);
        },
        signal: this.abort.signal,
      });
      if (terminal === undefined) {
        this.closed.fire(undefined);
        return;
      }
      this.terminal = terminal;
      if (this.abort.signal.aborted) {
        terminal.close();
        return;
      }
      terminal.resize(this.size);
      if (this.early !== '') {
        terminal.write(this.early);
      }
      const code = await terminal.ended;
      if (code === undefined) {
        this.end(t('The connection was lost.'));
      } else {
        this.closed.fire(code === 0 ? undefined : code);
      }
    } catch (thrown) {
      if (!isCancellation(thrown)) {
        this.end(sentence(thrown));
      }
    }
  }

  private end(message: string): void {
    this.finished = true;
    const text = `${message} ${t('Press any key to close the terminal.')}`;
    this.output.fire(`\r\n\x1b[31m${text.replace(/\r?\n/g, '\r\n')}\x1b[0m\r\n`);
  }
}
