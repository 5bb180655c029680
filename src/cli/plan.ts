import { dirname, join, resolve } from 'node:path';

import { t } from '../base/l10n.ts';
import { versionFor } from '../operations/detect-version.ts';
import { exportAnsiblePlaybook } from '../operations/export-ansible.ts';
import { exportShellScript } from '../operations/export-sh.ts';
import { liveLayout } from '../operations/live-layout.ts';
import { planDocument } from '../operations/plan-document.ts';
import { previewPlan, type PlanPreview, type PreviewOptions } from '../operations/preview.ts';
import { recipeNamed, recipes } from '../operations/recipes/catalogue.ts';
import { layoutOf } from '../operations/recipes/layout.ts';
import type { Target } from '../operations/recipes/lifecycle.ts';
import type { Plan } from '../operations/types.ts';
import type { Topology } from '../topology/types.ts';
import { takeArguments, wordOption } from './args.ts';
import { usageError } from './errors.ts';
import { readTopology, topologyFile } from './files.ts';
import type { CliCommand, CliIo } from './io.ts';
import { openPool } from './pool.ts';

type Format = 'text' | 'json' | 'sh' | 'ansible';

/** The names of the recipes, for help texts. */
export function recipeNames(): string {
  return recipes.map((recipe) => recipe.name).join('|');
}

/** What `plan` and `apply` work on: `--node`, `--cluster`, or both clusters. */
export function targetOf(node: string | undefined, cluster: string | undefined): Target {
  if (node !== undefined) {
    return { kind: 'node', id: node };
  }
  return cluster === undefined ? { kind: 'both' } : { kind: 'cluster', name: cluster };
}

/**
 * Makes the plan of a recipe; asks the hosts for the version when the topology leaves it open, and for the clusters'
 * present roles when it starts or stops servers.
 */
export async function makePlan(
  name: string,
  topology: Topology,
  target: Target,
  options: PreviewOptions & { readonly signal: AbortSignal },
): Promise<Plan> {
  const recipe = recipeNamed(name);
  const { pool, signal } = options;
  const layout = layoutOf(topology, await versionFor(topology, pool, signal));
  return recipe.plan(
    recipe.wantsLiveRoles === true ? await liveLayout(layout, options) : layout,
    target,
  );
}

/** The folder of journal and reports beside a topology file. */
export function stateFolderOf(file: string, io: CliIo): string {
  return join(dirname(resolve(io.cwd, file)), '.opengauss');
}

/** `plan`: shows what a recipe would do; changes nothing. */
export const planCommand: CliCommand = {
  name: 'plan',
  summary: () => t('Show what a recipe would do, step by step'),
  usage: () =>
    `plan ${recipeNames()} [--topology FILE] [--ssh-config FILE] [--node ID | --cluster NAME] [--format text|json|sh|ansible]\n\n${t('Asks the hosts what is true already and prints the plan as Markdown, as JSON, as a script for sh or as an Ansible playbook. Nothing is changed. Exit code 1 when a step says that it must not run.')}`,
  async run(args, io) {
    const { values, operands } = takeArguments('plan', args, {
      topology: { type: 'string' },
      'ssh-config': { type: 'string' },
      node: { type: 'string' },
      cluster: { type: 'string' },
      format: { type: 'string' },
    });
    const [name, ...others] = operands;
    if (name === undefined || others.length > 0) {
      throw usageError(t('Name one recipe: {0}.', recipeNames()), 'plan');
    }
    const format = wordOption<Format>('plan', 'format', values.format, [
      'text',
      'json',
      'sh',
      'ansible',
    ]);
    const file = topologyFile(values.topology, io);
    const topology = await readTopology(file, io);
    if (topology === undefined) {
      return 1;
    }
    const pool = await openPool(topology, io, values['ssh-config']);
    try {
      const options = { pool, folder: stateFolderOf(file, io), signal: io.signal };
      const plan = await makePlan(name, topology, targetOf(values.node, values.cluster), options);
      if (format === 'sh') {
        io.out(exportShellScript(plan));
        return 0;
      }
      if (format === 'ansible') {
        io.out(await exportAnsiblePlaybook(plan));
        return 0;
      }
      const preview = await previewPlan(plan, options);
      io.out(
        format === 'json'
          ? `${JSON.stringify(planJson(preview), undefined, 2)}\n`
          : planDocument(preview),
      );
      return preview.steps.some(
        (step) => step.failure !== undefined || step.answer?.kind === 'blocked',
      )
        ? 1
        : 0;
    } finally {
      await pool.close();
    }
  },
};

function planJson(preview: PlanPreview): unknown {
  const { plan } = preview;
  return {
    id: plan.id,
    recipe: plan.recipe,
    title: plan.title,
    confirmNames: plan.confirmNames,
    notes: plan.notes,
    steps: preview.steps.map(({ step, answer, failure, parts }) => ({
      id: step.id,
      title: step.title,
      hosts: step.hosts,
      ...(step.node === undefined ? {} : { node: step.node }),
      after: step.after,
      state: failure === undefined ? (answer?.kind ?? 'unknown') : 'unknown',
      ...(answer?.kind === 'done' ? { evidence: answer.evidence } : {}),
      ...(answer?.kind === 'blocked'
        ? { message: answer.failure.message, remedy: answer.failure.remedy }
        : {}),
      ...(failure === undefined ? {} : { message: failure.message }),
      ...(step.destructive === undefined ? {} : { destructive: step.destructive }),
      ...(step.restarts === undefined ? {} : { restarts: step.restarts }),
      seconds: step.estimate,
      preview: parts,
    })),
  };
}
