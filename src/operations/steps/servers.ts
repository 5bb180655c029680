import { t } from '../../base/l10n.ts';
import { parseConf } from '../../config/document.ts';
import { linesOf } from '../../config/edit.ts';
import { quote } from '../../hosts/quote.ts';
import type { GsCtlQuery } from '../../status/types.ts';
import { blocked, commandFailed, notVerified } from '../errors.ts';
import { poll } from '../execute-step.ts';
import { runForNode, runOn } from '../host/command.ts';
import { controlData, nodeRuns, queryNode } from '../host/node-query.ts';
import { hostsOf, type ClusterLayout, type Layout, type NodeLayout } from '../recipes/layout.ts';
import type { ServerModel } from '../recipes/server-model.ts';
import type { CheckAnswer, Step, StepContext } from '../types.ts';
import { readText } from './file-step.ts';

/** As what a cluster is started. `independent`: without any relation to the other, before disaster recovery is set up. */
export type StartAs = 'primary' | 'standby' | 'independent';

/**
 * How a node is started. The mode is given at every start: from 5.1.0 on a standby cluster that is started without
 * `-z cluster_standby` becomes a primary.
 */
export function startCommand(model: ServerModel, node: NodeLayout, as: StartAs): string {
  const line = `gs_ctl start -D ${quote(node.dataDir)} -W -l ${quote(node.startLog)}`;
  if (as === 'independent') {
    return line;
  }
  if (model.runMode === 'start-option') {
    return `${line} -o ${quote(`-z cluster_${as}`)}`;
  }
  return node.index === 0 ? `${line} -M ${as}` : line;
}

/** The role that a node has when its cluster is up. */
export function wantedRole(node: NodeLayout, as: StartAs): string {
  if (node.index > 0) {
    return 'Standby';
  }
  return as === 'standby' ? 'Main Standby' : 'Primary';
}

function isUp(query: GsCtlQuery, node: NodeLayout, as: StartAs): boolean {
  return (
    query.kind === 'online' &&
    query.haState?.dbState === 'Normal' &&
    query.haState.localRole === wantedRole(node, as)
  );
}

/** Whether a server runs with an older postgresql.conf than the one that stands there now. */
async function isStale(context: StepContext, node: NodeLayout): Promise<boolean> {
  const conf = quote(`${node.dataDir}/postgresql.conf`);
  const pid = quote(`${node.dataDir}/postmaster.pid`);
  const answer = await runOn(context, node.host, `test -e ${pid} && test ${conf} -nt ${pid}`, {
    quiet: true,
  });
  return answer.code === 0;
}

/** Refuses to start a cluster as what its own files say that it is not: it would end in two primaries. */
async function contradiction(
  context: StepContext,
  layout: Layout,
  cluster: ClusterLayout,
  as: StartAs,
): Promise<CheckAnswer | undefined> {
  if (as === 'independent') {
    return undefined;
  }
  for (const node of cluster.nodes) {
    const said =
      layout.model.runMode === 'parameter'
        ? await runModeInFile(context, node)
        : (await controlData(context, cluster.first))?.clusterRunMode?.replace(/ cluster$/, '');
    if (said !== undefined && said !== as) {
      return {
        kind: 'blocked',
        failure: blocked(
          t(
            '{0} is a {1} cluster by its own files, and the topology calls it {2}.',
            cluster.name,
            said,
            as,
          ),
          {
            host: node.host,
            node: node.id,
            remedy: t(
              'If roles have changed, write the new roles into opengauss.yaml. A cluster is never started as something else than it is.',
            ),
          },
        ),
      };
    }
  }
  return undefined;
}

async function runModeInFile(context: StepContext, node: NodeLayout): Promise<string | undefined> {
  const current = await readText(context, node.host, `${node.dataDir}/postgresql.conf`);
  if (current === undefined) {
    return undefined;
  }
  const document = parseConf(current.text);
  const last = linesOf(document, 'cluster_run_mode').at(-1);
  const value = last === undefined ? undefined : document.lines[last]?.content;
  return value?.toLowerCase().replace(/^cluster_/, '');
}

async function launch(
  context: StepContext,
  layout: Layout,
  node: NodeLayout,
  as: StartAs,
): Promise<void> {
  const line = startCommand(layout.model, node, as);
  const answer = await runForNode(
    context,
    node.spec,
    `if command -v setsid > /dev/null; then D='setsid -w'; else D=; fi; $D ${line}`,
    { timeout: 60_000 },
  );
  if (answer.code !== 0 || /Another gs_ctl command is still running/.test(answer.stdout)) {
    throw commandFailed('gs_ctl start', node.host, answer.code, answer.stdout + answer.stderr);
  }
}

