import { sleep } from '../../base/async.ts';
import { t } from '../../base/l10n.ts';
import { formatLsn, knownLsn } from '../../status/lsn.ts';
import { replicationLink } from '../../status/replication.ts';
import type { NodeSpec } from '../../topology/types.ts';
import { observe } from './observe.ts';
import type { Observation } from './observe.ts';
import type { Outcome } from './recorder.ts';
import type { VerifyContext } from './types.ts';

/** Milliseconds between two looks. */
const pause = 500;

/**
 * The primary's LSN is above the one before the write, and the standby cluster has replayed beyond that one: by what the primary
 * says of it and, since the primary puts the sent LSN where it knows none, by what the receiver says of itself.
 */
export async function lsnAdvanced(
  context: VerifyContext,
  before: Observation,
  primary: NodeSpec,
  limit: number,
): Promise<Outcome> {
  const { topology } = context.options;
  const start = knownLsn(replicationLink(topology, before.snapshot)?.sender?.senderSentLocation);
  if (start === undefined) {
    return {
      status: 'failed',
      reason: t('No sender to the other cluster told an LSN before the write.'),
    };
  }
  const deadline = performance.now() + limit;
  for (;;) {
    const link = replicationLink(topology, (await observe(context)).snapshot);
    const sent = knownLsn(link?.sender?.senderSentLocation);
    const replayed = knownLsn(link?.sender?.receiverReplayLocation);
    const own = knownLsn(link?.receiver?.receiverReplayLocation);
    const evidence = [
      t('before: {0}', formatLsn(start)),
      t('sent: {0}', sent === undefined ? '–' : formatLsn(sent)),
      t('replayed: {0}', replayed === undefined ? '–' : formatLsn(replayed)),
      ...(own === undefined ? [] : [t('replayed by its own account: {0}', formatLsn(own))]),
    ];
    const failed = (reason: string): Outcome => ({ status: 'failed', evidence, reason });
    if (link !== undefined && link.from.id !== primary.id) {
      return failed(
        t('{0} was the primary when this began, and now it is {1}.', primary.id, link.from.id),
      );
    }
    const beyond = (lsn: bigint | undefined): boolean => lsn !== undefined && lsn > start;
    if (beyond(sent) && beyond(replayed) && (own === undefined || beyond(own))) {
      return { status: 'passed', evidence };
    }
    if (performance.now() + pause > deadline) {
      return failed(
        t(
          'The LSN did not move beyond {0} within {1} s.',
          formatLsn(start),
          Math.round(limit / 100) / 10,
        ),
      );
    }
    await sleep(pause, context.signal);
  }
}
