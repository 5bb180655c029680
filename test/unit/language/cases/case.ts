import type { Change, Shape } from '../support.ts';

/** Changes of good files, and what must be found in them. */
export interface Case {
  readonly name: string;
  readonly shape: Shape;
  readonly changes: readonly Change[];
  /** `node file code` of each finding. */
  readonly found: readonly string[];
  /** Whether the fixes lead back to files without findings. */
  readonly mends?: true;
}

export const legacy: Shape = { version: '5.0.0' };
export const modern: Shape = { version: '7.0.0-RC1' };
export const twoSites: Shape = { addresses: ['10.0.0.1', '10.0.1.1'] };

export const conf = 'postgresqlConf';
export const p0 = 'production/dn0';
export const p1 = 'production/dn1';
export const r0 = 'recovery/dn0';
export const r1 = 'recovery/dn1';
