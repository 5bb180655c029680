/**
 * How openGauss's tools read postgresql.conf: by lines and text, without the server's scanner. The rules are those of
 * tool_common.cpp (gs_ctl, pg_rewind: find_gucoption, find_guc_optval, readfile) and of gs_guc's pg_guc.cpp.
 */
import type { TextRange } from '../../base/finding.ts';
import { rangeIn } from '../document.ts';
import type { ConfDocument } from '../document.ts';

/** What a tool takes for a parameter's value. */
export interface ToolValue {
  /** As the tool cuts it out: quotes and blanks at the ends stripped for active lines, no escapes resolved. */
  readonly value: string;
  /** Counted from 0. */
  readonly line: number;
  readonly range: TextRange;
  /** The tool took a line that the server sees as a comment. */
  readonly commented: boolean;
}

/** gs_ctl reads a file of this many bytes or more as if it were empty. */
export const toolFileLimit = 0xfffff;

/** The parameters that gs_ctl reads from the file as `find_guc_optval` does, which takes commented lines too. */
export const optvalNames = [
  'ss_enable_dss',
  'ss_disaster_mode',
  'ss_dss_conn_path',
  'ss_dss_data_vg_name',
  'ss_instance_id',
  'ss_interconnect_url',
] as const;

/** Values that gs_ctl build cuts their first and last character off, so they must stand in single quotes. */
export const cutNames: readonly string[] = [
  ...Array.from({ length: 8 }, (_, index) => `cross_cluster_replconninfo${index + 1}`),
  ...Array.from({ length: 8 }, (_, index) => `replconninfo${index + 1}`),
  'application_name',
  'primary_slotname',
  'pgxc_node_name',
];

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

interface Found {
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

/**
 * The first line that begins with the name and has a `=`. The value ends at the first `#`, also inside quotes, and at its
 * ends blanks and `strip` are taken away. A line without a line end is not read.
 */
function findOption(document: ConfDocument, name: string, strip: string): Found | undefined {
  const stripped = strip.charCodeAt(0);
  const skipped = (code: number): boolean => isSpace(code) || code === stripped;
  for (const [line, { text }] of document.lines.entries()) {
    if (!text.includes(name) || !text.endsWith('\n')) {
      continue;
    }
    let at = 0;
    while (isSpace(text.charCodeAt(at))) {
      at += 1;
    }
    if (!text.startsWith(name, at)) {
      continue;
    }
    at += name.length;
    while (isSpace(text.charCodeAt(at))) {
      at += 1;
    }
    if (text[at] !== '=') {
      continue;
    }
    at += 1;
    while (skipped(text.charCodeAt(at))) {
      at += 1;
    }
    let end = at;
    for (
      let index = at;
      index < text.length && text[index] !== '\n' && text[index] !== '#';
      index += 1
    ) {
      if (!skipped(text.charCodeAt(index))) {
        end = index + 1;
      }
    }
    return { line, start: at, end };
  }
  return undefined;
}

function toValue(document: ConfDocument, found: Found, commented: boolean): ToolValue {
  return {
    value: document.lines[found.line]?.text.slice(found.start, found.end) ?? '',
    line: found.line,
    range: rangeIn(document, found.line, found),
    commented,
  };
}

/**
 * The value that gs_ctl takes for a name (`find_guc_optval`): the first active line, else the first line that begins with
 * `#` and the name without a blank between. Names are compared exactly.
 */
export function readAsGsCtl(document: ConfDocument, name: string): ToolValue | undefined {
  const active = findOption(document, name, "'");
  if (active !== undefined) {
    return toValue(document, active, false);
  }
  const commented = findOption(document, `#${name}`, ' ');
  return commented === undefined ? undefined : toValue(document, commented, true);
}

/**
 * The value that gs_ctl build takes for a replconninfo, application_name and the like: the first active line, its first
 * and last character cut off whatever they are.
 */
export function readAsGsCtlBuild(document: ConfDocument, name: string): ToolValue | undefined {
  const found = findOption(document, name, ' ');
  return found === undefined
    ? undefined
    : toValue(
        document,
        { line: found.line, start: found.start + 1, end: Math.max(found.start + 1, found.end - 1) },
        false,
      );
}

/**
 * The line that gs_guc set changes: the last active one with the name and a `=`, else the last commented one.
 * Undefined: it appends a line.
 */
export function findAsGsGuc(
  document: ConfDocument,
  name: string,
): { readonly line: number; readonly commented: boolean; readonly matches: number } | undefined {
  let active: number | undefined;
  let commented: number | undefined;
  let matches = 0;
  for (const [line, { text }] of document.lines.entries()) {
    if (!text.includes(name)) {
      continue;
    }
    const match = /^[ \t\v\f\r]*(#?)[ \t\v\f\r]*([A-Za-z0-9_.]+)[ \t\v\f\r]*=/.exec(text);
    if (match?.[2] !== name) {
      continue;
    }
    if (match[1] === '#') {
      commented = line;
    } else {
      active = line;
      matches += 1;
    }
  }
  const line = active ?? commented;
  return line === undefined ? undefined : { line, commented: active === undefined, matches };
}
