import { t } from '../../base/l10n.ts';
import { type Deployment, type NodeView, settingOf } from './deployment.ts';
import { type Report, link, report, tidyPath } from './report.ts';

const pathNames = [
  'xlog_file_path',
  'xlog_lock_file_path',
  'ss_dss_conn_path',
  'log_directory',
  'audit_directory',
  'data_directory',
  'hba_file',
  'ident_file',
  'unix_socket_directory',
  'ss_ock_log_path',
] as const;

/** `/home/omm` of `/home/omm/x`; undefined for paths that are in nobody's home. */
function homeOf(path: string): string | undefined {
  return /^\/home\/[^/]+(?=\/|$)/.exec(path)?.[0];
}

function inFolder(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder.replace(/\/+$/, '')}/`);
}

/** Paths that lead into the folders of another node, or into a home that no other path of the topology is in. */
export function* mixedFolders(deployment: Deployment): Iterable<Report> {
  for (const node of deployment.nodes) {
    const homes = homesOf(deployment, node);
    for (const name of pathNames) {
      const setting = settingOf(node, name);
      const path = setting?.raw.replace(/^UDS:/, '') ?? '';
      if (setting === undefined || !path.startsWith('/')) {
        continue;
      }
      const owner = deployment.nodes.find(
        (other) =>
          other !== node && other.machine === node.machine && inFolder(path, other.spec.dataDir),
      );
      const home = homeOf(path);
      if (
        owner !== undefined &&
        !(
          name === 'xlog_lock_file_path' &&
          owner.cluster === node.cluster &&
          sharedLock(owner, path)
        )
      ) {
        yield report(node, 'postgresql-conf', 'path-of-other-node', {
          severity: 'warning',
          message: t('This path is in the data directory of {0}.', owner.spec.id),
          range: setting.valueRange,
        });
      } else if (home !== undefined && homes.size > 0 && !homes.has(home)) {
        yield report(node, 'postgresql-conf', 'path-foreign-home', {
          severity: 'warning',
          message: t(
            'This path is in {0}; the folders of this node are in {1}.',
            home,
            [...homes].join(', '),
          ),
          range: setting.valueRange,
        });
      }
    }
    yield* dssFolder(node);
  }
}

/** A lock in the data directory of the first node is how the guides for arrays have it; both nodes name it. */
function sharedLock(owner: NodeView, path: string): boolean {
  return settingOf(owner, 'xlog_lock_file_path')?.raw === path;
}

function homesOf(deployment: Deployment, node: NodeView): ReadonlySet<string> {
  const paths = [
    node.spec.dataDir,
    node.spec.dssHome,
    node.spec.env['GAUSSHOME'],
    node.cluster.xlogLockFile,
    deployment.topology.xlog?.path,
  ];
  return new Set(paths.flatMap((path) => homeOf(path ?? '') ?? []));
}

/** The folder in which dssserver listens is the node's DSS_HOME. */
function* dssFolder(node: NodeView): Iterable<Report> {
  const entry = node.dss?.entries.findLast((each) => each.key === 'LSNR_PATH');
  const home = node.spec.dssHome;
  if (entry === undefined || home === undefined || entry.value === '') {
    return;
  }
  if (tidyPath(entry.value) !== tidyPath(home)) {
    yield report(node, 'dss-inst', 'dss-home', {
      severity: 'warning',
      message: t(
        'The topology says that DSS_HOME of {0} is {1}; tools look for the socket there.',
        node.spec.id,
        home,
      ),
      range: entry.valueRange,
      related:
        settingOf(node, 'ss_dss_conn_path') === undefined
          ? []
          : [
              link(
                node,
                'postgresql-conf',
                settingOf(node, 'ss_dss_conn_path')?.valueRange ?? { start: 0, end: 0 },
                'ss_dss_conn_path',
              ),
            ],
    });
  }
}
