import * as vscode from 'vscode';
import { t } from '../../base/l10n.ts';
import { LocalJournal, runsOf } from '../../operations/journal.ts';
import { versionFor } from '../../operations/detect-version.ts';
import { liveLayout } from '../../operations/live-layout.ts';
import type { PreviewOptions } from '../../operations/preview.ts';
import { recipeNamed, recipes } from '../../operations/recipes/catalogue.ts';
import type { RecipeEntry } from '../../operations/recipes/catalogue.ts';
import { layoutOf } from '../../operations/recipes/layout.ts';
import type { Layout } from '../../operations/recipes/layout.ts';
import { latestReport } from '../../operations/report-file.ts';
import { localJournalPath } from '../../operations/runner.ts';
import type { Plan } from '../../operations/types.ts';
import type { Topology } from '../../topology/types.ts';
import { showMarkdown } from '../answers.ts';
import { pickTopology } from '../nodes.ts';
import { askForBuild, askForConfiguration, askForScripts } from './asked.ts';
import { pickTarget } from './target.ts';
import type { Services } from '../services.ts';
import type { TopologyEntry } from '../topology/service.ts';
import { PlanDocuments, confirm, exportPlan, obstacles } from './planned.ts';
import type { Planned } from './planned.ts';
import type { ProgressView } from './progress-view.ts';
import { offerRelease } from './release-lock.ts';
import { Runs, journalFolder } from './runs.ts';

/** Commands that stand for one recipe. */
const recipeCommands = {
  'openGauss.deploy': 'deploy',
  'openGauss.preflight': 'preflight',
  'openGauss.setUpDisasterRecovery': 'disaster-recovery',
  'openGauss.start': 'start',
  'openGauss.stop': 'stop',
  'openGauss.restart': 'restart',
  'openGauss.switchover': 'switchover',
  'openGauss.failover': 'failover',
  'openGauss.rebuild': 'rebuild',
  'openGauss.tearDown': 'tear-down',
} as const;

