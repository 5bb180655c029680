import type { Severity } from '../../base/finding.ts';
import { formatBytes } from '../../base/bytes.ts';
import { t } from '../../base/l10n.ts';
import {
  type Deployment,
  type NodeView,
  otherNodes,
  settingOf,
  textOf,
  valueOf,
} from './deployment.ts';
import { type Report, confPlace, linkTo, minority, report, setFix, setOnAllFix } from './report.ts';

const file = 'postgresql-conf';

/** The nodes of each cluster whose `postgresql.conf` is known. */
function clusters(deployment: Deployment): NodeView[][] {
  return deployment.topology.clusters.map((cluster) =>
    deployment.nodes.filter((node) => node.cluster === cluster && node.conf !== undefined),
  );
}

/** Whether the two clusters meet in a file (`xlog_file_path`) instead of in DSS's replicated volume group. */
function usesXlogFile(deployment: Deployment): boolean {
  return deployment.nodes.some((node) => settingOf(node, 'xlog_file_path') !== undefined);
}

interface EqualValue {
  readonly name: string;
  readonly severity: Severity;
  readonly why: () => string;
}

/** What must be the same on every node of a cluster, and what happens otherwise. */
const equalInCluster: readonly EqualValue[] = [
  ...['ss_interconnect_url', 'ss_interconnect_channel_count', 'ss_interconnect_type'].map(
    (name) => ({
      name,
      severity: 'error' as const,
      why: () => t('The nodes of a cluster do not find each other.'),
    }),
  ),
  ...[
    'ss_enable_dss',
    'ss_enable_dms',
    'ss_enable_reform',
    'ss_enable_ssl',
    'ss_disaster_mode',
    'ss_enable_dorado',
    'ss_stream_cluster',
  ].map((name) => ({
    name,
    severity: 'error' as const,
    why: () => t('The nodes of a cluster must agree, or the second one does not come up.'),
  })),
  ...['ss_dss_data_vg_name', 'ss_dss_xlog_vg_name', 'ss_dss_vg_name'].map((name) => ({
    name,
    severity: 'error' as const,
    why: () => t('The nodes of a cluster share their volume groups.'),
  })),
  {
    name: 'cluster_run_mode',
    severity: 'error',
    why: () =>
      t('After the next change of roles the nodes would disagree on what their cluster is.'),
  },
  {
    name: 'xlog_lock_file_path',
    severity: 'error',
    why: () =>
      t(
        'The lock keeps two nodes of a cluster from writing at once only if both take the same one.',
      ),
  },
];

/** Values that must be equal within a cluster. */
export function* equalValues(deployment: Deployment): Iterable<Report> {
  for (const { name, severity, why } of equalInCluster) {
    if (deployment.catalogue.get(name) === undefined) {
      continue;
    }
    for (const nodes of clusters(deployment)) {
      // A lock that a follower does not name is the rule below; here are values that contradict each other.
      const named =
        name === 'xlog_lock_file_path' ? nodes.filter((node) => settingOf(node, name)) : nodes;
      const found = minority(named, (node) => textOf(deployment, node, name) ?? '');
      for (const node of found?.wrong ?? []) {
        const right = found?.right as NodeView;
        yield report(node, file, 'cluster-values-differ', {
          severity,
          message: t(
            '{0} is {1} here and {2} on {3}. {4}',
            name,
            shown(textOf(deployment, node, name)),
            shown(textOf(deployment, right, name)),
            right.spec.id,
            why(),
          ),
          range: confPlace(node, name),
          related: linkTo(right, name, right.spec.id),
          fixes: setFix(deployment, node, name, textOf(deployment, right, name) ?? ''),
        });
      }
    }
  }
}

function shown(text: string | undefined): string {
  return text === undefined || text === '' ? "''" : text;
}

