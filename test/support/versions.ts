import type { LabVersion } from '../lab/sim/host.ts';

/**
 * The versions of openGauss that a long test goes through. Each has a usual one, so that a run of everything stays
 * short and all versions are still seen in it; OPENGAUSS_DUAL_CLUSTER_VERSIONS=5.0.0,7.0.0 makes it several.
 */
export function versionsToTry(usual: LabVersion): readonly LabVersion[] {
  const asked = process.env['OPENGAUSS_DUAL_CLUSTER_VERSIONS']?.split(',') ?? [usual];
  return (['5.0.0', '7.0.0'] as const).filter((version) => asked.includes(version));
}
