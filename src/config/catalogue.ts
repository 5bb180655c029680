import { serverVersions } from '../topology/types.ts';
import type { BuildKind, ServerVersion } from '../topology/types.ts';
import { nearest } from './catalogue/nearest.ts';
import { replacementOf } from './catalogue/replacements.ts';
import type { Replacement } from './catalogue/replacements.ts';
import { foldName } from './document.ts';

export type ParameterType = 'bool' | 'int' | 'int64' | 'real' | 'string' | 'enum';

/**
 * When a value can change. `internal`: never. `postmaster`: by a restart. `sighup`: by a reload. `backend`: for new
 * sessions. `superuser` and `user`: in a session.
 */
export type ParameterContext =
  'internal' | 'postmaster' | 'sighup' | 'backend' | 'superuser' | 'user';

/** The base unit of a parameter: a number without a unit counts in it. */
export type ParameterUnit = 'kB' | '8kB' | 'ms' | 's' | 'min' | 'h' | 'd';

/** What gs_guc's own list (cluster_guc.conf) says of a parameter. */
export type GsGucView =
  | { readonly knows: false }
  | { readonly knows: true; readonly type?: string; readonly range?: string };

/** A parameter of one version and build. */
export interface Parameter {
  /** As the server spells it. */
  readonly name: string;
  readonly type: ParameterType;
  /** `bigint` for int64, `null` when it is unset. */
  readonly default: string | number | bigint | boolean | null;
  /** Of int, int64 and real; in the base unit. */
  readonly min: number | bigint | undefined;
  readonly max: number | bigint | undefined;
  readonly unit: ParameterUnit | undefined;
  readonly context: ParameterContext;
  /** Every word that an enum takes, and those of them that the server's messages do not list. */
  readonly words: readonly string[];
  readonly hiddenWords: readonly string[];
  /** A comma-separated list of words or names. */
  readonly list: boolean;
  /** Cut to 63 bytes. */
  readonly isName: boolean;
  /** The server's function that checks a value further. */
  readonly checkHook: string | undefined;
  readonly debugOnly: boolean;
  readonly gsGuc: GsGucView;
  /** The versions, of those that we know, that have it in this build. */
  readonly versions: readonly ServerVersion[];
}

/** Why a version does not know a name that others know. */
export interface Absence {
  /** The versions that know it in this build. */
  readonly versions: readonly ServerVersion[];
  /** A build that knows it, where this one does not. */
  readonly build?: 'debug' | 'tassl' | 'distribute';
  readonly replacement?: Replacement;
}

/** The parameters of one server version and build. Names are compared as the server does, ASCII letters in any case. */
export interface Catalogue {
  readonly version: ServerVersion;
  readonly build: BuildKind;
  get(name: string): Parameter | undefined;
  /** All names, in alphabetical order. */
  readonly names: readonly string[];
  /** Known names that look most like this one, best first; none when nothing is near. */
  nearest(name: string, limit?: number): readonly string[];
  /** What is known of a name that this version and build does not have. */
  absent(name: string): Absence | undefined;
}

interface Row {
  readonly v: string;
  readonly t: ParameterType;
  readonly d?: string | number | boolean | null;
  readonly n?: number | string;
  readonly x?: number | string;
  readonly u?: ParameterUnit;
  readonly c: ParameterContext;
  readonly e?: readonly string[];
  readonly h?: readonly string[];
  readonly f?: readonly string[];
  readonly k?: string;
  readonly b?: 'debug';
  readonly g?: { readonly type: string; readonly range?: string } | null;
}

/** The server's find_option maps these old names (guc.cpp, map_old_guc_names). */
const oldNames: ReadonlyMap<string, string> = new Map([
  ['sort_mem', 'work_mem'],
  ['vacuum_mem', 'maintenance_work_mem'],
]);

/** What a debug build changes in parameters that every build has. */
const debugChanges: ReadonlyMap<string, Partial<Parameter>> = new Map([
  ['query_dop', { min: -64, max: 2147483647 }],
  ['backtrace_min_messages', { default: 'error' }],
  ['debug_assertions', { default: true }],
]);

function versionsOf(rows: readonly Row[], build: BuildKind): readonly ServerVersion[] {
  const places = rows
    .filter((row) => row.b === undefined || build === 'debug')
    .map((row) => row.v)
    .join('');
  return serverVersions.filter((_version, index) => places.includes(String(index)));
}

function valueOf(
  type: ParameterType,
  value: string | number | boolean | null | undefined,
): string | number | bigint | boolean | null {
  return type === 'int64' && value !== null && value !== undefined
    ? BigInt(value)
    : (value ?? null);
}

function limitOf(
  type: ParameterType,
  value: string | number | undefined,
): number | bigint | undefined {
  return value === undefined ? undefined : type === 'int64' ? BigInt(value) : Number(value);
}

function gsGucOf(row: Row): GsGucView {
  return row.g === null ? { knows: false } : { knows: true, ...row.g };
}

