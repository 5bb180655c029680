/** The verdict of the server's configuration reader (guc-file.l: ProcessConfigFile at start). */
import type { TextRange } from '../../base/finding.ts';
import type { Catalogue, Parameter } from '../catalogue.ts';
import type { CheckContext } from '../checks/check.ts';
import { checkOf } from '../checks/table.ts';
import { foldName, lineRange, rangeIn } from '../document.ts';
import type { ConfDocument, ConfLine } from '../document.ts';
import { parseValue, shown } from '../values.ts';
import type { Reading, Refusal, Value } from '../values.ts';

/** What a line says of a setting wherever it stands. */
interface SettingReading {
  readonly name: string;
  readonly key: string;
  readonly parameter: Parameter | undefined;
  readonly raw: string;
}

/** A line that sets something. */
export class ServerSetting {
  /** The value as the server stores it; undefined when it refuses it. */
  readonly value: Value | undefined;
  /** Counted from 0, as in `ConfDocument.lines`. */
  readonly line: number;
  private readonly document: ConfDocument;
  private readonly reading: SettingReading;

  constructor(
    document: ConfDocument,
    line: number,
    reading: SettingReading,
    value: Value | undefined,
  ) {
    this.document = document;
    this.line = line;
    this.reading = reading;
    this.value = value;
  }

  /** As the catalogue spells it, or as the file does when it is a name with a dot that nobody knows. */
  get name(): string {
    return this.reading.name;
  }

  /** The name in lower case, by which settings are found. */
  get key(): string {
    return this.reading.key;
  }

  get parameter(): Parameter | undefined {
    return this.reading.parameter;
  }

  /** The value's text, quotes and escapes resolved. */
  get raw(): string {
    return this.reading.raw;
  }

  // Made when asked for: there are thousands of settings and few that anything is said of.
  get nameRange(): TextRange {
    return this.rangeOf(this.document.lines[this.line]?.name);
  }

  get valueRange(): TextRange {
    return this.rangeOf(this.document.lines[this.line]?.value);
  }

  /** From the name to the value. */
  get range(): TextRange {
    const { name, value } = this.document.lines[this.line] ?? {};
    return this.rangeOf({ start: name?.start ?? 0, end: value?.end ?? 0 });
  }

  private rangeOf(token: { readonly start: number; readonly end: number } | undefined): TextRange {
    return rangeIn(this.document, this.line, token ?? { start: 0, end: 0 });
  }
}

/**
 * `syntax`: the scanner stops. `include`: the file to include is not there. `unknown`: no such parameter. `fixed`: it cannot
 * be set in a file. `value`: the value is not taken.
 */
export type ProblemKind = 'syntax' | 'include' | 'unknown' | 'fixed' | 'value';

/** Something for which the server refuses to start. */
export interface Problem extends Refusal {
  readonly kind: ProblemKind;
  /** In the server's words; without the place, which syntax and unknown messages of the log carry. */
  readonly message: string;
  /** Counted from 0. */
  readonly line: number;
  readonly range: TextRange;
  /** The parameter's name, where there is one. */
  readonly name?: string;
}

export interface ServerReading {
  /** The server's reader takes the file. */
  readonly ok: boolean;
  /** Every setting in the order of the file. */
  readonly all: readonly ServerSetting[];
  /** What holds in the end, by name in lower case: of duplicates the last. */
  readonly settings: ReadonlyMap<string, ServerSetting>;
  /**
   * Problems of all kinds in the order of the file, although the server stops at the first kind that it meets; no more
   * than the first thousand of each kind.
   */
  readonly problems: readonly Problem[];
  /** The names, in lower case, that are set more than once. */
  readonly repeated: ReadonlySet<string>;
  /** The lines that include another file, counted from 0. */
  readonly includes: readonly number[];
}

export interface ServerReaderOptions {
  /** Whether a path exists on the node; undefined, or no function, when nobody knows. */
  readonly pathExists?: (path: string) => boolean | undefined;
}

