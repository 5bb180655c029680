import { t } from '../../base/l10n.ts';
import { quote } from '../../hosts/quote.ts';
import { foreignPath, notVerified } from '../errors.ts';
import { mustRun, runOn } from '../host/command.ts';
import {
  createGroupCommand,
  createVolumeGroups,
  dssCommand,
  dssStatus,
  groupsReady,
  identities,
  markerOf,
  processesOf,
  startDss,
  stopDss,
} from '../host/dss.ts';
import { folderState, makeFolder } from '../host/folders.ts';
import type { ClusterLayout, Layout, NodeLayout } from '../recipes/layout.ts';
import type { Step, StepContext } from '../types.ts';
import { fileStep } from './file-step.ts';

/** dss_inst.ini of a node. `standby`: as it is once the cluster is the standby one. */
export function dssInstText(
  layout: Layout,
  cluster: ClusterLayout,
  node: NodeLayout,
  standby = false,
): string {
  const { model } = layout;
  return [
    `INST_ID = ${node.spec.instanceId}`,
    '_LOG_LEVEL = 255',
    '_LOG_BACKUP_FILE_COUNT = 128',
    '_LOG_MAX_FILE_SIZE = 100M',
    `LSNR_PATH = ${node.dssHome}`,
    'STORAGE_MODE = DISK',
    `${model.diskLockKey} = ${cluster.disk}`,
    `_SHM_KEY = ${cluster.shmKey}`,
    `DSS_NODES_LIST = ${cluster.dssNodes}`,
    ...(model.dssRunMode ? [`CLUSTER_RUN_MODE = cluster_${standby ? 'standby' : 'primary'}`] : []),
    '',
  ].join('\n');
}

/** dss_vg_conf.ini of a cluster's nodes. `shared`: its redo volume group is the other cluster's, after the build. */
export function dssVgText(cluster: ClusterLayout, redoOf: ClusterLayout = cluster): string {
  return cluster.groups
    .map(({ name, image }) => {
      const other = redoOf.groups.find((group) => group.name === name);
      return `${name}:${name === 'data' ? image : (other?.image ?? image)}\n`;
    })
    .join('');
}

/** The steps that make the DSS home of a node with its two configuration files. */
export function dssConfigSteps(
  layout: Layout,
  cluster: ClusterLayout,
  node: NodeLayout,
  after: readonly string[],
): Step[] {
  const prepare = async (context: StepContext): Promise<void> => {
    await makeFolder(context, node.host, node.dssHome);
    await mustRun(
      context,
      node.host,
      'mkdir',
      `mkdir -p -m 700 -- ${quote(`${node.dssHome}/cfg`)} ${quote(`${node.dssHome}/log`)}`,
    );
  };
  const files: readonly (readonly [name: string, content: string, alternatives: string[]])[] = [
    [
      'dss_inst.ini',
      dssInstText(layout, cluster, node),
      cluster.role === 'standby' ? [dssInstText(layout, cluster, node, true)] : [],
    ],
    [
      'dss_vg_conf.ini',
      dssVgText(cluster),
      // Once built, the one of the two that was the standby cluster reads the redo log of the other, for good.
      layout.clusters.map((other) => dssVgText(cluster, other)),
    ],
  ];
  return files.map(([name, content, alternatives], index) => {
    const path = `${node.dssHome}/cfg/${name}`;
    const id = `${name}.${node.id}`;
    const step = fileStep({
      id,
      title: t('{0} of {1}', name, node.id),
      host: node.host,
      node: node.id,
      path,
      after: index === 0 ? after : [`dss_inst.ini.${node.id}`],
      content,
      alternatives,
      prepare,
    });
    return {
      ...step,
      check: async (context) => {
        const folder = await folderState(context, node.host, node.dssHome);
        const answer = await step.check(context);
        return folder.kind === 'foreign' && answer.kind !== 'done'
          ? { kind: 'blocked', failure: foreignPath(node.host, node.dssHome, folder.what) }
          : answer;
      },
    };
  });
}

