import type { Finding, Fix, RelatedPlace, Severity, TextRange } from '../../base/finding.ts';
import { t } from '../../base/l10n.ts';
import { setParameter, writeValue } from '../edit.ts';
import { type IniEntry, iniEntry } from '../files/ini.ts';
import type { FileKind } from '../files/kinds.ts';
import { appendLine } from '../files/lines.ts';
import { type Deployment, type NodeView, fileKey, settingOf } from './deployment.ts';

/** A finding and the file that it stands in. */
export interface Report {
  readonly node: NodeView;
  readonly kind: FileKind;
  readonly finding: Finding;
}

/** A rule over the files of all nodes. */
export type ClusterRule = (deployment: Deployment) => Iterable<Report>;

export interface ReportOptions {
  readonly severity: Severity;
  readonly message: string;
  readonly range: TextRange;
  readonly related?: readonly RelatedPlace[];
  readonly fixes?: readonly Fix[];
}

export function report(
  node: NodeView,
  kind: FileKind,
  code: string,
  { severity, message, range, related = [], fixes = [] }: ReportOptions,
): Report {
  return {
    node,
    kind,
    finding: {
      code,
      stage: 'cluster',
      severity,
      message,
      range,
      ...(related.length === 0 ? {} : { related }),
      ...(fixes.length === 0 ? {} : { fixes }),
    },
  };
}

/** Where to show something about a parameter: its value, else the value of one of the others, else the first line. */
export function confPlace(node: NodeView, name: string, ...others: readonly string[]): TextRange {
  for (const each of [name, ...others]) {
    const setting = settingOf(node, each);
    if (setting !== undefined) {
      return setting.valueRange;
    }
  }
  return { start: 0, end: firstLineEnd(node.conf?.text ?? '') };
}

export function firstLineEnd(text: string): number {
  const end = text.search(/\r?\n/);
  return end < 0 ? text.length : end;
}

/** A link to another node's line. */
export function link(
  node: NodeView,
  kind: FileKind,
  range: TextRange,
  message: string,
): RelatedPlace {
  return { file: fileKey(node.spec.id, kind), range, message };
}

/** A link to the line of a parameter on another node; none when its file is not known. */
export function linkTo(
  node: NodeView,
  name: string,
  message: string,
  ...others: readonly string[]
): RelatedPlace[] {
  return node.conf === undefined
    ? []
    : [link(node, 'postgresql-conf', confPlace(node, name, ...others), message)];
}

/** Sets a parameter of the node whose file the finding stands in. */
export function setFix(deployment: Deployment, node: NodeView, name: string, value: string): Fix[] {
  if (node.conf === undefined) {
    return [];
  }
  const literal = writeValue(deployment.catalogue.get(name), value);
  return [
    {
      title: t('Set {0} = {1}', name, literal),
      edits: setParameter(node.conf.document, name, literal),
      preferred: true,
    },
  ];
}

/** Sets a parameter on several nodes at once, since with one alone they would disagree. `home` is the node of the finding. */
export function setOnAllFix(
  deployment: Deployment,
  home: NodeView,
  nodes: readonly NodeView[],
  name: string,
  value: string,
): Fix[] {
  const literal = writeValue(deployment.catalogue.get(name), value);
  const edits = nodes.flatMap((node) =>
    (node.conf === undefined ? [] : setParameter(node.conf.document, name, literal)).map((edit) =>
      node.spec === home.spec ? edit : { ...edit, file: fileKey(node.spec.id, 'postgresql-conf') },
    ),
  );
  return edits.length === 0
    ? []
    : [
        {
          title: t(
            'Set {0} = {1} on {2}',
            name,
            literal,
            nodes.map((node) => node.spec.id).join(', '),
          ),
          edits,
          preferred: true,
        },
      ];
}

/** Sets a key of a node's `dss_inst.ini` or `cm_config.ini`. */
export function setIniFix(
  file: { readonly text: string; readonly entries: readonly IniEntry[] },
  key: string,
  value: string,
): Fix {
  const entry = file.entries.findLast((each) => each.key === key);
  return {
    title: t('Set {0} = {1}', key, value),
    edits: [
      entry === undefined
        ? appendLine(file.text, `${key} = ${value}`)
        : { range: entry.valueRange, newText: value },
    ],
    preferred: true,
  };
}

/** Where to show something about a key of an ini file. */
export function iniPlace(
  file: { readonly text: string; readonly entries: readonly IniEntry[] },
  ...keys: readonly string[]
): TextRange {
  for (const key of keys) {
    const entry = file.entries.findLast((each) => each.key === key);
    if (entry !== undefined) {
      return entry.value === '' ? entry.keyRange : entry.valueRange;
    }
  }
  return { start: 0, end: firstLineEnd(file.text) };
}

/** The value of a key of a node's `dss_inst.ini`, else the default. */
export function dssValue(node: NodeView, key: string, defaultValue: string): string | undefined {
  return node.dss === undefined ? undefined : (iniEntry(node.dss, key)?.value ?? defaultValue);
}

/**
 * The nodes whose value is not what it should be, and the one to compare with. What most nodes have is right; of
 * equally many, what the first of them has.
 */
export function minority<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
): { readonly wrong: readonly T[]; readonly right: T } | undefined {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  if (groups.size < 2) {
    return undefined;
  }
  const [best] = [...groups.values()].sort((one, other) => other.length - one.length);
  const right = best?.[0];
  return right === undefined
    ? undefined
    : { wrong: items.filter((item) => keyOf(item) !== keyOf(right)), right };
}

/** A path without doubled slashes and without one at its end. */
export function tidyPath(path: string): string {
  return path.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');
}
