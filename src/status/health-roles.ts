import { t } from '../base/l10n.ts';
import { clusterByName, nodesOf, primaryCluster } from '../topology/lookups.ts';
import type { NodeSpec, Topology } from '../topology/types.ts';
import type { HealthProblem } from './health-problem.ts';
import { currentReading, currentRole } from './replication.ts';
import type { NodeRole, NodeState } from './types.ts';

export type States = ReadonlyMap<string, NodeState | undefined>;

/** Whether a node may run and be anything: it could not be asked. One that is known not to run is none of these. */
export function isUnheard(state: NodeState | undefined): boolean {
  return (
    currentReading(state) === undefined &&
    !(state?.kind === 'offline' && state.reading?.query.kind === 'not-running')
  );
}

/** Exactly one primary among all nodes of both clusters, and everybody else in a role that goes with it. */
export function checkRoles(
  topology: Topology,
  states: States,
  incomplete: boolean,
): HealthProblem[] {
  const withRole = (role: NodeRole): NodeSpec[] =>
    nodesOf(topology).filter((node) => currentRole(states.get(node.id)) === role);
  const primaries = withRole('Primary');
  return [
    ...primaryProblems(topology, states, primaries, incomplete),
    ...withRole('Normal').map((node): HealthProblem => ({
      code: 'role-conflict',
      severity: 'error',
      message: t(
        '{0} calls itself {1}: it takes part in no replication and takes writes of its own.',
        node.id,
        'Normal',
      ),
      nodes: [node.id],
    })),
    ...leaderProblems(topology, primaries, withRole('Main Standby')),
  ];
}

function primaryProblems(
  topology: Topology,
  states: States,
  primaries: readonly NodeSpec[],
  incomplete: boolean,
): HealthProblem[] {
  const [first, second] = primaries;
  if (first === undefined) {
    return incomplete ? [] : [missingPrimary(topology, states)];
  }
  if (second !== undefined) {
    return [
      {
        code: 'two-primaries',
        severity: 'error',
        message: t(
          'More than one node is Primary: {0}. Each of them takes writes that the others do not get.',
          primaries.map((node) => node.id).join(', '),
        ),
        nodes: primaries.map((node) => node.id),
      },
    ];
  }
  return first.cluster === primaryCluster(topology)?.name
    ? []
    : [
        {
          code: 'roles-exchanged',
          severity: 'info',
          message: t(
            'The primary is in {0}; opengauss.yaml still calls that cluster {1}.',
            first.cluster,
            clusterByName(topology, first.cluster)?.role ?? '?',
          ),
          nodes: [first.id],
        },
      ];
}

/** Nobody answers as Primary. That nobody is one is another matter: it may be out of our sight only. */
function missingPrimary(topology: Topology, states: States): HealthProblem {
  const unheard = nodesOf(topology).filter((node) => isUnheard(states.get(node.id)));
  const witness = nodesOf(topology).find((node) => {
    const state = states.get(node.id);
    const receiver = state?.kind === 'ok' ? state.reading.query.receivers[0] : undefined;
    return (
      receiver?.peerRole === 'Primary' &&
      unheard.some((one) => one.cluster !== node.cluster || one.dssHome === undefined)
    );
  });
  const names = unheard.map((node) => node.id).join(', ');
  if (witness !== undefined) {
    return {
      code: 'no-primary',
      severity: 'warning',
      message: t(
        'The primary cannot be asked. {0} still receives from one, so that it may well be {1}.',
        witness.id,
        names,
      ),
      nodes: unheard.map((node) => node.id),
    };
  }
  return {
    code: 'no-primary',
    severity: 'error',
    message:
      unheard.length === 0
        ? t('No node answers as Primary: nothing can be written.')
        : t('No node answers as Primary, and {0} cannot be asked.', names),
    nodes: [],
  };
}

function leaderProblems(
  topology: Topology,
  primaries: readonly NodeSpec[],
  mainStandbys: readonly NodeSpec[],
): HealthProblem[] {
  return topology.clusters.flatMap((cluster): HealthProblem[] => {
    const primary = primaries.find((node) => node.cluster === cluster.name);
    const leaders = mainStandbys.filter((node) => node.cluster === cluster.name);
    const nodes = leaders.map((node) => node.id);
    if (primary !== undefined && leaders.length > 0) {
      return [
        {
          code: 'role-conflict',
          severity: 'error',
          message: t(
            '{0} is Main Standby, although {1} of the same cluster is Primary.',
            nodes.join(', '),
            primary.id,
          ),
          nodes: [primary.id, ...nodes],
        },
      ];
    }
    return leaders.length < 2
      ? []
      : [
          {
            code: 'role-conflict',
            severity: 'warning',
            message: t(
              'More than one node of {0} is Main Standby: {1}.',
              cluster.name,
              nodes.join(', '),
            ),
            nodes,
          },
        ];
  });
}
