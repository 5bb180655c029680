import type { Failure } from '../../base/errors.ts';
import { t } from '../../base/l10n.ts';
import { quote } from '../../hosts/quote.ts';
import { notVerified } from '../errors.ts';
import { nodeRuns } from '../host/node-query.ts';
import {
  describeAll,
  isStale,
  isUp,
  queryCluster,
  startCluster,
  startCommand,
  stopCluster,
  stopCommands,
  stopScript,
  type StartAs,
  wantedRole,
} from '../host/servers.ts';
import { hostsOf, type ClusterLayout, type Layout, type NodeLayout } from '../recipes/layout.ts';
import type { Step, StepContext, StepScript } from '../types.ts';
import { wrongMode } from './mode-guards.ts';

export interface ServerStepOptions {
  readonly id?: string;
  readonly after: readonly string[];
  /**
   * Why it must not be done. For a start it replaces `wrongMode`: a deployment makes the roles itself, so that what
   * pg_control said before does not count.
   */
  readonly refuse?: (context: StepContext) => Promise<Failure | undefined>;
}

/** The step that brings a cluster up in its mode. */
export function startClusterStep(
  layout: Layout,
  cluster: ClusterLayout,
  as: StartAs,
  options: ServerStepOptions,
): Step {
  const refuse = async (context: StepContext, later: boolean): Promise<Failure | undefined> =>
    options.refuse === undefined
      ? wrongMode(context, layout, cluster, later)
      : options.refuse(context);
  return {
    id: options.id ?? `start.${cluster.name}`,
    title:
      as === 'independent'
        ? t('Start {0}', cluster.name)
        : as === 'primary'
          ? t('Start {0} as the primary cluster', cluster.name)
          : t('Start {0} as the standby cluster', cluster.name),
    hosts: hostsOf(cluster),
    cluster: cluster.name,
    after: options.after,
    restarts: t('nodes of {0} that run with an older configuration', cluster.name),
    timeout: 700_000,
    estimate: 20,
    // All nodes are started before any is waited for: none comes up alone.
    scripts: [
      ...perHost(cluster, (nodes) => ({
        check: nodes.map((node) => roleTest(node, as)).join(' && '),
        run: nodes
          .map(
            (node) =>
              `(. ${quote(node.envFile)}; gs_ctl status -D ${quote(node.dataDir)} > /dev/null || ${startCommand(layout.model, node, as)})`,
          )
          .join('\n'),
      })),
      ...perHost(cluster, (nodes) => ({
        run: nodes.map((node) => `wait_for 600 ${roleTest(node, as)}`).join('\n'),
      })),
    ],
    check: async (context) => {
      const queries = await queryCluster(context, cluster);
      const stale = await Promise.all(cluster.nodes.map((node) => isStale(context, node)));
      if (isUp(queries, as) && !stale.includes(true)) {
        return { kind: 'done', evidence: describeAll(cluster, queries) };
      }
      const failure = await refuse(context, true);
      return failure === undefined ? { kind: 'needed' } : { kind: 'blocked', failure };
    },
    preview: () =>
      Promise.resolve(
        cluster.nodes.map((node) => ({
          kind: 'command' as const,
          command: startCommand(layout.model, node, as),
        })),
      ),
    run: async (context) => {
      const failure = await refuse(context, false);
      if (failure !== undefined) {
        throw failure;
      }
      await startCluster(context, layout, cluster, as);
    },
    verify: async (context) => {
      const queries = await queryCluster(context, cluster);
      if (!isUp(queries, as)) {
        throw notVerified(describeAll(cluster, queries), { host: cluster.first.host });
      }
      return describeAll(cluster, queries);
    },
  };
}

/** A part of the exported script for each host of a cluster. */
function perHost(
  cluster: ClusterLayout,
  part: (nodes: readonly NodeLayout[]) => Omit<StepScript, 'host'>,
): StepScript[] {
  return hostsOf(cluster).map((host) => ({
    host,
    ...part(cluster.nodes.filter((node) => node.host === host)),
  }));
}

function roleTest(node: NodeLayout, as: StartAs): string {
  return `has_role ${quote(node.envFile)} ${quote(node.dataDir)} ${quote(wantedRole(node, as))}`;
}

/** The step that stops a cluster. `unless`: the cluster need not be stopped, for the reason answered. */
export function stopClusterStep(
  cluster: ClusterLayout,
  options: ServerStepOptions & {
    readonly unless?: (context: StepContext) => Promise<string | undefined>;
    /** The same for the exported script. */
    readonly scriptUnless?: Pick<StepScript, 'given' | 'check'>;
  },
): Step {
  return {
    id: options.id ?? `stop.${cluster.name}`,
    title: t('Stop {0}', cluster.name),
    hosts: hostsOf(cluster),
    cluster: cluster.name,
    after: options.after,
    restarts: t('all nodes of {0} are stopped', cluster.name),
    timeout: 300_000,
    estimate: 5,
    scripts: perHost(cluster, (nodes) => ({
      ...options.scriptUnless,
      run: [...nodes]
        .reverse()
        .map((node) => stopScript(node))
        .join('\n'),
    })),
    check: async (context) => {
      const reason = await options.unless?.(context);
      if (reason !== undefined) {
        return { kind: 'done', evidence: reason };
      }
      for (const node of cluster.nodes) {
        if (await nodeRuns(context, node)) {
          const failure = await options.refuse?.(context);
          return failure === undefined ? { kind: 'needed' } : { kind: 'blocked', failure };
        }
      }
      return { kind: 'done', evidence: t('No node of {0} runs.', cluster.name) };
    },
    preview: () => Promise.resolve(stopCommands(cluster)),
    run: (context) => stopCluster(context, cluster),
    verify: async (context) => {
      for (const node of cluster.nodes) {
        if (await nodeRuns(context, node)) {
          throw notVerified(t('{0} still runs.', node.id), { host: node.host, node: node.id });
        }
      }
      return t('No node of {0} runs.', cluster.name);
    },
  };
}
