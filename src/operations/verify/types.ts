import type { HostPool, Shell } from '../../hosts/shell.ts';
import type { NodeSpec, ServerVersion, Topology } from '../../topology/types.ts';

export type CheckStatus = 'passed' | 'failed' | 'skipped';

/** What a check found, with the evidence that proves it. */
export interface CheckResult {
  /** Stable, for example `read:recovery/dn0`. */
  readonly id: string;
  readonly title: string;
  readonly node: string | undefined;
  readonly status: CheckStatus;
  /** What was seen: values, texts of the server. */
  readonly evidence: readonly string[];
  /** Why it failed or was skipped. */
  readonly reason: string | undefined;
  readonly milliseconds: number;
}

export interface VerifyReport {
  readonly topology: string;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly ended: number;
  /** Every check passed. */
  readonly ok: boolean;
  readonly versions: Readonly<Record<string, string>>;
  readonly checks: readonly CheckResult[];
}

export interface VerifyOptions {
  /** A name for the report. */
  readonly name: string;
  readonly topology: Topology;
  readonly pool: HostPool;
  readonly version?: ServerVersion;
  readonly signal?: AbortSignal;
  /** Milliseconds that rows may take to arrive at the other nodes; 30 s when not given. */
  readonly replayLimit?: number;
  /** Called when a check begins (`running`) and when it has ended. */
  readonly onCheck?: (check: PlannedCheck, result: CheckResult | undefined) => void;
}

/** A check that will be made; known before anything runs. */
export interface PlannedCheck {
  readonly id: string;
  readonly title: string;
  readonly node: string | undefined;
}

/** What the checks share while a verification runs. */
export interface VerifyContext {
  readonly options: VerifyOptions;
  readonly signal: AbortSignal;
  shell(node: NodeSpec): Promise<Shell>;
}
