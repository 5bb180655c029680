import type { Fix } from '../../base/finding.ts';
import { t } from '../../base/l10n.ts';
import { setParameter } from '../edit.ts';
import { writeChannel } from './channels.ts';
import {
  type Deployment,
  type Entry,
  type NodeView,
  addressKnown,
  isAddressOf,
  isLoopback,
  otherNodes,
  partRange,
  portOwner,
  settingOf,
  textOf,
} from './deployment.ts';
import { type Report, confPlace, linkTo, report } from './report.ts';

const file = 'postgresql-conf';

/** Which node of the other cluster an entry leads to. */
export function targetOf(
  deployment: Deployment,
  node: NodeView,
  entry: Entry,
): NodeView | undefined {
  return otherNodes(deployment, node).find((other) => leadsTo(node, entry, other));
}

function leadsTo(node: NodeView, { channel }: Entry, other: NodeView): boolean {
  const { remotehost, remoteport } = channel;
  return (
    remotehost !== undefined &&
    remoteport !== undefined &&
    isAddressOf(other, remotehost.text, node) &&
    other.replicationPorts.has(Number(remoteport.text))
  );
}

/** The local end of every entry is this node. */
export function* localEnds(deployment: Deployment): Iterable<Report> {
  for (const node of deployment.nodes) {
    for (const entry of node.entries) {
      yield* localPort(deployment, node, entry);
      yield* localHost(deployment, node, entry);
    }
  }
}

function* localPort(deployment: Deployment, node: NodeView, entry: Entry): Iterable<Report> {
  const part = entry.channel.localport;
  const port = Number(part?.text);
  if (part === undefined || port === node.port || port === node.port + 1) {
    return;
  }
  const range = partRange(node, entry.setting, part);
  const fixes: Fix[] = [
    {
      title: t('Change localport to {0}', node.port),
      edits: [{ range, newText: String(node.port) }],
      preferred: true,
    },
  ];
  const owner = portOwner(deployment.nodes, node, port);
  yield owner === undefined
    ? report(node, file, 'replconninfo-local-port', {
        severity: 'warning',
        message: t(
          'localport {0} is neither the port ({1}) nor the HA port ({2}) of this node; the server opens it additionally.',
          port,
          node.port,
          node.port + 1,
        ),
        range,
        fixes,
      })
    : report(node, file, 'replconninfo-local-port', {
        severity: 'error',
        message: t('localport {0} belongs to {1} on the same machine.', port, owner.spec.id),
        range,
        related: linkTo(owner, 'port', t('the port of {0}', owner.spec.id)),
        fixes,
      });
}

function* localHost(deployment: Deployment, node: NodeView, entry: Entry): Iterable<Report> {
  const part = entry.channel.localhost;
  if (part === undefined || node.addresses.has(part.text)) {
    return;
  }
  const range = partRange(node, entry.setting, part);
  const owner = deployment.nodes.find(
    (other) => other.machine !== node.machine && other.addresses.has(part.text),
  );
  const own = [...node.addresses].find((address) => /^\d/.test(address));
  const fixes: Fix[] =
    own === undefined
      ? []
      : [
          {
            title: t('Change localhost to {0}', own),
            edits: [{ range, newText: own }],
            preferred: true,
          },
        ];
  if (owner !== undefined) {
    yield report(node, file, 'replconninfo-local-host', {
      severity: 'error',
      message: t(
        '{0} is the address of {1}. The server of this node cannot listen there: could not create Ha listen socket.',
        part.text,
        owner.spec.id,
      ),
      range,
      fixes,
    });
    return;
  }
  if (isLoopback(part.text)) {
    if (!deployment.oneMachine) {
      const far = otherNodes(deployment, node).find((other) => other.machine !== node.machine);
      if (far !== undefined && isRemote(node, entry)) {
        yield report(node, file, 'replconninfo-local-host', {
          severity: 'warning',
          message: t('The other cluster is on another machine and cannot reach {0}.', part.text),
          range,
          fixes,
        });
      }
    }
    return;
  }
  const listens = textOf(deployment, node, 'listen_addresses')
    ?.split(',')
    .map((each) => each.trim());
  if (addressKnown(node) && listens?.includes(part.text) !== true) {
    yield report(node, file, 'replconninfo-local-host', {
      severity: 'warning',
      message: t(
        '{0} is not known as an address of this node (the topology says {1}).',
        part.text,
        [...node.addresses].join(', '),
      ),
      range,
      fixes,
    });
  }
}

