import { join } from 'node:path';

import { Emitter } from '../base/disposable.ts';
import { Failure } from '../base/errors.ts';
import type { HostPool } from '../hosts/shell.ts';
import { planCycle, secretMissing } from './errors.ts';
import type { RunEvent, RunResult, StepResult } from './events.ts';
import { executeStep } from './execute-step.ts';
import {
  HostJournal,
  LocalJournal,
  createdItems,
  mergeJournals,
  roleHistory,
  type JournalRecord,
} from './journal.ts';
import { lockHosts, newHolder, runsHere, unlockHosts } from './lock.ts';
import { Redactor } from './redact.ts';
import type { CreatedItem, Plan, SecretName, Step, StepContext } from './types.ts';

export interface RunOptions {
  readonly pool: HostPool;
  /** The folder beside the topology where journal and reports live: `<folder of opengauss.yaml>/.opengauss`. */
  readonly folder: string;
  /** Asks the person for a secret; undefined: he gave none. Asked once for a run. */
  readonly secret: (name: SecretName) => Promise<string | undefined>;
  readonly onEvent?: (event: RunEvent) => void;
  /** Stop at the next safe point: no further step is started, the one that runs is brought to its end. */
  readonly cancel?: AbortSignal;
  /** Let go at once. What runs on the hosts goes on there; a later run joins it. */
  readonly signal?: AbortSignal;
}

/** The file of the journal beside the topology. */
export function localJournalPath(folder: string): string {
  return join(folder, 'journal.jsonl');
}

/**
 * Runs a plan to its end. Rejects when it cannot be started (lock held by somebody else, journal not writable, host
 * not reached); whatever happens in a step is in the result. Running a plan again resumes it: steps whose result is
 * true are skipped, also after a crash of the editor, the connection or a host in the middle of one.
 */
export async function runPlan(plan: Plan, options: RunOptions): Promise<RunResult> {
  checkOrder(plan.steps);
  const run = new Run(plan, options);
  return run.execute();
}

function checkOrder(steps: readonly Step[]): void {
  const done = new Set<string>();
  let open = steps;
  while (open.length > 0) {
    const rest = open.filter((step) => !step.after.every((id) => done.has(id)));
    if (rest.length === open.length) {
      throw planCycle(rest.map((step) => step.id));
    }
    for (const step of open) {
      if (!rest.includes(step)) {
        done.add(step.id);
      }
    }
    open = rest;
  }
}

const keptOutput = 32 * 1024;

class Run {
  private readonly plan: Plan;
  private readonly options: RunOptions;
  private readonly holder;
  private readonly hosts: readonly string[];
  private readonly local: LocalJournal;
  private readonly redactor = new Redactor();
  private readonly secrets = new Map<SecretName, Promise<string>>();
  private readonly cancel: AbortSignal;
  private readonly signal: AbortSignal;
  private readonly outputs = new Map<string, string>();
  private readonly results = new Map<string, StepResult>();
  private readonly emitter = new Emitter<RunEvent>();
  private records: JournalRecord[] = [];
  private failed = false;

  constructor(plan: Plan, options: RunOptions) {
    this.plan = plan;
    this.options = options;
    this.holder = newHolder(plan);
    this.hosts = [...new Set(plan.steps.flatMap((step) => step.hosts))].sort();
    this.local = new LocalJournal(localJournalPath(options.folder));
    this.cancel = options.cancel ?? new AbortController().signal;
    this.signal = options.signal ?? new AbortController().signal;
    if (options.onEvent !== undefined) {
      this.emitter.event(options.onEvent);
    }
  }

  async execute(): Promise<RunResult> {
    runsHere.add(this.holder.run);
    try {
      return await this.locked();
    } finally {
      runsHere.delete(this.holder.run);
    }
  }

  private async locked(): Promise<RunResult> {
    const started = Date.now();
    const changes = this.plan.readOnly !== true;
    const localRecords = changes ? await this.local.read() : [];
    if (changes) {
      // Before the first lock, so that one that a crash leaves is known as ours.
      await this.local.append({ type: 'run-lock', ...this.stamp() });
      await lockHosts(this.options.pool, this.hosts, this.holder, {
        ownRuns: new Set(localRecords.map((record) => record.run)),
        onTakeOver: (host, holder) => this.tell({ kind: 'lock-taken-over', host, holder }),
      });
    }
    try {
      if (changes) {
        await this.readJournals(localRecords);
        await this.journalRunStart();
      }
      this.tell({ kind: 'run-started', run: this.holder.run, plan: this.plan, time: started });
      const onCancel = (): void => this.tell({ kind: 'cancelling' });
      this.cancel.addEventListener('abort', onCancel, { once: true });
      await this.runSteps();
      this.cancel.removeEventListener('abort', onCancel);
      const result = this.result(started);
      if (changes && !this.signal.aborted) {
        await this.journalAll(this.hosts, {
          type: 'run-end',
          ...this.stamp(),
          outcome: result.outcome,
        }).catch(() => undefined);
      }
      this.tell({ kind: 'run-ended', result });
      return result;
    } finally {
      // Who lets go leaves the lock: what goes on at the hosts is still this run's.
      if (changes && !this.signal.aborted) {
        await unlockHosts(this.options.pool, this.hosts, this.holder.run);
      }
    }
  }

  private tell(event: RunEvent): void {
    this.emitter.fire(event);
  }

  private stamp(): { time: string; run: string } {
    return { time: new Date().toISOString(), run: this.holder.run };
  }

  private async readJournals(localRecords: readonly JournalRecord[]): Promise<void> {
    const remote = await Promise.all(
      this.hosts.map(async (host) =>
        new HostJournal(await this.options.pool.shell(host), this.signal).read(),
      ),
    );
    this.records = mergeJournals([localRecords, ...remote]);
  }

