import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { sentences, t } from '../base/l10n.ts';
import type { RunEvent, RunResult } from '../operations/events.ts';
import { planDocument } from '../operations/plan-document.ts';
import { previewPlan } from '../operations/preview.ts';
import { collectFacts } from '../operations/report-facts.ts';
import { saveReport } from '../operations/report-file.ts';
import { runReport } from '../operations/report.ts';
import { runPlan } from '../operations/runner.ts';
import type { Plan } from '../operations/types.ts';
import { unfinishedRun } from '../operations/unfinished.ts';
import { takeArguments } from './args.ts';
import { fileNotRead, usageError } from './errors.ts';
import { readTopology, topologyFile } from './files.ts';
import type { CliCommand, CliIo } from './io.ts';
import { makePlan, recipeNames, stateFolderOf, targetOf } from './plan.ts';
import { openPool } from './pool.ts';
import { askLine } from './prompts.ts';

/** `apply`: shows the plan of a recipe, asks, runs it and writes a report. */
export const applyCommand: CliCommand = {
  name: 'apply',
  summary: () => t('Run a recipe after showing its plan; run again to resume'),
  usage: () =>
    `apply ${recipeNames()} [--topology FILE] [--ssh-config FILE] [--node ID | --cluster NAME] [--password-file FILE] [--yes] [--verbose]\napply --resume [--topology FILE] …\n\n${t('Shows the plan, asks to type the names of what is at stake, runs it and writes a report. Steps that are true already are skipped, so that running it again resumes. --resume takes the recipe that was not finished. --yes does not ask. Ctrl-C stops at the next safe point.')}`,
  async run(args, io) {
    const { values, operands } = takeArguments('apply', args, {
      topology: { type: 'string' },
      'ssh-config': { type: 'string' },
      node: { type: 'string' },
      cluster: { type: 'string' },
      'password-file': { type: 'string' },
      yes: { type: 'boolean' },
      resume: { type: 'boolean' },
      verbose: { type: 'boolean' },
    });
    const file = topologyFile(values.topology, io);
    const folder = stateFolderOf(file, io);
    const [given, ...others] = operands;
    const name =
      given ?? (values.resume === true ? (await unfinishedRun(folder))?.recipe : undefined);
    if (others.length > 0 || (name === undefined && values.resume !== true)) {
      throw usageError(t('Name one recipe: {0}.', recipeNames()), 'apply');
    }
    if (name === undefined) {
      io.out(`${t('There is nothing to resume.')}\n`);
      return 0;
    }
    const topology = await readTopology(file, io);
    if (topology === undefined) {
      return 1;
    }
    const pool = await openPool(topology, io, values['ssh-config']);
    try {
      const target = targetOf(values.node, values.cluster);
      const plan = await makePlan(name, topology, target, { pool, folder, signal: io.signal });
      if (values.yes !== true) {
        const preview = await previewPlan(plan, { pool, folder, signal: io.signal });
        io.out(planDocument(preview));
        if (!(await confirmed(plan, io))) {
          io.err(`${t('Nothing was done.')}\n`);
          return 1;
        }
      }
      const result = await runPlan(plan, {
        pool,
        folder,
        cancel: io.signal,
        secret: () => initialPassword(values['password-file'], io),
        onEvent: (event) => tell(event, io, values.verbose === true),
      });
      const facts = await collectFacts(topology, pool, AbortSignal.timeout(30_000));
      if (plan.readOnly !== true) {
        const path = await saveReport(folder, result, runReport(result, facts));
        io.out(`${t('Report: {0}', path)}\n`);
      }
      io.out(`${last(result)}\n`);
      return result.outcome === 'done' ? 0 : 1;
    } finally {
      await pool.close();
    }
  },
};

/** Each name at stake is typed; without names a `yes`. Without a terminal nothing is confirmed. */
async function confirmed(plan: Plan, io: CliIo): Promise<boolean> {
  if (!io.interactive) {
    io.err(`${t('There is no terminal to confirm on. Look at the plan and add --yes.')}\n`);
    return false;
  }
  const words = plan.confirmNames.length === 0 ? ['yes'] : plan.confirmNames;
  for (const word of words) {
    const typed = await askLine(t('Type {0} to go on: ', word), true, io.signal);
    if (typed?.trim() !== word) {
      return false;
    }
  }
  return true;
}

async function initialPassword(file: string | undefined, io: CliIo): Promise<string | undefined> {
  if (file === undefined) {
    return io.interactive
      ? askLine(t('Password for the initial user: '), false, io.signal)
      : undefined;
  }
  try {
    return (await readFile(resolve(io.cwd, file), 'utf8')).split(/\r?\n/)[0];
  } catch (thrown) {
    throw fileNotRead(file, thrown);
  }
}

function tell(event: RunEvent, io: CliIo, verbose: boolean): void {
  if (event.kind === 'output' && verbose) {
    io.out(event.text);
  } else if (event.kind === 'cancelling') {
    io.err(`${t('Stopping at the next safe point …')}\n`);
  } else if (event.kind === 'lock-taken-over') {
    io.err(
      `${t('The lock of the interrupted run of {0} on {1} is taken over.', event.holder.time, event.host)}\n`,
    );
  } else if (event.kind === 'step') {
    const { step, state } = event;
    if (state.kind === 'running') {
      io.out(`… ${step.title}\n`);
    } else if (state.kind === 'ended') {
      const mark = {
        done: '✔',
        skipped: '=',
        failed: '✘',
        blocked: '✘',
        cancelled: '■',
        unknown: '?',
      }[state.outcome];
      io.out(
        `${mark} ${step.title}${state.outcome === 'skipped' ? '' : ` (${(state.elapsed / 1000).toFixed(1)} s)`}\n`,
      );
      if (state.failure !== undefined) {
        io.err(`  ${state.failure.message.replaceAll('\n', '\n  ')}\n`);
        const remedies = [
          state.failure.remedy,
          ...state.diagnoses.slice(0, 2).map((one) => sentences(one.cause, one.remedy)),
        ];
        for (const remedy of remedies) {
          if (remedy !== undefined) {
            io.err(`  → ${remedy}\n`);
          }
        }
      }
    }
  }
}

function last(result: RunResult): string {
  switch (result.outcome) {
    case 'done':
      return t('Done.');
    case 'cancelled':
      return t('Stopped. Run it again to go on.');
    case 'failed':
      return t('Not finished. Mend the cause and run it again: what is done stays done.');
  }
}
