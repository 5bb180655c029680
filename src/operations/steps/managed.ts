import { t } from '../../base/l10n.ts';
import {
  cmInstance,
  cmQueryCommand,
  cmStartCommand,
  cmStopCommand,
  cmSwitchoverCommand,
  isPaused,
  managerMode,
  wouldRestart,
} from '../cm.ts';
import { blocked, notVerified } from '../errors.ts';
import { runForNode } from '../host/command.ts';
import {
  askManager,
  managedLimits,
  managedWords,
  meant,
  notLeading,
  notStarted,
  notStopped,
  startManaged,
  stopManaged,
  switchManaged,
  type Asked,
  type Managed,
  type ManagedLimits,
} from './managed-act.ts';
import { asOf } from '../host/servers.ts';
import { hostsOf, type ClusterLayout, type Layout, type NodeLayout } from '../recipes/layout.ts';
import type { CheckAnswer, PreviewPart, Step, StepContext } from '../types.ts';
import { nameOf, roleRemedy } from './live-mode.ts';
import { outdatedRole, wrongMode } from './mode-guards.ts';
import { leadProof, switchoverAnswer } from './roles-lead.ts';
import { leaderIn, viewCluster } from './roles-state.ts';

interface Options {
  readonly id?: string;
  readonly after: readonly string[];
  readonly limits?: ManagedLimits;
}

/** Seconds for looking, before and after. */
const looking = 90;

function no(
  asked: Asked,
  message: string,
  remedy: string,
): Extract<CheckAnswer, { kind: 'blocked' }> {
  return {
    kind: 'blocked',
    failure: blocked(message, { host: asked.by.host, remedy }),
  };
}

/** A manager that is not there or says something else than it should is told nothing. */
function unknownManager(asked: Asked): CheckAnswer | undefined {
  return asked.query.kind === 'unrecognised'
    ? no(
        asked,
        t(
          'The answer of “{0}” is not recognised: {1}',
          cmQueryCommand(),
          asked.query.message.trim().slice(0, 300),
        ),
        t(
          'opengauss.yaml says manager: cm. Check that cm_ctl works on this host with the env of the cluster (GAUSSHOME), or take “manager” away when there is no cluster manager.',
        ),
      )
    : undefined;
}

function paused(asked: Asked, cluster: ClusterLayout): CheckAnswer | undefined {
  return isPaused(asked.query)
    ? no(
        asked,
        t('The cluster manager of {0} is paused: it starts and switches nothing.', cluster.name),
        t('Run “cm_ctl resume” on one of its nodes.'),
      )
    : undefined;
}

/** The manager starts the servers with the mode of its own parameter; it must be what the cluster is. */
async function otherMode(
  context: StepContext,
  asked: Asked,
  { layout, cluster }: Managed,
): Promise<CheckAnswer | undefined> {
  const said = await runForNode(context, asked.by.spec, 'cm_ctl list --param --agent', {
    quiet: true,
    timeout: 15_000,
  });
  const mode = managerMode(said.stdout);
  return mode === undefined || mode === asOf(cluster)
    ? undefined
    : no(
        asked,
        t(
          'The cluster manager would start {0} as {1}, by its own parameter, and it is {2}.',
          cluster.name,
          nameOf(mode),
          nameOf(asOf(cluster)),
        ),
        roleRemedy(layout),
      );
}

function place({ cluster, node }: Managed): Pick<Step, 'hosts' | 'cluster' | 'node'> {
  return {
    hosts: hostsOf(cluster),
    cluster: cluster.name,
    ...(node === undefined ? {} : { node: node.id }),
  };
}

/** The command with the node's numbers when the manager tells them now, else without. */
async function preview(
  context: StepContext,
  managed: Managed,
  line: (numbers: ReturnType<typeof cmInstance>) => string,
  notes: readonly string[],
): Promise<readonly PreviewPart[]> {
  const { layout, node } = managed;
  const numbers =
    node === undefined
      ? undefined
      : cmInstance(layout.topology, node.spec, (await askManager(context, managed)).query);
  return [
    { kind: 'command', command: line(numbers) },
    ...notes.map((text) => ({ kind: 'note' as const, text })),
  ];
}

