import { LocalJournal, runsOf, type RunSummary } from './journal.ts';
import { localJournalPath } from './runner.ts';
import type { Plan } from './types.ts';

/**
 * The latest run in the journal beside the topology that has not come to its end: failed, cancelled, or crashed.
 * undefined when the latest run of each plan is done. With a plan, only its runs count.
 */
export async function unfinishedRun(folder: string, plan?: Plan): Promise<RunSummary | undefined> {
  const runs = runsOf(await new LocalJournal(localJournalPath(folder)).read());
  const latest = new Map<string, RunSummary>();
  for (const run of runs) {
    latest.delete(run.plan);
    latest.set(run.plan, run);
  }
  // What was torn down need not be resumed.
  const last = [...latest.values()].at(-1);
  if (last?.recipe === 'tear-down' && last.outcome === 'done') {
    return undefined;
  }
  return [...latest.values()]
    .reverse()
    .find((run) => run.outcome !== 'done' && (plan === undefined || run.plan === plan.id));
}
