import { dualClusterRules } from './dual-cluster.ts';
import { pathRules } from './paths.ts';
import { readValueRules } from './read-values.ts';
import { readRules } from './read.ts';
import { replconninfoRules } from './replconninfo.ts';
import type { Rule } from './rule.ts';
import { startRules } from './start.ts';
import { toolRules } from './tools.ts';
import { valueRules } from './values.ts';

/** Every rule of one postgresql.conf. The order does not matter. */
export const rules: readonly Rule[] = [
  ...readRules,
  ...readValueRules,
  ...startRules,
  ...toolRules,
  ...dualClusterRules,
  ...pathRules,
  ...replconninfoRules,
  ...valueRules,
];
