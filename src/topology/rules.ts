import type { Fix, TextRange } from '../base/finding.ts';
import { t } from '../base/l10n.ts';
import type { MapReader } from './map-reader.ts';
import { replacements } from './map-reader.ts';
import type { Tree, TreeMap } from './tree.ts';
import type { ClusterSpec, NodeSpec, Topology } from './types.ts';

interface Taken {
  readonly node: NodeSpec;
  readonly key: string;
  readonly range: TextRange;
}

/**
 * The relations between clusters, nodes and hosts, of what could be read. `allClusters`: no cluster had to be left out, so that
 * something missing is really missing.
 */
export function checkTogether(topology: Topology, reader: MapReader, allClusters: boolean): void {
  const places = new Places(reader.map);
  const complete = !reader.findings.failed;
  if (allClusters) {
    checkRoles(topology, reader, places);
  }
  checkNames(topology, reader, places);
  checkPorts(topology, reader, places);
  checkDirectories(topology, reader, places);
  checkLockFiles(topology, reader, places);
  if (complete) {
    checkHosts(topology, reader);
  }
}

/** A dual cluster is one primary and one standby cluster. */
function checkRoles({ clusters }: Topology, reader: MapReader, places: Places): void {
  const clusterList = reader.entry('clusters')?.value.range ?? reader.place;
  for (const role of ['primary', 'standby'] as const) {
    const [first, second] = clusters.filter((cluster) => cluster.role === role);
    if (first === undefined) {
      reader.findings.add(
        'topology-roles',
        { start: clusterList.start, end: clusterList.start + 1 },
        t(
          'No cluster has the role {0}. A dual cluster is one primary and one standby cluster.',
          role,
        ),
        { stage: 'cluster' },
      );
    } else if (second !== undefined) {
      reader.findings.add(
        'topology-roles',
        places.of(second.range, 'role'),
        t(
          'Two clusters have the role {0}. A dual cluster is one primary and one standby cluster.',
          role,
        ),
        {
          stage: 'cluster',
          related: [
            { range: places.of(first.range, 'role'), message: t('The role of {0}', first.name) },
          ],
          fixes: replacements(places.of(second.range, 'role'), [
            role === 'primary' ? 'standby' : 'primary',
          ]),
        },
      );
    }
  }
}

function checkNames({ clusters, arrays }: Topology, reader: MapReader, places: Places): void {
  const duplicate = (
    what: string,
    items: readonly { readonly name: string; readonly range: TextRange }[],
  ): void => {
    const seen = new Map<string, TextRange>();
    for (const item of items) {
      const first = seen.get(item.name);
      const range = places.of(item.range, 'name');
      if (first === undefined) {
        seen.set(item.name, range);
      } else {
        reader.findings.add(
          'topology-duplicate',
          range,
          t('There is already {0} with the name "{1}".', what, item.name),
          { related: [{ range: first, message: t('The first one') }] },
        );
      }
    }
  };
  duplicate(t('a cluster'), clusters);
  for (const cluster of clusters) {
    duplicate(t('a node'), cluster.nodes);
    reportSame(
      cluster.nodes.map((node) => ({
        node,
        key: 'instanceId',
        range: places.of(node.range, 'instanceId'),
      })),
      (taken) => String(taken.node.instanceId),
      (taken, first) =>
        reader.findings.add(
          'topology-duplicate',
          taken.range,
          t(
            '{0} and {1} have the same instanceId {2}.',
            first.node.id,
            taken.node.id,
            taken.node.instanceId,
          ),
          {
            stage: 'cluster',
            related: [{ range: first.range, message: first.node.id }],
            fixes: places.written(taken.node.range, 'instanceId', (range) =>
              replacements(range, [
                String(
                  firstFree(0, 63, (id) => cluster.nodes.some((node) => node.instanceId === id)),
                ),
              ]),
            ),
          },
        ),
    );
  }
  const names = arrays.map((array) => array.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    reader.findings.add(
      'topology-duplicate',
      reader.rangeOf('arrays'),
      t('There is already {0} with the name "{1}".', t('an array'), twice),
    );
  }
}

/** gaussdb binds its port and the one above; DMS and DSS bind one each (rules.md, section 10). */
function checkPorts({ clusters }: Topology, reader: MapReader, places: Places): void {
  interface Port extends Taken {
    readonly port: number;
    readonly use: string;
  }
  const ports = allNodes(clusters).flatMap((node): Port[] => {
    const port = (
      key: 'port' | 'dmsPort' | 'dssPort',
      number: number | undefined,
      use: string,
    ): Port[] =>
      number === undefined
        ? []
        : [{ node, key, port: number, use, range: places.of(node.range, key) }];
    return [
      ...port('port', node.port, t('the server of {0}', node.id)),
      ...port('port', node.port + 1, t('the HA port of {0}', node.id)),
      ...port('dmsPort', node.dmsPort, t('DMS of {0}', node.id)),
      ...port('dssPort', node.dssPort, t('DSS of {0}', node.id)),
    ];
  });
  reportSame(
    ports,
    (taken) => `${taken.node.host} ${taken.port}`,
    (taken, first) =>
      reader.findings.add(
        'topology-port-conflict',
        taken.range,
        t(
          'Port {0} on {1} is taken twice: by {2} and by {3}.',
          taken.port,
          taken.node.host,
          first.use,
          taken.use,
        ),
        {
          stage: 'start',
          related: [{ range: first.range, message: first.use }],
          fixes: replacements(taken.range, [
            String(
              firstFree(taken.port + 1, 65534, (port) =>
                ports.some(
                  (other) =>
                    other.node.host === taken.node.host &&
                    // The server also takes the port above its own.
                    (other.port === port || (taken.key === 'port' && other.port === port + 1)),
                ),
              ),
            ),
          ]),
        },
      ),
  );
}

