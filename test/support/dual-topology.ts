import { parseTopology } from '../../src/topology/parse.ts';
import { printTopology, proposeTopology } from '../../src/topology/print.ts';
import type { Topology } from '../../src/topology/types.ts';

/** Two clusters of two nodes: production on `prod`, recovery on `reco`. */
export async function dualTopology(openGauss: 'auto' | '5.0.0' = '5.0.0'): Promise<Topology> {
  const { topology, findings } = await parseTopology(
    printTopology(
      proposeTopology({ productionHosts: ['prod'], recoveryHosts: ['reco'], openGauss }),
    ),
  );
  if (topology === undefined) {
    throw new Error(findings.map((finding) => finding.message).join('\n'));
  }
  return topology;
}
