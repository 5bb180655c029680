import { t } from '../../base/l10n.ts';
import { parseConf } from '../../config/document.ts';
import { linesOf } from '../../config/edit.ts';
import { nodePrelude } from '../../hosts/node-command.ts';
import { quote } from '../../hosts/quote.ts';
import { blocked, commandFailed, foreignPath, notVerified } from '../errors.ts';
import { runOn } from '../host/command.ts';
import { jobRunning, runJob } from '../host/job.ts';
import { controlData, nodeRuns, queryNode } from '../host/node-query.ts';
import { hostsOf, type ClusterLayout, type Layout, type NodeLayout } from '../recipes/layout.ts';
import type { Step, StepContext, StepScript } from '../types.ts';
import { readText } from '../host/text-files.ts';
import { describe, stopCluster } from '../host/servers.ts';

/** The evidence that the recovery cluster is a copy of the production one; undefined when it is not. */
export async function isBuilt(context: StepContext, layout: Layout): Promise<string | undefined> {
  const { first } = layout.standby;
  const marker = quote(`${first.dataDir}/build_completed.start`);
  const open = await runOn(context, first.host, `test -e ${marker}`, { quiet: true });
  if (open.code === 0 || (await jobRunning(await context.shell(first.host), jobId(layout)))) {
    return undefined;
  }
  const ours = (await controlData(context, first))?.systemIdentifier ?? undefined;
  const theirs = (await controlData(context, layout.primary.first))?.systemIdentifier;
  return ours !== undefined && ours === theirs
    ? t('Both clusters have the system identifier {0}.', ours)
    : undefined;
}

function jobId(layout: Layout): string {
  return `${layout.scope}-build-${layout.standby.name}`;
}

function buildCommand(layout: Layout): string {
  const { first } = layout.standby;
  // “-g 0” of the older guides is an option that gs_ctl does not have.
  return `gs_ctl build -D ${quote(first.dataDir)} -b cross_cluster_full --vgname=${quote(first.groupNames)} --enable-dss --socketpath=${quote(first.socket)} -q`;
}

interface Volume {
  readonly name: string;
  readonly path: string;
  /** What tells it from others: machine, device and inode, number of a block device, world-wide name. */
  readonly marks: readonly string[];
}

/** The redo volumes that the DSS of a cluster's first node really uses. */
async function redoVolumes(context: StepContext, cluster: ClusterLayout): Promise<Volume[]> {
  const { host, dssHome } = cluster.first;
  const current = await readText(context, host, `${dssHome}/cfg/dss_vg_conf.ini`);
  const volumes: Volume[] = [];
  for (const line of (current?.text ?? '').split('\n').slice(1)) {
    const [name, path] = [
      line.slice(0, line.indexOf(':')),
      line.slice(line.indexOf(':') + 1).trim(),
    ];
    if (name.trim() === '' || path === '' || name.startsWith('#')) {
      continue;
    }
    const p = quote(path);
    const answer = await runOn(
      context,
      host,
      `B=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null || hostname); stat -L -c "file $B %d:%i" -- ${p}; if test -b ${p}; then stat -L -c "device $B %t:%T" -- ${p}; W=$(lsblk -dno WWN -- ${p} 2>/dev/null); test -n "$W" && echo "wwn $W"; fi; true`,
      { quiet: true },
    );
    volumes.push({ name, path, marks: answer.stdout.split('\n').filter((mark) => mark !== '') });
  }
  return volumes;
}

/** The volume of the recovery cluster's redo log that is the production cluster's own; undefined: none is. */
async function sharedVolume(
  context: StepContext,
  layout: Layout,
): Promise<{ ours: Volume; theirs: Volume } | undefined> {
  const theirs = await redoVolumes(context, layout.primary);
  for (const ours of await redoVolumes(context, layout.standby)) {
    const same = theirs.find((one) => one.marks.some((mark) => ours.marks.includes(mark)));
    if (same !== undefined) {
      return { ours, theirs: same };
    }
  }
  return undefined;
}

/**
 * What is in the place of the data directory that a build would empty when it is not this node: anything but an empty
 * folder, the postgresql.conf of this node, or what an interrupted build has left. undefined: it is this node.
 */
async function foreignTarget(context: StepContext, node: NodeLayout): Promise<string | undefined> {
  const data = quote(node.dataDir);
  const answer = await runOn(
    context,
    node.host,
    `test -z "$(ls -A -- ${data} 2>/dev/null)" || test -e ${data}/build_completed.start`,
    { quiet: true },
  );
  if (answer.code === 0) {
    return undefined;
  }
  const text = (await readText(context, node.host, `${node.dataDir}/postgresql.conf`))?.text;
  if (text === undefined) {
    return t('a folder with content and without postgresql.conf');
  }
  const document = parseConf(text);
  const number = (name: string): number => {
    const last = linesOf(document, name).at(-1);
    return Number(last === undefined ? Number.NaN : document.lines[last]?.content);
  };
  const [port, instance] = [number('port'), number('ss_instance_id')];
  return port === node.port && instance === node.spec.instanceId
    ? undefined
    : t('the data of another node (port {0}, ss_instance_id {1})', String(port), String(instance));
}

