import { readdir, stat } from 'node:fs/promises';
import { join, parse, sep } from 'node:path';

/**
 * The files that a path with `*`, `?` and `[…]` stands for, sorted, as glob(3) finds them: hidden names only when the
 * pattern begins with a dot.
 */
export async function globFiles(path: string): Promise<string[]> {
  const { root } = parse(path);
  const parts = path
    .slice(root.length)
    .split(/[/\\]/u)
    .filter((part) => part !== '');
  let found = [root];
  for (const part of parts) {
    if (!/[*?[]/.test(part)) {
      found = found.map((folder) => join(folder, part));
      continue;
    }
    const expression = asExpression(part);
    const next: string[] = [];
    for (const folder of found) {
      const names = await readdir(folder === '' ? `.${sep}` : folder).catch(() => []);
      for (const name of names.sort()) {
        if (expression.test(name) && (!name.startsWith('.') || part.startsWith('.'))) {
          next.push(join(folder, name));
        }
      }
    }
    found = next;
  }
  const there = await Promise.all(
    found.map(async (file) =>
      stat(file).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.filter((_, index) => there[index]);
}

function asExpression(pattern: string): RegExp {
  let text = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    const end = pattern.indexOf(']', at + 2);
    if (character === '*') {
      text += '[^]*';
    } else if (character === '?') {
      text += '[^]';
    } else if (character === '[' && end > 0) {
      const set = pattern
        .slice(at + 1, end)
        .replace(/^!/, '^')
        .replace(/[\\[\]]/g, '\\$&');
      text += `[${set}]`;
      at = end;
    } else {
      text += character.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    }
  }
  return new RegExp(`^${text}$`, 'u');
}