/** A single node can only be named to a manager that shows it; the remedy says what to do without. */
function needed(asked: Asked, node: NodeLayout | undefined, remedy: string): CheckAnswer {
  return node !== undefined && asked.query.kind === 'no-cm-server'
    ? no(asked, t('cm_server does not answer, so that {0} cannot be named to it.', node.id), remedy)
    : { kind: 'needed' };
}

/** The step that lets the cluster manager start a cluster or one node of it. */
export function managedStartStep(managed: Managed, options: Options): Step {
  const { layout, cluster, node } = managed;
  const name = node?.id ?? cluster.name;
  const limits = options.limits ?? managedLimits;
  const check = async (context: StepContext): Promise<CheckAnswer> => {
    const asked = await askManager(context, managed);
    const unknown = unknownManager(asked);
    if (unknown !== undefined) {
      return unknown;
    }
    if ((await notStarted(context, managed, asked.query)) === undefined) {
      return { kind: 'done', evidence: await managedWords(context, managed, asked.query) };
    }
    const refusal = paused(asked, cluster) ?? (await otherMode(context, asked, managed));
    if (refusal !== undefined) {
      return refusal;
    }
    // Its DSS is down with it, so that pg_control may not be readable: the manager's parameter has been asked.
    const failure = await wrongMode(context, layout, cluster, true);
    if (failure !== undefined) {
      return { kind: 'blocked', failure };
    }
    return needed(asked, node, t('Start {0} as a whole.', cluster.name));
  };
  return {
    id: options.id ?? `start.${name}`,
    title: t('The cluster manager starts {0}', name),
    ...place(managed),
    after: options.after,
    timeout: (limits.start + limits.grace + limits.settle + looking) * 1000,
    estimate: 30,
    check,
    preview: (context) =>
      preview(
        context,
        managed,
        (of) => cmStartCommand({ seconds: limits.start, ...(of === undefined ? {} : { of }) }),
        [t('It counts when “{0}” and “gs_ctl query” of the nodes say so.', cmQueryCommand())],
      ),
    run: async (context) => {
      const now = await check(context);
      if (now.kind === 'blocked') {
        throw now.failure;
      }
      if (now.kind === 'needed') {
        await startManaged(context, managed, limits);
      }
    },
    verify: async (context) => {
      const { by, query } = await askManager(context, managed);
      const problem = await notStarted(context, managed, query);
      if (problem !== undefined) {
        throw notVerified(t('{0} does not come up as it should: {1}', name, problem), {
          host: by.host,
        });
      }
      return managedWords(context, managed, query);
    },
  };
}

