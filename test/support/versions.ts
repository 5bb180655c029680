import type { LabVersion } from '../lab/sim/host.ts';

const named = process.env['OPENGAUSS_DUAL_CLUSTER_VERSIONS']?.split(',');

/** Whether somebody has the time for the tests that do not fit into ten minutes. */
export const thorough = named !== undefined;

/**
 * The versions of openGauss that a long test goes through. Each has a usual one, so that a run of everything stays
 * short and all versions are still seen in it, or none; OPENGAUSS_DUAL_CLUSTER_VERSIONS=5.0.0,7.0.0 makes it several.
 */
export function versionsToTry(...usual: readonly LabVersion[]): readonly LabVersion[] {
  const asked: readonly string[] = named ?? usual;
  return (['5.0.0', '7.0.0'] as const).filter((version) => asked.includes(version));
}
