import type { NodeSpec, Topology } from '../../topology/types.ts';
import { nodesOf } from '../../topology/lookups.ts';

/**
 * The node whose file a path names: the path ends with the node's data directory, DSS_HOME or cm file, or holds the names
 * of cluster and node, as in `production/dn0/postgresql.conf` and `production-dn0.postgresql.conf`. Undefined when
 * several nodes fit equally.
 */
export function nodeOfPath(topology: Topology, path: string): NodeSpec | undefined {
  const tidy = path.replaceAll('\\', '/');
  const folder = tidy.slice(0, Math.max(tidy.lastIndexOf('/'), 0));
  const nodes = nodesOf(topology);
  return (
    only(nodes, (node) => folder === node.dataDir || folder === `${node.dssHome ?? '\0'}/cfg`) ??
    only(
      nodes,
      (node) => folder.endsWith(node.dataDir) || folder.endsWith(`${node.dssHome ?? '\0'}/cfg`),
    ) ??
    only(nodes, ({ cluster, name }) =>
      [
        `/${cluster}/${name}/`,
        `/${cluster}/${name}.`,
        `/${cluster}-${name}.`,
        `/${cluster}-${name}/`,
        `/${cluster}_${name}/`,
      ].some((part) => `/${tidy}`.includes(part)),
    ) ??
    // The cluster's simulated manager has one file; its first node stands for it.
    nodes.find(
      (node) =>
        node.env['CM_CONFIG_PATH'] !== undefined && tidy.endsWith(node.env['CM_CONFIG_PATH']),
    )
  );
}

function only(nodes: readonly NodeSpec[], fits: (node: NodeSpec) => boolean): NodeSpec | undefined {
  const found = nodes.filter(fits);
  return found.length === 1 ? found[0] : undefined;
}
