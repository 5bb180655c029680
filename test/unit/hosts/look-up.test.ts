import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { lookUpCommand, readLookUp } from '../../../src/hosts/look-up.ts';

describe('looking up paths', () => {
  it('tells of each path whether it exists, whatever it is called', () => {
    const folder = mkdtempSync(join(tmpdir(), 'look-up-'));
    try {
      const names = ['plain', '-n', "it's", 'a b', '$(x)', 'line\nend', '*'];
      for (const name of names) {
        writeFileSync(join(folder, name), '');
      }
      mkdirSync(join(folder, 'sub'));
      symlinkSync('nowhere', join(folder, 'dangling'));
      const paths = [
        ...names.map((name) => join(folder, name)),
        join(folder, 'sub'),
        join(folder, 'gone'),
        join(folder, 'plain', 'below'),
        join(folder, '?'),
      ];
      const output = execFileSync('sh', ['-c', lookUpCommand(paths)], { encoding: 'utf8' });
      assert.deepEqual(readLookUp(output, paths.length), [
        ...names.map(() => true),
        true,
        false,
        false,
        false,
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('knows nothing where the answer says nothing', () => {
    assert.deepEqual(readLookUp('1\n?\n0', 5), [true, undefined, false, undefined, undefined]);
    assert.deepEqual(readLookUp('', 1), [undefined]);
  });
});
