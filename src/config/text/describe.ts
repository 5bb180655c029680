import { foldName } from '../document.ts';
import { dualClusterLines } from './dual-cluster.ts';
import { groups } from './groups.ts';
import { otherLines } from './others.ts';

export type TextLanguage = 'en' | 'zh';

type Texts = ReadonlyMap<string, readonly [english: string, chinese: string]>;

let texts: Texts | undefined;

function read(...sources: readonly string[]): Texts {
  const found = new Map<string, readonly [string, string]>();
  for (const line of sources.join('\n').split('\n')) {
    const [name, english, chinese] = line.split('|');
    if (name === undefined || english === undefined || chinese === undefined) {
      continue;
    }
    for (const each of name.endsWith('N')
      ? Array.from({ length: 8 }, (_, index) => `${name.slice(0, -1)}${index + 1}`)
      : [name]) {
      found.set(foldName(each), [english, chinese]);
    }
  }
  return found;
}

/** What a parameter does, in a line or some: our own words where we have some, else its group and its name in words. */
export function describeParameter(name: string, language: TextLanguage): string {
  texts ??= read(otherLines, dualClusterLines);
  const folded = foldName(name);
  const own = texts.get(folded);
  if (own !== undefined) {
    return own[language === 'en' ? 0 : 1];
  }
  const group = groups.find(([pattern]) => pattern.test(folded));
  const words = folded
    .replace(group?.[3] ?? '', '')
    .replaceAll('_', ' ')
    .trim();
  return group === undefined ? words : `${group[language === 'en' ? 1 : 2]}: ${words}`;
}
