import type {
  Finding,
  Fix,
  RelatedPlace,
  Severity,
  Stage,
  TextEdit,
  TextRange,
} from '../../base/finding.ts';
import type {
  ClusterSpec,
  NodeSpec,
  Profile,
  ServerVersion,
  Topology,
} from '../../topology/types.ts';
import { serverVersions } from '../../topology/types.ts';
import type { Catalogue, Parameter } from '../catalogue.ts';
import type { ConfDocument, ConfLine } from '../document.ts';
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

/** A rule of one postgresql.conf. It reports under its own code. */
export interface Rule {
  readonly code: string;
  readonly stage: Stage;
  readonly severity: Severity;
  /**
   * The rule looks at nothing but `reading.all` of one line at a time and the catalogue, and only at parameters for which
   * this holds (undefined: a name with a dot that nobody knows). It is then given each line as a document of its own, and
   * its answer is kept for the line.
   */
  readonly ofLine?: (parameter: Parameter | undefined) => boolean;
  check(input: RuleInput): Iterable<Report>;
}

/** A finding without what its rule knows already. */
export interface Report {
  readonly message: string;
  readonly range: TextRange;
  /** Only where it differs from the rule's. */
  readonly severity?: Severity;
  readonly related?: readonly RelatedPlace[];
  /** Fixes to offer, best first. They are made, and tried out, when somebody asks for them. */
  readonly fixes?: () => readonly (Fix | undefined)[];
}

/** A fix of one edit or several. */
export function fix(title: string, ...edits: readonly TextEdit[]): Fix {
  return { title, edits };
}

/** Decides which of the fixes of a finding are offered. */
export type KeepFix = (finding: Finding, fix: Fix) => boolean;

/**
 * A report as a finding of its rule. A class, and its fixes a getter: a file has hundreds of findings, all of them are
 * made anew after each keystroke, and few are ever asked for their fixes.
 */
class RuleFinding implements Finding {
  readonly code: string;
  readonly stage: Stage;
  readonly severity: Severity;
  readonly message: string;
  readonly range: TextRange;
  declare readonly related?: readonly RelatedPlace[];
  private readonly report: Report;
  private readonly by: number;
  private readonly keep: KeepFix;
  private kept: readonly Fix[] | undefined;

  constructor(rule: Rule, report: Report, keep: KeepFix, by: number) {
    this.code = rule.code;
    this.stage = rule.stage;
    this.severity = report.severity ?? rule.severity;
    this.message = report.message;
    this.range = moved(report.range, by);
    if (report.related !== undefined) {
      this.related = report.related.map((place) => ({ ...place, range: moved(place.range, by) }));
    }
    this.report = report;
    this.by = by;
    this.keep = keep;
  }

  get fixes(): readonly Fix[] {
    this.kept ??= (this.report.fixes?.() ?? [])
      .filter((candidate) => candidate !== undefined)
      .map((candidate) => movedFix(candidate, this.by))
      .filter((candidate) => this.keep(this, candidate))
      .map((candidate, index) => (index === 0 ? { ...candidate, preferred: true } : candidate));
    return this.kept;
  }
}

function moved(range: TextRange, by: number): TextRange {
  return by === 0 ? range : { start: range.start + by, end: range.end + by };
}

function movedFix(candidate: Fix, by: number): Fix {
  return {
    ...candidate,
    edits: candidate.edits.map((edit) => ({ ...edit, range: moved(edit.range, by) })),
  };
}

/**
 * A report as a finding of its rule. `keep` is asked when somebody asks for the fixes.
 * @param by how far behind its own offsets the report stands in the text
 */
export function toFinding(rule: Rule, report: Report, keep: KeepFix, by = 0): Finding {
  return new RuleFinding(rule, report, keep, by);
}

/** The setting that wins, where the file has the parameter. */
export function setting(input: RuleInput, name: string): ServerSetting | undefined {
  return input.reading.settings.get(name);
}

/** The winning text of a string parameter that the file sets to something. */
export function textOf(input: RuleInput, name: string): string | undefined {
  const value = setting(input, name)?.value;
  return typeof value === 'string' ? value : undefined;
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

/** The line of a setting. */
export function lineOf(
  input: RuleInput,
  { line }: { readonly line: number },
): ConfLine | undefined {
  return input.document.lines[line];
}

/** The names of the parameters that hold replication channels to the other cluster, or to the same. */
export const crossNames: readonly string[] = Array.from(
  { length: 8 },
  (_, index) => `cross_cluster_replconninfo${index + 1}`,
);
export const replNames: readonly string[] = Array.from(
  { length: 8 },
  (_, index) => `replconninfo${index + 1}`,
);
