import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, it } from 'node:test';

const root = new URL('../../../', import.meta.url);
const page = readFileSync(new URL('docs/rules.md', root), 'utf8');

/** The codes in the sources of a folder: `code: 'x'`, and the third argument of reports. */
function codesIn(folder: string): Set<string> {
  const codes = new Set<string>();
  for (const file of readdirSync(new URL(folder, root))) {
    const text = readFileSync(new URL(`${folder}/${file}`, root), 'utf8');
    for (const match of text.matchAll(
      /code: '([a-z-]+)'|'((?:[a-z]+-)+[a-z]+)', \{|\? '([a-z-]+)' : '([a-z-]+)', \{|, '(hba-[a-z]+)'\)/g,
    )) {
      for (const code of match.slice(1).map((each: string | undefined) => each ?? '')) {
        if (code !== '' && !code.endsWith('-conf')) {
          codes.add(code);
        }
      }
    }
  }
  return codes;
}

describe('docs/rules.md', () => {
  for (const folder of ['src/config/files', 'src/config/cluster']) {
    it(`explains every code of ${folder}`, () => {
      const codes = codesIn(folder);
      assert.ok(codes.size > 15);
      assert.deepEqual(
        [...codes].filter((code) => !page.includes(`\n### ${code}\n`)),
        [],
      );
    });
  }
});
