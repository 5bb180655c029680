import { foldName, rangeIn } from '../document.ts';
import { parseChannels } from '../cluster/channels.ts';
import { winningLines } from './outline.ts';
import { isReplconninfo } from './position.ts';
import type {
  ConfPosition,
  LanguageContext,
  SemanticToken,
  TokenModifier,
  TokenType,
} from './types.ts';
import { isDualClusterName } from './words.ts';

/**
 * Tokens by meaning: names that the version knows, duplicates that do not count, the dual cluster's own parameters,
 * values by type, the ends of channels.
 */
export function tokensConf(
  { document }: Omit<ConfPosition, 'offset'>,
  context: LanguageContext,
): SemanticToken[] {
  const winners = winningLines(document);
  const tokens: SemanticToken[] = [];
  for (const [index, line] of document.lines.entries()) {
    const { name, value } = line;
    if (line.kind !== 'setting' || name === undefined || value === undefined) {
      continue;
    }
    const folded = foldName(name.text);
    const parameter = context.catalogue.get(folded);
    const overridden = winners.get(folded) !== index;
    const modifiers: TokenModifier[] = [
      ...(overridden ? (['deprecated'] as const) : []),
      ...(isDualClusterName(folded) ? (['defaultLibrary'] as const) : []),
      ...(parameter?.context === 'internal' ? (['readonly'] as const) : []),
    ];
    const add = (
      part: { start: number; end: number },
      type: TokenType,
      of: readonly TokenModifier[] = [],
    ): void => {
      tokens.push({ range: rangeIn(document, index, part), type, modifiers: of });
    };
    add(name, parameter === undefined ? 'variable' : 'property', modifiers);
    if (isReplconninfo(folded) && value.text.startsWith("'") && !value.text.includes('\\')) {
      for (const channel of parseChannels(value.text.slice(1, -1))) {
        for (const part of [
          channel.localhost,
          channel.localport,
          channel.remotehost,
          channel.remoteport,
        ]) {
          if (part !== undefined) {
            const type =
              part === channel.localhost || part === channel.remotehost ? 'namespace' : 'number';
            add({ start: value.start + 1 + part.start, end: value.start + 1 + part.end }, type);
          }
        }
      }
    } else {
      const type: TokenType =
        parameter === undefined || parameter.type === 'string'
          ? 'string'
          : parameter.type === 'bool' || parameter.type === 'enum'
            ? 'enumMember'
            : 'number';
      add(value, type, overridden ? ['deprecated'] : []);
    }
  }
  return tokens.sort((one, other) => one.range.start - other.range.start);
}
