import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { rules } from '../../../src/config/rules/table.ts';

const page = readFileSync(new URL('../../../docs/rules.md', import.meta.url), 'utf8');

describe('docs/rules.md', () => {
  it('explains every rule of one postgresql.conf', () => {
    const headings = new Set([...page.matchAll(/^### (\S+)$/gm)].map(([, code]) => code));
    const missing = rules.map(({ code }) => code).filter((code) => !headings.has(code));
    assert.deepEqual(missing, []);
  });

  it('says the severity and stage that the rules have', () => {
    for (const { code, severity, stage } of rules) {
      const section = page.split(`### ${code}\n`)[1]?.split('\n### ')[0] ?? '';
      assert.ok(section.includes(`\`${stage}\``), `${code} is of stage ${stage}`);
      const said = /`(error|warning|info|hint)`/.exec(section)?.[1];
      assert.ok(said !== undefined, `${code} has no severity (${severity})`);
    }
  });
});
