import * as vscode from 'vscode';
import { posix } from 'node:path';
import { t } from '../../base/l10n.ts';
import { exportAnsiblePlaybook } from '../../operations/export-ansible.ts';
import { exportShellScript } from '../../operations/export-sh.ts';
import { planDocument } from '../../operations/plan-document.ts';
import { previewPlan } from '../../operations/preview.ts';
import type { PlanPreview, PreviewOptions } from '../../operations/preview.ts';
import type { Plan } from '../../operations/types.ts';
import { showMarkdown } from '../answers.ts';
import { setContext } from '../context.ts';
import type { Services } from '../services.ts';
import type { TopologyEntry } from '../topology/service.ts';
import { journalFolder } from './runs.ts';

/** A plan that is shown as a document and has not been run yet. */
export interface Planned {
  readonly entry: TopologyEntry;
  readonly plan: Plan;
  readonly preview: PlanPreview;
}

const planEnding = '.plan.md';

/** Shows plans before they run and remembers which document shows which plan. */
export class PlanDocuments {
  private readonly services: Services;
  private readonly planned = new Map<string, Planned>();
  private count = 0;

  constructor(services: Services) {
    this.services = services;
    const look = (): void =>
      services.reporter.background(
        'context',
        setContext('openGauss.planInFront', this.inFront() !== undefined),
      );
    services.add(vscode.window.tabGroups.onDidChangeTabs(look));
    services.add(vscode.window.tabGroups.onDidChangeTabGroups(look));
  }

  /** Asks the hosts what is true already and opens the plan. Undefined when the user cancels. */
  async show(
    entry: TopologyEntry,
    make: (options: PreviewOptions) => Promise<Plan>,
  ): Promise<Planned | undefined> {
    const preview = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: t('Looking at the hosts for the plan'),
        cancellable: true,
      },
      async (_, token) => {
        const controller = new AbortController();
        const listener = token.onCancellationRequested(() =>
          controller.abort(new vscode.CancellationError()),
        );
        try {
          const options = {
            pool: this.services.hosts.pool(entry),
            folder: journalFolder(entry),
            signal: controller.signal,
          };
          return await previewPlan(await make(options), options);
        } finally {
          listener.dispose();
        }
      },
    );
    const { plan } = preview;
    const planned: Planned = { entry, plan, preview };
    // A name of its own each time: the editor's pages may show what they had under the same name before.
    this.count += 1;
    const uri = this.services.answers.put(
      `/${entry.id}/${plan.id}.${this.count}${planEnding}`,
      planDocument(preview),
    );
    await this.closeFormer(entry, plan);
    this.planned.set(uri.path, planned);
    await showMarkdown(uri, 'here');
    return planned;
  }

  /** The page of the same plan as it was before, if it is still open: it would offer to run what is not true any more. */
  private async closeFormer(entry: TopologyEntry, plan: Plan): Promise<void> {
    for (const [path, former] of [...this.planned]) {
      if (former.entry.id === entry.id && former.plan.id === plan.id) {
        this.planned.delete(path);
        const tabs = vscode.window.tabGroups.all
          .flatMap((group) => group.tabs)
          .filter((tab) => tab.label.endsWith(posix.basename(path)));
        await vscode.window.tabGroups.close(tabs);
      }
    }
  }

  /** The plan of a document, of the page in front, or the newest one. */
  of(argument: unknown): Planned | undefined {
    const known = argument instanceof vscode.Uri ? this.planned.get(argument.path) : undefined;
    return known ?? this.inFront() ?? [...this.planned.values()].at(-1);
  }

  /** A page of Markdown does not tell what it shows but by its title, which ends with the name of the document. */
  private inFront(): Planned | undefined {
    const title = vscode.window.tabGroups.activeTabGroup.activeTab?.label ?? '';
    return [...this.planned].findLast(([path]) => title.endsWith(posix.basename(path)))?.[1];
  }
}

/** Opens the plan as a script or a playbook in an editor, to be saved by the user. */
export async function exportPlan(planned: Planned, kind: 'sh' | 'ansible'): Promise<void> {
  const content =
    kind === 'sh' ? exportShellScript(planned.plan) : await exportAnsiblePlaybook(planned.plan);
  const document = await vscode.workspace.openTextDocument({
    language: kind === 'sh' ? 'shellscript' : 'yaml',
    content,
  });
  await vscode.window.showTextDocument(document, { preview: false });
}

/** Why a plan cannot run as it stands; empty when it can. */
export function obstacles(preview: PlanPreview): readonly string[] {
  return preview.steps.flatMap(({ step, answer, failure }) =>
    failure !== undefined
      ? [t('{0}: {1}', step.title, failure.message)]
      : answer?.kind === 'blocked'
        ? [t('{0}: {1}', step.title, answer.failure.message)]
        : [],
  );
}

/** Has the user confirm; what destroys wants the cluster's name typed. Undefined answers no. */
export async function confirm(planned: Planned): Promise<boolean> {
  const { plan, preview } = planned;
  const lost = preview.steps.flatMap(({ step, answer }) =>
    answer?.kind === 'done' || step.destructive === undefined ? [] : [step.destructive],
  );
  if (lost.length > 0 && plan.confirmNames.length > 0) {
    for (const name of plan.confirmNames) {
      const typed = await vscode.window.showInputBox({
        title: plan.title,
        prompt: t('Data will be lost: {0} Type {1} to go on.', lost.join(' '), name),
        placeHolder: name,
        ignoreFocusOut: true,
        validateInput: (value) =>
          value === '' || name.startsWith(value) ? undefined : t('Type {0}.', name),
      });
      if (typed !== name) {
        return false;
      }
    }
    return true;
  }
  const run = t('Run Plan');
  const restarted = preview.steps.flatMap(({ step, answer }) =>
    answer?.kind === 'done' || step.restarts === undefined ? [] : [step.restarts],
  );
  const answer = await vscode.window.showWarningMessage(
    t('Run "{0}" now?', plan.title),
    {
      modal: true,
      detail: [
        ...(lost.length > 0 ? [t('Lost: {0}', lost.join(' '))] : []),
        ...(restarted.length > 0 ? [t('Stopped or restarted: {0}', restarted.join('; '))] : []),
      ].join('\n'),
    },
    run,
  );
  return answer === run;
}
