import { t } from '../../base/l10n.ts';
import { command, quote } from '../../hosts/quote.ts';
import { nodePrelude } from '../../hosts/node-command.ts';
import { blocked, commandFailed, foreignPath, notVerified } from '../errors.ts';
import { runOn } from '../host/command.ts';
import { emptyFolder, fileState, folderState, makeFolder, makeParents } from '../host/folders.ts';
import { jobState, runJob } from '../host/job.ts';
import { nodeRuns } from '../host/node-query.ts';
import type { ClusterLayout, Layout, NodeLayout } from '../recipes/layout.ts';
import type { CheckAnswer, Step, StepContext } from '../types.ts';
import { createVolumeGroups, startDss, stopDss } from '../host/dss.ts';
import { dirname } from 'node:path/posix';

function initCommand(layout: Layout, cluster: ClusterLayout, node: NodeLayout): string {
  return [
    command(
      'gs_initdb',
      '-D',
      node.dataDir,
      '--nodename=single_node',
      `--vgname=${node.groupNames}`,
      '--enable-dss',
      `--dms_url=${cluster.dmsUrl}`,
      '-I',
      String(node.spec.instanceId),
      `--socketpath=${node.socket}`,
    ),
    // Only this makes the shared redo file and writes its head.
    ...(makesXlogFile(layout, node) ? [command('-g', layout.xlogPath)] : []),
  ].join(' ');
}

/** Whether gs_initdb of this node makes the shared redo file (up to 5.0.0). */
export function makesXlogFile(layout: Layout, node: NodeLayout): boolean {
  return layout.model.sharedXlogFile && node.id === layout.primary.first.id;
}

function markerName(layout: Layout, node: NodeLayout): string {
  return `${layout.scope}-initialised-${node.spec.cluster}-${node.spec.name}`;
}

/** `sh` that is true when gs_initdb of this very data directory has ended well. */
function isInitialised(layout: Layout, node: NodeLayout): string {
  const data = quote(node.dataDir);
  return `test -s ${data}/postgresql.conf && test "$(cat "$HOME"/.opengauss-dual-cluster/${markerName(layout, node)} 2>/dev/null)" = "$(stat -c %d:%i -- ${data})"`;
}

/** Whether the data directory, whoever made it, is this node: initialised, with its DSS and its instance id. */
async function isThisNode(context: StepContext, node: NodeLayout): Promise<boolean> {
  const conf = quote(`${node.dataDir}/postgresql.conf`);
  const answer = await runOn(
    context,
    node.host,
    `test -f ${quote(`${node.dataDir}/PG_VERSION`)} && grep -qF -- ${quote(node.socket)} ${conf} && grep -qE '^ *ss_instance_id *= *${node.spec.instanceId}( |$)' ${conf}`,
    { quiet: true },
  );
  return answer.code === 0;
}

async function check(context: StepContext, layout: Layout, node: NodeLayout): Promise<CheckAnswer> {
  const { host } = node;
  const ready = await runOn(context, host, isInitialised(layout, node), { quiet: true });
  if (ready.code === 0) {
    return { kind: 'done', evidence: t('{0} is initialised.', node.dataDir) };
  }
  const folder = await folderState(context, host, node.dataDir);
  if (folder.kind === 'foreign') {
    return (await isThisNode(context, node))
      ? { kind: 'done', evidence: t('{0} was initialised before, as this node.', node.dataDir) }
      : { kind: 'blocked', failure: foreignPath(host, node.dataDir, folder.what) };
  }
  if (
    makesXlogFile(layout, node) &&
    (await fileState(context, host, layout.xlogPath)) === 'foreign'
  ) {
    return {
      kind: 'blocked',
      failure: foreignPath(host, layout.xlogPath, t('a shared redo file')),
    };
  }
  return { kind: 'needed' };
}