  private async journalRunStart(): Promise<void> {
    const { plan, holder } = this;
    await this.journalAll(this.hosts, {
      type: 'run-start',
      ...this.stamp(),
      plan: plan.id,
      scope: plan.scope,
      recipe: plan.recipe,
      title: plan.title,
      user: holder.user,
      machine: holder.machine,
      pid: holder.pid,
    });
  }

  /** On disk here and on the hosts, or it rejects. */
  private async journalAll(hosts: readonly string[], record: JournalRecord): Promise<void> {
    this.records.push(record);
    if (this.plan.readOnly === true) {
      return;
    }
    await this.local.append(record);
    await Promise.all(
      hosts.map(async (host) =>
        new HostJournal(await this.options.pool.shell(host)).append(record),
      ),
    );
  }

  private async runSteps(): Promise<void> {
    const waiting = new Set(this.plan.steps);
    const running = new Map<Step, Promise<void>>();
    const busy = new Set<string>();
    for (;;) {
      for (const step of waiting) {
        if (this.mayStart(step, busy)) {
          waiting.delete(step);
          step.hosts.forEach((host) => busy.add(host));
          running.set(
            step,
            this.runStep(step).finally(() => {
              running.delete(step);
              step.hosts.forEach((host) => busy.delete(host));
            }),
          );
        }
      }
      if (running.size === 0) {
        return;
      }
      await Promise.race(running.values());
    }
  }

  private mayStart(step: Step, busy: ReadonlySet<string>): boolean {
    return (
      !this.failed &&
      !this.cancel.aborted &&
      !this.signal.aborted &&
      !step.hosts.some((host) => busy.has(host)) &&
      step.after.every((id) => {
        const outcome = this.results.get(id)?.outcome;
        return outcome === 'done' || outcome === 'skipped';
      })
    );
  }

  private async runStep(step: Step): Promise<void> {
    const result = await executeStep(step, {
      context: (signal) => this.context(step, signal),
      cancel: this.cancel,
      signal: this.signal,
      onState: (state) => this.tell({ kind: 'step', step, state }),
      journalStart: (attempt) =>
        this.journalAll(step.hosts, {
          type: 'step-start',
          ...this.stamp(),
          step: step.id,
          attempt,
        }),
      journalEnd: (outcome, words) =>
        this.journalAll(step.hosts, {
          type: 'step-end',
          ...this.stamp(),
          step: step.id,
          outcome,
          ...(words.evidence === undefined
            ? {}
            : { evidence: this.redactor.redact(words.evidence) }),
          ...(words.message === undefined ? {} : { message: this.redactor.redact(words.message) }),
        }),
      output: () => this.outputs.get(step.id) ?? '',
    });
    this.results.set(step.id, this.clean(result));
    // A plan that only looks shows everything that is wrong, not only the first thing.
    if (result.outcome !== 'done' && result.outcome !== 'skipped' && this.plan.readOnly !== true) {
      this.failed = true;
    }
  }

  private clean(result: StepResult): StepResult {
    const { failure } = result;
    if (failure === undefined) {
      return result;
    }
    const message = this.redactor.redact(failure.message);
    return message === failure.message
      ? result
      : {
          ...result,
          failure: new Failure(failure.code, message, {
            place: failure.place,
            ...(failure.remedy === undefined ? {} : { remedy: failure.remedy }),
          }),
        };
  }

  private context(step: Step, signal: AbortSignal): StepContext {
    const record = (type: 'created' | 'removed', item: CreatedItem): Promise<void> =>
      this.journalAll([item.host], {
        type,
        ...this.stamp(),
        scope: this.plan.scope,
        step: step.id,
        item,
      });
    const items = (): CreatedItem[] => createdItems(this.records, this.plan.scope);
    return {
      topology: this.plan.topology,
      signal,
      cancel: this.cancel,
      shell: (host) => this.options.pool.shell(host, { signal }),
      output: (text) => this.takeOutput(step, text),
      secret: (name) => this.secret(name),
      recordCreated: (item) => record('created', item),
      recordRemoved: (item) => record('removed', item),
      created: (host, path) =>
        Promise.resolve(items().find((item) => item.host === host && item.path === path)),
      createdItems: () => Promise.resolve(items()),
      roleHistory: () => Promise.resolve(roleHistory(this.records, this.plan.scope)),
    };
  }

  private takeOutput(step: Step, text: string): void {
    if (text === '') {
      return;
    }
    const clean = this.redactor.redact(text);
    this.outputs.set(step.id, ((this.outputs.get(step.id) ?? '') + clean).slice(-keptOutput));
    this.tell({ kind: 'output', step, text: clean });
  }

  private secret(name: SecretName): Promise<string> {
    let asked = this.secrets.get(name);
    if (asked === undefined) {
      asked = this.options.secret(name).then((value) => {
        if (value === undefined || value === '') {
          throw secretMissing();
        }
        this.redactor.add(value);
        return value;
      });
      this.secrets.set(name, asked);
    }
    return asked;
  }

  private result(started: number): RunResult {
    const steps = this.plan.steps.flatMap((step) => this.results.get(step.id) ?? []);
    const complete =
      steps.length === this.plan.steps.length &&
      steps.every((step) => step.outcome === 'done' || step.outcome === 'skipped');
    const stopped =
      this.cancel.aborted &&
      steps.every((step) => step.outcome !== 'failed' && step.outcome !== 'blocked');
    return {
      run: this.holder.run,
      plan: this.plan,
      started,
      ended: Date.now(),
      outcome: complete ? 'done' : stopped ? 'cancelled' : 'failed',
      steps,
    };
  }
}