function isRemote(node: NodeView, entry: Entry): boolean {
  const host = entry.channel.remotehost?.text;
  return host !== undefined && !isLoopback(host) && !node.addresses.has(host);
}

/** The remote end of every entry is a node of the other cluster, each of them once. */
export function* remoteEnds(deployment: Deployment): Iterable<Report> {
  for (const node of deployment.nodes) {
    const seen = new Map<NodeView, Entry>();
    for (const entry of node.entries) {
      const target = targetOf(deployment, node, entry);
      if (target === undefined) {
        yield* wrongTarget(deployment, node, entry);
        continue;
      }
      const first = seen.get(target);
      if (first !== undefined) {
        yield report(node, file, 'replconninfo-duplicate-remote', {
          severity: 'warning',
          message: t('{0} leads to {1} too.', first.setting.name, target.spec.id),
          range: entry.setting.valueRange,
          related: [{ range: first.setting.valueRange, message: t('first here') }],
        });
      }
      seen.set(target, first ?? entry);
    }
  }
}

function* wrongTarget(deployment: Deployment, node: NodeView, entry: Entry): Iterable<Report> {
  const { remotehost, remoteport } = entry.channel;
  if (remotehost === undefined || remoteport === undefined) {
    return;
  }
  const start = partRange(node, entry.setting, remotehost);
  const end = partRange(node, entry.setting, remoteport);
  const range = { start: Math.min(start.start, end.start), end: Math.max(start.end, end.end) };
  const fixes = retarget(deployment, node, entry);
  const own = deployment.nodes.find(
    (other) => other.cluster === node.cluster && leadsTo(node, entry, other),
  );
  if (own !== undefined) {
    yield report(node, file, 'replconninfo-own-cluster', {
      severity: 'error',
      message:
        own === node
          ? t('This entry leads to the node itself; it must lead to a node of the other cluster.')
          : t(
              '{0} is in the same cluster; the entry must lead to a node of the other one.',
              own.spec.id,
            ),
      range,
      fixes,
    });
    return;
  }
  yield report(node, file, 'replconninfo-remote-unknown', {
    severity: 'warning',
    message: t(
      'No node of the other cluster listens on {0}:{1}.',
      remotehost.text,
      remoteport.text,
    ),
    range,
    related: otherNodes(deployment, node)
      .slice(0, 8)
      .flatMap((other) =>
        linkTo(other, 'port', t('{0} listens on {1}', other.spec.id, other.port)),
      ),
    fixes,
  });
}

/** Leads an entry to a node that no other entry leads to: the one at the same address, else the first. */
function retarget(deployment: Deployment, node: NodeView, entry: Entry): Fix[] {
  const { remotehost, remoteport } = entry.channel;
  const free = missingTargets(deployment, node);
  const [target] = [
    ...free.filter((other) => isAddressOf(other, remotehost?.text ?? '', node)),
    ...free,
  ];
  if (target === undefined || remotehost === undefined || remoteport === undefined) {
    return [];
  }
  const host = isAddressOf(target, remotehost.text, node)
    ? remotehost.text
    : peerAddress(target, node);
  return host === undefined
    ? []
    : [
        {
          title: t('Lead to {0} ({1}:{2})', target.spec.id, host, target.port),
          edits: [
            { range: partRange(node, entry.setting, remotehost), newText: host },
            { range: partRange(node, entry.setting, remoteport), newText: String(target.port) },
          ],
          preferred: true,
        },
      ];
}

