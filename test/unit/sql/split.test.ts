import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isPlainQuery, splitScript } from '../../../src/operations/sql/split.ts';

const texts = (script: string): string[] =>
  splitScript(script).statements.map((statement) => statement.text);

describe('splitting a script into statements', () => {
  it('ends a statement at a semicolon outside of quotes, comments and parentheses', () => {
    assert.deepEqual(
      texts(`select 'a;b', "c;d", $$e;f$$, $x$g;$$;h$x$ -- i;j
        /* k; /* l; */ m; */ ; select (1;2); select 3`),
      [
        `select 'a;b', "c;d", $$e;f$$, $x$g;$$;h$x$ -- i;j
        /* k; /* l; */ m; */`,
        'select (1;2)',
        'select 3',
      ],
    );
  });

  it('knows doubled quotes and backslashes in escape strings only', () => {
    assert.deepEqual(texts(`select 'it''s;' ; select E'a\\';b'; select 'c\\'; select 1`), [
      `select 'it''s;'`,
      `select E'a\\';b'`,
      `select 'c\\'`,
      'select 1',
    ]);
  });

  it("lets routines and blocks of openGauss's own form run to a line with only a slash", () => {
    const procedure = `create or replace procedure p() as\nbegin\n  null;\nend;`;
    assert.deepEqual(
      texts(
        `${procedure}\n/\nselect 1;\nbegin\n  p();\nend;\n/\ndeclare x int; begin null; end;\n/`,
      ),
      [procedure, 'select 1', 'begin\n  p();\nend;', 'declare x int; begin null; end;'],
    );
    assert.deepEqual(
      texts(`create function f() returns int as $$ select 1; $$ language sql; select 2`),
      [`create function f() returns int as $$ select 1; $$ language sql`, 'select 2'],
    );
    assert.deepEqual(texts('begin; select 1; commit; begin transaction; end'), [
      'begin',
      'select 1',
      'commit',
      'begin transaction',
      'end',
    ]);
  });

  it("refuses gsql's own commands, COPY FROM STDIN and what has no end, each with its place", () => {
    assert.deepEqual(splitScript('select 1;\n\\! rm -rf x').refusals, [
      { reason: 'meta-command', offset: 10, text: '\\! rm -rf x' },
    ]);
    assert.equal(splitScript(String.raw`select 1 \g |cat`).refusals[0]?.reason, 'meta-command');
    assert.equal(splitScript('copy t from stdin;').refusals[0]?.reason, 'copy-from-stdin');
    assert.equal(splitScript("select 'abc").refusals[0]?.reason, 'unterminated');
    assert.deepEqual(
      splitScript(String.raw`select '\! no', E'\\', "\x", $$\$$ -- \z`).refusals,
      [],
    );
  });

  it('says where each statement stands, and skips comments that belong to none', () => {
    const script = '-- one\n\nselect 1;;\n/* two */ select 2;\n-- end';
    const { statements } = splitScript(script);
    assert.deepEqual(texts(script), ['select 1', 'select 2']);
    for (const { text, offset } of statements) {
      assert.equal(script.slice(offset, offset + text.length), text);
    }
  });

  it('finds every statement again at its offset, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...`ab;'"$-/*\\\n ()Ebegin`), maxLength: 60 }),
        (script) => {
          for (const { text, offset } of splitScript(script).statements) {
            assert.equal(script.slice(offset, offset + text.length), text);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('plain queries', () => {
  for (const query of [
    'select 1',
    '(select 1)',
    'values (1)',
    'table t',
    'with a as (select 1) select * from a',
    `select 'insert into'`,
  ]) {
    it(`takes ${query}`, () => assert.equal(isPlainQuery(query), true));
  }
  for (const statement of [
    'select 1 into t',
    'select * from t for update',
    'with a as (insert into t values (1) returning *) select * from a',
    'insert into t select 1',
    'show port',
    '',
  ]) {
    it(`leaves ${statement === '' ? 'nothing' : statement}`, () =>
      assert.equal(isPlainQuery(statement), false));
  }
});
