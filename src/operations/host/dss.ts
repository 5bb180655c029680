import { t } from '../../base/l10n.ts';
import { quote } from '../../hosts/quote.ts';
import { commandFailed, notVerified } from '../errors.ts';
import { poll } from '../execute-step.ts';
import type { ClusterLayout, NodeLayout } from '../recipes/layout.ts';
import type { StepContext } from '../types.ts';
import { mustRun, runForNode, runOn } from './command.ts';
import { makeFolder } from './folders.ts';

export function markerOf(cluster: ClusterLayout): string {
  return `${cluster.disk}/created`;
}

/** Prints what tells the images apart: a line `device:inode path` for each, nothing for one that is missing. */
export function identities(cluster: ClusterLayout): string {
  return `stat -c '%d:%i %n' -- ${cluster.groups.map((group) => quote(group.image)).join(' ')} 2>/dev/null`;
}

export async function groupsReady(context: StepContext, cluster: ClusterLayout): Promise<boolean> {
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

export function createGroupCommand(cluster: ClusterLayout, name: string, image: string): string {
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
      createGroupCommand(cluster, group.name, group.image),
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

export function dssCommand(node: NodeLayout): string {
  return `dssserver -D ${quote(node.dssHome)}`;
}

/** Starts the dssserver of a node apart from our connection and waits until it is open. */
export async function startDss(context: StepContext, node: NodeLayout): Promise<void> {
  const log = `${node.dssHome}/log/dssserver.out`;
  await runForNode(
    context,
    node.spec,
    `if command -v setsid > /dev/null; then D=setsid; else D=nohup; fi; $D ${dssCommand(node)} >> ${quote(log)} 2>&1 < /dev/null & sleep 0.1;`,
  );
  await poll(
    context,
    async () => {
      const status = await dssStatus(context, node);
      if (status !== undefined) {
        return /\bis open\b/.test(status) ? true : undefined;
      }
      const said = await runOn(context, node.host, `tail -n 20 -- ${quote(log)}`, { quiet: true });
      const start = lastStart(said.stdout);
      if (!/dss failed to startup/.test(start)) {
        return undefined;
      }
      // Ours found the home taken when one that an interrupted run started comes up just now: that one will do.
      const running = await runOn(context, node.host, processesOf(node), { quiet: true });
      if (running.stdout.trim() === '') {
        throw commandFailed('dssserver', node.host, 1, start);
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
export function processesOf(node: NodeLayout): string {
  return `for F in $(grep -laF -- dssserver /proc/[0-9]*/cmdline 2>/dev/null); do P=\${F%/cmdline}; test -O "$P" || continue; C=$(tr '\\0' ' ' < "$F" 2>/dev/null) || continue; case " $C " in *"dssserver -D "${quote(node.dssHome)}" "*) echo "\${P#/proc/}";; esac; done`;
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
