import { camelCase, dataDirOf, toolLines } from './tool-lines.ts';

/**
 * What `gs_ctl querybuild` said. It reads gaussdb.state only, so it says nothing of whether a server runs.
 * Values as printed, names in camelCase: `dbState` is `Building`, `Build completed` or `Build failed`.
 */
export interface GsCtlQueryBuild {
  readonly kind: 'state' | 'no-state' | 'unrecognised';
  readonly dataDir: string | null;
  readonly haState: Readonly<Record<string, string>> | null;
  /** `buildMode`, `dataSynchronized`, `estimatedTotalData`, `processSchedule`, `estimatedRemainingTime`; only while it builds. */
  readonly buildState: Readonly<Record<string, string>> | null;
  readonly message: string;
}

/** Reads the output of `gs_ctl querybuild`. Never throws. */
export function parseGsCtlQueryBuild(text: string): GsCtlQueryBuild {
  let dataDir: string | null = null;
  let section: 'none' | 'ha' | 'build' = 'none';
  const ha = new Map<string, string>();
  const build = new Map<string, string>();
  const messages: string[] = [];
  for (const line of toolLines(text)) {
    const banner = /gs_ctl build query ,\s*datadir is(.*)$/.exec(line.text);
    if (banner !== null) {
      dataDir = dataDirOf(banner[1] ?? '');
    } else if (/^\s*HA state:\s*$/i.test(line.text)) {
      section = 'ha';
    } else if (/^\s*Build state:\s*$/i.test(line.text)) {
      section = 'build';
    } else if (line.prefixed) {
      messages.push(line.text.trim());
    } else {
      const field = /^\s*([a-z]\w*)\s*: ?(.*)$/i.exec(line.text);
      const target = section === 'ha' ? ha : section === 'build' ? build : undefined;
      target?.set(camelCase(field?.[1] ?? ''), (field?.[2] ?? '').trim());
    }
  }
  ha.delete('');
  build.delete('');
  if (ha.has('dbState') && !ha.has('detailInformation')) {
    return {
      kind: 'state',
      dataDir,
      haState: Object.fromEntries(ha),
      buildState: build.size === 0 ? null : Object.fromEntries(build),
      message: messages.join('\n'),
    };
  }
  return {
    kind: /gaussdb\.state" is not exist/.test(text) ? 'no-state' : 'unrecognised',
    dataDir,
    haState: null,
    buildState: null,
    message: text,
  };
}

/** The share of a build that is done, 0 to 100; undefined when the tool does not say. */
export function buildPercent(query: GsCtlQueryBuild): number | undefined {
  const match = /^(\d{1,3})%$/.exec(query.buildState?.['processSchedule'] ?? '');
  return match === null ? undefined : Math.min(Number(match[1]), 100);
}
