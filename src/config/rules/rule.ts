import type { Finding, Fix, RelatedPlace, Severity, Stage, TextRange } from '../../base/finding.ts';
import type {
  ClusterSpec,
  NodeSpec,
  Profile,
  ServerVersion,
  Topology,
} from '../../topology/types.ts';
import { serverVersions } from '../../topology/types.ts';
import type { Catalogue } from '../catalogue.ts';
import type { ConfDocument } from '../document.ts';
import type { ServerReading, ServerSetting } from '../readers/server.ts';
import type { Value } from '../values.ts';

/** What is known besides the file. Everything may be missing; version and build come with the catalogue. */
export interface LintContext {
  readonly profile?: Profile;
  /** The node whose file this is. */
  readonly node?: NodeSpec;
  readonly cluster?: ClusterSpec;
  readonly topology?: Topology;
  /** Whether a path exists on the node; undefined when nobody knows. */
  readonly pathExists?: (path: string) => boolean | undefined;
}

/** Everything that a rule looks at. */
export interface RuleInput {
  readonly document: ConfDocument;
  readonly catalogue: Catalogue;
  readonly context: LintContext;
  readonly reading: ServerReading;
}

/** A rule of one file. It reports under its own code; `stage` and `severity` are those of the finding unless it says otherwise. */
export interface Rule {
  readonly code: string;
  readonly stage: Stage;
  readonly severity: Severity;
  check(input: RuleInput): Iterable<Report>;
}

/** A finding without what its rule knows already. */
export interface Report {
  readonly message: string;
  readonly range: TextRange;
  readonly severity?: Severity;
  readonly stage?: Stage;
  readonly related?: readonly RelatedPlace[];
  readonly fixes?: readonly Fix[];
}

/** A report as a finding of its rule. */
export function toFinding(rule: Rule, report: Report): Finding {
  return { stage: rule.stage, severity: rule.severity, ...report, code: rule.code };
}

/** The setting that wins, where the file has one with a value that the server takes. */
export function setting(input: RuleInput, name: string): ServerSetting | undefined {
  return input.reading.settings.get(name);
}

/** The value in force: the file's, else the default of the version. Undefined when the version has no such parameter. */
export function effective(input: RuleInput, name: string): Value | null | undefined {
  return setting(input, name)?.value ?? input.catalogue.get(name)?.default;
}

/** Whether a parameter is on. */
export function isOn(input: RuleInput, name: string): boolean {
  return effective(input, name) === true;
}

/** Whether a version is this one or a later one. */
export function since(version: ServerVersion, first: ServerVersion): boolean {
  return serverVersions.indexOf(version) >= serverVersions.indexOf(first);
}
