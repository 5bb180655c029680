import * as vscode from 'vscode';
import { t } from '../../base/l10n.ts';
import { resultCsv, resultJson } from '../../operations/sql/export.ts';
import type { SqlResult } from '../../operations/sql/run.ts';
import type { FromResults, ResultsView } from '../../../webview/results/protocol.ts';
import { roleOf } from '../explorer/details.ts';
import { sentence } from '../failures.ts';
import type { Services } from '../services.ts';
import { setting } from '../settings.ts';
import type { NodeRef } from '../topology/service.ts';
import type { SqlHistory } from './history.ts';
import { ResultsPanel } from './panel.ts';
import { resultsView } from './view-model.ts';
import type { NodeAnswer } from './view-model.ts';

/** A text to run, and where it stands when it stands in a document. */
export interface Script {
  readonly text: string;
  readonly source?: { readonly document: vscode.TextDocument; readonly offset: number };
}

/** Runs scripts and shows their results; a new run cancels the one before. */
export class SqlRuns implements vscode.Disposable {
  private readonly services: Services;
  private readonly history: SqlHistory;
  private readonly panel: ResultsPanel;
  private running: AbortController | undefined;
  private script: Script = { text: '' };
  private answers: NodeAnswer[] = [];

  constructor(services: Services, history: SqlHistory) {
    this.services = services;
    this.history = history;
    this.panel = new ResultsPanel(
      services.context.extensionUri,
      (action) => services.reporter.background('results', this.act(action)),
      (sending) => services.reporter.background('results', sending),
    );
  }

  async run(script: Script, refs: readonly NodeRef[]): Promise<void> {
    this.running?.abort();
    const controller = new AbortController();
    this.running = controller;
    this.script = script;
    const answers: NodeAnswer[] = refs.map((ref) => ({ node: ref.node.id, role: this.role(ref) }));
    this.answers = answers;
    this.panel.show(this.view());
    this.panel.reveal();
    await this.history.add(script.text, refs.map((ref) => ref.node.id).join(', '));
    await Promise.all(
      refs.map(async (ref, index) => {
        const answer = await this.ask(ref, script, controller.signal);
        answers[index] = answer;
        if (this.running === controller) {
          this.panel.update(this.view());
        }
      }),
    );
    if (this.running === controller) {
      this.running = undefined;
      this.panel.update(this.view());
    }
  }

  dispose(): void {
    this.running?.abort();
    this.panel.dispose();
  }

  private role(ref: NodeRef): string {
    return (
      roleOf(this.services.monitors.snapshot(ref.entry.id)?.nodes.get(ref.node.id)?.state) ?? ''
    );
  }

  private async ask(ref: NodeRef, script: Script, signal: AbortSignal): Promise<NodeAnswer> {
    const base = { node: ref.node.id, role: this.role(ref) };
    try {
      const { runSql } = await import('../../operations/sql/run.ts');
      const shell = await this.services.hosts.shell(ref, signal);
      const outcome = await runSql(shell, ref.node, script.text, {
        rowLimit: rowLimit(),
        timeout: setting('openGauss.sql.timeout') * 1000,
        signal,
      });
      return { ...base, outcome };
    } catch (thrown) {
      return { ...base, failure: signal.aborted ? t('Cancelled.') : sentence(thrown) };
    }
  }

  private view(): ResultsView {
    return resultsView(this.answers, {
      title: t('SQL Results'),
      running: this.running === undefined ? null : t('Running…'),
      rowLimit: rowLimit(),
      place: (offset) => this.placeName(offset),
    });
  }

  private placeName(offset: number): string {
    const { source } = this.script;
    if (source === undefined) {
      return '';
    }
    const at = source.document.positionAt(source.offset + offset);
    return `${vscode.workspace.asRelativePath(source.document.uri)}:${at.line + 1}:${at.character + 1}`;
  }

  private async act(action: Exclude<FromResults, { readonly type: 'ready' }>): Promise<void> {
    switch (action.type) {
      case 'cancel':
        this.running?.abort();
        return;
      case 'goTo':
        return this.goTo(action.group);
      case 'copy':
      case 'save': {
        const result = this.answers[action.group]?.outcome?.results[action.section];
        if (result === undefined) {
          return;
        }
        return action.type === 'save' ? save(result) : copy(result, action.format);
      }
    }
  }

  private async goTo(group: number): Promise<void> {
    const offset = this.answers[group]?.outcome?.error?.offset;
    const { source } = this.script;
    if (offset === undefined || source === undefined) {
      return;
    }
    const at = source.document.positionAt(source.offset + offset);
    await vscode.window.showTextDocument(source.document, {
      viewColumn: vscode.ViewColumn.One,
      selection: new vscode.Range(at, at),
    });
  }
}

function rowLimit(): number {
  return Math.min(Math.max(1, Math.trunc(setting('openGauss.sql.rowLimit'))), 100_000);
}

async function copy(result: SqlResult, format: 'csv' | 'json'): Promise<void> {
  await vscode.env.clipboard.writeText(format === 'csv' ? resultCsv(result) : resultJson(result));
  vscode.window.setStatusBarMessage(t('{0} rows copied.', result.rows.length), 3000);
}

async function save(result: SqlResult): Promise<void> {
  const target = await vscode.window.showSaveDialog({
    title: t('Save…'),
    filters: { CSV: ['csv'], JSON: ['json'] },
  });
  if (target !== undefined) {
    const text = target.path.endsWith('.json') ? resultJson(result) : resultCsv(result);
    await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
  }
}