/** The step that makes the volume groups of a cluster, once. */
export function volumeGroupsStep(cluster: ClusterLayout, after: readonly string[]): Step {
  const { host } = cluster.first;
  return {
    id: `volume-groups.${cluster.name}`,
    title: t('Volume groups of {0}', cluster.name),
    hosts: [host],
    cluster: cluster.name,
    after,
    timeout: 300_000,
    estimate: 3,
    scripts: [
      {
        host,
        check: `test -e ${quote(markerOf(cluster))}`,
        run: [
          `mkdir -p -m 700 ${quote(cluster.disk)}`,
          ...cluster.groups.flatMap((group) => [
            `refuse_existing ${quote(group.image)}`,
            `(umask 077; truncate -s ${group.size} ${quote(group.image)})`,
            `(. ${quote(cluster.first.envFile)}; ${createGroupCommand(cluster, group.name, group.image)})`,
          ]),
          `${identities(cluster)} > ${quote(markerOf(cluster))}`,
        ].join('\n'),
      },
    ],
    check: async (context) => {
      if (await groupsReady(context, cluster)) {
        return {
          kind: 'done',
          evidence: t('The volume groups in {0} are complete.', cluster.disk),
        };
      }
      const folder = await folderState(context, host, cluster.disk);
      return folder.kind === 'foreign'
        ? { kind: 'blocked', failure: foreignPath(host, cluster.disk, folder.what) }
        : { kind: 'needed' };
    },
    preview: () =>
      Promise.resolve(
        cluster.groups.flatMap((group) => [
          {
            kind: 'command',
            command: `truncate -s ${group.size} -- ${quote(group.image)}`,
          } as const,
          {
            kind: 'command',
            command: createGroupCommand(cluster, group.name, group.image),
          } as const,
        ]),
      ),
    run: async (context) => {
      for (const node of cluster.nodes) {
        await stopDss(context, node);
      }
      await createVolumeGroups(context, cluster);
    },
    verify: async (context) => {
      if (!(await groupsReady(context, cluster))) {
        throw notVerified(t('The volume groups in {0} are not complete.', cluster.disk), { host });
      }
      return t(
        '{0} made in {1}',
        cluster.groups.map((group) => group.name).join(', '),
        cluster.disk,
      );
    },
  };
}

/** The step that starts the dssserver of a node. */
export function startDssStep(node: NodeLayout, after: readonly string[]): Step {
  return {
    id: `start-dss.${node.id}`,
    title: t('Start the dssserver of {0}', node.id),
    hosts: [node.host],
    node: node.id,
    after,
    timeout: 120_000,
    estimate: 3,
    scripts: [
      {
        host: node.host,
        check: `(. ${quote(node.envFile)}; dsscmd getstatus -U ${quote(node.socket)} | grep -q ' is open ')`,
        run: `mkdir -p -m 700 ${quote(`${node.dssHome}/log`)}\n(. ${quote(node.envFile)}; nohup ${dssCommand(node)} >> ${quote(`${node.dssHome}/log/dssserver.out`)} 2>&1 < /dev/null &)`,
        verify: `wait_for 60 sh -c ${quote(`. ${quote(node.envFile)}; dsscmd getstatus -U ${quote(node.socket)} | grep -q ' is open '`)}`,
      },
    ],
    check: async (context) => {
      const status = await dssStatus(context, node);
      return status !== undefined && /\bis open\b/.test(status)
        ? { kind: 'done', evidence: status }
        : { kind: 'needed' };
    },
    preview: () => Promise.resolve([{ kind: 'command', command: dssCommand(node) }]),
    run: async (context) => {
      // One that runs and is not open yet is waited for, not started twice.
      if ((await dssStatus(context, node)) === undefined) {
        await stopDss(context, node);
      }
      await startDss(context, node);
    },
    verify: async (context) => {
      const status = await dssStatus(context, node);
      if (status === undefined) {
        throw notVerified(t('The dssserver of {0} does not answer.', node.id), { host: node.host });
      }
      return status;
    },
  };
}

/** The step that stops the dssserver of a node, whose server is down. */
export function stopDssStep(node: NodeLayout, after: readonly string[]): Step {
  return {
    id: `stop-dss.${node.id}`,
    title: t('Stop the dssserver of {0}', node.id),
    hosts: [node.host],
    node: node.id,
    after,
    restarts: t('the dssserver of {0} is stopped', node.id),
    timeout: 120_000,
    estimate: 2,
    scripts: [
      {
        host: node.host,
        run: `(. ${quote(node.envFile)}; dsscmd getstatus -U ${quote(node.socket)} > /dev/null && dsscmd stopdss -U ${quote(node.socket)}; true)`,
      },
    ],
    check: async (context) => {
      const left = await runOn(context, node.host, processesOf(node), { quiet: true });
      return left.stdout.trim() === ''
        ? { kind: 'done', evidence: t('No dssserver of {0} runs.', node.dssHome) }
        : { kind: 'needed' };
    },
    preview: () =>
      Promise.resolve([{ kind: 'command', command: `dsscmd stopdss -U ${quote(node.socket)}` }]),
    run: (context) => stopDss(context, node),
    verify: () => Promise.resolve(t('No dssserver of {0} runs.', node.dssHome)),
  };
}
