import { linesOf } from './tool-lines.ts';

/**
 * What `pg_controldata` said: a page for each instance of a resource-pooling cluster (one without DSS), and the reformer's
 * page. Labels and values as printed. `unrecognised`: something else, kept in `message`.
 */
export interface ControlData {
  readonly kind: 'control-data' | 'unrecognised';
  readonly pages: readonly Readonly<Record<string, string>>[];
  readonly reformer: Readonly<Record<string, string>> | null;
  /** Both clusters have the same after a full build. Null also when the tool printed none: empty or zero is no identifier. */
  readonly systemIdentifier: string | null;
  readonly clusterState: string | null;
  /** `primary cluster` or `standby cluster`. */
  readonly clusterRunMode: string | null;
  /** Warnings, such as a wrong checksum; for an unrecognised text all of it. */
  readonly message: string;
}

const pageHeading = /^\s*pg_control data\b[^:]*$/i;
const reformerHeading = /^\s*reformer data\b[^:]*$/i;
const firstLabels = new Set(['pg_control version number']);
const reformerLabels = new Set([
  'Reform control version number',
  'Stable instances list',
  'Primary instance ID',
  'Recovery instance ID',
  'Cluster status',
  'Cluster run mode',
]);

/** Reads the output of `pg_controldata`, with and without DSS. Never throws. */
export function parsePgControldata(text: string): ControlData {
  const pages: Map<string, string>[] = [];
  const reformer = new Map<string, string>();
  const messages: string[] = [];
  let target: Map<string, string> | undefined;
  for (const line of linesOf(text)) {
    if (pageHeading.test(line)) {
      target = new Map();
      pages.push(target);
      continue;
    }
    if (reformerHeading.test(line)) {
      target = reformer;
      continue;
    }
    const field = /^\s*([A-Za-z][A-Za-z0-9_ '/.-]*?)\s*:(.*)$/.exec(line);
    const label = field?.[1] ?? '';
    if (field === null || /^(WARNING|ERROR|pg_controldata|gs_\w+)$/.test(label)) {
      if (field !== null) {
        messages.push(line.trim());
      }
      continue;
    }
    const value = (field[2] ?? '').trim();
    if (reformerLabels.has(label)) {
      target = reformer;
    } else if (firstLabels.has(label) || (target !== reformer && target?.has(label) === true)) {
      if (target === undefined || target === reformer || target.size > 0) {
        target = new Map();
        pages.push(target);
      }
    }
    target?.set(label, value);
  }
  const filled = pages.filter((page) => page.size > 0);
  if (filled.length === 0 && reformer.size === 0) {
    return {
      kind: 'unrecognised',
      pages: [],
      reformer: null,
      systemIdentifier: null,
      clusterState: null,
      clusterRunMode: null,
      message: text,
    };
  }
  const first = (label: string): string | null =>
    filled.find((page) => page.has(label))?.get(label) ?? null;
  return {
    kind: 'control-data',
    pages: filled.map((page) => Object.fromEntries(page)),
    reformer: reformer.size === 0 ? null : Object.fromEntries(reformer),
    systemIdentifier: identifiersOf(filled)[0] ?? null,
    clusterState: first('Database cluster state'),
    clusterRunMode: reformer.get('Cluster run mode') ?? null,
    message: messages.join('\n'),
  };
}

/** Every system identifier that the pages of the instances name, each once; in a sound cluster that is one. */
export function systemIdentifiers(data: ControlData): readonly string[] {
  return identifiersOf(data.pages.map((page) => new Map(Object.entries(page))));
}

function identifiersOf(pages: readonly ReadonlyMap<string, string>[]): readonly string[] {
  return [
    ...new Set(
      pages
        .map((page) => page.get('Database system identifier') ?? '')
        .filter((identifier) => !/^0*$/.test(identifier)),
    ),
  ];
}

/** The instances that the reformer counts as members: bit i of the decimal list stands for instance i. */
export function stableInstances(data: ControlData): readonly number[] {
  const list = data.reformer?.['Stable instances list'] ?? '';
  if (!/^\d{1,20}$/.test(list)) {
    return [];
  }
  const bits = BigInt(list);
  return Array.from({ length: 64 }, (_, index) => index).filter(
    (index) => ((bits >> BigInt(index)) & 1n) === 1n,
  );
}
