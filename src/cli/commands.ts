import { applyCommand } from './apply.ts';
import { connectivityCommand } from './connectivity.ts';
import type { CliCommand } from './io.ts';
import { lintCommand } from './lint.ts';
import { parseCommand } from './parse.ts';
import { planCommand } from './plan.ts';
import { statusCommand } from './status.ts';
import { verifyCommand } from './verify.ts';

/** All commands, in the order in which the help shows them. */
export const commands: readonly CliCommand[] = [
  lintCommand,
  parseCommand,
  statusCommand,
  connectivityCommand,
  verifyCommand,
  planCommand,
  applyCommand,
];