/** What a line says by itself. Kept for the line, since lines stay the same objects over edits. */
interface LineReading extends SettingReading {
  readonly value: Reading<Value> | undefined;
}

const lineReadings = new WeakMap<Catalogue, WeakMap<ConfLine, LineReading>>();

function readLine(
  line: ConfLine,
  cache: WeakMap<ConfLine, LineReading>,
  catalogue: Catalogue,
): LineReading {
  const kept = cache.get(line);
  if (kept !== undefined) {
    return kept;
  }
  const written = line.name?.text ?? '';
  const parameter = catalogue.get(written);
  const content = line.content ?? '';
  // guc-file.l writes two double quotes for an empty search path.
  const raw = content === '' && parameter?.name === 'search_path' ? '""' : content;
  const reading: LineReading = {
    name: parameter?.name ?? written,
    key: foldName(parameter?.name ?? written),
    parameter,
    raw,
    value: parameter === undefined ? undefined : parseValue(parameter, raw, written),
  };
  cache.set(line, reading);
  return reading;
}

/** A file with more problems of a kind is rubbish; the server itself gives up after a hundred syntax errors. */
const mostOfAKind = 1000;

/** The scanner's message for an include without a path. */
export const flexFailure = 'input in flex scanner failed';

class Reader implements CheckContext {
  readonly version: Catalogue['version'];
  readonly build: Catalogue['build'];
  readonly all: ServerSetting[] = [];
  readonly problems: Problem[] = [];
  readonly settings = new Map<string, ServerSetting>();
  readonly repeated = new Set<string>();
  readonly includes: number[] = [];
  private readonly counts = new Map<ProblemKind, number>();
  private readonly document: ConfDocument;
  private readonly catalogue: Catalogue;
  private readonly options: ServerReaderOptions;
  private readonly cache: WeakMap<ConfLine, LineReading>;

  constructor(document: ConfDocument, catalogue: Catalogue, options: ServerReaderOptions) {
    this.document = document;
    this.catalogue = catalogue;
    this.options = options;
    this.version = catalogue.version;
    this.build = catalogue.build;
    this.cache = lineReadings.get(catalogue) ?? new WeakMap<ConfLine, LineReading>();
    lineReadings.set(catalogue, this.cache);
  }

  current(name: string): Value | null | undefined {
    const setting = this.settings.get(name);
    return setting?.value ?? this.catalogue.get(name)?.default;
  }

  pathExists(path: string): boolean | undefined {
    // The one path that no machine has: Debian and others keep it free for accounts without a home.
    return /^\/nonexistent(?:\/|$)/.test(path) ? false : this.options.pathExists?.(path);
  }

  read(index: number): void {
    const line = this.document.lines[index];
    switch (line?.kind) {
      case 'setting':
        this.setting(index, line);
        break;
      case 'include':
        this.include(index, line);
        break;
      case 'broken':
        this.broken(index, line);
        break;
      case 'blank':
      case 'comment':
      case undefined:
        break;
    }
  }

  private broken(index: number, line: ConfLine): void {
    const token = line.unexpected;
    this.add({
      kind: 'syntax',
      message:
        token === undefined
          ? 'syntax error, near end of line'
          : `syntax error, near token "${shown(token.text)}"`,
      line: index,
      range:
        token === undefined
          ? lineRange(this.document, index)
          : rangeIn(this.document, index, token),
      ...(line.name === undefined ? {} : { name: line.name.text }),
    });
  }

  private include(index: number, line: ConfLine): void {
    this.includes.push(index);
    const path = line.content ?? '';
    const required = foldName(line.name?.text ?? '') === 'include';
    const missing = path !== '' && this.pathExists(path) === false;
    if (path === '' || (missing && required)) {
      this.add({
        kind: 'include',
        message:
          path === ''
            ? flexFailure
            : `could not open configuration file "${shown(path)}": No such file or directory`,
        line: index,
        range: rangeIn(this.document, index, line.value ?? { start: 0, end: line.text.length }),
      });
    }
  }

