import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadCatalogue } from '../../../src/config/catalogue.ts';
import { parseConf } from '../../../src/config/document.ts';
import { applyEdits } from '../../../src/base/edits.ts';
import {
  commentParameter,
  linesOf,
  removeParameter,
  setParameter,
  writeValue,
} from '../../../src/config/edit.ts';

const set = (text: string, name: string, literal: string): string =>
  applyEdits(text, setParameter(parseConf(text), name, literal));

describe('setParameter', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['the value of an active line', 'port = 1 # c\n', 'port = 2 # c\n'],
    ['the last of several lines', 'port = 1\nPort = 1\n', 'port = 1\nPort = 2\n'],
    ['a line that the server cannot read', 'port = /x y\n', 'port = 2\n'],
    ['a commented line, made active', '#port = 1 # c\nx = 1\n', 'port = 2 # c\nx = 1\n'],
    ['the last commented line', '#port = 1\n  # port = 1\n', '#port = 1\n  port = 2\n'],
    [
      'an active line rather than a commented one',
      'port = 1\n#port = 1\n',
      'port = 2\n#port = 1\n',
    ],
    ['a new last line', 'x = 1\n', 'x = 1\nport = 2\n'],
    ['a new line behind one without end', 'x = 1', 'x = 1\nport = 2\n'],
    ['a new line in a file of CRLF', 'x = 1\r\n', 'x = 1\r\nport = 2\r\n'],
    ['an empty file', '', 'port = 2\n'],
  ];
  for (const [what, before, after] of cases) {
    it(`changes ${what}`, () => {
      assert.equal(set(before, 'port', '2'), after);
    });
  }

  it('is not misled by longer names and remarks', () => {
    assert.equal(
      set('# port of x\nports = 1\n', 'port', '2'),
      '# port of x\nports = 1\nport = 2\n',
    );
  });
});

describe('removing and commenting', () => {
  const text = 'port = 1\nx = 1\n  Port = 2\n';

  it('takes every active line out', () => {
    assert.equal(applyEdits(text, removeParameter(parseConf(text), 'port')), 'x = 1\n');
  });

  it('comments with a blank, so that gs_ctl does not read the line', () => {
    assert.equal(
      applyEdits(text, commentParameter(parseConf(text), 'port')),
      '# port = 1\nx = 1\n  # Port = 2\n',
    );
  });

  it('finds the lines of a name in any case', () => {
    assert.deepEqual(linesOf(parseConf(text), 'PORT'), [0, 2]);
  });
});

describe('writeValue', () => {
  it('quotes what must be quoted', async () => {
    const catalogue = await loadCatalogue('master', 'release');
    const write = (name: string, value: string): string => writeValue(catalogue.get(name), value);
    assert.equal(write('port', '6600'), '6600');
    assert.equal(write('ssl', 'on'), 'on');
    assert.equal(write('application_name', 'dn1'), "'dn1'");
    assert.equal(write('xlog_file_path', "/it's"), "'/it''s'");
    assert.equal(write('shared_buffers', '16 MB'), "'16 MB'");
    assert.equal(writeValue(undefined, '1'), "'1'");
  });
});
