import { fileKey, partRange, settingOf } from '../cluster/deployment.ts';
import { targetOf } from '../cluster/rules-replication.ts';
import { foldName, rangeIn } from '../document.ts';
import { lineOf, ownNode, touches } from './position.ts';
import { winningLine } from './outline.ts';
import type { ConfPosition, LanguageContext, Target } from './types.ts';

/**
 * Where a line leads: from a name to the line of it that counts, from a replconninfo's remote end to the port of the
 * node that it means.
 */
export function definitionConf(
  position: ConfPosition,
  context: LanguageContext,
): Target | undefined {
  const at = lineOf(position);
  const { name, value } = at?.line ?? {};
  if (at === undefined || name === undefined) {
    return undefined;
  }
  if (touches(name, at.column)) {
    const winner = winningLine(position.document, foldName(name.text));
    const token = winner === undefined ? undefined : position.document.lines[winner]?.name;
    return winner === undefined || token === undefined
      ? undefined
      : { range: rangeIn(position.document, winner, token) };
  }
  return touches(value, at.column) ? remoteNode(position, context) : undefined;
}

function remoteNode({ offset, text }: ConfPosition, context: LanguageContext): Target | undefined {
  const node = ownNode(context);
  const { deployment } = context;
  const entry = node?.entries.find(
    ({ setting }) => setting.valueRange.start <= offset && offset <= setting.valueRange.end,
  );
  if (
    node === undefined ||
    deployment === undefined ||
    entry === undefined ||
    node.conf?.text !== text
  ) {
    return undefined;
  }
  const parts = [entry.channel.remotehost, entry.channel.remoteport].flatMap((part) =>
    part === undefined ? [] : [partRange(node, entry.setting, part)],
  );
  const target = targetOf(deployment, node, entry);
  const port = target === undefined ? undefined : settingOf(target, 'port');
  return target === undefined || port === undefined || !parts.some((part) => touches(part, offset))
    ? undefined
    : { file: fileKey(target.spec.id, 'postgresql-conf'), range: port.valueRange };
}

/** Every active line of the parameter at a place. */
export function occurrencesConf(position: ConfPosition): Target[] {
  const at = lineOf(position);
  const { name } = at?.line ?? {};
  if (at === undefined || name === undefined || !touches(name, at.column)) {
    return [];
  }
  const folded = foldName(name.text);
  return position.document.lines.flatMap((line, index) =>
    line.name !== undefined && foldName(line.name.text) === folded
      ? [{ range: rangeIn(position.document, index, line.name) }]
      : [],
  );
}
