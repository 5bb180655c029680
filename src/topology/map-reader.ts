import type { Finding, Fix, Severity, Stage, TextRange } from '../base/finding.ts';
import { t } from '../base/l10n.ts';
import { nearest } from '../base/nearest.ts';
import type { Tree, TreeEntry, TreeMap, TreeScalar } from './tree.ts';

/** What a check of one text says: its value, or what is wrong with it. */
export type Checked<T> =
  | { readonly value: T }
  /** `instead`: texts that may have been meant, the likeliest first. */
  | { readonly problem: string; readonly code?: string; readonly instead?: readonly string[] };

/** Collects findings. */
export class Findings {
  readonly list: Finding[] = [];

  get failed(): boolean {
    return this.list.some((finding) => finding.severity === 'error');
  }

  add(
    code: string,
    range: TextRange,
    message: string,
    more: {
      readonly severity?: Severity;
      readonly stage?: Stage;
      readonly related?: Finding['related'];
      readonly fixes?: readonly Fix[];
    } = {},
  ): void {
    this.list.push({
      code,
      stage: more.stage ?? 'read',
      severity: more.severity ?? 'error',
      message,
      range,
      ...(more.related && { related: more.related }),
      ...(more.fixes && more.fixes.length > 0 && { fixes: more.fixes }),
    });
  }
}

/**
 * Reads the keys of one mapping, each once, and tells of what is missing, of the wrong kind or unknown.
 * Call `finish` when every key that may stand there has been asked for.
 */
export class MapReader {
  readonly map: TreeMap;
  readonly findings: Findings;
  private readonly entries: ReadonlyMap<string, TreeEntry>;
  private readonly asked = new Set<string>();
  /** What the mapping describes, for messages: `a node`, `a cluster`. */
  private readonly what: string;

  constructor(map: TreeMap, what: string, findings: Findings) {
    this.map = map;
    this.what = what;
    this.findings = findings;
    this.entries = new Map(map.entries.map((entry) => [entry.key, entry]));
  }

  /** Where to show that something is missing: the first key, not the whole block. */
  get place(): TextRange {
    return this.map.entries[0]?.keyRange ?? this.map.range;
  }

  entry(key: string): TreeEntry | undefined {
    this.asked.add(key);
    return this.entries.get(key);
  }

  /** The value's range, or the place of the mapping when the key is not there. */
  rangeOf(key: string): TextRange {
    return this.entries.get(key)?.value.range ?? this.place;
  }

  /** A text that `check` accepts. Numbers and booleans are taken as they are written. */
  value<T>(key: string, check: (text: string) => Checked<T>): T | undefined {
    const entry = this.entry(key);
    if (entry === undefined) {
      return undefined;
    }
    const scalar = this.scalar(entry);
    return scalar === undefined ? undefined : this.check(scalar, check);
  }

  /** Like `value`, and tells when the key is not there. */
  required<T>(key: string, check: (text: string) => Checked<T>, expected: string): T | undefined {
    if (this.entry(key) === undefined) {
      this.missing(key, expected);
      return undefined;
    }
    return this.value(key, check);
  }

  /** One of a few words. */
  choice<Word extends string>(key: string, words: readonly Word[]): Word | undefined {
    const entry = this.entry(key);
    const scalar = entry && this.scalar(entry);
    if (scalar === undefined) {
      return undefined;
    }
    const found = words.find((word) => word === scalar.text);
    if (found === undefined) {
      this.findings.add(
        'topology-value',
        scalar.range,
        t('"{0}" is not a value of {1}. Expected: {2}.', scalar.text, key, words.join(', ')),
        { fixes: replacements(scalar.range, alternatives(scalar.text, words)) },
      );
    }
    return found;
  }

  mapping(key: string, what: string): MapReader | undefined {
    const entry = this.entry(key);
    if (entry === undefined || isEmpty(entry.value)) {
      return undefined;
    }
    return this.asMap(entry.value, key, what);
  }

  /** The items of a list that are mappings; the others are told of. */
  items(key: string, what: string): MapReader[] {
    const entry = this.entry(key);
    if (entry === undefined || isEmpty(entry.value)) {
      return [];
    }
    if (entry.value.kind !== 'list') {
      this.findings.add(
        'topology-type',
        entry.value.range,
        t('Expected a list here: each item of "{0}" begins with "- ".', key),
      );
      return [];
    }
    return entry.value.items.flatMap((item) => this.asMap(item, key, what) ?? []);
  }

  /** Names and texts, such as environment variables. */
  texts(
    key: string,
  ): readonly { readonly name: string; readonly entry: TreeEntry; readonly text: string }[] {
    const map = this.mapping(key, key);
    return (map?.map.entries ?? []).flatMap((entry) => {
      const scalar = this.scalar(entry);
      return scalar === undefined ? [] : [{ name: entry.key, entry, text: scalar.text }];
    });
  }

  /** Tells of the keys that nobody asked for. */
  finish(): void {
    for (const entry of this.map.entries) {
      if (this.asked.has(entry.key)) {
        continue;
      }
      const near = nearest(
        entry.key,
        [...this.asked].filter((key) => !this.entries.has(key)),
      );
      this.findings.add(
        'topology-unknown-key',
        entry.keyRange,
        near === undefined
          ? t(
              'Unknown key "{0}" in {1}. Known here: {2}.',
              entry.key,
              this.what,
              [...this.asked].join(', '),
            )
          : t('Unknown key "{0}" in {1}. Did you mean "{2}"?', entry.key, this.what, near),
        near === undefined ? {} : { fixes: replacements(entry.keyRange, [near]) },
      );
    }
  }

  missing(key: string, expected: string): void {
    this.findings.add(
      'topology-missing',
      this.place,
      t('"{0}" is missing in {1}. Expected: {2}.', key, this.what, expected),
    );
  }

  private check<T>(scalar: TreeScalar, check: (text: string) => Checked<T>): T | undefined {
    const checked = check(scalar.text);
    if ('value' in checked) {
      return checked.value;
    }
    this.findings.add(
      checked.code ?? 'topology-value',
      scalar.range,
      checked.problem,
      checked.instead === undefined ? {} : { fixes: replacements(scalar.range, checked.instead) },
    );
    return undefined;
  }

  private scalar(entry: TreeEntry): TreeScalar | undefined {
    if (entry.value.kind === 'scalar' && entry.value.value !== null) {
      return entry.value;
    }
    this.findings.add(
      'topology-type',
      entry.value.kind === 'scalar' ? entry.keyRange : entry.value.range,
      t('"{0}" needs one value.', entry.key),
    );
    return undefined;
  }

  private asMap(value: Tree, key: string, what: string): MapReader | undefined {
    if (value.kind === 'map') {
      return new MapReader(value, what, this.findings);
    }
    this.findings.add(
      'topology-type',
      value.range,
      t('Expected "name: value" lines here, in "{0}".', key),
    );
    return undefined;
  }
}

function isEmpty(value: Tree): boolean {
  return value.kind === 'scalar' && value.value === null;
}

/** The word that was probably meant, else all. */
export function alternatives(text: string, words: readonly string[]): readonly string[] {
  const near = nearest(text, words);
  return near === undefined ? words : [near];
}

/** Fixes that write another text at a place. One alone is what was meant; of several nobody knows which. */
export function replacements(range: TextRange, texts: readonly string[]): readonly Fix[] {
  return texts.map((newText) => ({
    title: t('Replace by "{0}"', newText),
    edits: [{ range, newText }],
    ...(texts.length === 1 && { preferred: true }),
  }));
}