/** The redo log that both clusters see. */
export function* xlogFile(deployment: Deployment): Iterable<Report> {
  if (!usesXlogFile(deployment)) {
    return;
  }
  const known = deployment.nodes.filter((node) => node.conf !== undefined);
  const named = known.filter((node) => settingOf(node, 'xlog_file_path') !== undefined);
  for (const node of known.filter((each) => !named.includes(each))) {
    const like = named.find((other) => other.cluster === node.cluster) ?? named[0];
    yield report(node, file, 'xlog-file-path-missing', {
      severity: 'warning',
      message: t('Without xlog_file_path this node cannot become the writer or the main standby.'),
      range: confPlace(node, 'xlog_lock_file_path', 'application_name', 'port'),
      related: like === undefined ? [] : linkTo(like, 'xlog_file_path', like.spec.id),
      fixes:
        like === undefined || deployment.topology.profile === 'dorado'
          ? []
          : setFix(
              deployment,
              node,
              'xlog_file_path',
              settingOf(like, 'xlog_file_path')?.raw ?? '',
            ),
    });
  }
  yield* samePath(deployment, named);
  yield* sameSize(deployment, named);
}

function* samePath(deployment: Deployment, nodes: readonly NodeView[]): Iterable<Report> {
  const wanted = deployment.topology.xlog?.path;
  // On real arrays every host has its own name for its side of the pair.
  const groups =
    deployment.topology.profile === 'dorado'
      ? deployment.topology.clusters.map((cluster) =>
          nodes.filter((node) => node.cluster === cluster),
        )
      : [nodes];
  for (const group of groups) {
    const pathOf = (node: NodeView): string => settingOf(node, 'xlog_file_path')?.raw ?? '';
    const found = minority(group, pathOf);
    for (const node of found?.wrong ?? []) {
      const right = found?.right as NodeView;
      if (deployment.topology.profile === 'dorado' && node.machine !== right.machine) {
        continue;
      }
      yield report(node, file, 'xlog-file-path-differs', {
        severity: 'error',
        message: t(
          'All nodes must have the same xlog_file_path: here {0}, on {1} {2}.',
          pathOf(node),
          right.spec.id,
          pathOf(right),
        ),
        range: confPlace(node, 'xlog_file_path'),
        related: linkTo(right, 'xlog_file_path', right.spec.id),
        fixes: setFix(deployment, node, 'xlog_file_path', pathOf(right)),
      });
    }
    if (
      wanted !== undefined &&
      found === undefined &&
      deployment.topology.profile === 'simulation'
    ) {
      for (const node of group.filter((each) => pathOf(each) !== wanted)) {
        yield report(node, file, 'xlog-file-topology', {
          severity: 'warning',
          message: t('The topology says that xlog_file_path is {0}.', wanted),
          range: confPlace(node, 'xlog_file_path'),
          fixes: setOnAllFix(deployment, node, group, 'xlog_file_path', wanted),
        });
      }
    }
  }
}

function* sameSize(deployment: Deployment, nodes: readonly NodeView[]): Iterable<Report> {
  const wanted = deployment.topology.xlog?.size;
  const sizeOf = (node: NodeView): string => textOf(deployment, node, 'xlog_file_size') ?? '';
  const written = nodes.filter((node) => settingOf(node, 'xlog_file_size') !== undefined);
  // A written value is meant; the default of those who say nothing is not, however many they are.
  const found =
    wanted === undefined
      ? minority(nodes, sizeOf)
      : nodes.some((node) => sizeOf(node) !== String(wanted))
        ? { wrong: nodes.filter((node) => sizeOf(node) !== String(wanted)), right: undefined }
        : undefined;
  if (found === undefined) {
    return;
  }
  const right =
    found.right === undefined ? undefined : (minority(written, sizeOf)?.right ?? written[0]);
  const size = wanted === undefined ? (right === undefined ? '' : sizeOf(right)) : String(wanted);
  // The topology has the last word; a node that agrees with it is worth a look all the same.
  const linked = right ?? written.find((node) => sizeOf(node) === size);
  for (const node of nodes.filter((each) => sizeOf(each) !== size)) {
    const own = settingOf(node, 'xlog_file_size');
    yield report(node, file, 'xlog-file-size-differs', {
      severity: 'warning',
      message: t(
        'xlog_file_size is {0} here ({1}) and {2} ({3}) {4}. The ring must have one size on both sides.',
        sizeOf(node),
        own === undefined ? t('by default') : bytes(sizeOf(node)),
        size,
        bytes(size),
        right === undefined ? t('in the topology') : t('on {0}', right.spec.id),
      ),
      range: confPlace(node, 'xlog_file_size', 'xlog_file_path'),
      related: linked === undefined ? [] : linkTo(linked, 'xlog_file_size', linked.spec.id),
      fixes: setFix(deployment, node, 'xlog_file_size', size),
    });
  }
}

