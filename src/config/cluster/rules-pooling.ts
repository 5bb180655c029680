import { t } from '../../base/l10n.ts';
import { parseNodesList } from '../files/nodes-list.ts';
import {
  type Deployment,
  type NodeView,
  isLoopback,
  partRange,
  settingOf,
  valueOf,
} from './deployment.ts';
import {
  type Report,
  confPlace,
  dssValue,
  iniPlace,
  link,
  linkTo,
  report,
  setFix,
  tidyPath,
} from './report.ts';

const conf = 'postgresql-conf';

function pooled(deployment: Deployment, node: NodeView): boolean {
  return (
    settingOf(node, 'ss_instance_id') !== undefined ||
    valueOf(deployment, node, 'ss_enable_dms') === true
  );
}

/** ss_instance_id: unique in the cluster, listed in ss_interconnect_url, the topology's. */
export function* instanceIds(deployment: Deployment): Iterable<Report> {
  const seen = new Map<string, NodeView>();
  for (const node of deployment.nodes.filter(
    (each) => each.conf !== undefined && pooled(deployment, each),
  )) {
    const id = Number(valueOf(deployment, node, 'ss_instance_id'));
    const first = seen.get(`${node.spec.cluster} ${id}`);
    const fixes =
      node.spec.instanceId === id
        ? []
        : setFix(deployment, node, 'ss_instance_id', String(node.spec.instanceId));
    if (first !== undefined) {
      yield report(node, conf, 'instance-id-duplicate', {
        severity: 'error',
        message: t('{0} has ss_instance_id {1} too.', first.spec.id, id),
        range: confPlace(node, 'ss_instance_id', 'ss_interconnect_url', 'port'),
        related: linkTo(first, 'ss_instance_id', first.spec.id),
        fixes,
      });
    } else if (id !== node.spec.instanceId) {
      yield report(node, conf, 'instance-id-topology', {
        severity: 'warning',
        message: t(
          'The topology says that the instance id of {0} is {1}.',
          node.spec.id,
          node.spec.instanceId,
        ),
        range: confPlace(node, 'ss_instance_id', 'ss_interconnect_url', 'port'),
        fixes,
      });
    }
    seen.set(`${node.spec.cluster} ${id}`, first ?? node);
    yield* listedInUrl(deployment, node, id);
  }
}

function* listedInUrl(deployment: Deployment, node: NodeView, id: number): Iterable<Report> {
  const url = settingOf(node, 'ss_interconnect_url');
  const list = parseNodesList(url?.raw ?? '');
  if (url === undefined || list.wrong.length > 0) {
    return;
  }
  const own = list.nodes.find((each) => each.id === id);
  if (own === undefined) {
    yield report(node, conf, 'instance-id-not-in-url', {
      severity: 'error',
      message: t('ss_interconnect_url has no entry for this node (ss_instance_id {0}).', id),
      range: confPlace(node, 'ss_instance_id', 'ss_interconnect_url'),
      related: [{ range: url.valueRange, message: t('the list') }],
    });
    return;
  }
  const stranger = deployment.nodes.find(
    (other) => other.machine !== node.machine && other.addresses.has(own.address),
  );
  if (stranger !== undefined && !node.addresses.has(own.address)) {
    yield report(node, conf, 'interconnect-address', {
      severity: 'error',
      message: t('{0} is the address of {1}, not of this node.', own.address, stranger.spec.id),
      range: partRange(node, url, own),
    });
  } else if (
    isLoopback(own.address) &&
    deployment.nodes.some(
      (other) => other.cluster === node.cluster && other.machine !== node.machine,
    )
  ) {
    yield report(node, conf, 'interconnect-address', {
      severity: 'error',
      message: t(
        'The other nodes of the cluster are on other machines and cannot reach {0}.',
        own.address,
      ),
      range: partRange(node, url, own),
    });
  } else if (node.spec.dmsPort !== undefined && own.port !== node.spec.dmsPort) {
    yield report(node, conf, 'dms-port-topology', {
      severity: 'warning',
      message: t(
        'The topology says that the DMS port of {0} is {1}.',
        node.spec.id,
        node.spec.dmsPort,
      ),
      range: partRange(node, url, own),
    });
  }
  const members = deployment.nodes.filter((other) => other.cluster === node.cluster);
  const missing = members.filter(
    (other) => !list.nodes.some((each) => each.id === other.spec.instanceId),
  );
  if (missing.length > 0 && !missing.includes(node)) {
    yield report(node, conf, 'interconnect-member-missing', {
      severity: 'error',
      message: t(
        'ss_interconnect_url does not list {0}.',
        missing.map((each) => each.spec.id).join(', '),
      ),
      range: url.valueRange,
    });
  }
}

const socketName = '/.dss_unix_d_socket';

/** ss_dss_conn_path is the socket of this node's own dssserver. */
export function* dssSocket(deployment: Deployment): Iterable<Report> {
  for (const node of deployment.nodes) {
    const setting = settingOf(node, 'ss_dss_conn_path');
    if (setting === undefined || !setting.raw.startsWith('UDS:/')) {
      continue;
    }
    const path = setting.raw.slice('UDS:'.length);
    const listens = dssValue(node, 'LSNR_PATH', '/tmp/') ?? node.spec.dssHome;
    const expected = listens === undefined ? undefined : listens.replace(/\/+$/, '') + socketName;
    if (expected === undefined || tidyPath(path) === tidyPath(expected)) {
      continue;
    }
    const owner = deployment.nodes.find(
      (other) =>
        other !== node &&
        other.machine === node.machine &&
        tidyPath(path) ===
          tidyPath(
            (dssValue(other, 'LSNR_PATH', '/tmp/') ?? other.spec.dssHome ?? '') + socketName,
          ),
    );
    yield report(node, conf, 'dss-socket', {
      severity: 'error',
      message:
        owner === undefined
          ? t('The dssserver of this node listens on {0}.', expected)
          : t(
              'This is the dssserver of {0}; that of this node listens on {1}.',
              owner.spec.id,
              expected,
            ),
      range: setting.valueRange,
      related:
        node.dss === undefined
          ? []
          : [link(node, 'dss-inst', iniPlace(node.dss, 'LSNR_PATH'), 'LSNR_PATH')],
      fixes: setFix(deployment, node, 'ss_dss_conn_path', `UDS:${expected}`),
    });
  }
}
