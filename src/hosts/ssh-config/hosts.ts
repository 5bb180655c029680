import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { globFiles } from './glob.ts';
import { configLines, splitWords } from './lines.ts';
import { usualFiles } from './resolve.ts';

const deepest = 16;

/**
 * The aliases that an ssh configuration names, without patterns: what Remote-SSH offers too. Files that cannot be read
 * name none. Nothing is contacted and nothing runs.
 */
export async function configuredHosts(
  files?: readonly string[],
  home = homedir(),
): Promise<string[]> {
  const found = new Set<string>();
  const read = async (path: string, folder: string, depth: number): Promise<void> => {
    const text = await readFile(path, 'utf8').catch(() => '');
    for (const { keyword, rest } of configLines(text)) {
      const words = splitWords(rest) ?? [];
      if (keyword === 'host') {
        for (const word of words) {
          if (!/^[!-]|[*?]/.test(word)) {
            found.add(word);
          }
        }
      } else if (keyword === 'include' && depth < deepest) {
        for (const word of words) {
          const full = word.startsWith('~/')
            ? join(home, word.slice(2))
            : /^([/\\]|[A-Za-z]:)/.test(word)
              ? word
              : join(folder, word);
          for (const file of await globFiles(full)) {
            await read(file, folder, depth + 1);
          }
        }
      }
    }
  };
  const sources = files?.map((path) => ({ path, user: true })) ?? usualFiles(home);
  for (const { path, user } of sources) {
    await read(path, user ? join(home, '.ssh') : '/etc/ssh', 0);
  }
  return [...found];
}