/** The step that lets the cluster manager stop a cluster or one node of it; it leaves down what it stopped. */
export function managedStopStep(managed: Managed, options: Options): Step {
  const { layout, cluster, node } = managed;
  const name = node?.id ?? cluster.name;
  const limits = options.limits ?? managedLimits;
  return {
    id: options.id ?? `stop.${name}`,
    title: t('The cluster manager stops {0}', name),
    ...place(managed),
    after: options.after,
    restarts:
      node === undefined
        ? t('all nodes of {0} are stopped', cluster.name)
        : t('{0} is stopped', node.id),
    timeout: (limits.stop + limits.grace + limits.settle + looking) * 1000,
    estimate: 15,
    check: async (context) => {
      const asked = await askManager(context, managed);
      const unknown = unknownManager(asked);
      if (unknown !== undefined) {
        return unknown;
      }
      if (
        (await notStopped(context, managed, asked.query)) === undefined &&
        !wouldRestart(
          layout.topology,
          meant(managed).map(({ spec }) => spec),
          asked.query,
        )
      ) {
        return {
          kind: 'done',
          evidence:
            node === undefined
              ? t('No node of {0} runs.', cluster.name)
              : t('{0} does not run.', node.id),
        };
      }
      const failure = node === undefined ? await outdatedRole(context, layout, cluster) : undefined;
      if (failure !== undefined) {
        return { kind: 'blocked', failure };
      }
      return needed(asked, node, t('Stop {0} as a whole.', cluster.name));
    },
    preview: (context) =>
      preview(
        context,
        managed,
        (of) =>
          cmStopCommand({
            mode: 'fast',
            seconds: limits.stop,
            ...(of === undefined ? {} : { of }),
          }),
        node === undefined
          ? [t('DSS and the manager’s own servers of {0} go down with it.', cluster.name)]
          : [t('If {0} leads {1}, the manager lets another node lead.', node.id, cluster.name)],
      ),
    run: (context) => stopManaged(context, managed, limits),
    verify: async (context) => {
      const { by, query } = await askManager(context, managed);
      const problem = await notStopped(context, managed, query);
      if (problem !== undefined) {
        throw notVerified(problem, { host: by.host });
      }
      return node === undefined
        ? t('No node of {0} runs.', cluster.name)
        : t('{0} does not run.', node.id);
    },
  };
}

/** The step that lets the cluster manager make a node the leader of its cluster. */
export function managedSwitchoverStep(
  layout: Layout,
  cluster: ClusterLayout,
  node: NodeLayout,
  limits: ManagedLimits = managedLimits,
): Step {
  const managed: Managed = { layout, cluster, node };
  const check = async (context: StepContext): Promise<CheckAnswer> => {
    const asked = await askManager(context, managed);
    const unknown = unknownManager(asked);
    if (unknown !== undefined) {
      return unknown;
    }
    const answer = await switchoverAnswer(context, layout, cluster, node);
    if (answer.kind !== 'needed') {
      return answer;
    }
    if (asked.query.kind === 'no-cm-server') {
      return no(
        asked,
        t('cm_server does not answer, so that {0} cannot be named to it.', node.id),
        t('Look at cm_server: “cm_ctl query -Cvidp” must answer before roles are changed.'),
      );
    }
    const leader = leaderIn(await viewCluster(context, cluster));
    if (
      leader?.query.haState?.localRole === 'Main Standby' &&
      !leader.query.receivers.some(({ peerState }) => peerState === 'Normal')
    ) {
      return no(
        asked,
        t('{0} receives nothing from the primary cluster.', leader.node.id),
        t('Mend the replication first; the new main standby has to connect by itself.'),
      );
    }
    return paused(asked, cluster) ?? answer;
  };
  return {
    id: `switchover.${node.id}`,
    title: t('The cluster manager makes {0} lead {1}', node.id, cluster.name),
    ...place(managed),
    after: [],
    restarts: t('sessions on the node that leads now end'),
    timeout: (limits.switchover + limits.grace + limits.settle + looking) * 1000,
    estimate: 20,
    check,
    preview: (context) =>
      preview(
        context,
        managed,
        (numbers) =>
          cmSwitchoverCommand({
            nodeId: numbers?.nodeId ?? '?',
            dataDir: node.dataDir,
            seconds: limits.switchover,
          }),
        [t('It counts when “{0}” and “gs_ctl query” of the nodes say so.', cmQueryCommand())],
      ),
    run: async (context) => {
      const now = await check(context);
      if (now.kind === 'blocked') {
        throw now.failure;
      }
      await switchManaged(context, managed, node, limits);
    },
    verify: async (context) => {
      const { by, query } = await askManager(context, managed);
      const problem = await notLeading(context, managed, node, query);
      if (problem !== undefined) {
        throw notVerified(t('{0} does not lead {1}: {2}', node.id, cluster.name, problem), {
          host: by.host,
          node: node.id,
        });
      }
      return leadProof(context, cluster, node);
    },
  };
}
