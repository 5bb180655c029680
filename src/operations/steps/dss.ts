import { t } from '../../base/l10n.ts';
import { quote } from '../../hosts/quote.ts';
import { commandFailed, foreignPath, notVerified } from '../errors.ts';
import { poll } from '../execute-step.ts';
import { mustRun, runForNode, runOn } from '../host/command.ts';
import { fileState, folderState, makeFolder } from '../host/folders.ts';
import type { ClusterLayout, Layout, NodeLayout } from '../recipes/layout.ts';
import type { Step, StepContext } from '../types.ts';
import { fileStep, readText, writeText } from './file-step.ts';

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
    `${model.diskLockKey} = ${cluster.base}`,
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
  const files: readonly (readonly [string, string, (text: string) => boolean])[] = [
    [
      'dss_inst.ini',
      dssInstText(layout, cluster, node),
      (text) => cluster.role === 'standby' && text === dssInstText(layout, cluster, node, true),
    ],
    [
      'dss_vg_conf.ini',
      dssVgText(cluster),
      (text) => cluster.role === 'standby' && text === dssVgText(cluster, layout.primary),
    ],
  ];
  return files.map(([name, content, accept], index) => {
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
      accept,
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

function markerOf(cluster: ClusterLayout): string {
  return `${cluster.disk}/created`;
}

/** Prints what tells the images apart: a line `device:inode path` for each, nothing for one that is missing. */
function identities(cluster: ClusterLayout): string {
  return `stat -c '%d:%i %n' -- ${cluster.groups.map((group) => quote(group.image)).join(' ')} 2>/dev/null`;
}

async function groupsReady(context: StepContext, cluster: ClusterLayout): Promise<boolean> {
  const { host } = cluster.first;
  const answer = await runOn(
    context,
    host,
    `cat -- ${quote(markerOf(cluster))} 2>/dev/null; echo --; ${identities(cluster)}`,
    { quiet: true },
  );
  const [marker = '', now = ''] = answer.stdout.split('--\n');
  return marker !== '' && marker === now;
}

function createCommand(cluster: ClusterLayout, name: string, image: string): string {
  return `dsscmd cv -g ${quote(name)} -v ${quote(image)} -s 2048 -D ${quote(cluster.first.dssHome)}`;
}

/**
 * Makes the files that stand in for the LUNs and the volume groups on them, from any state of our own: what is there
 * of an earlier try is thrown away. All dssservers of the cluster must be down.
 */
export async function createVolumeGroups(
  context: StepContext,
  cluster: ClusterLayout,
): Promise<void> {
  const { host, spec } = cluster.first;
  const marker = quote(markerOf(cluster));
  await makeFolder(context, host, cluster.disk);
  await mustRun(context, host, 'rm', `rm -f -- ${marker}`);
  for (const group of cluster.groups) {
    const image = quote(group.image);
    await mustRun(
      context,
      host,
      'truncate',
      `rm -f -- ${image} && (umask 077; truncate -s ${group.size} -- ${image})`,
    );
    const answer = await runForNode(
      context,
      spec,
      createCommand(cluster, group.name, group.image),
      {
        timeout: 120_000,
      },
    );
    if (answer.code !== 0 || !answer.stdout.includes('Succeed to create volume group')) {
      throw commandFailed('dsscmd cv', host, answer.code, answer.stdout + answer.stderr);
    }
  }
  await mustRun(
    context,
    host,
    'stat',
    `${identities(cluster)} > ${marker}.new && mv -- ${marker}.new ${marker}`,
  );
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
    script: {
      check: `test -e ${quote(markerOf(cluster))}`,
      run: [
        `mkdir -p -m 700 ${quote(cluster.disk)}`,
        ...cluster.groups.flatMap((group) => [
          `refuse_existing ${quote(group.image)}`,
          `(umask 077; truncate -s ${group.size} ${quote(group.image)})`,
          `(. ${quote(cluster.first.envFile)}; ${createCommand(cluster, group.name, group.image)})`,
        ]),
        `${identities(cluster)} > ${quote(markerOf(cluster))}`,
      ].join('\n'),
    },
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
          { kind: 'command', command: createCommand(cluster, group.name, group.image) } as const,
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

/** What `dsscmd getstatus` says; undefined when the dssserver does not answer. */
export async function dssStatus(
  context: StepContext,
  node: NodeLayout,
): Promise<string | undefined> {
  const answer = await runForNode(context, node.spec, `dsscmd getstatus -U ${quote(node.socket)}`, {
    quiet: true,
    timeout: 20_000,
  });
  return answer.code === 0
    ? /Server status of instance \d+ is .*/.exec(answer.stdout)?.[0]
    : undefined;
}

function startCommand(node: NodeLayout): string {
  return `dssserver -D ${quote(node.dssHome)}`;
}

/** Starts the dssserver of a node apart from our connection and waits until it is open. */
export async function startDss(context: StepContext, node: NodeLayout): Promise<void> {
  const log = `${node.dssHome}/log/dssserver.out`;
  await runForNode(
    context,
    node.spec,
    `if command -v setsid > /dev/null; then D=setsid; else D=nohup; fi; $D ${startCommand(node)} >> ${quote(log)} 2>&1 < /dev/null & sleep 0.1;`,
  );
  await poll(
    context,
    async () => {
      const status = await dssStatus(context, node);
      if (status !== undefined) {
        return /\bis open\b/.test(status) ? true : undefined;
      }
      const said = await runOn(context, node.host, `tail -n 20 -- ${quote(log)}`, { quiet: true });
      if (/dss failed to startup/.test(lastStart(said.stdout))) {
        throw commandFailed('dssserver', node.host, 1, lastStart(said.stdout));
      }
      return undefined;
    },
    () =>
      notVerified(t('The dssserver of {0} does not get open.', node.id), {
        host: node.host,
        node: node.id,
        remedy: t('Look at {0}/log/run of the node.', node.dssHome),
      }),
    { seconds: 60, pause: 300 },
  );
}

/** What the latest start wrote. */
function lastStart(log: string): string {
  return log.trimEnd().split('\n').slice(-4).join('\n');
}

/** The processes that are the dssserver of exactly this home, of our user. */
function processesOf(node: NodeLayout): string {
  return `for P in /proc/[0-9]*; do test -O "$P" || continue; C=$(tr '\\0' ' ' < "$P/cmdline" 2>/dev/null) || continue; case " $C " in *"dssserver -D "${quote(node.dssHome)}" "*) echo "\${P#/proc/}";; esac; done`;
}

/** Stops the dssserver of a node, by its tool or, when it does not answer, by its process. Nothing else is touched. */
export async function stopDss(context: StepContext, node: NodeLayout): Promise<void> {
  if ((await dssStatus(context, node)) !== undefined) {
    await runForNode(context, node.spec, `dsscmd stopdss -U ${quote(node.socket)}`);
  }
  await poll(
    context,
    async () => {
      const left = await runOn(context, node.host, processesOf(node), { quiet: true });
      const pids = left.stdout.trim();
      if (pids === '') {
        return true;
      }
      await runOn(context, node.host, `kill -TERM ${pids.split('\n').map(quote).join(' ')}`);
      return undefined;
    },
    () => notVerified(t('The dssserver of {0} does not stop.', node.id), { host: node.host }),
    { seconds: 30, pause: 500 },
  );
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
    script: {
      check: `(. ${quote(node.envFile)}; dsscmd getstatus -U ${quote(node.socket)} | grep -q ' is open ')`,
      run: `(. ${quote(node.envFile)}; nohup ${startCommand(node)} >> ${quote(`${node.dssHome}/log/dssserver.out`)} 2>&1 < /dev/null &)`,
      verify: `wait_for 60 sh -c ${quote(`. ${quote(node.envFile)}; dsscmd getstatus -U ${quote(node.socket)} | grep -q ' is open '`)}`,
    },
    check: async (context) => {
      const status = await dssStatus(context, node);
      return status !== undefined && /\bis open\b/.test(status)
        ? { kind: 'done', evidence: status }
        : { kind: 'needed' };
    },
    preview: () => Promise.resolve([{ kind: 'command', command: startCommand(node) }]),
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

/**
 * Lets the recovery cluster read the redo log of the production cluster, after its build and never before: a build
 * empties the redo volume group that it finds (deploy-flow C5). Its redo volume group becomes the other's image, and
 * CLUSTER_RUN_MODE = cluster_standby makes DSS open it read-only.
 */
export function shareRedoStep(layout: Layout, node: NodeLayout, after: readonly string[]): Step {
  const cluster = layout.standby;
  const wanted = [
    [`${node.dssHome}/cfg/dss_inst.ini`, dssInstText(layout, cluster, node, true)],
    [`${node.dssHome}/cfg/dss_vg_conf.ini`, dssVgText(cluster, layout.primary)],
  ] as const;
  const isWanted = async (context: StepContext): Promise<boolean> => {
    for (const [path, content] of wanted) {
      if ((await readText(context, node.host, path))?.text !== content) {
        return false;
      }
    }
    return true;
  };
  return {
    id: `share-redo.${node.id}`,
    title: t('{0} reads the replicated redo log', node.id),
    hosts: [node.host],
    node: node.id,
    after,
    restarts: t('the dssserver of {0}', node.id),
    timeout: 180_000,
    estimate: 5,
    script: {
      check: `printf '%s' ${quote(wanted[1][1])} | cmp -s - ${quote(wanted[1][0])}`,
      run: [
        `(. ${quote(node.envFile)}; dsscmd stopdss -U ${quote(node.socket)})`,
        ...wanted.map(([path, content]) => `printf '%s' ${quote(content)} > ${quote(path)}`),
        `(. ${quote(node.envFile)}; nohup ${startCommand(node)} >> ${quote(`${node.dssHome}/log/dssserver.out`)} 2>&1 < /dev/null &)`,
      ].join('\n'),
    },
    check: async (context) => {
      const status = await dssStatus(context, node);
      return (await isWanted(context)) && status !== undefined && /\bis open\b/.test(status)
        ? { kind: 'done', evidence: status }
        : { kind: 'needed' };
    },
    preview: async (context) => {
      const parts = [];
      for (const [path, content] of wanted) {
        const before = (await readText(context, node.host, path))?.text;
        parts.push({ kind: 'file', path, before, after: content } as const);
      }
      return [
        { kind: 'command', command: `dsscmd stopdss -U ${quote(node.socket)}` },
        ...parts,
        { kind: 'command', command: startCommand(node) },
      ];
    },
    run: async (context) => {
      await stopDss(context, node);
      for (const [path, content] of wanted) {
        await writeText(context, node.host, path, content);
      }
      await startDss(context, node);
    },
    verify: async (context) => {
      const status = await dssStatus(context, node);
      if (!(await isWanted(context)) || status === undefined) {
        throw notVerified(
          t('The dssserver of {0} does not run with the new configuration.', node.id),
          {
            host: node.host,
          },
        );
      }
      return status;
    },
  };
}

/** Whether a file is absent or was made by this deployment; used before something is made in its place. */
export async function mayMake(context: StepContext, host: string, path: string): Promise<boolean> {
  return (await fileState(context, host, path)) !== 'foreign';
}