function bytes(text: string): string {
  return /^\d+$/.test(text) ? formatBytes(BigInt(text)) : text;
}

/** One lock file for each cluster. */
export function* lockFiles(deployment: Deployment): Iterable<Report> {
  if (!usesXlogFile(deployment)) {
    return;
  }
  const [first = [], second = []] = clusters(deployment);
  const lockOf = (node: NodeView): string => settingOf(node, 'xlog_lock_file_path')?.raw ?? '';
  // The recovery cluster's line is the one to mend.
  const [production, recovery] =
    deployment.topology.clusters[0]?.role === 'standby' ? [second, first] : [first, second];
  for (const node of recovery) {
    const other = production.find((each) => lockOf(each) !== '' && lockOf(each) === lockOf(node));
    if (other !== undefined) {
      const wanted = node.cluster.xlogLockFile;
      const proposal =
        wanted !== undefined && wanted !== lockOf(node)
          ? wanted
          : lockOf(node).includes('primary')
            ? lockOf(node).replace(/primary(?!.*primary)/, 'standby')
            : `${lockOf(node)}_standby`;
      yield report(node, file, 'xlog-lock-shared', {
        severity: node.machine === other.machine ? 'error' : 'warning',
        message: t(
          'This is the lock of the other cluster ({0}); each cluster needs its own.',
          other.spec.cluster,
        ),
        range: confPlace(node, 'xlog_lock_file_path'),
        related: linkTo(other, 'xlog_lock_file_path', other.spec.id),
        fixes: production.some((each) => lockOf(each) === proposal)
          ? []
          : setOnAllFix(
              deployment,
              node,
              recovery.filter((each) => lockOf(each) === lockOf(node)),
              'xlog_lock_file_path',
              proposal,
            ),
      });
    }
  }
  for (const nodes of [production, recovery]) {
    const like = nodes.find((node) => lockOf(node) !== '');
    for (const node of like === undefined ? [] : nodes.filter((each) => lockOf(each) === '')) {
      yield report(node, file, 'xlog-lock-missing', {
        severity: 'warning',
        message: t(
          '{0} takes a lock file and this node does not: both could write at once.',
          like?.spec.id ?? '',
        ),
        range: confPlace(node, 'xlog_file_path', 'application_name', 'port'),
        related: like === undefined ? [] : linkTo(like, 'xlog_lock_file_path', like.spec.id),
        fixes:
          like === undefined ? [] : setFix(deployment, node, 'xlog_lock_file_path', lockOf(like)),
      });
    }
  }
}