/** The address to write for a node in the file of another. Only numbers are safe. */
function peerAddress(target: NodeView, from: NodeView): string | undefined {
  if (target.machine === from.machine) {
    return (
      from.entries[0]?.channel.localhost?.text ??
      [...target.addresses].find(isNumber) ??
      '127.0.0.1'
    );
  }
  return [...target.addresses].find(isNumber);
}

function isNumber(address: string): boolean {
  return /^\d+(\.\d+){3}$/.test(address);
}

function missingTargets(deployment: Deployment, node: NodeView): NodeView[] {
  return otherNodes(deployment, node).filter(
    (other) => !node.entries.some((entry) => leadsTo(node, entry, other)),
  );
}

/** Every node has an entry for every node of the other cluster, so that entries mirror each other. */
export function* missingEntries(deployment: Deployment): Iterable<Report> {
  if (!deployment.nodes.some((node) => node.entries.length > 0)) {
    return;
  }
  for (const node of deployment.nodes) {
    const missing = missingTargets(deployment, node);
    if (node.conf === undefined || missing.length === 0) {
      continue;
    }
    // An entry that leads nowhere has its own finding and its own fix.
    const lost = node.entries.filter(
      (entry) => targetOf(deployment, node, entry) === undefined,
    ).length;
    if (lost >= missing.length) {
      continue;
    }
    const back = missing.flatMap((other) =>
      other.entries
        .filter((entry) => leadsTo(other, entry, node))
        .flatMap((entry) => linkTo(other, entry.setting.name, t('{0} leads here', other.spec.id))),
    );
    yield report(node, file, 'replconninfo-missing', {
      severity: 'warning',
      message: t(
        'There is no cross_cluster_replconninfo for {0}. After a change of roles the clusters would not find each other.',
        missing.map((other) => other.spec.id).join(', '),
      ),
      range: confPlace(node, lastEntryName(node), 'application_name', 'port'),
      related: back,
      fixes: lost === 0 ? addEntries(node, missing) : [],
    });
  }
}

function lastEntryName(node: NodeView): string {
  return node.entries.at(-1)?.setting.name ?? 'cross_cluster_replconninfo1';
}

/** The value that an entry from one node to another should have; undefined when an address is not known. */
export function channelTo(from: NodeView, to: NodeView): string | undefined {
  const remotehost = peerAddress(to, from);
  const localhost =
    from.entries[0]?.channel.localhost?.text ??
    (from.machine === to.machine ? remotehost : [...from.addresses].find(isNumber));
  return remotehost === undefined || localhost === undefined
    ? undefined
    : writeChannel({ localhost, localport: from.port, remotehost, remoteport: to.port });
}

function addEntries(node: NodeView, missing: readonly NodeView[]): Fix[] {
  const { conf } = node;
  if (conf === undefined) {
    return [];
  }
  const names = Array.from(
    { length: 8 },
    (_, index) => `cross_cluster_replconninfo${index + 1}`,
  ).filter((name) => (settingOf(node, name)?.raw.trim() ?? '') === '');
  const values = missing.map((other) => channelTo(node, other));
  if (values.includes(undefined) || names.length < values.length) {
    return [];
  }
  const edits = values.flatMap((value, index) =>
    setParameter(conf.document, names[index] ?? '', `'${value ?? ''}'`),
  );
  // Lines that are added at one place must be one edit.
  const appended = edits.filter(
    (edit) => edit.range.start === conf.text.length && edit.range.end === conf.text.length,
  );
  const others = edits.filter((edit) => !appended.includes(edit));
  const [first, ...rest] = appended;
  const joined =
    first === undefined
      ? []
      : [
          {
            range: first.range,
            newText:
              first.newText + rest.map((edit) => edit.newText.replace(/^\r?\n/, '')).join(''),
          },
        ];
  return [
    {
      title:
        missing.length === 1
          ? t('Add the entry for {0}', missing[0]?.spec.id ?? '')
          : t('Add the {0} missing entries', missing.length),
      edits: [...others, ...joined],
      preferred: true,
    },
  ];
}
