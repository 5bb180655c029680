import * as vscode from 'vscode';
import type { Disposable } from '../../base/disposable.ts';
import { t } from '../../base/l10n.ts';
import type { StepState } from '../../operations/events.ts';
import { duration } from '../../operations/plan-document.ts';
import { views } from '../contributions.ts';
import type { RunModel, ShownStep } from './run-model.ts';

/** The steps of the last run, with their states; a click opens a step's live output. */
export class ProgressView implements vscode.TreeDataProvider<ShownStep>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<ShownStep | undefined>();
  private readonly view: vscode.TreeView<ShownStep>;
  private model: RunModel | undefined;
  private listener: Disposable | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** The step that was last brought into sight. */
  private shown: string | undefined;

  readonly onDidChangeTreeData = this.changed.event;

  constructor() {
    this.view = vscode.window.createTreeView(views.operations, { treeDataProvider: this });
  }

  /** Shows a run from now on. */
  follow(model: RunModel): void {
    this.listener?.dispose();
    this.model = model;
    this.shown = undefined;
    this.listener = model.onChange(() => this.schedule());
    this.redraw();
  }

  getChildren(element?: ShownStep): ShownStep[] {
    return element === undefined ? [...(this.model?.steps ?? [])] : [];
  }

  getParent(): undefined {
    return undefined;
  }

  getTreeItem({ step, state }: ShownStep): vscode.TreeItem {
    const item = new vscode.TreeItem(step.title);
    item.id = step.id;
    item.iconPath = iconOf(state);
    item.description = [describe(state), step.hosts.join(', ')]
      .filter((part) => part !== '')
      .join(' · ');
    item.tooltip = tooltip(state, step.title);
    item.contextValue = 'step';
    item.accessibilityInformation = { label: `${step.title}, ${describe(state)}` };
    item.command = {
      command: 'openGauss.showStepOutput',
      title: t('Show Output'),
      arguments: [step.id],
    };
    return item;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.listener?.dispose();
    this.view.dispose();
    this.changed.dispose();
  }

  /** Once a second while something runs, so that the elapsed time moves; at most four times a second otherwise. */
  private schedule(): void {
    this.timer ??= setTimeout(() => this.redraw(), 250);
  }

  /** Keeps the step that runs in sight; once for each step, so that whoever scrolls is left alone. */
  private showCurrent(model: RunModel): void {
    const current =
      model.steps.find(({ state }) => state.kind === 'ended' && state.failure !== undefined) ??
      model.steps.find(({ state }) => isBusy(state));
    if (current === undefined || current.step.id === this.shown || !this.view.visible) {
      return;
    }
    this.shown = current.step.id;
    // The tree may be drawn anew meanwhile; then the next step is shown.
    this.view.reveal(current, { select: false, focus: false }).then(undefined, () => undefined);
  }

  private redraw(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { model } = this;
    if (model === undefined) {
      return;
    }
    const { ended, all } = model.progress;
    this.view.description = `${ended}/${all} ${model.plan.title}`;
    this.view.message = model.cancelling ? t('Stopping at the next safe point…') : '';
    this.view.badge =
      model.result === undefined
        ? { value: all - ended, tooltip: t('{0} steps to go', all - ended) }
        : undefined;
    this.changed.fire(undefined);
    this.showCurrent(model);
    if (model.result === undefined && model.steps.some(({ state }) => isBusy(state))) {
      this.timer = setTimeout(() => this.redraw(), 1000);
    }
  }
}

function isBusy(state: StepState): boolean {
  return state.kind !== 'waiting' && state.kind !== 'ended';
}

function describe(state: StepState): string {
  switch (state.kind) {
    case 'waiting':
      return t('waiting');
    case 'checking':
      return t('checking, {0}', elapsed(state.since));
    case 'running':
      return t('running, {0}', elapsed(state.since));
    case 'verifying':
      return t('verifying, {0}', elapsed(state.since));
    case 'ended':
      return `${outcomeName(state.outcome)}${state.outcome === 'skipped' ? '' : `, ${duration(state.elapsed / 1000)}`}`;
  }
}

function outcomeName(outcome: Extract<StepState, { readonly kind: 'ended' }>['outcome']): string {
  return {
    done: t('done'),
    skipped: t('true already'),
    failed: t('failed'),
    blocked: t('not started'),
    cancelled: t('cancelled'),
    unknown: t('result unknown'),
  }[outcome];
}

function elapsed(since: number): string {
  return duration((Date.now() - since) / 1000);
}

function iconOf(state: StepState): vscode.ThemeIcon {
  const icon = (name: string, colour?: string): vscode.ThemeIcon =>
    new vscode.ThemeIcon(name, colour === undefined ? undefined : new vscode.ThemeColor(colour));
  switch (state.kind) {
    case 'waiting':
      return icon('circle-outline');
    case 'checking':
    case 'running':
    case 'verifying':
      return icon('loading~spin');
    case 'ended':
      return {
        done: icon('pass-filled', 'testing.iconPassed'),
        skipped: icon('debug-step-over', 'testing.iconSkipped'),
        failed: icon('error', 'testing.iconFailed'),
        blocked: icon('circle-slash', 'testing.iconErrored'),
        cancelled: icon('debug-stop'),
        unknown: icon('question', 'testing.iconQueued'),
      }[state.outcome];
  }
}

function tooltip(state: StepState, title: string): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.appendMarkdown('**').appendText(title).appendMarkdown('**\n\n').appendText(describe(state));
  if (state.kind === 'ended') {
    const { evidence, failure } = state;
    if (evidence !== undefined) {
      text.appendMarkdown('\n\n').appendText(evidence);
    }
    if (failure !== undefined) {
      text
        .appendMarkdown('\n\n')
        .appendText([failure.message, failure.remedy].filter(Boolean).join(' → '));
    }
    for (const diagnosis of state.diagnoses.slice(0, 2)) {
      text.appendMarkdown('\n\n').appendText(`${diagnosis.cause} → ${diagnosis.remedy}`);
    }
  }
  return text;
}
