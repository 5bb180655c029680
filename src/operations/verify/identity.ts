import { t } from '../../base/l10n.ts';
import { command, operand } from '../../hosts/quote.ts';
import { clusterOf, nodesOf, otherCluster } from '../../topology/lookups.ts';
import type { ClusterSpec, NodeSpec } from '../../topology/types.ts';
import { ask } from './observe.ts';
import type { Outcome } from './recorder.ts';
import type { VerifyContext } from './types.ts';

/** Settings that tell one instance, and one cluster, from another. */
const identitySettings = [
  'data_directory',
  'port',
  'ss_instance_id',
  'ss_interconnect_url',
  'cluster_run_mode',
  'xlog_lock_file_path',
] as const;
/** When the server was started, to the microsecond: two nodes that name the same moment are one server. */
const startTime = 'pg_postmaster_start_time';

/** What the server itself says it is. */
export interface Identity {
  readonly settings: ReadonlyMap<string, string>;
  /** Whether its data directory is the node's, links followed. */
  readonly inPlace: boolean;
}

/** By node id: what each server says of itself, or why it said nothing. */
type Identities = ReadonlyMap<string, Identity | Error>;

/** Milliseconds for a look at two folders. */
const folderLimit = 15_000;

/** Asks the server behind a node's port. Rejects with its refusal. */
export async function askIdentity(context: VerifyContext, node: NodeSpec): Promise<Identity> {
  const names = identitySettings.map((name) => `'${name}'`).join(', ');
  const answer = await ask(
    context,
    node,
    `select name, setting from pg_settings where name in (${names}) union all select '${startTime}', ${startTime}()::text`,
  );
  if (answer.kind === 'error') {
    throw new Error(answer.message);
  }
  const settings = new Map(answer.rows.map(([name, value]) => [name ?? '', value ?? '']));
  const directory = settings.get('data_directory') ?? '';
  return {
    settings,
    inPlace: directory !== '' && (await sameFolder(context, node, directory)),
  };
}

/** Whether a path is the node's data directory, be it by another name: a link, a trailing slash. */
async function sameFolder(context: VerifyContext, node: NodeSpec, path: string): Promise<boolean> {
  if (path.replace(/\/+$/, '') === node.dataDir.replace(/\/+$/, '')) {
    return true;
  }
  if (!path.startsWith('/')) {
    return false;
  }
  const shell = await context.shell(node);
  const { stdout } = await shell.run(
    command('readlink', '-f', '--', operand(path), operand(node.dataDir)),
    { timeout: folderLimit, signal: context.signal },
  );
  const [one, other] = stdout.split('\n');
  return one !== undefined && one !== '' && one === other;
}

/**
 * Whether the server that answers is the one of the topology, and whether it stands in its cluster and not in the other:
 * the nodes of a cluster share their interconnect and their lock file, and those of the other cluster have others.
 */
export function identityOutcome(
  context: VerifyContext,
  node: NodeSpec,
  identities: Identities,
): Outcome {
  const own = identities.get(node.id);
  if (own === undefined || own instanceof Error) {
    return { status: 'failed', reason: own?.message ?? t('Not asked.') };
  }
  const { settings } = own;
  const reason =
    misplaced(node, own) ??
    twin(context, node, identities) ??
    inWrongCluster(context, node, identities);
  const evidence = [...settings].map(([name, value]) => `${name} = ${value}`);
  return reason === undefined
    ? { status: 'passed', evidence }
    : { status: 'failed', evidence, reason };
}

/** Why the server is not the one that the topology describes, by what it says of itself. */
function misplaced(node: NodeSpec, { settings, inPlace }: Identity): string | undefined {
  const directory = settings.get('data_directory') ?? '';
  const port = settings.get('port') ?? '';
  if (directory === '' || port === '') {
    return t(
      'The server on port {0} does not say its {1}, so that it may be any server.',
      node.port,
      directory === '' ? 'data_directory' : 'port',
    );
  }
  if (!inPlace) {
    return t('The server on port {0} runs on {1}, not on {2}.', node.port, directory, node.dataDir);
  }
  if (port !== String(node.port)) {
    return t('The server says that its port is {0}, not {1}.', port, node.port);
  }
  const instance = settings.get('ss_instance_id');
  return node.dssHome !== undefined &&
    instance !== undefined &&
    instance !== String(node.instanceId)
    ? t('ss_instance_id is {0}, not {1}.', instance, node.instanceId)
    : undefined;
}

function valueOf(identities: Identities, id: string, name: string): string | undefined {
  const one = identities.get(id);
  const value = one === undefined || one instanceof Error ? undefined : one.settings.get(name);
  return value === '' ? undefined : value;
}

/** Two nodes behind which one server answers, as when the names of two hosts lead to the same machine. */
function twin(context: VerifyContext, node: NodeSpec, identities: Identities): string | undefined {
  const facts = (id: string): readonly (string | undefined)[] =>
    [startTime, 'data_directory', 'port'].map((name) => valueOf(identities, id, name));
  const own = facts(node.id);
  const other = nodesOf(context.options.topology).find(
    (one) =>
      one.id !== node.id &&
      facts(one.id).every((fact, index) => fact !== undefined && fact === own[index]),
  );
  return other === undefined
    ? undefined
    : t(
        'The same server answers for {0}: both began at {1}. Do their hosts lead to the same machine?',
        other.id,
        own[0] ?? '?',
      );
}

function inWrongCluster(
  context: VerifyContext,
  node: NodeSpec,
  identities: Identities,
): string | undefined {
  const cluster = clusterOf(context.options.topology, node);
  const other = cluster && otherCluster(context.options.topology, cluster);
  for (const name of ['ss_interconnect_url', 'xlog_lock_file_path', 'cluster_run_mode'] as const) {
    const value = valueOf(identities, node.id, name);
    if (value === undefined || (name === 'ss_interconnect_url' && node.dssHome === undefined)) {
      continue;
    }
    const mate = cluster?.nodes.find(
      (one) => (valueOf(identities, one.id, name) ?? value) !== value,
    );
    const stranger =
      name === 'ss_interconnect_url' && isOwnToHosts(value, cluster, other)
        ? undefined
        : other?.nodes.find((one) => valueOf(identities, one.id, name) === value);
    if (stranger !== undefined) {
      return t('{0} is the same as on {1} of the other cluster: {2}', name, stranger.id, value);
    }
    if (mate !== undefined) {
      return t('{0} differs from {1} of the same cluster: {2}', name, mate.id, value);
    }
  }
  return undefined;
}

/** Whether an interconnect of loopback addresses means other servers in each cluster, which have no host in common. */
function isOwnToHosts(
  url: string,
  cluster: ClusterSpec | undefined,
  other: ClusterSpec | undefined,
): boolean {
  const hosts = new Set(cluster?.nodes.map((node) => node.host));
  return (
    url
      .split(',')
      .every((member) => /^\s*\d+:(?:127\.[\d.]+|localhost|::1):\d+\s*$/.test(member)) &&
    other?.nodes.some((node) => hosts.has(node.host)) === false
  );
}
