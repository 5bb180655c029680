import { asError } from '../../base/async.ts';
import { t } from '../../base/l10n.ts';
import { currentReading } from '../../status/replication.ts';
import { nodesOf } from '../../topology/lookups.ts';
import type { NodeSpec } from '../../topology/types.ts';
import { healthOutcome, others, stateOutcome } from './checks.ts';
import { controlDataOutcome } from './control.ts';
import { askIdentity, identityOutcome } from './identity.ts';
import type { Identity } from './identity.ts';
import { livePrimary, observe } from './observe.ts';
import type { Observation } from './observe.ts';
import { plannedChecks } from './plan.ts';
import { lsnAdvanced } from './progress.ts';
import { Recorder } from './recorder.ts';
import type { Outcome } from './recorder.ts';
import { ProofTable } from './rows.ts';
import type { VerifyContext, VerifyOptions, VerifyReport } from './types.ts';

const defaultReplayLimit = 30_000;

/**
 * Proves that two clusters replicate (section 3 of the procedure): states, identities, a table written on the primary and
 * read everywhere else, writes refused everywhere else, control files, LSNs. Never rejects for what it finds; rejects with
 * the signal's reason when it is cancelled, after cleaning up, and says so instead when something could not be cleaned up.
 */
export async function verify(options: VerifyOptions): Promise<VerifyReport> {
  const started = Date.now();
  const signal = options.signal ?? new AbortController().signal;
  const context: VerifyContext = {
    options,
    signal,
    shell: (node) => options.pool.shell(node.host, { signal }),
  };
  const recorder = new Recorder(plannedChecks(options.topology), options.onCheck);
  const before = await observe(context);
  await recordStates(context, recorder, before);
  const primary = livePrimary(context, before.snapshot);
  await recorder.check('control-data', () => controlDataOutcome(context, primary));
  if (primary !== undefined) {
    await prove(context, recorder, primary, before);
  } else {
    await skipProof(context, recorder);
  }
  const checks = recorder.finish();
  if (signal.aborted) {
    const left = checks.find(({ id, status }) => id === 'clean-up' && status === 'failed')?.reason;
    throw left === undefined ? asError(signal.reason) : new Error(left, { cause: signal.reason });
  }
  return {
    topology: options.name,
    started,
    ended: Date.now(),
    ok: checks.every((check) => check.status === 'passed'),
    versions: Object.fromEntries(
      nodesOf(options.topology).flatMap(({ id }) => {
        const version = before.versions.get(id);
        return version === undefined ? [] : [[id, version]];
      }),
    ),
    checks,
  };
}

async function recordStates(
  context: VerifyContext,
  recorder: Recorder,
  observation: Observation,
): Promise<void> {
  const nodes = nodesOf(context.options.topology);
  for (const node of nodes) {
    await recorder.check(`state:${node.id}`, () =>
      stateOutcome(observation.snapshot.nodes.get(node.id)?.state),
    );
  }
  await recorder.check('health', () => healthOutcome(observation));
  const identities = new Map(
    await Promise.all(
      nodes.map(async (node): Promise<readonly [string, Identity | Error]> => [
        node.id,
        await askIdentity(context, node).catch(asError),
      ]),
    ),
  );
  for (const node of nodes) {
    await recorder.check(`identity:${node.id}`, () => identityOutcome(context, node, identities));
  }
}

async function prove(
  context: VerifyContext,
  recorder: Recorder,
  primary: NodeSpec,
  before: Observation,
): Promise<void> {
  const table = new ProofTable(context);
  const limit = context.options.replayLimit ?? defaultReplayLimit;
  try {
    await recorder.check('write', () => table.write(primary));
    const written = recorder.passed('write');
    const skipped: Outcome = { status: 'skipped', reason: t('Nothing was written.') };
    const silent: Outcome = { status: 'skipped', reason: t('It does not answer.') };
    const itself: Outcome = { status: 'passed', evidence: [t('It is the primary.')] };
    await recorder.check(`read:${primary.id}`, () => (written ? itself : skipped));
    await recorder.check(`refuse-write:${primary.id}`, () => itself);
    await Promise.all(
      others(context, primary).map(async (node) => {
        // Who does not answer will not show rows either; waiting for it would only take time.
        const answers = currentReading(before.snapshot.nodes.get(node.id)?.state) !== undefined;
        const useless = answers ? (written ? undefined : skipped) : silent;
        await recorder.check(`read:${node.id}`, () => useless ?? table.read(node, limit));
        await recorder.check(`refuse-write:${node.id}`, () => useless ?? table.refused(node));
      }),
    );
    await recorder.check('lsn', () =>
      written ? lsnAdvanced(context, before, primary, limit) : skipped,
    );
  } finally {
    // Also after a cancellation: with a signal of its own, since the other is used up.
    const signal = AbortSignal.timeout(30_000);
    const own: VerifyContext = {
      ...context,
      signal,
      shell: (node) => context.options.pool.shell(node.host, { signal }),
    };
    await recorder.check('clean-up', () => table.cleanUp(own, primary));
  }
}

async function skipProof(context: VerifyContext, recorder: Recorder): Promise<void> {
  const reason = t('There is not exactly one primary.');
  const skipped = (): Outcome => ({ status: 'skipped', reason });
  for (const kind of ['write', 'lsn', 'clean-up']) {
    await recorder.check(kind, skipped);
  }
  for (const node of nodesOf(context.options.topology)) {
    await recorder.check(`read:${node.id}`, skipped);
    await recorder.check(`refuse-write:${node.id}`, skipped);
  }
}
