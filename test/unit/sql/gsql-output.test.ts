import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  fieldSeparator as f,
  nullMarker,
  parseServerMessages,
  parseStatementOutput,
  recordSeparator as r,
} from '../../../src/status/gsql-output.ts';

describe("gsql's answers", () => {
  it('keeps NULL and the empty text apart, and line ends and bars in values', () => {
    const text = `a${f}b${f}c${r}1${f}x|y\nz${f}${nullMarker}${r}2${f}${f}(3 rows)${r}(2 rows)\n`;
    assert.deepEqual(parseStatementOutput(text), {
      columns: ['a', 'b', 'c'],
      rows: [
        ['1', 'x|y\nz', null],
        ['2', '', '(3 rows)'],
      ],
      tags: [],
    });
  });

  it('reads an empty result and the tag of a command', () => {
    assert.deepEqual(parseStatementOutput(`a${r}(0 rows)\n`), {
      columns: ['a'],
      rows: [],
      tags: [],
    });
    assert.deepEqual(parseStatementOutput('INSERT 0 1\n'), {
      columns: null,
      rows: [],
      tags: ['INSERT 0 1'],
    });
  });

  it('reads errors with their place, and notices', () => {
    const messages = parseServerMessages(
      'Password: NOTICE:  table "x" does not exist, skipping\n' +
        'ERROR:  column "nosuch" does not exist\nLINE 1: select nosuch\n               ^\nCONTEXT:  referenced column: nosuch\n',
    );
    assert.deepEqual(messages[0], {
      severity: 'NOTICE',
      message: 'table "x" does not exist, skipping',
    });
    assert.deepEqual(messages.at(-1), {
      severity: 'ERROR',
      message: 'column "nosuch" does not exist',
      line: 1,
      lineText: 'select nosuch',
      column: 8,
      context: 'referenced column: nosuch',
    });
  });

  it('finds the place behind Chinese characters, which take two columns of the terminal', () => {
    const [message] = parseServerMessages(
      `ERROR:  column "nosuch" does not exist\nLINE 1: select '中文', nosuch\n${' '.repeat(23)}^\n`,
    );
    assert.equal(message?.lineText?.slice((message.column ?? 0) - 1), 'nosuch');
  });

  it('keeps what gsql itself says', () => {
    assert.deepEqual(parseServerMessages('failed to connect Unknown:6600.\n'), [
      { severity: 'ERROR', message: 'failed to connect Unknown:6600.' },
    ]);
    assert.deepEqual(parseServerMessages('gsql: FATAL:  the database system is starting up\n'), [
      { severity: 'FATAL', message: 'the database system is starting up' },
    ]);
  });
});