function checkDirectories({ clusters }: Topology, reader: MapReader, places: Places): void {
  for (const key of ['dataDir', 'dssHome'] as const) {
    reportSame(
      allNodes(clusters)
        .filter((node) => node[key] !== undefined)
        .map((node) => ({ node, key, range: places.of(node.range, key) })),
      (taken) => `${taken.node.host} ${taken.node[key] ?? ''}`,
      (taken, first) =>
        reader.findings.add(
          'topology-duplicate',
          taken.range,
          t(
            '{0} and {1} have the same {2} on {3}.',
            first.node.id,
            taken.node.id,
            key,
            taken.node.host,
          ),
          { stage: 'cluster', related: [{ range: first.range, message: first.node.id }] },
        ),
    );
  }
}

/** One lock file for each cluster: with a common one the second cluster waits 20 times and ends with `could not lock lock file`. */
function checkLockFiles({ clusters }: Topology, reader: MapReader, places: Places): void {
  const [first, second] = clusters;
  if (
    first?.xlogLockFile === undefined ||
    second === undefined ||
    first.xlogLockFile !== second.xlogLockFile ||
    !first.nodes.some((one) => second.nodes.some((other) => other.host === one.host))
  ) {
    return;
  }
  reader.findings.add(
    'topology-lock-file',
    places.of(second.range, 'xlogLockFile'),
    t('{0} and {1} use the same lock file. Each cluster needs its own.', first.name, second.name),
    {
      stage: 'start',
      related: [{ range: places.of(first.range, 'xlogLockFile'), message: first.name }],
      fixes: replacements(places.of(second.range, 'xlogLockFile'), [
        `${second.xlogLockFile}_${second.role}`,
      ]),
    },
  );
}

function checkHosts({ clusters, hosts }: Topology, reader: MapReader): void {
  const used = new Set(allNodes(clusters).map((node) => node.host));
  const jumps = new Set(
    Object.values(hosts).flatMap((host) =>
      (host.proxyJump ?? '').split(',').map((hop) => hop.replace(/^.*@/, '').replace(/:\d+$/, '')),
    ),
  );
  const map = reader.entry('hosts')?.value;
  for (const entry of map?.kind === 'map' ? map.entries : []) {
    if (entry.key in hosts && !used.has(entry.key) && !jumps.has(entry.key)) {
      reader.findings.add('topology-unused-host', entry.keyRange, t('No node is on this host.'), {
        severity: 'hint',
        stage: 'style',
      });
    }
  }
}

function firstFree(from: number, to: number, taken: (number: number) => boolean): number {
  let number = from;
  while (number < to && taken(number)) {
    number += 1;
  }
  return number;
}

function allNodes(clusters: readonly ClusterSpec[]): NodeSpec[] {
  return clusters.flatMap((cluster) => cluster.nodes);
}

/** Calls `report` for each item whose key an earlier item has already, with the first that has it. */
function reportSame<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  report: (item: T, first: T) => void,
): void {
  const seen = new Map<string, T>();
  for (const item of items) {
    const first = seen.get(keyOf(item));
    if (first === undefined) {
      seen.set(keyOf(item), item);
    } else {
      report(item, first);
    }
  }
}

/** Finds the place of a key's value inside the mapping that begins at a range. */
class Places {
  private readonly maps = new Map<number, TreeMap>();

  constructor(root: TreeMap) {
    this.collect(root);
  }

  of(range: TextRange, key: string): TextRange {
    const map = this.maps.get(range.start);
    const entry = map?.entries.find((one) => one.key === key);
    return entry?.value.range ?? map?.entries[0]?.keyRange ?? range;
  }

  /** Fixes at the value of a key, none when the key is not written there. */
  written(
    range: TextRange,
    key: string,
    make: (range: TextRange) => readonly Fix[],
  ): readonly Fix[] {
    const entry = this.maps.get(range.start)?.entries.find((one) => one.key === key);
    return entry === undefined ? [] : make(entry.value.range);
  }

  private collect(tree: Tree): void {
    if (tree.kind === 'map') {
      // An inner mapping may begin where its outer one does not: starts are unique, except through aliases.
      this.maps.set(tree.range.start, tree);
      for (const entry of tree.entries) {
        this.collect(entry.value);
      }
    } else if (tree.kind === 'list') {
      for (const item of tree.items) {
        this.collect(item);
      }
    }
  }
}