/** The last lines of a server's own words: its standard output and its newest log. */
export async function serverWords(context: StepContext, node: NodeLayout): Promise<string> {
  const folder = quote(`${node.dataDir}/pg_log`);
  const answer = await runOn(
    context,
    node.host,
    `tail -n 25 -- ${quote(node.startLog)} 2>/dev/null; L=$(ls -t ${folder}/*.log ${folder}/*/*.log 2>/dev/null | head -n 1); test -n "$L" && tail -n 25 -- "$L"; true`,
    { quiet: true },
  );
  return answer.stdout;
}

/** Starts the nodes that are down and waits until all of the cluster have their roles. */
export async function startCluster(
  context: StepContext,
  layout: Layout,
  cluster: ClusterLayout,
  as: StartAs,
): Promise<void> {
  const running = new Map<string, boolean>();
  for (const node of cluster.nodes) {
    running.set(node.id, await nodeRuns(context, node));
  }
  const stale = await Promise.all(
    cluster.nodes.map(
      async (node) => running.get(node.id) === true && (await isStale(context, node)),
    ),
  );
  const firstWrong =
    running.get(cluster.first.id) === true &&
    !isUp(await queryNode(context, cluster.first), cluster.first, as) &&
    (await hasOtherRole(context, cluster, as));
  if (stale.includes(true) || firstWrong) {
    await stopCluster(context, cluster);
    running.clear();
  }
  // All nodes that cm_config.ini calls online must be there, or the first waits for them: none is waited for alone.
  for (const node of cluster.nodes) {
    if (running.get(node.id) !== true) {
      await launch(context, layout, node, as);
    }
  }
  await awaitUp(context, layout, cluster, as);
}

async function hasOtherRole(
  context: StepContext,
  cluster: ClusterLayout,
  as: StartAs,
): Promise<boolean> {
  const query = await queryNode(context, cluster.first);
  return (
    query.kind === 'online' &&
    query.haState?.dbState === 'Normal' &&
    query.haState.localRole !== wantedRole(cluster.first, as)
  );
}

async function awaitUp(
  context: StepContext,
  layout: Layout,
  cluster: ClusterLayout,
  as: StartAs,
): Promise<void> {
  const restarts = new Map<string, number>();
  const down = new Map<string, number>();
  let last = '';
  await poll(
    context,
    async () => {
      let up = true;
      for (const node of cluster.nodes) {
        const query = await queryNode(context, node);
        if (isUp(query, node, as)) {
          continue;
        }
        up = false;
        last = describe(node, query);
        const count = (await nodeRuns(context, node)) ? 0 : (down.get(node.id) ?? 0) + 1;
        down.set(node.id, count);
        if (count >= 3) {
          const words = await serverWords(context, node);
          const tries = restarts.get(node.id) ?? 0;
          // By design a node may give up its first reform and has to be started again.
          if (/first-round reform failed/.test(words) && tries < 2) {
            restarts.set(node.id, tries + 1);
            await launch(context, layout, node, as);
          } else {
            context.output(words);
            throw commandFailed('gaussdb', node.host, 1, words);
          }
        }
      }
      return up ? true : undefined;
    },
    () =>
      notVerified(t('{0} does not come up as it should: {1}', cluster.name, last), {
        host: cluster.first.host,
        remedy: t('Look at the log of the node.'),
      }),
    { seconds: 600, pause: 500 },
  );
}

/** What a query says of a node, in a few words. */
export function describe(node: NodeLayout, query: GsCtlQuery): string {
  const state = query.haState;
  return state === null
    ? `${node.id}: ${query.kind} ${query.message.trim().split('\n').at(-1) ?? ''}`.trim()
    : `${node.id}: ${state.localRole}, ${state.dbState}, ${state.detailInformation.trim()}`;
}

