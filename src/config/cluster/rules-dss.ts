import { t } from '../../base/l10n.ts';
import { iniEntry } from '../files/ini.ts';
import type { Deployment, NodeView } from './deployment.ts';
import {
  type Report,
  dssValue,
  iniPlace,
  link,
  minority,
  report,
  setIniFix,
  tidyPath,
} from './report.ts';

/** dss_inst.ini of the nodes of a cluster and of a machine. */
export function* dssInstances(deployment: Deployment): Iterable<Report> {
  const nodes = deployment.nodes.filter((node) => node.dss !== undefined);
  for (const cluster of deployment.topology.clusters) {
    const members = nodes.filter((node) => node.cluster === cluster);
    for (const [key, defaultValue] of [
      ['DSS_NODES_LIST', '0:127.0.0.1:1611'],
      ['STORAGE_MODE', 'DISK'],
      ['CLUSTER_RUN_MODE', 'cluster_primary'],
      ['XLOG_VG_ID', '1'],
      ['INTERCONNECT_TYPE', 'TCP'],
    ] as const) {
      const valueIn = (node: NodeView): string => dssValue(node, key, defaultValue) ?? '';
      const found = minority(members, (node) => valueIn(node).replace(/\s/g, ''));
      for (const node of found?.wrong ?? []) {
        const right = found?.right as NodeView;
        yield* dssReport(node, key, 'dss-values-differ', {
          severity: 'error',
          message: t(
            '{0} must be the same on all nodes of a cluster; {1} has {2}.',
            key,
            right.spec.id,
            valueIn(right),
          ),
          other: right,
          value: valueIn(right),
        });
      }
    }
    const ids = new Map<string, NodeView>();
    for (const node of members) {
      const id = dssValue(node, 'INST_ID', '0') ?? '';
      const first = ids.get(id);
      if (first !== undefined) {
        yield* dssReport(node, 'INST_ID', 'dss-id-duplicate', {
          severity: 'error',
          message: t('{0} has INST_ID {1} too.', first.spec.id, id),
          other: first,
        });
      }
      ids.set(id, first ?? node);
    }
  }
  yield* sharedMemory(nodes);
  yield* lockFolders(nodes);
  yield* dssRoles(deployment, nodes);
  yield* listenFolder(nodes);
}

interface DssOptions {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly other?: NodeView;
  readonly value?: string;
}

function* dssReport(
  node: NodeView,
  key: string,
  code: string,
  options: DssOptions,
): Iterable<Report> {
  const { dss } = node;
  const { other, value, severity, message } = options;
  if (dss === undefined) {
    return;
  }
  yield report(node, 'dss-inst', code, {
    severity,
    message,
    range: iniPlace(dss, key, 'INST_ID'),
    related:
      other?.dss === undefined
        ? []
        : [link(other, 'dss-inst', iniPlace(other.dss, key, 'INST_ID'), other.spec.id)],
    fixes: value === undefined ? [] : [setIniFix(dss, key, value)],
  });
}

/** The key of shared memory is made of _SHM_KEY and INST_ID; two dssservers of a machine with equal keys: errno 17. */
function* sharedMemory(nodes: readonly NodeView[]): Iterable<Report> {
  const keys = new Map<string, NodeView>();
  for (const node of nodes) {
    const pair = `${dssValue(node, '_SHM_KEY', '1') ?? ''} ${dssValue(node, 'INST_ID', '0') ?? ''}`;
    const key = `${node.machine} ${pair}`;
    const first = keys.get(key);
    if (first !== undefined && first.cluster !== node.cluster) {
      const used = new Set(
        nodes
          .filter((each) => each.machine === node.machine)
          .map((each) => dssValue(each, '_SHM_KEY', '1')),
      );
      const free = Array.from({ length: 64 }, (_, index) => String(index + 1)).find(
        (each) => !used.has(each),
      );
      yield* dssReport(node, '_SHM_KEY', 'dss-shm-key', {
        severity: 'error',
        message: t(
          '{0} on the same machine has the same _SHM_KEY and INST_ID, so both would use one shared memory.',
          first.spec.id,
        ),
        other: first,
        ...(free === undefined ? {} : { value: free }),
      });
    }
    keys.set(key, first ?? node);
  }
}

