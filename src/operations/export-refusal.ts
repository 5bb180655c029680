import type { Failure } from '../base/errors.ts';
import { t } from '../base/l10n.ts';
import { refused } from './errors.ts';
import type { Plan, StepScript } from './types.ts';

/**
 * Why a plan cannot be a script; undefined when it can. Role changes, and what reads the journal, look right before they
 * act, and a part of them alone would do harm.
 */
function exportRefusal(plan: Plan): Failure | undefined {
  const silent = plan.steps.filter((step) => (step.scripts ?? []).length === 0);
  const missing = silent.find(
    (step) => step.destructive !== undefined || step.restarts !== undefined,
  );
  if (missing === undefined && silent.length < plan.steps.length) {
    return undefined;
  }
  return plan.readOnly === true
    ? refused(
        t('“{0}” only looks: there is nothing to export.', plan.title),
        t('Run it here; its report lists all checks.'),
      )
    : refused(
        t(
          '“{0}” cannot be a script or playbook: its steps look at the clusters and the journal right before they act.',
          plan.title,
        ),
        t('Run the plan here or with “opengauss-dual-cluster apply {0}”.', plan.recipe),
      );
}

/** The scripts of all steps and the hosts that they need. Throws (`recipe-refused`) for a plan that cannot be a script. */
export function exportable(plan: Plan): {
  readonly scripts: readonly StepScript[];
  readonly hosts: readonly string[];
} {
  const refusal = exportRefusal(plan);
  if (refusal !== undefined) {
    throw refusal;
  }
  const scripts = plan.steps.flatMap((step) => step.scripts ?? []);
  const hosts = scripts.flatMap(({ host, given }) => [
    host,
    ...(given ?? []).map((value) => value.host),
  ]);
  return { scripts, hosts: [...new Set(hosts)] };
}
