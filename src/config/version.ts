/** Which openGauss version a file is for. */
import { serverVersions } from '../topology/types.ts';
import type { ServerVersion, Topology } from '../topology/types.ts';

/**
 * The line of versions that a version text belongs to: `5.0.3` is of 5.0.0, `6.0.0-RC1` and `6.0.2` of 6.0.0, `7.0.0` of
 * 7.0.0-RC1. Undefined for versions whose parameters we do not know.
 */
export function parseServerVersion(text: string): ServerVersion | undefined {
  const wanted = text.trim();
  const exact = serverVersions.find((version) => version.toLowerCase() === wanted.toLowerCase());
  if (exact !== undefined) {
    return exact;
  }
  const line = /^v?(\d+)\.(\d+)(?:\.\d+)?(?:[-.]?(?:RC|B)\d+)?$/i.exec(wanted);
  return line === null
    ? undefined
    : serverVersions.find((version) => version.startsWith(`${line[1]}.${line[2]}.`));
}

const comment = /^\uFEFF?[ \t]*#[ \t]*opengauss-version[ \t]*[:=][ \t]*(\S+)/i;

/** The version that a comment in the first line of a text names: `# opengauss-version: 5.0.0`. */
export function commentedVersion(text: string): ServerVersion | undefined {
  const end = text.indexOf('\n');
  const named = comment.exec(end < 0 ? text.slice(0, 200) : text.slice(0, Math.min(end, 200)))?.[1];
  return named === undefined ? undefined : parseServerVersion(named);
}

/** Where the version may come from, the most binding first. */
export interface VersionSources {
  /** Asked for in so many words: an option of the command line. */
  readonly asked?: ServerVersion | undefined;
  /** The file itself, whose first line may name one. */
  readonly text?: string;
  readonly topology?: Topology | undefined;
  /** What the hosts said, for a topology with `auto`. */
  readonly detected?: ServerVersion | undefined;
  /** The user's setting. */
  readonly configured?: ServerVersion | undefined;
}

/** The version when nothing says one: the seed's. */
const defaultVersion: ServerVersion = '5.0.0';

/** The version by which to judge a file. */
export function chooseVersion(sources: VersionSources): ServerVersion {
  const { asked, text, topology, detected, configured } = sources;
  const ofTopology =
    topology === undefined || topology.openGauss === 'auto' ? detected : topology.openGauss;
  return (
    asked ??
    (text === undefined ? undefined : commentedVersion(text)) ??
    ofTopology ??
    configured ??
    defaultVersion
  );
}
