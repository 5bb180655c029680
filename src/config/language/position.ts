import { type ConfLine, foldName, lineAt } from '../document.ts';
import type { NodeView } from '../cluster/deployment.ts';
import type { ConfPosition, LanguageContext } from './types.ts';

/** The line of a position and where the position is in it. */
export interface LinePosition {
  readonly index: number;
  readonly line: ConfLine;
  readonly start: number;
  readonly column: number;
}

export function lineOf({ document, offset }: ConfPosition): LinePosition | undefined {
  const index = lineAt(document, offset);
  const line = document.lines[index];
  const start = document.starts[index] ?? 0;
  return line === undefined ? undefined : { index, line, start, column: offset - start };
}

/** Whether an offset is in a part or right behind it. */
export function touches(
  part: { readonly start: number; readonly end: number } | undefined,
  column: number,
): boolean {
  return part !== undefined && part.start <= column && column <= part.end;
}

/** The node whose file is open. */
export function ownNode(context: LanguageContext): NodeView | undefined {
  return context.deployment?.nodes.find((node) => node.spec.id === context.nodeId);
}

/** Whether a name is a replconninfo of either kind. */
export function isReplconninfo(name: string): boolean {
  return /^(cross_cluster_)?replconninfo[1-8]$/.test(foldName(name));
}
