import { setMaxListeners } from 'node:events';

import { asError } from '../base/async.ts';
import { Failure } from '../base/errors.ts';
import type { HostPool } from '../hosts/shell.ts';
import {
  HostJournal,
  LocalJournal,
  createdItems,
  mergeJournals,
  roleHistory,
  type JournalRecord,
} from './journal.ts';
import type { Layout } from './recipes/layout.ts';
import { localJournalPath } from './runner.ts';
import type { CheckAnswer, Plan, PreviewPart, Step, StepContext } from './types.ts';

/** A step as it stands now: whether it has to be done, and what it would do. */
export interface StepPreview {
  readonly step: Step;
  /** undefined: it could not be found out; the failure says why. */
  readonly answer: CheckAnswer | undefined;
  readonly failure?: Error;
  readonly parts: readonly PreviewPart[];
}

export interface PlanPreview {
  readonly plan: Plan;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly steps: readonly StepPreview[];
}

export interface PreviewOptions {
  readonly pool: HostPool;
  /** The folder of the journal beside the topology. */
  readonly folder: string;
  readonly signal?: AbortSignal;
}

/**
 * Asks each step what is true and what it would do. Nothing is changed: what would write is refused. A host that cannot
 * be reached does not keep the others from answering.
 */
export async function previewPlan(plan: Plan, options: PreviewOptions): Promise<PlanPreview> {
  const hosts = [...new Set(plan.steps.flatMap((step) => step.hosts))];
  const records = await journals(hosts, options);
  const steps: StepPreview[] = [];
  for (const step of plan.steps) {
    steps.push(await previewStep(plan, step, records, options));
  }
  return { plan, time: Date.now(), steps };
}

async function journals(
  hosts: readonly string[],
  options: PreviewOptions,
): Promise<JournalRecord[]> {
  const read = await Promise.allSettled([
    new LocalJournal(localJournalPath(options.folder)).read(),
    ...hosts.map(async (host) =>
      new HostJournal(await options.pool.shell(host), options.signal).read(),
    ),
  ]);
  return mergeJournals(read.map((one) => (one.status === 'fulfilled' ? one.value : [])));
}

async function previewStep(
  plan: Plan,
  step: Step,
  records: readonly JournalRecord[],
  options: PreviewOptions,
): Promise<StepPreview> {
  const context = lookingContext(plan, step.timeout, records, options);
  let answer: CheckAnswer | undefined;
  let failure: Error | undefined;
  let parts: readonly PreviewPart[] = [];
  try {
    answer = await step.check(context);
    parts = await step.preview(context);
  } catch (thrown) {
    failure = asError(thrown);
  }
  return { step, answer, ...(failure === undefined ? {} : { failure }), parts };
}

/** A context in which a layout's hosts can be asked, and nothing be touched, for so many milliseconds. */
export async function lookingAt(
  layout: Layout,
  timeout: number,
  options: PreviewOptions,
): Promise<StepContext> {
  return lookingContext(layout, timeout, await journals(layout.hosts, options), options);
}

/** A context that can look and not touch. */
function lookingContext(
  plan: Pick<Plan, 'topology' | 'scope'>,
  timeout: number,
  records: readonly JournalRecord[],
  options: PreviewOptions,
): StepContext {
  const refuse = (): Promise<never> =>
    Promise.reject(new Failure('preview', 'A step wants to change something while it only looks.'));
  const items = createdItems(records, plan.scope);
  const limit = AbortSignal.timeout(timeout);
  const signal = options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]);
  setMaxListeners(0, signal);
  return {
    topology: plan.topology,
    signal,
    cancel: options.signal ?? new AbortController().signal,
    shell: (host) => options.pool.shell(host, options.signal && { signal: options.signal }),
    output: () => undefined,
    secret: refuse,
    recordCreated: refuse,
    recordRemoved: refuse,
    created: (host, path) =>
      Promise.resolve(items.find((item) => item.host === host && item.path === path)),
    createdItems: () => Promise.resolve(items),
    roleHistory: () => Promise.resolve(roleHistory(records, plan.scope)),
  };
}
