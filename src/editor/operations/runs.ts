import * as vscode from 'vscode';
import { dirname, join } from 'node:path';
import { Failure } from '../../base/errors.ts';
import { sentences, t } from '../../base/l10n.ts';
import type { RunEvent, RunResult } from '../../operations/events.ts';
import { collectFacts } from '../../operations/report-facts.ts';
import { saveReport } from '../../operations/report-file.ts';
import { runReport } from '../../operations/report.ts';
import { runPlan } from '../../operations/runner.ts';
import type { Plan } from '../../operations/types.ts';
import { sameTopology } from '../../topology/lookups.ts';
import { showMarkdown } from '../answers.ts';
import { answerScheme } from '../contributions.ts';
import { planOutdated, untrusted } from '../errors.ts';
import type { Services } from '../services.ts';
import type { TopologyEntry } from '../topology/service.ts';
import type { ProgressView } from './progress-view.ts';
import { RunModel } from './run-model.ts';

/** Where journals and reports of a topology live, beside its file. */
export function journalFolder(entry: TopologyEntry): string {
  return join(dirname(entry.uri.fsPath), '.opengauss');
}

/** Runs plans, one at a time, and shows how they go. */
export class Runs {
  private readonly services: Services;
  private readonly view: ProgressView;
  private readonly reports = new Map<string, string>();
  private model: RunModel | undefined;
  private running = false;

  constructor(services: Services, view: ProgressView) {
    this.services = services;
    this.view = view;
  }

  /** Whether a plan is being run in this window. */
  get busy(): boolean {
    return this.running;
  }

  async run(entry: TopologyEntry, plan: Plan): Promise<RunResult | undefined> {
    if (!vscode.workspace.isTrusted) {
      throw untrusted();
    }
    if (this.running) {
      throw new Failure(
        'run-in-progress',
        t('"{0}" is still running in this window.', this.model?.plan.title ?? ''),
        {
          remedy: t('Wait for its end or cancel it.'),
        },
      );
    }
    const now = this.services.topologies.entry(entry.id);
    if (!sameTopology(now?.topology, entry.topology)) {
      throw planOutdated(plan.title);
    }
    this.running = true;
    const model = new RunModel(plan);
    this.model = model;
    this.view.follow(model);
    const outputs = model.onChange((step) => this.refreshOutput(step));
    // Progress is shown by the explorer too, so let it read while the plan runs.
    const demand = this.services.monitors.demand();
    try {
      await vscode.commands.executeCommand('openGauss.operations.focus', { preserveFocus: true });
      const result = await this.withNotification(entry, plan, model);
      await this.report(entry, result);
      return result;
    } finally {
      this.running = false;
      outputs.dispose();
      demand.dispose();
      this.services.reporter.background('refresh', this.services.monitors.refresh(entry.id));
    }
  }

  /** Opens the live output of a step of the last run. */
  async showOutput(step: string): Promise<void> {
    const { model } = this;
    if (model !== undefined) {
      const document = await vscode.workspace.openTextDocument(this.outputUri(model, step));
      await vscode.window.showTextDocument(document, { preview: true });
    }
  }

  /** Opens the last report of a topology; false when there is none in this window. */
  async showReport(entry: TopologyEntry): Promise<boolean> {
    const text = this.reports.get(entry.id);
    if (text === undefined) {
      return false;
    }
    await showMarkdown(this.services.answers.put(`/${entry.id}/report.md`, text), 'here');
    return true;
  }

  private async withNotification(
    entry: TopologyEntry,
    plan: Plan,
    model: RunModel,
  ): Promise<RunResult> {
    return vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: plan.title, cancellable: true },
      async (progress, token) => {
        const cancel = new AbortController();
        token.onCancellationRequested(() => cancel.abort());
        let shown = 0;
        const onEvent = (event: RunEvent): void => {
          model.take(event);
          if (event.kind === 'lock-taken-over') {
            this.services.log.info(
              `lock on ${event.host} taken over from ${event.holder.user}@${event.holder.machine}`,
            );
          }
          const { ended, all } = model.progress;
          const message = model.cancelling
            ? t('Stopping at the next safe point…')
            : `${ended}/${all} ${event.kind === 'step' ? event.step.title : ''}`;
          progress.report({ message, increment: ((ended - shown) / all) * 100 });
          shown = ended;
        };
        return this.services.hosts.lend(entry, (pool) =>
          runPlan(plan, {
            pool,
            folder: journalFolder(entry),
            cancel: cancel.signal,
            secret: askSecret,
            onEvent,
          }),
        );
      },
    );
  }

  private async report(entry: TopologyEntry, result: RunResult): Promise<void> {
    const facts = await collectFacts(
      result.plan.topology,
      this.services.hosts.pool(entry),
      AbortSignal.timeout(30_000),
    );
    const text = runReport(result, facts);
    this.reports.set(entry.id, text);
    // Where it cannot be saved it is shown all the same.
    this.services.reporter.background('report', saveReport(journalFolder(entry), result, text));
    await this.showReport(entry);
    const resume = t('Resume');
    const failed = result.steps.find((step) => step.failure !== undefined);
    if (result.outcome === 'done') {
      void vscode.window.showInformationMessage(t('{0}: done and verified.', result.plan.title));
      return;
    }
    const answer = await vscode.window.showErrorMessage(
      failed?.failure === undefined
        ? t('{0}: cancelled at a safe point.', result.plan.title)
        : sentences(
            t('{0}: {1}', failed.step.title, failed.failure.message),
            failed.failure.remedy,
          ),
      resume,
    );
    if (answer === resume) {
      await vscode.commands.executeCommand('openGauss.resumeDeployment', { topology: entry.id });
    }
  }

  private outputUri(model: RunModel, step: string): vscode.Uri {
    const text = model.output(step);
    return this.services.answers.put(
      `/output/${model.plan.id}/${step}.txt`,
      text === '' ? t('No output yet.') : text,
    );
  }

  private refreshOutput(step: string | undefined): void {
    const { model } = this;
    if (model === undefined || step === undefined) {
      return;
    }
    const path = `/output/${model.plan.id}/${step}.txt`;
    const open = vscode.workspace.textDocuments.some(
      (document) => document.uri.scheme === answerScheme && document.uri.path === path,
    );
    if (open) {
      this.outputUri(model, step);
    }
  }
}

/** The password of the initial user that gs_initdb makes: asked for twice, kept nowhere. */
async function askSecret(): Promise<string | undefined> {
  const title = t('Password of the initial database user');
  const first = await vscode.window.showInputBox({
    title,
    password: true,
    ignoreFocusOut: true,
    prompt: t(
      'At least 8 characters of three of these kinds: capitals, small letters, digits, others.',
    ),
    validateInput: (value) =>
      value === '' || isStrong(value) ? undefined : t('gs_initdb would refuse this password.'),
  });
  if (first === undefined || !isStrong(first)) {
    return undefined;
  }
  const second = await vscode.window.showInputBox({
    title,
    password: true,
    ignoreFocusOut: true,
    prompt: t('Type it once more.'),
    validateInput: (value) =>
      first.startsWith(value) ? undefined : t('It differs from the first one.'),
  });
  return second === first ? first : undefined;
}

/** gs_initdb's own rule: eight characters or more, of three of four kinds. */
function isStrong(password: string): boolean {
  const kinds = [/[A-Z]/, /[a-z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(password));
  return password.length >= 8 && kinds.length >= 3;
}
