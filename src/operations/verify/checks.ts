import { t } from '../../base/l10n.ts';
import { currentReading } from '../../status/replication.ts';
import type { NodeState } from '../../status/types.ts';
import { clusterOf, nodesOf, otherCluster } from '../../topology/lookups.ts';
import type { NodeSpec } from '../../topology/types.ts';
import { ask, controlData } from './observe.ts';
import type { Observation } from './observe.ts';
import type { Outcome } from './recorder.ts';
import type { VerifyContext } from './types.ts';

/** The node's state in openGauss's own words. */
export function stateOutcome(state: NodeState | undefined): Outcome {
  const ha = currentReading(state)?.query.haState;
  const evidence =
    ha === undefined || ha === null
      ? []
      : [
          `local_role: ${ha.localRole}`,
          `db_state: ${ha.dbState}`,
          `detail_information: ${ha.detailInformation}`,
        ];
  if (state?.kind === 'ok') {
    return { status: 'passed', evidence };
  }
  return {
    status: 'failed',
    evidence,
    reason: state === undefined ? t('Not asked.') : state.reason,
  };
}

/** Both clusters together: the rules of health. */
export function healthOutcome({ health }: Observation): Outcome {
  const [worst, ...more] = health.problems;
  return worst === undefined && health.level === 'ok'
    ? { status: 'passed', evidence: [health.sentence] }
    : {
        status: 'failed',
        reason: worst?.message ?? health.sentence,
        evidence: more.map((problem) => problem.message),
      };
}

/** Settings that tell one instance, and one cluster, from another. */
const identitySettings = [
  'data_directory',
  'port',
  'ss_instance_id',
  'ss_interconnect_url',
  'cluster_run_mode',
  'xlog_lock_file_path',
] as const;
export type Identity = ReadonlyMap<string, string>;

/** What the server itself says it is. */
export async function askIdentity(context: VerifyContext, node: NodeSpec): Promise<Identity> {
  const names = identitySettings.map((name) => `'${name}'`).join(', ');
  const answer = await ask(
    context,
    node,
    `select name, setting from pg_settings where name in (${names})`,
  );
  if (answer.kind === 'error') {
    throw new Error(answer.message);
  }
  return new Map(answer.rows.map(([name, value]) => [name ?? '', value ?? '']));
}

/**
 * Whether the server that answers is the one of the topology, and whether it stands in its cluster and not in the other:
 * the nodes of a cluster share their interconnect and their lock file, and those of the other cluster have others.
 */
export function identityOutcome(
  context: VerifyContext,
  node: NodeSpec,
  identities: ReadonlyMap<string, Identity | Error>,
): Outcome {
  const own = identities.get(node.id);
  if (!(own instanceof Map)) {
    return { status: 'failed', reason: own instanceof Error ? own.message : t('Not asked.') };
  }
  const identity: Identity = own;
  const evidence = [...identity].map(([name, value]) => `${name} = ${value}`);
  const failed = (reason: string): Outcome => ({ status: 'failed', evidence, reason });
  const directory = identity.get('data_directory')?.replace(/\/+$/, '');
  if (directory !== undefined && directory !== node.dataDir.replace(/\/+$/, '')) {
    return failed(
      t('The server on port {0} runs on {1}, not on {2}.', node.port, directory, node.dataDir),
    );
  }
  const port = identity.get('port');
  if (port !== undefined && port !== String(node.port)) {
    return failed(t('The server says that its port is {0}, not {1}.', port, node.port));
  }
  const instance = identity.get('ss_instance_id');
  if (
    node.dssHome !== undefined &&
    instance !== undefined &&
    instance !== String(node.instanceId)
  ) {
    return failed(t('ss_instance_id is {0}, not {1}.', instance, node.instanceId));
  }
  const cluster = clusterOf(context.options.topology, node);
  const other = cluster && otherCluster(context.options.topology, cluster);
  const valueOf = (id: string, name: string): string | undefined => {
    const one = identities.get(id);
    const value = one instanceof Map ? (one as Identity).get(name) : undefined;
    return value === '' ? undefined : value;
  };
  for (const name of ['ss_interconnect_url', 'xlog_lock_file_path', 'cluster_run_mode'] as const) {
    const value = valueOf(node.id, name);
    if (value === undefined || (name === 'ss_interconnect_url' && node.dssHome === undefined)) {
      continue;
    }
    const stranger = other?.nodes.find((one) => valueOf(one.id, name) === value);
    const mate = cluster?.nodes.find((one) => (valueOf(one.id, name) ?? value) !== value);
    if (stranger !== undefined) {
      return failed(
        t('{0} is the same as on {1} of the other cluster: {2}', name, stranger.id, value),
      );
    }
    if (mate !== undefined) {
      return failed(t('{0} differs from {1} of the same cluster: {2}', name, mate.id, value));
    }
  }
  return { status: 'passed', evidence };
}

/** One system identifier everywhere, and a cluster run mode that fits the live roles where the control file has one. */
export async function controlDataOutcome(
  context: VerifyContext,
  observation: Observation,
  primary: NodeSpec | undefined,
): Promise<Outcome> {
  const { topology } = context.options;
  // The nodes of a cluster with DSS share one control file; without DSS each node has its own.
  const asked = topology.clusters.flatMap((cluster) =>
    cluster.nodes.filter((node, index) => index === 0 || node.dssHome === undefined),
  );
  const answers = await Promise.all(
    asked.map(async (node) => ({ node, data: await controlData(context, node) })),
  );
  const evidence = answers.map(
    ({ node, data }) =>
      `${node.id}: ${data.systemIdentifier ?? data.message}${data.clusterRunMode === null ? '' : `, ${data.clusterRunMode}`}`,
  );
  const missing = answers.find(({ data }) => data.systemIdentifier === null);
  if (missing !== undefined) {
    return {
      status: 'failed',
      evidence,
      reason: t(
        'pg_controldata gave no system identifier for {0}: {1}',
        missing.node.id,
        missing.data.message,
      ),
    };
  }
  if (new Set(answers.map(({ data }) => data.systemIdentifier)).size > 1) {
    return {
      status: 'failed',
      evidence,
      reason: t(
        'The system identifiers differ: the standby cluster was not built from the primary cluster.',
      ),
    };
  }
  const wrong = answers.find(({ node, data }) => {
    const wanted = node.cluster === primary?.cluster ? 'primary cluster' : 'standby cluster';
    return primary !== undefined && data.clusterRunMode !== null && data.clusterRunMode !== wanted;
  });
  return wrong === undefined || observation.snapshot.nodes.size === 0
    ? { status: 'passed', evidence }
    : {
        status: 'failed',
        evidence,
        reason: t(
          'The control file of {0} says "{1}", but the live primary is in {2}.',
          wrong.node.cluster,
          wrong.data.clusterRunMode ?? '?',
          primary?.cluster ?? '?',
        ),
      };
}

/** All nodes but one. */
export function others(context: VerifyContext, primary: NodeSpec): readonly NodeSpec[] {
  return nodesOf(context.options.topology).filter((node) => node.id !== primary.id);
}
