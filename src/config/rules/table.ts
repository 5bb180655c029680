import type { Rule } from './rule.ts';
import { readRules } from './read.ts';

/** Every rule of one postgresql.conf. The order does not matter. */
export const rules: readonly Rule[] = [...readRules];