function lockFolder(node: NodeView): string | undefined {
  const mode = (dssValue(node, 'STORAGE_MODE', 'DISK') ?? '').toUpperCase();
  return mode === 'DISK'
    ? (iniEntry(node.dss ?? { text: '', lines: [], entries: [] }, '_DISK_LOCK_FILE_PATH')?.value ??
        dssValue(node, 'DISK_LOCK_FILE_PATH', '/tmp'))
    : undefined;
}

/** The folder of disk locks: one for each cluster. */
function* lockFolders(nodes: readonly NodeView[]): Iterable<Report> {
  for (const node of nodes) {
    const folder = lockFolder(node);
    const key = node.dss?.entries.some((entry) => entry.key === 'DISK_LOCK_FILE_PATH')
      ? 'DISK_LOCK_FILE_PATH'
      : '_DISK_LOCK_FILE_PATH';
    const mates = nodes.filter((other) => other.machine === node.machine && other !== node);
    const before = mates.filter((other) => nodes.indexOf(other) < nodes.indexOf(node));
    const mate = before.find(
      (other) => other.cluster === node.cluster && lockFolder(other) !== folder,
    );
    const stranger = before.find(
      (other) => other.cluster !== node.cluster && lockFolder(other) === folder,
    );
    if (folder !== undefined && mate !== undefined && lockFolder(mate) !== undefined) {
      yield* dssReport(node, key, 'dss-lock-folder', {
        severity: 'error',
        message: t(
          'The disk locks of a cluster must be in one folder; {0} has {1}.',
          mate.spec.id,
          lockFolder(mate) ?? '',
        ),
        other: mate,
        value: lockFolder(mate) ?? '',
      });
    } else if (folder !== undefined && stranger !== undefined) {
      yield* dssReport(node, key, 'dss-lock-folder', {
        severity: 'warning',
        message: t(
          '{0} of the other cluster keeps its disk locks in the same folder; each cluster needs its own.',
          stranger.spec.id,
        ),
        other: stranger,
      });
    }
  }
}

/** CLUSTER_RUN_MODE of DSS makes the xlog volume group of a recovery cluster read-only; it counts from 5.1.0 on. */
function* dssRoles(deployment: Deployment, nodes: readonly NodeView[]): Iterable<Report> {
  if (!deployment.paired || deployment.catalogue.version === '5.0.0') {
    return;
  }
  const replicated = nodes.some(
    (node) => node.dss !== undefined && iniEntry(node.dss, 'CLUSTER_RUN_MODE') !== undefined,
  );
  for (const node of replicated ? nodes : []) {
    const wanted = `cluster_${node.cluster.role}`;
    const mode = dssValue(node, 'CLUSTER_RUN_MODE', 'cluster_primary');
    if (mode !== wanted) {
      yield* dssReport(node, 'CLUSTER_RUN_MODE', 'dss-role', {
        severity: 'warning',
        message: t(
          'The topology calls {0} the {1} cluster; CLUSTER_RUN_MODE should be {2}.',
          node.spec.cluster,
          node.cluster.role,
          wanted,
        ),
      });
    }
  }
}

function* listenFolder(nodes: readonly NodeView[]): Iterable<Report> {
  const folders = new Map<string, NodeView>();
  for (const node of nodes) {
    const key = `${node.machine} ${tidyPath(dssValue(node, 'LSNR_PATH', '/tmp/') ?? '')}`;
    const first = folders.get(key);
    if (first !== undefined) {
      yield* dssReport(node, 'LSNR_PATH', 'dss-listen-folder', {
        severity: 'error',
        message: t('The dssserver of {0} has its socket in the same folder.', first.spec.id),
        other: first,
        ...(node.spec.dssHome === undefined || folders.has(`${node.machine} ${node.spec.dssHome}`)
          ? {}
          : { value: node.spec.dssHome }),
      });
    }
    folders.set(key, first ?? node);
  }
}