  /** Found when the server looks for its data, right after it has read the file. */
  private missingDirectory(name: string, path: string): Refusal | undefined {
    return name === 'data_directory' && this.pathExists(path) === false
      ? { message: `invalid path:${shown(path)}`, fatal: true }
      : undefined;
  }

  private add(problem: Problem): void {
    const count = this.counts.get(problem.kind) ?? 0;
    this.counts.set(problem.kind, count + 1);
    if (count < mostOfAKind) {
      this.problems.push(problem);
    }
  }

  private refuse(
    index: number,
    line: ConfLine,
    kind: ProblemKind,
    name: string,
    refusal: Refusal & { readonly message: string },
  ): void {
    const token = (kind === 'value' ? line.value : line.name) ?? { start: 0, end: 0 };
    this.add({
      ...refusal,
      kind,
      line: index,
      range: rangeIn(this.document, index, token),
      name,
    });
  }

  /** The value that the server stores, or undefined when it refuses it. */
  private store(index: number, line: ConfLine, reading: LineReading): Value | undefined {
    const { name, parameter, value, raw } = reading;
    const written = line.name?.text ?? '';
    if (parameter === undefined || written === 'client_encoding') {
      // Names with a dot are taken without a look; client_encoding is skipped, it follows the database.
      return raw;
    }
    if (parameter.context === 'internal') {
      // The server only warns of sql_compatibility; it compares the name as it is spelled.
      if (written !== 'sql_compatibility') {
        this.refuse(index, line, 'fixed', name, {
          message: `parameter "${written}" cannot be changed`,
        });
      }
      return value?.ok === true ? value.value : undefined;
    }
    if (value?.ok !== true) {
      const refusal = value?.refusal;
      this.refuse(index, line, 'value', name, {
        ...refusal,
        message: refusal?.message ?? invalidValue(written, raw),
      });
      return undefined;
    }
    const stored = value.value;
    const refusal =
      this.missingDirectory(name, raw) ?? checkOf(parameter.checkHook)?.(stored, this);
    if (refusal === undefined) {
      return stored;
    }
    this.refuse(index, line, 'value', name, {
      ...refusal,
      message:
        refusal.message ??
        invalidValue(parameter.name, String(stored), parameter.type !== 'string'),
    });
    return undefined;
  }

  private setting(index: number, line: ConfLine): void {
    const reading = readLine(line, this.cache, this.catalogue);
    if (reading.parameter === undefined && !reading.name.includes('.')) {
      this.refuse(index, line, 'unknown', reading.name, {
        message: `unrecognized configuration parameter "${shown(reading.name)}"`,
      });
      return;
    }
    const value = this.store(index, line, reading);
    const setting = new ServerSetting(this.document, index, reading, value);
    this.all.push(setting);
    if (this.settings.has(reading.key)) {
      this.repeated.add(reading.key);
    }
    this.settings.set(reading.key, setting);
  }
}

/** The server's general message for a value that a check refused; numbers stand without quotes. */
function invalidValue(name: string, value: string, bare = false): string {
  return `invalid value for parameter "${name}": ${bare ? value : `"${shown(value)}"`}`;
}

/** As `readAsServer`, in slices. */
export function* readAsServerSteps(
  document: ConfDocument,
  catalogue: Catalogue,
  options: ServerReaderOptions = {},
): Generator<undefined, ServerReading> {
  const reader = new Reader(document, catalogue, options);
  let cost = 0;
  for (let index = 0; index < document.lines.length; index += 1) {
    reader.read(index);
    cost += 60 + (document.lines[index]?.text.length ?? 0);
    if (cost > 100_000) {
      cost = 0;
      yield undefined;
    }
  }
  const { all, settings, problems, repeated, includes } = reader;
  return { ok: problems.length === 0, all, settings, problems, repeated, includes };
}

/** Reads a file as a server of the catalogue's version and build does when it starts. */
export function readAsServer(
  document: ConfDocument,
  catalogue: Catalogue,
  options: ServerReaderOptions = {},
): ServerReading {
  const steps = readAsServerSteps(document, catalogue, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      return step.value;
    }
  }
}
