/** A row of what is known to go wrong: how it is recognised, why it happens, what helps. */
export interface KnownFailure {
  /** Stable. */
  readonly id: string;
  /** Finds the symptom in the output of a tool or in a log. No `g` flag. */
  readonly pattern: RegExp;
  /** Higher is more telling: a symptom that names its cause outweighs one that only says that something failed. */
  readonly weight: number;
  readonly cause: () => string;
  readonly remedy: () => string;
}
