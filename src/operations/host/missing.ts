import { t } from '../../base/l10n.ts';
import { notVerified } from '../errors.ts';
import type { NodeLayout } from '../recipes/layout.ts';
import type { StepContext } from '../types.ts';
import { nodeRuns } from './node-query.ts';

/** Milliseconds after which a node that has no server is not just about to start. */
const startingLimit = 20_000;
/** Milliseconds between two looks, which cost a question to each node. */
const pause = 5000;

/**
 * For steps that wait for nodes which they do not start themselves: gives up on those that stay without a server, since
 * waiting longer would only keep the person from starting them.
 */
export class Missing {
  private since = Date.now();
  private next = this.since + pause;

  /** Whether it is time for a look, which is for this caller then. */
  due(): boolean {
    const now = Date.now();
    if (now < this.next) {
      return false;
    }
    this.next = now + pause;
    return true;
  }

  /** Throws what to start. `words` is what the nodes say, for the message. */
  async look(context: StepContext, nodes: readonly NodeLayout[], words: string): Promise<void> {
    const found = await Promise.all(
      nodes.map(async (node) => ((await nodeRuns(context, node)) ? [] : [node.id])),
    );
    const stopped = found.flat();
    const [first] = stopped;
    if (first === undefined) {
      this.found();
    } else if (Date.now() - this.since > startingLimit) {
      const ids = stopped.join(', ');
      throw notVerified(t('No server is running on {0}. {1}', ids, words), {
        node: first,
        remedy: t('Start {0}, then run this again: what is done already is not done twice.', ids),
      });
    }
  }

  /** All are there. */
  found(): void {
    this.since = Date.now();
  }
}
