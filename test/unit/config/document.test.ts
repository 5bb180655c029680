import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  foldName,
  lineAt,
  parseConf,
  printConf,
  rangeIn,
  updateConf,
} from '../../../src/config/document.ts';
import { quoteString, unquoteString } from '../../../src/config/lexer.ts';

const fragments = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '\n',
    '\r\n',
    "'",
    '#',
    '=',
    '\\',
    'port',
    ' ',
    "''",
    '\uFEFF',
    '\0',
    'a.b',
    '1.5e3kB',
  ),
);
const texts = fc.array(fragments, { maxLength: 40 }).map((parts) => parts.join(''));

describe('parseConf', () => {
  it('prints every text back, character for character', () => {
    fc.assert(
      fc.property(texts, (text) => printConf(parseConf(text)) === text),
      { numRuns: 2000 },
    );
  });

  it('prints every sequence of bytes back, each byte a character', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = Buffer.from(bytes).toString('latin1');
        assert.deepEqual([...Buffer.from(printConf(parseConf(text)), 'latin1')], [...bytes]);
      }),
    );
  });

  const kinds: readonly (readonly [string, string])[] = [
    ['', 'blank'],
    [' \t\r', 'blank'],
    ['# x', 'comment'],
    ['port = 1', 'setting'],
    ['port 1', 'setting'],
    ["include 'x'", 'include'],
    ["INCLUDE_IF_EXISTS = 'x'", 'include'],
    ['port', 'broken'],
    ['= 1', 'broken'],
  ];
  for (const [text, kind] of kinds) {
    it(`calls ${JSON.stringify(text)} ${kind}`, () => {
      assert.equal(parseConf(text).lines[0]?.kind, kind);
    });
  }

  it('knows the tokens of a line and where they stand', () => {
    const document = parseConf("# first\n  port = '66''00' # last\r\n");
    const line = document.lines[1];
    assert.equal(line?.name?.text, 'port');
    assert.equal(line.value?.text, "'66''00'");
    assert.equal(line.content, "66'00");
    assert.equal(line.comment?.text, '# last');
    assert.deepEqual(rangeIn(document, 1, line.value), { start: 17, end: 25 });
    assert.equal(document.lines.length, 3);
  });

  it('says at which token the server stops', () => {
    const stops: Readonly<Record<string, string | undefined>> = {
      port: undefined,
      'port = ': undefined,
      'port = # x': undefined,
      'port == 1': '=',
      'port = 1 2': '2',
      'port = /x': '/',
      "port = 'x": "'",
      'port = 0X10': '10',
      'port = 1e3': '3',
      'port = 10.0.0.1': '.0',
      'port = a.b': 'a.b',
    };
    for (const [text, stop] of Object.entries(stops)) {
      const [line] = parseConf(text).lines;
      assert.equal(line?.kind, 'broken', text);
      assert.equal(line.unexpected?.text, stop, text);
    }
  });
});

describe('updateConf', () => {
  it('gives the document of the changed text, whatever the change', () => {
    fc.assert(
      fc.property(texts, fc.nat(), fc.nat(), fragments, (text, a, b, added) => {
        const start = text.length === 0 ? 0 : a % (text.length + 1);
        const end = start + (b % (text.length - start + 1));
        const changed = text.slice(0, start) + added + text.slice(end);
        const updated = updateConf(parseConf(text), { start, end, text: added });
        assert.deepEqual(updated, parseConf(changed));
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps the lines that are not touched', () => {
    const before = parseConf('a = 1\nb = 2\nc = 3\n');
    const after = updateConf(before, { start: 10, end: 11, text: '9' });
    assert.equal(after.lines[0], before.lines[0]);
    assert.notEqual(after.lines[1], before.lines[1]);
    assert.equal(after.lines[2], before.lines[2]);
    assert.equal(printConf(after), 'a = 1\nb = 9\nc = 3\n');
  });
});

describe('names and values', () => {
  it('finds the line of an offset', () => {
    const document = parseConf('a\nbc\n\nd');
    assert.deepEqual(
      [0, 1, 2, 4, 5, 6, 7].map((offset) => lineAt(document, offset)),
      [0, 0, 1, 1, 2, 3, 3],
    );
  });

  it('folds ASCII letters only', () => {
    assert.equal(foldName('PORT_Ä'), 'port_Ä');
  });

  it('resolves quotes and escapes as the server does', () => {
    const values: Readonly<Record<string, string>> = {
      "'a''b'": "a'b",
      "'a\\'b'": "a'b",
      "'\\101\\x\\n\\t'": 'Ax\n\t',
      "'C:\\temp'": 'C:\temp',
      "''": '',
      "'a\\0b'": 'a',
    };
    for (const [text, value] of Object.entries(values)) {
      assert.equal(unquoteString(text), value, text);
    }
  });

  it('quotes so that the server reads the same text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        fc.pre(!value.includes('\0'));
        const [line] = parseConf(`x.y = ${quoteString(value)}\n`).lines;
        assert.equal(line?.kind, 'setting');
        assert.equal(line.content, value);
      }),
    );
  });
});
