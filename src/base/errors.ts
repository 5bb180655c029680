/** Where something went wrong. Lines and columns count from 1. */
export interface Place {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly host?: string;
  readonly node?: string;
  readonly step?: string;
}

export interface FailureOptions {
  readonly place?: Place;
  /** What the user can do, in his language. */
  readonly remedy?: string;
  readonly cause?: unknown;
}

/**
 * A failure that is told to the user. Every room makes its failures in its own `errors.ts`, one function for each,
 * so that texts stand in one place and callers decide by `code`, never by text.
 */
export class Failure<Code extends string = string> extends Error {
  readonly code: Code;
  readonly place: Place;
  readonly remedy: string | undefined;

  constructor(code: Code, message: string, options: FailureOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'Failure';
    this.code = code;
    this.place = options.place ?? {};
    this.remedy = options.remedy;
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
