import type { TextRange } from '../../base/finding.ts';
import { t } from '../../base/l10n.ts';
import { iniEntry } from '../files/ini.ts';
import type { FileKind } from '../files/kinds.ts';
import { parseNodesList } from '../files/nodes-list.ts';
import {
  type Deployment,
  type NodeView,
  partRange,
  portOwner,
  settingOf,
  valueOf,
} from './deployment.ts';
import { type Report, confPlace, link, report } from './report.ts';

/** A port that a process of a node binds, and the line that says so. */
export interface Listener {
  readonly node: NodeView;
  readonly port: number;
  /** For people. */
  readonly what: string;
  /** The server's own ports, which clients know; others are easier to change. */
  readonly main: boolean;
  readonly place: { readonly kind: FileKind; readonly range: TextRange } | undefined;
}

/** Every port that a node's processes really bind (rules of the server, DMS and DSS; sample files name more). */
function listenersOf(deployment: Deployment, node: NodeView): Listener[] {
  const listeners: Listener[] = [];
  const conf = (name: string): Listener['place'] =>
    settingOf(node, name) === undefined
      ? undefined
      : { kind: 'postgresql-conf', range: confPlace(node, name) };
  const add = (port: number | undefined, what: string, place: Listener['place']): void => {
    if (
      port !== undefined &&
      port > 0 &&
      !listeners.some((each) => each.port === port && each.what === what)
    ) {
      listeners.push({ node, port, what, place, main: listeners.length < 2 });
    }
  };
  add(node.port, t('port'), conf('port'));
  add(node.port + 1, t('HA port (port + 1)'), conf('port'));
  for (const { channel, setting } of node.entries) {
    const port = Number(channel.localport?.text);
    const known = port === node.port || port === node.port + 1;
    // A port of another node has a finding of its own (replconninfo-local-port).
    if (
      channel.localport !== undefined &&
      !known &&
      portOwner(deployment.nodes, node, port) === undefined &&
      !listeners.some((each) => each.port === port)
    ) {
      add(port, setting.name, {
        kind: 'postgresql-conf',
        range: partRange(node, setting, channel.localport),
      });
    }
  }
  const url = settingOf(node, 'ss_interconnect_url');
  const id = valueOf(deployment, node, 'ss_instance_id');
  const dms = valueOf(deployment, node, 'ss_enable_dms') !== false;
  const own = parseNodesList(url?.raw ?? '').nodes.find((each) => each.id === id);
  if (url !== undefined && own !== undefined && dms) {
    add(own.port, t('DMS port'), { kind: 'postgresql-conf', range: partRange(node, url, own) });
  } else if (url === undefined) {
    add(node.spec.dmsPort, t('DMS port'), undefined);
  }
  addDss(node, add);
  if (valueOf(deployment, node, 'ss_enable_scrlock') === true) {
    const port = valueOf(deployment, node, 'ss_scrlock_server_port');
    add(
      typeof port === 'number' ? port : undefined,
      'ss_scrlock_server_port',
      conf('ss_scrlock_server_port'),
    );
  }
  const preloaded = settingOf(node, 'shared_preload_libraries')?.raw ?? '';
  if (preloaded.includes('spqplugin') && valueOf(deployment, node, 'ss_enable_dss') === true) {
    for (const name of ['comm_sctp_port', 'comm_control_port']) {
      const port = valueOf(deployment, node, name);
      add(typeof port === 'number' ? port : undefined, name, conf(name));
    }
  }
  return listeners;
}

function addDss(
  node: NodeView,
  add: (port: number | undefined, what: string, place: Listener['place']) => void,
): void {
  if (node.dss === undefined) {
    add(node.spec.dssPort, t('DSS port'), undefined);
    return;
  }
  const list = iniEntry(node.dss, 'DSS_NODES_LIST');
  const id = Number(iniEntry(node.dss, 'INST_ID')?.value ?? '0');
  const own = parseNodesList(list?.value ?? '').nodes.find((each) => each.id === id);
  if (list !== undefined && own !== undefined) {
    add(own.port, t('DSS port'), {
      kind: 'dss-inst',
      range: { start: list.valueRange.start + own.start, end: list.valueRange.start + own.end },
    });
  }
}

/** The ports of all processes of a machine are pairwise distinct. */
export function* portConflicts(deployment: Deployment): Iterable<Report> {
  const taken = new Map<string, Listener>();
  for (const node of deployment.nodes) {
    for (const listener of listenersOf(deployment, node)) {
      const keys = [`${node.machine} ${listener.port}`, `at ${node.address} ${listener.port}`];
      const first = keys.map((key) => taken.get(key)).find((each) => each !== undefined);
      if (first === undefined) {
        for (const key of keys) {
          taken.set(key, listener);
        }
        continue;
      }
      const swap =
        listener.place === undefined || (listener.main && !first.main && first.place !== undefined);
      const [shown, other] = swap ? [first, listener] : [listener, first];
      if (shown.place === undefined) {
        continue;
      }
      yield report(shown.node, shown.place.kind, 'port-conflict', {
        severity: 'error',
        message:
          shown.node === other.node
            ? t(
                'Port {0} ({1}) is taken by this node itself: {2}.',
                shown.port,
                shown.what,
                other.what,
              )
            : t(
                'Port {0} ({1}) is taken by {2} on the same machine: {3}.',
                shown.port,
                shown.what,
                other.node.spec.id,
                other.what,
              ),
        range: shown.place.range,
        related:
          other.place === undefined
            ? []
            : [
                link(
                  other.node,
                  other.place.kind,
                  other.place.range,
                  `${other.node.spec.id}: ${other.what}`,
                ),
              ],
      });
    }
  }
}

/** gaussdb needs the port above its own. */
export function* lastPort(deployment: Deployment): Iterable<Report> {
  for (const node of deployment.nodes) {
    if (node.port === 65535 && node.conf !== undefined) {
      yield report(node, 'postgresql-conf', 'port-conflict', {
        severity: 'error',
        message: t('The server also needs the port above its own, and there is none above 65535.'),
        range: confPlace(node, 'port'),
      });
    }
  }
}