/** Puts back what an interrupted gs_initdb has left: its folder, for the first node the volume groups and the shared file. */
async function recover(
  context: StepContext,
  layout: Layout,
  cluster: ClusterLayout,
  node: NodeLayout,
): Promise<void> {
  if (await nodeRuns(context, node)) {
    throw blocked(t('{0} runs although gs_initdb has not ended.', node.id), {
      host: node.host,
      node: node.id,
      remedy: t('Somebody has started it by hand. Stop it if its data is not needed, then resume.'),
    });
  }
  await emptyFolder(context, node.host, node.dataDir);
  if (node.id !== cluster.first.id) {
    return;
  }
  if (
    makesXlogFile(layout, node) &&
    (await fileState(context, node.host, layout.xlogPath)) === 'ours'
  ) {
    await runOn(context, node.host, `rm -f -- ${quote(layout.xlogPath)}`);
  }
  for (const one of cluster.nodes) {
    await stopDss(context, one);
  }
  await createVolumeGroups(context, cluster);
  for (const one of cluster.nodes) {
    await startDss(context, one);
  }
}

/**
 * gs_initdb of one node. The password goes by a file of mode 0600 that is removed when gs_initdb ends, never by the
 * command line. An interrupted try is put back and done again, for the first node with fresh volume groups.
 */
export function initdbStep(
  layout: Layout,
  cluster: ClusterLayout,
  node: NodeLayout,
  after: readonly string[],
): Step {
  const { host } = node;
  const line = initCommand(layout, cluster, node);
  const hosts = node.id === cluster.first.id ? cluster.nodes.map((one) => one.host) : [host];
  return {
    id: `initdb.${node.id}`,
    title: t('gs_initdb of {0}', node.id),
    hosts: [...new Set(hosts)],
    node: node.id,
    after,
    timeout: 1_200_000,
    estimate: node.id === cluster.first.id ? 60 : 5,
    scripts: [
      {
        host,
        needsPassword: true,
        check: `test -f ${quote(`${node.dataDir}/PG_VERSION`)}`,
        run: [
          ...(makesXlogFile(layout, node) ? [`refuse_existing ${quote(layout.xlogPath)}`] : []),
          `refuse_filled ${quote(node.dataDir)}`,
          `(. ${quote(node.envFile)}; ${line} --pwfile="$PASSWORD_FILE")`,
        ].join('\n'),
        verify: `test -f ${quote(`${node.dataDir}/postgresql.conf`)}`,
      },
    ],
    check: (context) => check(context, layout, node),
    preview: () =>
      Promise.resolve([
        {
          kind: 'command',
          command: `${line} --pwfile=…`,
          note: t(
            'The password is asked for and given in a file of mode 0600 that is removed afterwards.',
          ),
        },
      ]),
    run: async (context) => {
      const shell = await context.shell(host);
      const id = `${layout.scope}-initdb-${node.spec.cluster}-${node.spec.name}`;
      if ((await jobState(shell, id)) === 'none') {
        await makeFolder(context, host, node.dataDir);
        const folder = await folderState(context, host, node.dataDir);
        if (folder.kind === 'ours' && !folder.empty) {
          // Without the trace of an interrupted gs_initdb nobody knows what is in it: it may be a database.
          throw foreignPath(host, node.dataDir, t('a folder with content'));
        }
      }
      const password = await context.secret('initial-user-password');
      if (makesXlogFile(layout, node)) {
        await makeParents(context, host, dirname(layout.xlogPath));
        await context.recordCreated({ host, kind: 'file', path: layout.xlogPath });
      }
      const data = quote(node.dataDir);
      const marker = `"$HOME"/.opengauss-dual-cluster/${markerName(layout, node)}`;
      const result = await runJob(context, host, {
        id,
        tool: 'gs_initdb',
        secret: password,
        script: [
          nodePrelude(node.spec),
          `rm -f -- ${marker}`,
          `${line} --pwfile="$SECRET_FILE" || exit`,
          `stat -c %d:%i -- ${data} > ${marker}.new && mv -- ${marker}.new ${marker}`,
        ].join('\n'),
        recover: () => recover(context, layout, cluster, node),
      });
      if (result.code !== 0) {
        throw commandFailed('gs_initdb', host, result.code, result.output);
      }
    },
    verify: async (context) => {
      const ready = await runOn(context, host, isInitialised(layout, node), { quiet: true });
      if (ready.code !== 0) {
        throw notVerified(t('gs_initdb ended, but {0} is not complete.', node.dataDir), {
          host,
          node: node.id,
        });
      }
      return t('{0} is initialised.', node.dataDir);
    },
  };
}