/** The commands of plans. Recipes and what they need are loaded with this file, on the first call. */
export function registerOperationCommands(services: Services, view: ProgressView): void {
  const runs = new Runs(services, view);
  const plans = new PlanDocuments(services);

  const offer = async (
    entry: TopologyEntry,
    recipe: RecipeEntry,
    argument?: unknown,
  ): Promise<void> => {
    const { topology } = entry;
    if (topology === undefined) {
      return;
    }
    const target = await pickTarget(topology, recipe, argument);
    if (target === undefined) {
      return;
    }
    const layout = await layoutFor(entry, topology);
    await offerPlan(entry, async (options) =>
      recipe.plan(
        recipe.wantsLiveRoles === true ? await liveLayout(layout, options) : layout,
        target,
      ),
    );
  };
  const layoutFor = async (entry: TopologyEntry, topology: Topology): Promise<Layout> =>
    layoutOf(
      topology,
      services.monitors.monitor(entry.id)?.version ??
        (await versionFor(topology, services.hosts.pool(entry))),
    );
  const offerPlan = async (
    entry: TopologyEntry,
    make: (options: PreviewOptions) => Promise<Plan>,
  ): Promise<void> => {
    const planned = await plans.show(entry, make);
    if (planned === undefined) {
      return;
    }
    const run = t('Run Plan');
    const reasons = obstacles(planned.preview);
    if (planned.plan.readOnly === true) {
      tellChecks(planned, reasons.length);
      return;
    }
    if (reasons.length > 0) {
      void vscode.window.showErrorMessage(t('The plan cannot run as it is: {0}', reasons[0] ?? ''));
      return;
    }
    if (planned.preview.steps.every(({ answer }) => answer?.kind === 'done')) {
      void vscode.window.showInformationMessage(
        t('{0}: everything is true already, there is nothing to run.', planned.plan.title),
      );
      return;
    }
    const answer = await vscode.window.showInformationMessage(
      t('Read the plan. Nothing has been done yet.'),
      run,
    );
    if (answer === run) {
      await start(planned);
    }
  };
  const start = async (planned: Planned): Promise<void> => {
    if (planned.plan.readOnly === true || (await confirm(planned))) {
      await runs.run(planned.entry, planned.plan);
    }
  };
  for (const [id, name] of Object.entries(recipeCommands)) {
    services.commands.register(id as keyof typeof recipeCommands, async (argument) => {
      const recipe = recipeNamed(name);
      const entry = await pickTopology(services, argument, recipe.title());
      if (entry !== undefined) {
        await offer(entry, recipe, argument);
      }
    });
  }
  const asked = (
    id: 'openGauss.applyConfiguration' | 'openGauss.buildFromSource' | 'openGauss.runScripts',
    title: string,
    make: (entry: TopologyEntry, topology: Topology) => Promise<Plan | undefined>,
  ): void => {
    services.commands.register(id, async (argument) => {
      const entry = await pickTopology(services, argument, title);
      const plan = entry?.topology && (await make(entry, entry.topology));
      if (entry !== undefined && plan !== undefined) {
        await offerPlan(entry, () => Promise.resolve(plan));
      }
    });
  };
  asked('openGauss.applyConfiguration', t('Apply Configuration'), async (entry, topology) =>
    askForConfiguration(
      services,
      entry,
      await liveLayout(await layoutFor(entry, topology), {
        pool: services.hosts.pool(entry),
        folder: journalFolder(entry),
      }),
    ),
  );
  asked('openGauss.buildFromSource', t('Build From Source'), (_, topology) =>
    askForBuild(topology),
  );
  asked('openGauss.runScripts', t('Run openGauss’s Own Scripts'), async (entry, topology) =>
    askForScripts(await layoutFor(entry, topology)),
  );
  services.commands.register('openGauss.plan', async (argument) => {
    const entry = await pickTopology(services, argument, t('Plan an Operation'));
    const recipe = entry && (await pickRecipe());
    if (entry !== undefined && recipe !== undefined) {
      await offer(entry, recipe);
    }
  });
  const withPlan = async (
    argument: unknown,
    work: (planned: Planned) => Promise<void>,
  ): Promise<void> => {
    const planned = plans.of(argument);
    if (planned === undefined) {
      void vscode.window.showInformationMessage(
        t('There is no plan yet, or it is of an earlier session. Plan an operation first.'),
      );
      return;
    }
    await work(planned);
  };
  services.commands.register('openGauss.runPlan', (argument) => withPlan(argument, start));
  services.commands.register('openGauss.exportPlanSh', (argument) =>
    withPlan(argument, (planned) => exportPlan(planned, 'sh')),
  );
  services.commands.register('openGauss.exportPlanAnsible', (argument) =>
    withPlan(argument, (planned) => exportPlan(planned, 'ansible')),
  );
  services.commands.register('openGauss.resumeDeployment', async (argument) => {
    const entry = await pickTopology(services, argument, t('Resume Deployment'));
    const recipe = entry && (await lastRecipe(entry));
    if (entry !== undefined && recipe !== undefined) {
      await offer(entry, recipe);
    } else if (entry !== undefined) {
      void vscode.window.showInformationMessage(
        t('Nothing was begun on {0} that could be resumed.', entry.name),
      );
    }
  });
  services.commands.register('openGauss.releaseLock', async (argument) => {
    const entry = await pickTopology(services, argument, t('Release Lock'));
    if (entry !== undefined) {
      await offerRelease(services, entry);
    }
  });
  services.commands.register('openGauss.showStepOutput', async (step) => {
    if (typeof step === 'string') {
      await runs.showOutput(step);
    }
  });
  services.commands.register('openGauss.showReport', async (argument) => {
    const entry = await pickTopology(services, argument, t('Show Last Report'));
    if (entry !== undefined && !(await runs.showReport(entry)) && !(await showSavedReport(entry))) {
      void vscode.window.showInformationMessage(t('There is no report of {0} yet.', entry.name));
    }
  });
}

/** A plan that only looks has looked when it is shown: there is nothing left to run. */
function tellChecks({ plan, preview }: Planned, failed: number): void {
  const all = preview.steps.length;
  if (failed === 0) {
    void vscode.window.showInformationMessage(t('{0}: all {1} checks passed.', plan.title, all));
  } else {
    void vscode.window.showWarningMessage(
      t('{0}: {1} of {2} checks failed. The page says what to do.', plan.title, failed, all),
    );
  }
}

async function pickRecipe(): Promise<RecipeEntry | undefined> {
  const picked = await vscode.window.showQuickPick(
    recipes.map((recipe) => ({ label: recipe.title(), detail: recipe.description(), recipe })),
    {
      title: t('Plan an Operation'),
      placeHolder: t('Nothing runs before you have seen the plan.'),
    },
  );
  return picked?.recipe;
}

/** The recipe of the newest run in the journal that did not end well. */
async function lastRecipe(entry: TopologyEntry): Promise<RecipeEntry | undefined> {
  const records = await new LocalJournal(localJournalPath(journalFolder(entry))).read();
  const last = runsOf(records).at(-1);
  return last === undefined || last.outcome === 'done'
    ? undefined
    : recipes.find((recipe) => recipe.name === last.recipe);
}

async function showSavedReport(entry: TopologyEntry): Promise<boolean> {
  const newest = await latestReport(journalFolder(entry));
  if (newest === undefined) {
    return false;
  }
  await showMarkdown(vscode.Uri.file(newest), 'here');
  return true;
}
