import type { BuildKind, ServerVersion } from '../../topology/types.ts';
import type { Refusal, Value } from '../values.ts';

/** What a check may look at besides the value. */
export interface CheckContext {
  readonly version: ServerVersion;
  readonly build: BuildKind;
  /** The value in force when the line is applied: that of the lines before it, else the default. */
  current(name: string): Value | null | undefined;
  /** Whether a path exists on the node; undefined when nobody knows. */
  pathExists(path: string): boolean | undefined;
}

/** Undefined when the server takes the value. An empty refusal gets the server's general message. */
export type Check = (value: Value, context: CheckContext) => Refusal | undefined;

/** A check of a text. */
export const ofText =
  (check: (text: string, context: CheckContext) => Refusal | undefined): Check =>
  (value, context) =>
    typeof value === 'string' ? check(value, context) : undefined;

/** A check of a number. */
export const ofNumber =
  (check: (value: number, context: CheckContext) => Refusal | undefined): Check =>
  (value, context) =>
    typeof value === 'number' ? check(value, context) : undefined;

/** A check that is asked only when something is turned on. */
export const ofOn =
  (check: (context: CheckContext) => Refusal | undefined): Check =>
  (value, context) =>
    value === true ? check(context) : undefined;

/** The number in force for a name; 0 when there is none. */
export function currentNumber(context: CheckContext, name: string): number {
  const value = context.current(name);
  return typeof value === 'number' ? value : 0;
}

/** The server ends at once with this message. */
export function fatal(message: string): Refusal {
  return { message, fatal: true };
}
