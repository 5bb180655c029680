import { join } from 'node:path';
import type { LabHost } from '../host.ts';
import { out, stamp } from '../print.ts';

/** What `gs_ctl` was called with. */
export interface Call {
  readonly host: LabHost;
  readonly operation: string;
  readonly dataDir: string;
  /** Options by letter or long name; those without a value are ''. */
  readonly options: ReadonlyMap<string, string>;
}

/** A line with gs_ctl's prefix; `node` is the node's name, empty in most commands. */
export function prefixed(text: string, node = '', tool = 'gs_ctl'): string {
  return `[${stamp()}][${process.pid}][${node}][${tool}]: ${text}`;
}

/** Prints a line with gs_ctl's prefix. All that gs_ctl says goes to standard output. */
export function say(text: string, node = '', tool = 'gs_ctl'): void {
  out(`${prefixed(text, node, tool)}\n`);
}

export function pidFile(call: Call): string {
  return join(call.dataDir, 'postmaster.pid');
}

export function confFile(call: Call): string {
  return join(call.dataDir, 'postgresql.conf');
}

/** Seconds that a waiting command waits. */
export function patience(call: Call): number {
  const given = Number(call.options.get('t'));
  return given > 0 ? given : 60;
}
