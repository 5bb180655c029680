import { dssFailures } from './failures-dss.ts';
import { dualClusterFailures } from './failures-dual-cluster.ts';
import { serverFailures } from './failures-server.ts';
import { toolFailures } from './failures-tools.ts';
import type { KnownFailure } from './known-failure.ts';

const all: readonly KnownFailure[] = [
  ...dualClusterFailures,
  ...dssFailures,
  ...serverFailures,
  ...toolFailures,
];

/** Everything that is known to go wrong with openGauss dual clusters, by symptom. */
export function knownFailures(): readonly KnownFailure[] {
  return all;
}
