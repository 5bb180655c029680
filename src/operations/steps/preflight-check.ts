import { quote } from '../../hosts/quote.ts';
import { runOn } from '../host/command.ts';
import type { Layout, NodeLayout } from '../recipes/layout.ts';
import type { StepContext } from '../types.ts';

/** What a check found. `warning`: it works, with a danger. */
export interface CheckResult {
  readonly level: 'ok' | 'warning' | 'failed';
  readonly found: string;
  readonly remedy?: string;
}

/** One question to a host before anything is done to it. Nothing is changed. */
export interface PreflightCheck {
  readonly id: string;
  /** In the user's language, when it is asked for. */
  title(): string;
  ask(context: StepContext, layout: Layout, host: string): Promise<CheckResult>;
}

export const ok = (found: string): CheckResult => ({ level: 'ok', found });
export const warning = (found: string, remedy: string): CheckResult => ({
  level: 'warning',
  found,
  remedy,
});
export const failed = (found: string, remedy: string): CheckResult => ({
  level: 'failed',
  found,
  remedy,
});

export const gib = 1024 ** 3;

export function nodesOn(layout: Layout, host: string): NodeLayout[] {
  return layout.nodes.filter((node) => node.host === host);
}

export async function ask(context: StepContext, host: string, command: string): Promise<string> {
  return (await runOn(context, host, command, { quiet: true })).stdout.trim();
}

/** `sh` that prints the nearest folder above a path that exists. */
export function nearest(path: string): string {
  return `D=${quote(path)}; while ! test -e "$D"; do D=$(dirname -- "$D"); done`;
}
