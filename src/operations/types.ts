import type { Failure } from '../base/errors.ts';
import type { Shell } from '../hosts/shell.ts';
import type { Topology } from '../topology/types.ts';

/** Whether a step's result is already true. `blocked`: it must not run, for the reason given. */
export type CheckAnswer =
  | { readonly kind: 'done'; readonly evidence: string }
  | { readonly kind: 'needed' }
  | { readonly kind: 'blocked'; readonly failure: Failure };

/** What a person sees of a step before it runs. */
export type PreviewPart =
  | {
      readonly kind: 'command';
      readonly command: string;
      readonly note?: string;
    }
  | {
      readonly kind: 'file';
      readonly path: string;
      /** undefined: the file does not exist yet. */
      readonly before: string | undefined;
      readonly after: string;
    }
  /** Lines that a file will hold which an earlier step of the plan makes, so that no diff can be shown yet. */
  | { readonly kind: 'settings'; readonly path: string; readonly lines: readonly string[] }
  | { readonly kind: 'note'; readonly text: string };

/** A value that is asked on one host and given to the script on another, by its name in the environment. */
export interface ScriptValue {
  readonly name: string;
  readonly host: string;
  /** Prints the value. */
  readonly command: string;
}

/**
 * What a step does on one host in words of `sh`, for the exported script and playbook. Each is one command line or
 * several; `check` and `verify` succeed by exit code. All may use the functions of `export-prelude.ts`.
 */
export interface StepScript {
  readonly host: string;
  /** Functions that check, run and verify use. */
  readonly functions?: string;
  /** Asked before, on other hosts. */
  readonly given?: readonly ScriptValue[];
  /** Exits 0 when the step's result is already true. */
  readonly check?: string;
  readonly run: string;
  readonly verify?: string;
  /** `$PASSWORD_FILE` holds the password of the initial user. */
  readonly needsPassword?: boolean;
}

/** Something that a plan made, in the journal before it exists. */
export interface CreatedItem {
  readonly host: string;
  /**
   * `directory`: all that is in it is ours. `parent`: a folder on the way to it, removed only when empty.
   * `content`: a folder that was there and empty, whose content is ours. `file`: one file.
   */
  readonly kind: 'directory' | 'parent' | 'content' | 'file';
  readonly path: string;
  /** `device:inode` once it exists; tells it from a foreign one that took its place. */
  readonly identity?: string;
}

/** What secrets a recipe may ask for. They exist in memory and in files of mode 0600 that are removed after use. */
export type SecretName = 'initial-user-password';

/** What the journals know of the roles of two clusters that no server tells. */
export interface RoleHistory {
  /** The cluster that the newest role change made the primary one, unless both have replicated since. */
  readonly promoted?: string;
  /** The cluster that was built as the standby one, unless both have replicated since. */
  readonly built?: string;
}

/** Who holds the lock of a host. */
export interface LockHolder {
  readonly run: string;
  readonly plan: string;
  readonly title: string;
  readonly user: string;
  readonly machine: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly time: string;
}

/** What a step may use while it runs. */
export interface StepContext {
  readonly topology: Topology;
  /** Aborted at the step's time limit or when the caller lets go of the run. */
  readonly signal: AbortSignal;
  /** Aborted as soon as somebody asks to stop: waiting ends early, work that is under way is finished. */
  readonly cancel: AbortSignal;
  shell(host: string): Promise<Shell>;
  /** Live output of the step, as the tools printed it. Secrets that were handed out are blacked out. */
  output(text: string): void;
  secret(name: SecretName): Promise<string>;
  /** Writes to the journal, on disk, that this is about to be made or has been made. */
  recordCreated(item: CreatedItem): Promise<void>;
  recordRemoved(item: CreatedItem): Promise<void>;
  /** What the journals say that this deployment created on the host at the path. */
  created(host: string, path: string): Promise<CreatedItem | undefined>;
  /** Everything that this deployment created and has not removed, oldest first. */
  createdItems(): Promise<readonly CreatedItem[]>;
  /** What the journals say of the clusters' roles. */
  roleHistory(): Promise<RoleHistory>;
}

/** Steps run in the order of their dependencies; those of different hosts may run side by side. */
export interface Step {
  /** Stable over runs of the same plan; used in the journal. */
  readonly id: string;
  readonly title: string;
  /** The topology's names of the hosts it works on. */
  readonly hosts: readonly string[];
  readonly node?: string;
  readonly cluster?: string;
  readonly after: readonly string[];
  /** What is lost when it runs; absent when nothing is. */
  readonly destructive?: string;
  /** What is restarted by it. */
  readonly restarts?: string;
  /** Milliseconds for each of check, run and verify. */
  readonly timeout: number;
  /** Seconds that it usually takes, for the estimate. */
  readonly estimate: number;
  /** One for each host on which something is done; absent when a script has nothing to do. */
  readonly scripts?: readonly StepScript[];
  /** Looks and changes nothing. */
  check(context: StepContext): Promise<CheckAnswer>;
  preview(context: StepContext): Promise<readonly PreviewPart[]>;
  /** Makes the result true from any state that `check` calls `needed`, an interrupted earlier run included. */
  run(context: StepContext): Promise<void>;
  /** Proves by a query that the step's result is true; answers the evidence or rejects. */
  verify(context: StepContext): Promise<string>;
}

export type RecipeName =
  | 'preflight'
  | 'environment'
  | 'simulated-dual-cluster'
  | 'disaster-recovery'
  | 'deploy'
  | 'start'
  | 'stop'
  | 'restart'
  | 'switchover'
  | 'failover'
  | 'rebuild'
  | 'tear-down'
  | 'apply-configuration'
  | 'build-from-source'
  | 'script-deploy'
  | 'script-disaster-recovery';

export interface Plan {
  /** Stable for the same recipe on the same topology. */
  readonly id: string;
  /** What the topology places where, in 12 hexadecimal digits; things in the journal belong to it. */
  readonly scope: string;
  readonly recipe: RecipeName;
  readonly title: string;
  readonly topology: Topology;
  readonly steps: readonly Step[];
  /** Names that must be typed before a destructive plan runs. */
  readonly confirmNames: readonly string[];
  /** Nothing is changed: no lock and no journal are needed. */
  readonly readOnly?: boolean;
  /** Things to know before it runs. */
  readonly notes: readonly string[];
}