/** The same question as `isBuilt`, for the exported script. */
export function builtScript(layout: Layout): Required<Pick<StepScript, 'given' | 'check'>> {
  const primary = layout.primary.first;
  const { first } = layout.standby;
  return {
    given: [
      {
        name: 'PRIMARY_ID',
        host: primary.host,
        command: `system_identifier ${quote(primary.envFile)} ${quote(primary.socket)}`,
      },
      {
        name: 'PRIMARY_REDO',
        host: primary.host,
        command: `redo_volumes ${quote(`${primary.dssHome}/cfg/dss_vg_conf.ini`)}`,
      },
    ],
    check: `test -n "$PRIMARY_ID" && test ! -e ${quote(`${first.dataDir}/build_completed.start`)} && test "$(system_identifier ${quote(first.envFile)} ${quote(first.socket)})" = "$PRIMARY_ID"`,
  };
}

/**
 * The full build of the recovery cluster's first node from the production cluster. It deletes the node's data directory
 * and the content of its volume groups; it is refused when a redo volume is the production cluster's own, since it
 * would delete the production cluster's redo log (deploy-flow C5).
 */
export function buildStep(layout: Layout, after: readonly string[]): Step {
  const cluster = layout.standby;
  const { first } = cluster;
  const refuse = async (context: StepContext): Promise<ReturnType<typeof blocked> | undefined> => {
    const foreign = await foreignTarget(context, first);
    if (foreign !== undefined) {
      return foreignPath(first.host, first.dataDir, foreign);
    }
    const shared = await sharedVolume(context, layout);
    return shared === undefined
      ? undefined
      : blocked(
          t(
            'The redo volume {0} of {1} is the same as {2} of {3}: the build would delete the redo log of the primary cluster.',
            shared.ours.path,
            cluster.name,
            shared.theirs.path,
            layout.primary.name,
          ),
          {
            host: first.host,
            node: first.id,
            file: `${first.dssHome}/cfg/dss_vg_conf.ini`,
            remedy: t(
              'Give {0} a redo volume of its own until the build has ended; share or replicate it only then.',
              cluster.name,
            ),
          },
        );
  };
  return {
    id: `build.${cluster.name}`,
    title: t('Build {0} from {1}', first.id, layout.primary.name),
    hosts: hostsOf(cluster),
    node: first.id,
    cluster: cluster.name,
    after,
    destructive: t(
      'The data of the whole cluster {0} is deleted and replaced by that of {1}.',
      cluster.name,
      layout.primary.name,
    ),
    timeout: 6 * 3_600_000,
    estimate: 60,
    scripts: [
      {
        host: first.host,
        ...builtScript(layout),
        run: `refuse_same_volume "$PRIMARY_REDO" ${quote(`${first.dssHome}/cfg/dss_vg_conf.ini`)}\n(. ${quote(first.envFile)}; ${buildCommand(layout)})`,
        verify: builtScript(layout).check,
      },
    ],
    check: async (context) => {
      const evidence = await isBuilt(context, layout);
      if (evidence !== undefined) {
        return { kind: 'done', evidence };
      }
      const failure = await refuse(context);
      return failure === undefined ? { kind: 'needed' } : { kind: 'blocked', failure };
    },
    preview: () => Promise.resolve([{ kind: 'command', command: buildCommand(layout) }]),
    run: async (context) => {
      const shell = await context.shell(first.host);
      if (!(await jobRunning(shell, jobId(layout)))) {
        const query = await queryNode(context, layout.primary.first);
        if (query.haState?.localRole !== 'Primary' || query.haState.dbState !== 'Normal') {
          throw blocked(describe(layout.primary.first, query), {
            host: layout.primary.first.host,
            node: layout.primary.first.id,
            remedy: t(
              'The build copies from the primary: bring {0} up first.',
              layout.primary.name,
            ),
          });
        }
        const failure = await refuse(context);
        if (failure !== undefined) {
          throw failure;
        }
        await stopCluster(context, cluster);
      }
      const result = await runJob(context, first.host, {
        id: jobId(layout),
        tool: 'gs_ctl build',
        script: `${nodePrelude(first.spec)}\n${buildCommand(layout)}`,
      });
      if (result.code !== 0 || !result.output.includes('build completed(')) {
        throw commandFailed('gs_ctl build', first.host, result.code, result.output);
      }
    },
    verify: async (context) => {
      if (await nodeRuns(context, first)) {
        throw notVerified(t('{0} runs although it was only to be built.', first.id), {
          host: first.host,
          node: first.id,
        });
      }
      const evidence = await isBuilt(context, layout);
      if (evidence === undefined) {
        throw notVerified(t('After the build the clusters have different system identifiers.'), {
          host: first.host,
          node: first.id,
        });
      }
      return evidence;
    },
  };
}
