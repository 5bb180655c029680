import { t } from '../../base/l10n.ts';
import type { Layout } from './layout.ts';
import type { Plan, RecipeName, Step } from '../types.ts';
import { scopeOf } from './layout.ts';

/** Makes a plan of steps; its id is the same for the same recipe on the same topology. */
export function planOf(
  recipe: RecipeName,
  layout: Pick<Layout, 'topology'>,
  words: {
    readonly title: string;
    readonly steps: readonly Step[];
    readonly confirmNames?: readonly string[];
    readonly notes?: readonly string[];
    readonly readOnly?: boolean;
    /** Tells plans of one recipe apart that do different things, as the target of a restart. */
    readonly variant?: string;
  },
): Plan {
  const scope = scopeOf(layout.topology);
  return {
    id: [recipe, scope, words.variant].filter((part) => part !== undefined).join('-'),
    scope,
    recipe,
    title: words.title,
    topology: layout.topology,
    steps: words.steps,
    confirmNames: words.confirmNames ?? [],
    notes: words.notes ?? [],
    ...(words.readOnly === undefined ? {} : { readOnly: words.readOnly }),
  };
}

/** The ids of steps, to wait for. */
export function ids(steps: readonly Step[]): string[] {
  return steps.map((step) => step.id);
}

/** For plans whose steps look before they act, which a script cannot. */
export function exportNote(): string {
  return t(
    'This plan cannot be exported: each step looks at both clusters right before it acts, and only the plan itself does that.',
  );
}
