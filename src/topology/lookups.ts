import type { ClusterSpec, NodeSpec, ServerVersion, Topology } from './types.ts';

/** All nodes, in the order of the file. */
export function nodesOf(topology: Topology): readonly NodeSpec[] {
  return topology.clusters.flatMap((cluster) => cluster.nodes);
}

/** The node with an id of the form `<cluster>/<node>`. */
export function nodeById(topology: Topology, id: string): NodeSpec | undefined {
  return nodesOf(topology).find((node) => node.id === id);
}

export function clusterByName(topology: Topology, name: string): ClusterSpec | undefined {
  return topology.clusters.find((cluster) => cluster.name === name);
}

/** The cluster that a node belongs to. */
export function clusterOf(topology: Topology, node: NodeSpec): ClusterSpec | undefined {
  return clusterByName(topology, node.cluster);
}

/** The cluster that the file calls primary; after a failover the truth may be another. */
export function primaryCluster(topology: Topology): ClusterSpec | undefined {
  return topology.clusters.find((cluster) => cluster.role === 'primary');
}

export function standbyCluster(topology: Topology): ClusterSpec | undefined {
  return topology.clusters.find((cluster) => cluster.role === 'standby');
}

/** The partner of a cluster. */
export function otherCluster(topology: Topology, cluster: ClusterSpec): ClusterSpec | undefined {
  return topology.clusters.find((one) => one.name !== cluster.name);
}

/** The names of the hosts that the nodes are on, each once, in the order of the file. */
export function hostNames(topology: Topology): readonly string[] {
  return [...new Set(nodesOf(topology).map((node) => node.host))];
}

/** The nodes on a host. */
export function nodesOnHost(topology: Topology, host: string): readonly NodeSpec[] {
  return nodesOf(topology).filter((node) => node.host === host);
}

/** The version of the file, or what the hosts said when the file says `auto`. */
export function effectiveVersion(
  topology: Topology,
  detected: ServerVersion | undefined,
): ServerVersion | undefined {
  return topology.openGauss === 'auto' ? detected : topology.openGauss;
}

/**
 * The address at which peers reach a node: the node's own, else that of its host, else the name of the host;
 * 127.0.0.1 for a node on `local`.
 */
export function addressOf(topology: Topology, node: NodeSpec): string {
  return (
    node.address ??
    topology.hosts[node.host]?.hostName ??
    (node.host === 'local' ? '127.0.0.1' : node.host)
  );
}

/** gaussdb's HA and tool port: always one above its own. */
export function haPort(node: NodeSpec): number {
  return node.port + 1;
}

/** Whether two readings of the file say the same; places in the file do not matter. */
export function sameTopology(one: Topology | undefined, other: Topology | undefined): boolean {
  const plain = (topology: Topology | undefined): string =>
    JSON.stringify(topology ?? null, (key, value: unknown) =>
      key === 'range' ? undefined : typeof value === 'bigint' ? String(value) : value,
    );
  return plain(one) === plain(other);
}