/** One cluster is primary and the other standby, as the topology says. */
export function* roles(deployment: Deployment): Iterable<Report> {
  if (!deployment.paired || deployment.catalogue.get('cluster_run_mode') === undefined) {
    return;
  }
  const modeOf = (node: NodeView): string => textOf(deployment, node, 'cluster_run_mode') ?? '';
  const [first, second] = clusters(deployment).map(
    (nodes) => minority(nodes, modeOf)?.right ?? nodes[0],
  );
  if (first === undefined || second === undefined) {
    return;
  }
  const wantedFor = (node: NodeView): string => `cluster_${node.cluster.role}`;
  const nodesLike = (node: NodeView): NodeView[] =>
    deployment.nodes.filter((each) => each.cluster === node.cluster && each.conf !== undefined);
  const same = modeOf(first) === modeOf(second);
  for (const node of [first, second].filter((each) => modeOf(each) !== wantedFor(each))) {
    const other = node === first ? second : first;
    yield report(node, file, same ? 'cluster-role-same' : 'cluster-role-topology', {
      severity: same ? 'error' : 'warning',
      message: same
        ? t(
            'Both clusters are {0}. One must be cluster_primary and the other cluster_standby.',
            modeOf(node),
          )
        : t(
            'The topology calls {0} the {1} cluster; the files say the opposite.',
            node.spec.cluster,
            node.cluster.role,
          ),
      range: confPlace(node, 'cluster_run_mode', 'cross_cluster_replconninfo1', 'xlog_file_path'),
      related: linkTo(other, 'cluster_run_mode', other.spec.id),
      fixes: same
        ? setOnAllFix(deployment, node, nodesLike(node), 'cluster_run_mode', wantedFor(node))
        : [],
    });
  }
}

/** Both clusters switch the same kind of disaster recovery on. */
export function* disasterModes(deployment: Deployment): Iterable<Report> {
  for (const name of ['ss_disaster_mode', 'ss_enable_dorado', 'ss_stream_cluster']) {
    if (!deployment.paired || deployment.catalogue.get(name) === undefined) {
      continue;
    }
    const [first, second] = clusters(deployment).map((nodes) => nodes[0]);
    if (
      first !== undefined &&
      second !== undefined &&
      textOf(deployment, first, name) !== textOf(deployment, second, name)
    ) {
      const right =
        settingOf(second, name) !== undefined && settingOf(first, name) === undefined
          ? second
          : first;
      for (const node of deployment.nodes.filter(
        (each) =>
          each.conf !== undefined &&
          each.cluster !== right.cluster &&
          textOf(deployment, each, name) !== textOf(deployment, right, name),
      )) {
        yield report(node, file, 'disaster-mode-differs', {
          severity: 'error',
          message: t(
            '{0} must be the same on both clusters: here {1}, on {2} {3}.',
            name,
            textOf(deployment, node, name) ?? '',
            right.spec.id,
            textOf(deployment, right, name) ?? '',
          ),
          range: confPlace(node, name, 'cross_cluster_replconninfo1', 'port'),
          related: linkTo(right, name, right.spec.id),
          fixes: setOnAllFix(
            deployment,
            node,
            deployment.nodes.filter(
              (each) => each.cluster === node.cluster && each.conf !== undefined,
            ),
            name,
            textOf(deployment, right, name) ?? '',
          ),
        });
      }
    }
  }
}

/** The port of the file and the port of the topology. */
export function* topologyPort(deployment: Deployment): Iterable<Report> {
  for (const node of deployment.nodes) {
    const port = valueOf(deployment, node, 'port');
    if (typeof port === 'number' && port !== node.spec.port) {
      yield report(node, file, 'port-topology', {
        severity: 'warning',
        message: t('The topology says that {0} listens on {1}.', node.spec.id, node.spec.port),
        range: confPlace(node, 'port'),
        related: otherNodes(deployment, node)
          .flatMap((other) => other.entries.map((entry) => ({ other, entry })))
          .filter(({ entry }) => entry.channel.remoteport?.text === String(node.spec.port))
          .slice(0, 4)
          .flatMap(({ other, entry }) =>
            linkTo(other, entry.setting.name, t('{0} leads here', other.spec.id)),
          ),
        fixes: setFix(deployment, node, 'port', String(node.spec.port)),
      });
    }
  }
}
