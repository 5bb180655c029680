import { t } from '../../base/l10n.ts';
import { isLeading } from '../../status/replication.ts';
import type { ClusterLayout, NodeLayout } from '../recipes/layout.ts';
import type { PreviewPart, StepContext } from '../types.ts';
import { nodeRuns, queryNode } from './node-query.ts';

/** Foretells, for the preview of what stops one node, that another node will lead when this one does now. */
export async function leadMoves(
  context: StepContext,
  cluster: ClusterLayout,
  node: NodeLayout,
): Promise<PreviewPart[]> {
  if (cluster.nodes.length < 2 || !(await nodeRuns(context, node))) {
    return [];
  }
  return isLeading((await queryNode(context, node)).haState?.localRole)
    ? [
        {
          kind: 'note',
          text: t(
            '{0} leads {1} now. While it is down another node may take the lead, and keeps it.',
            node.id,
            cluster.name,
          ),
        },
      ]
    : [];
}
