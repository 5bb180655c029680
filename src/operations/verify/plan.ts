import { t } from '../../base/l10n.ts';
import { nodesOf } from '../../topology/lookups.ts';
import type { Topology } from '../../topology/types.ts';
import type { PlannedCheck } from './types.ts';

/** The kinds of checks, in the order in which they are made. */
export type CheckKind =
  | 'state'
  | 'health'
  | 'identity'
  | 'control-data'
  | 'write'
  | 'read'
  | 'refuse-write'
  | 'lsn'
  | 'clean-up';

/** All checks of a topology. Reading and refusing concern every node but the primary, whichever that is when it runs. */
export function plannedChecks(topology: Topology): readonly PlannedCheck[] {
  const perNode = (kind: CheckKind, title: (id: string) => string): PlannedCheck[] =>
    nodesOf(topology).map((node) => ({
      id: `${kind}:${node.id}`,
      title: title(node.id),
      node: node.id,
    }));
  const one = (kind: CheckKind, title: string): PlannedCheck => ({
    id: kind,
    title,
    node: undefined,
  });
  return [
    ...perNode('state', (id) => t('{0} answers and is Normal', id)),
    one('health', t('One primary, one main standby, replication between them')),
    ...perNode('identity', (id) => t('{0} is the instance that opengauss.yaml describes', id)),
    one('control-data', t('Same system identifier, run modes as the roles')),
    one('write', t('The primary takes a table and rows')),
    ...perNode('read', (id) => t('{0} shows the rows of the primary', id)),
    ...perNode('refuse-write', (id) => t('{0} refuses to write unless it is the primary', id)),
    one('lsn', t('The LSN advanced and was replayed')),
    one('clean-up', t('What was made is gone again')),
  ];
}