function toParameter(name: string, row: Row, rows: readonly Row[], build: BuildKind): Parameter {
  return {
    name,
    type: row.t,
    default: valueOf(row.t, row.d),
    min: limitOf(row.t, row.n),
    max: limitOf(row.t, row.x),
    unit: row.u,
    context: row.c,
    words: row.e ?? [],
    hiddenWords: row.h ?? [],
    list: row.f?.includes('list_input') ?? false,
    isName: row.f?.includes('is_name') ?? false,
    checkHook: row.k,
    debugOnly: row.b === 'debug',
    gsGuc: gsGucOf(row),
    versions: versionsOf(rows, build),
    ...(build === 'debug' ? debugChanges.get(name) : undefined),
  };
}

/** The lines of the data by folded name: the real name and the JSON of its records, parsed on first use. */
class Rows {
  private readonly lines = new Map<string, string>();
  private readonly parsed = new Map<string, readonly Row[]>();

  constructor(lines: string) {
    for (const line of lines.split('\n')) {
      const blank = line.indexOf(' ');
      if (blank > 0) {
        this.lines.set(foldName(line.slice(0, blank)), line);
      }
    }
  }

  get names(): Iterable<string> {
    return this.lines.keys();
  }

  get(folded: string): { readonly name: string; readonly rows: readonly Row[] } | undefined {
    const line = this.lines.get(folded);
    if (line === undefined) {
      return undefined;
    }
    const blank = line.indexOf(' ');
    let rows = this.parsed.get(folded);
    if (rows === undefined) {
      rows = JSON.parse(line.slice(blank + 1)) as readonly Row[];
      this.parsed.set(folded, rows);
    }
    return { name: line.slice(0, blank), rows };
  }
}

function rowOf(rows: readonly Row[], version: ServerVersion, build: BuildKind): Row | undefined {
  const place = String(serverVersions.indexOf(version));
  return rows.find((row) => row.v.includes(place) && (row.b === undefined || build === 'debug'));
}

function createCatalogue(
  rows: Rows,
  foreign: ReadonlyMap<string, Absence['build']>,
  version: ServerVersion,
  build: BuildKind,
): Catalogue {
  const parameters = new Map<string, Parameter | undefined>();
  let names: readonly string[] | undefined;
  const get = (name: string): Parameter | undefined => {
    const folded = foldName(name);
    const key = oldNames.get(folded) ?? folded;
    if (!parameters.has(key)) {
      const found = rows.get(key);
      const row = found === undefined ? undefined : rowOf(found.rows, version, build);
      const parameter =
        found === undefined || row === undefined
          ? undefined
          : toParameter(found.name, row, found.rows, build);
      if (parameter === undefined) {
        return undefined;
      }
      parameters.set(key, parameter);
    }
    return parameters.get(key);
  };
  const allNames = (): readonly string[] => {
    names ??= [...rows.names].flatMap((name) => get(name)?.name ?? []);
    return names;
  };
  return {
    version,
    build,
    get,
    get names() {
      return allNames();
    },
    nearest: (name, limit = 3) => nearest(foldName(name), allNames(), limit),
    absent: (name) => {
      const folded = foldName(name);
      if (get(folded) !== undefined) {
        return undefined;
      }
      const found = rows.get(folded);
      const otherBuild =
        found !== undefined && rowOf(found.rows, version, 'debug') !== undefined
          ? 'debug'
          : foreign.get(folded);
      if (found === undefined && otherBuild === undefined) {
        return undefined;
      }
      const replacement = replacementOf(folded, version);
      return {
        versions: found === undefined ? [] : versionsOf(found.rows, build),
        ...(otherBuild === undefined ? {} : { build: otherBuild }),
        ...(replacement === undefined ? {} : { replacement }),
      };
    },
  };
}

function foreignNames(lines: string): ReadonlyMap<string, Absence['build']> {
  const names = new Map<string, Absence['build']>();
  for (const line of lines.split('\n')) {
    const [name, build] = line.split(' ');
    if (name !== undefined && (build === 'tassl' || build === 'distribute')) {
      names.set(foldName(name), build);
    }
  }
  return names;
}

let data: Promise<{ rows: Rows; foreign: ReadonlyMap<string, Absence['build']> }> | undefined;
const catalogues = new Map<string, Catalogue>();

/** The parameters that a server of this version and build knows. The data is loaded on first use and then kept. */
export async function loadCatalogue(version: ServerVersion, build: BuildKind): Promise<Catalogue> {
  data ??= import('./lazy/catalogue.ts').then(({ parameterLines, foreignLines }) => ({
    rows: new Rows(parameterLines),
    foreign: foreignNames(foreignLines),
  }));
  const { rows, foreign } = await data;
  const key = `${version} ${build}`;
  let catalogue = catalogues.get(key);
  if (catalogue === undefined) {
    catalogue = createCatalogue(rows, foreign, version, build);
    catalogues.set(key, catalogue);
  }
  return catalogue;
}
