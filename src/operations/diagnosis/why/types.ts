import type { NodeState } from '../../../status/types.ts';
import type { BuildKind, NodeSpec, ServerVersion } from '../../../topology/types.ts';
import type { LogFile } from '../../logs/sources.ts';
import type { Diagnosis } from '../match.ts';

/** Something that was seen, beside what the logs say. */
export interface Fact {
  readonly title: string;
  readonly text: string;
  /** What helps; present when the fact is wrong or may be the cause. */
  readonly remedy?: string;
}

/** A line of the configuration that the server refuses. */
export interface ConfigurationFault {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

export interface LogExcerpt {
  readonly file: LogFile;
  /** The end of the log, shortened. */
  readonly text: string;
  /** The last errors in it. */
  readonly errors: readonly string[];
}

/** The answer to "Why is this node down?". */
export interface WhyReport {
  readonly node: NodeSpec;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly state: NodeState;
  /** The most telling first. */
  readonly diagnoses: readonly Diagnosis[];
  readonly faults: readonly ConfigurationFault[];
  readonly facts: readonly Fact[];
  readonly logs: readonly LogExcerpt[];
}

export interface WhyOptions {
  readonly version: ServerVersion;
  readonly build: BuildKind;
  readonly signal: AbortSignal;
}