/** Stops one server, by gs_ctl, or by its process when its DSS is gone and gs_ctl refuses to work without it. */
export async function stopNode(context: StepContext, node: NodeLayout): Promise<void> {
  if (!(await nodeRuns(context, node))) {
    return;
  }
  const answer = await runForNode(
    context,
    node.spec,
    `gs_ctl stop -D ${quote(node.dataDir)} -m fast`,
    { timeout: 120_000 },
  );
  if (answer.code !== 0 && /failed to init dss device/.test(answer.stdout + answer.stderr)) {
    const pidFile = quote(`${node.dataDir}/postmaster.pid`);
    await runOn(context, node.host, `kill -INT "$(head -n 1 ${pidFile})"`);
  }
  await poll(
    context,
    async () => ((await nodeRuns(context, node)) ? undefined : true),
    () =>
      notVerified(t('{0} does not stop.', node.id), {
        host: node.host,
        node: node.id,
        remedy: t('Look at its log; sessions that do not end hold it up.'),
      }),
    { seconds: 120, pause: 300 },
  );
}

/** Stops a cluster, followers first, so that the first standby does not take over. */
export async function stopCluster(context: StepContext, cluster: ClusterLayout): Promise<void> {
  for (const node of [...cluster.nodes].reverse()) {
    await stopNode(context, node);
  }
}

export interface ServerStepOptions {
  readonly id?: string;
  readonly after: readonly string[];
  /** The plan has just made the cluster what the topology says: what pg_control said before does not count. */
  readonly rolesJustMade?: boolean;
}

/** The step that brings a cluster up in its mode. */
export function startClusterStep(
  layout: Layout,
  cluster: ClusterLayout,
  as: StartAs,
  options: ServerStepOptions,
): Step {
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
    script: {
      check: cluster.nodes.map((node) => roleTest(node, as)).join(' && '),
      run: cluster.nodes
        .map(
          (node) =>
            `(. ${quote(node.envFile)}; gs_ctl status -D ${quote(node.dataDir)} > /dev/null || ${startCommand(layout.model, node, as)})`,
        )
        .join('\n'),
      verify: cluster.nodes.map((node) => `wait_for 600 ${roleTest(node, as)}`).join('\n'),
    },
    check: async (context) => {
      const words: string[] = [];
      let up = true;
      for (const node of cluster.nodes) {
        const query = await queryNode(context, node);
        up = up && isUp(query, node, as) && !(await isStale(context, node));
        words.push(describe(node, query));
      }
      if (up) {
        return { kind: 'done', evidence: words.join('; ') };
      }
      return options.rolesJustMade === true
        ? { kind: 'needed' }
        : ((await contradiction(context, layout, cluster, as)) ?? { kind: 'needed' });
    },
    preview: () =>
      Promise.resolve(
        cluster.nodes.map((node) => ({
          kind: 'command' as const,
          command: startCommand(layout.model, node, as),
        })),
      ),
    run: (context) => startCluster(context, layout, cluster, as),
    verify: async (context) => {
      const words: string[] = [];
      for (const node of cluster.nodes) {
        const query = await queryNode(context, node);
        if (!isUp(query, node, as)) {
          throw notVerified(describe(node, query), { host: node.host, node: node.id });
        }
        words.push(describe(node, query));
      }
      return words.join('; ');
    },
  };
}

function roleTest(node: NodeLayout, as: StartAs): string {
  return `has_role ${quote(node.envFile)} ${quote(node.dataDir)} ${quote(wantedRole(node, as))}`;
}

/** The step that stops a cluster. `unless`: the cluster need not be stopped, for the reason answered. */
export function stopClusterStep(
  cluster: ClusterLayout,
  options: ServerStepOptions & {
    readonly unless?: (context: StepContext) => Promise<string | undefined>;
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
    script: {
      run: [...cluster.nodes]
        .reverse()
        .map(
          (node) =>
            `(. ${quote(node.envFile)}; if gs_ctl status -D ${quote(node.dataDir)} > /dev/null; then gs_ctl stop -D ${quote(node.dataDir)} -m fast; fi)`,
        )
        .join('\n'),
    },
    check: async (context) => {
      const reason = await options.unless?.(context);
      if (reason !== undefined) {
        return { kind: 'done', evidence: reason };
      }
      for (const node of cluster.nodes) {
        if (await nodeRuns(context, node)) {
          return { kind: 'needed' };
        }
      }
      return { kind: 'done', evidence: t('No node of {0} runs.', cluster.name) };
    },
    preview: () =>
      Promise.resolve(
        [...cluster.nodes].reverse().map((node) => ({
          kind: 'command' as const,
          command: `gs_ctl stop -D ${quote(node.dataDir)} -m fast`,
        })),
      ),
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
