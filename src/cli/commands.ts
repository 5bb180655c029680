import type { CliCommand } from './io.ts';
import { parseCommand } from './parse.ts';
import { statusCommand } from './status.ts';

/** All commands, in the order in which the help shows them. */
export const commands: readonly CliCommand[] = [parseCommand, statusCommand];
