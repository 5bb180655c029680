import type { TextRange } from '../../base/finding.ts';
import { t } from '../../base/l10n.ts';
import { channelKeys, optionalChannelKeys, parseChannels } from '../cluster/channels.ts';
import { otherNodes } from '../cluster/deployment.ts';
import { channelTo, targetOf } from '../cluster/rules-replication.ts';
import { ownNode } from './position.ts';
import type { Completion, ConfPosition, LanguageContext } from './types.ts';

/** Whole values that lead to a node of the other cluster. Those that no entry leads to yet come first. */
export function wholeChannels(context: LanguageContext): Omit<Completion, 'range'>[] {
  const node = ownNode(context);
  const { deployment } = context;
  if (node === undefined || deployment === undefined) {
    return [];
  }
  const reached = new Set(node.entries.map((entry) => targetOf(deployment, node, entry)?.spec.id));
  return otherNodes(deployment, node).flatMap((other) => {
    const value = channelTo(node, other);
    return value === undefined
      ? []
      : [
          {
            label: t('all for {0}', other.spec.id),
            kind: 'node' as const,
            insertText: value,
            detail: reached.has(other.spec.id) ? t('has an entry already') : value,
            rank: reached.has(other.spec.id) ? 1 : 0,
          },
        ];
  });
}

/** Proposals inside the quotes of a replconninfo. */
export function completeChannel(
  content: TextRange,
  { text, offset }: ConfPosition,
  context: LanguageContext,
): Completion[] {
  const before = text.slice(content.start, offset);
  const channelStart = before.lastIndexOf(',') + 1;
  const own = before.slice(channelStart);
  const value = /(\w+)[ =]*=[ ]*([\w.:-]*)$/.exec(own);
  const key = value?.[1];
  if (key !== undefined) {
    const typed = value?.[2] ?? '';
    const behind = /^[\w.:-]*/.exec(text.slice(offset, content.end))?.[0].length ?? 0;
    return proposeParts(key, { start: offset - typed.length, end: offset + behind }, own, context);
  }
  const typed = /\w*$/.exec(own)?.[0] ?? '';
  const range = { start: offset - typed.length, end: offset };
  const whole =
    own.trim() === typed
      ? wholeChannels(context).map((each) => ({
          ...each,
          range: { start: content.start + channelStart, end: nextComma(text, offset, content.end) },
        }))
      : [];
  const present = text.slice(content.start, content.end);
  const keys = [...channelKeys, ...optionalChannelKeys].filter((each) => !present.includes(each));
  return [
    ...whole,
    ...keys.map((each, index): Completion => ({
      label: `${each}=`,
      kind: 'key',
      insertText: `${each}=`,
      range,
      rank: 2 + index,
    })),
  ];
}

function nextComma(text: string, from: number, end: number): number {
  const comma = text.indexOf(',', from);
  return comma < 0 || comma > end ? end : comma;
}

function proposeParts(
  key: string,
  range: TextRange,
  channel: string,
  context: LanguageContext,
): Completion[] {
  const node = ownNode(context);
  const { deployment } = context;
  if (node === undefined || deployment === undefined) {
    return key === 'iscascade' || key === 'iscrossregion'
      ? [part('true', range, undefined, 0)]
      : [];
  }
  const others = otherNodes(deployment, node);
  switch (key) {
    case 'localhost':
      return numeric([...node.addresses]).map((each, index) =>
        part(each, range, node.spec.id, index),
      );
    case 'localport':
      return [
        part(String(node.port), range, node.spec.id, 0),
        part(String(node.port + 1), range, t('HA port'), 1),
      ];
    case 'remotehost':
      return unique(
        others.flatMap((other) =>
          numeric([...other.addresses]).map((each) => [each, other.spec.id] as const),
        ),
      ).map(([text, ids], index) => part(text, range, ids, index));
    case 'remoteport': {
      const host = parseChannels(channel)[0]?.remotehost?.text;
      const there = others.filter((other) => host === undefined || other.addresses.has(host));
      return (there.length === 0 ? others : there).map((other, index) =>
        part(String(other.port), range, other.spec.id, index),
      );
    }
    case 'iscascade':
    case 'iscrossregion':
      return [part('true', range, undefined, 0)];
    default:
      return [];
  }
}

/** The addresses in numbers, as openGauss’s guide writes them; names only where there is nothing else. */
function numeric(addresses: readonly string[]): readonly string[] {
  const numbers = addresses.filter((each) => /^[\d.]+$|:/.test(each));
  return numbers.length === 0 ? addresses : numbers;
}

function unique(pairs: readonly (readonly [string, string])[]): [string, string][] {
  const found = new Map<string, string[]>();
  for (const [text, id] of pairs) {
    found.set(text, [...(found.get(text) ?? []), id]);
  }
  return [...found].map(([text, ids]) => [text, ids.join(', ')]);
}

function part(
  text: string,
  range: TextRange,
  detail: string | undefined,
  rank: number,
): Completion {
  return {
    label: text,
    kind: 'value',
    insertText: text,
    range,
    rank,
    ...(detail === undefined ? {} : { detail }),
  };
}
