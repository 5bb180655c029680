import type { HostPool } from '../hosts/shell.ts';
import { detectVersion } from '../monitor/version.ts';
import { nodesOf } from '../topology/lookups.ts';
import type { ServerVersion, Topology } from '../topology/types.ts';

/** The version that the first node that answers has; only asked when the topology says `auto`. */
export async function versionFor(
  topology: Topology,
  pool: HostPool,
  signal?: AbortSignal,
): Promise<ServerVersion | undefined> {
  if (topology.openGauss !== 'auto') {
    return topology.openGauss;
  }
  for (const node of nodesOf(topology)) {
    try {
      const shell = await pool.shell(node.host, signal && { signal });
      const version = await detectVersion(shell, node, signal);
      if (version?.rules !== undefined) {
        return version.rules;
      }
    } catch {
      // Another node may know.
    }
  }
  return undefined;
}
