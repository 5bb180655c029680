import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import { parseConf } from '../../../src/config/document.ts';
import { applyEdits } from '../../../src/base/edits.ts';
import { completeConf } from '../../../src/config/language/completion.ts';
import { definitionConf, occurrencesConf } from '../../../src/config/language/definition.ts';
import { formatConf } from '../../../src/config/language/format.ts';
import { hoverConf } from '../../../src/config/language/hover.ts';
import { hintsConf, lensesConf } from '../../../src/config/language/notes.ts';
import { foldsConf, outlineConf } from '../../../src/config/language/outline.ts';
import { renameConf, renameNode } from '../../../src/config/language/rename.ts';
import { signatureConf } from '../../../src/config/language/signature.ts';
import { tokensConf } from '../../../src/config/language/tokens.ts';
import type { LanguageContext } from '../../../src/config/language/types.ts';
import { readAsServer } from '../../../src/config/readers/server.ts';
import { deploymentOf, lintDeployment, listFindings, withFix } from './support.ts';
import { aloneContext, inside, node } from './places.ts';

let alone: LanguageContext;
before(async () => {
  alone = await aloneContext();
});

describe('outline, folds and places', () => {
  const sample =
    '#---------------\n# CONNECTIONS\n#---------------\n# a\n# b\n\nport = 1\nport = 2\n#---------------\n# LOGS\n#---------------\nlog_directory = x\n';
  const document = parseConf(sample);
  it('groups settings by the sample’s headings', () => {
    assert.deepEqual(
      outlineConf(document).map((each) => [
        each.name,
        each.children.map((child) => `${child.name}=${child.detail}`),
      ]),
      [
        ['CONNECTIONS', ['port=1', 'port=2']],
        ['LOGS', ['log_directory=x']],
      ],
    );
    for (const symbol of outlineConf(document)) {
      assert.ok(
        symbol.range.start <= symbol.selection.start && symbol.selection.end <= symbol.range.end,
      );
      for (const child of symbol.children) {
        assert.ok(symbol.range.start <= child.range.start && child.range.end <= symbol.range.end);
      }
    }
  });
  it('folds sections', () => {
    assert.deepEqual(
      foldsConf(document)
        .filter((fold) => fold.kind === 'region')
        .map((fold) => [fold.startLine, fold.endLine]),
      [
        [0, 7],
        [8, 12],
      ],
    );
    assert.deepEqual(foldsConf(parseConf('# a\n# b\n# c\nport = 1\n')), [
      { startLine: 0, endLine: 2, kind: 'comment' },
    ]);
  });
  it('goes to the line that wins', () => {
    const place = { document, text: sample, offset: sample.indexOf('port = 1') + 2 };
    assert.equal(definitionConf(place, alone)?.range.start, sample.indexOf('port = 2'));
    assert.equal(occurrencesConf(place).length, 2);
  });
  it('goes from an entry to the node’s port', async () => {
    const input = await deploymentOf({});
    const text = input.files.get(node)?.postgresqlConf ?? '';
    const target = definitionConf(
      { document: parseConf(text), text, offset: text.indexOf('9700') },
      inside(input, node, text),
    );
    assert.equal(target?.file, 'recovery/dn1:postgresql-conf');
    assert.equal(
      input.files.get('recovery/dn1')?.postgresqlConf?.slice(target.range.start, target.range.end),
      '9700',
    );
  });
});

describe('rename', () => {
  const renamed = async (part: string, to: string) => {
    const input = await deploymentOf({}, [
      [
        'production/dn1',
        'postgresqlConf',
        undefined,
        "synchronous_standby_names = 'dn_primary_0,dn_primary_01'\n",
      ],
    ]);
    const text = input.files.get(node)?.postgresqlConf ?? '';
    const rename = renameConf(
      { document: parseConf(text), text, offset: text.indexOf(part) + 1 },
      inside(input, node, text),
    );
    const edits = rename?.edits(to);
    return { input, rename, edits };
  };
  it('changes a port wherever it is named', async () => {
    const { input, rename, edits } = await renamed('6600', '6650');
    assert.equal(rename?.placeholder, '6600');
    assert.ok(edits !== undefined && !('problem' in edits));
    const after = withFix(input, `${node}:postgresql-conf`, { title: '', edits });
    assert.deepEqual(listFindings(lintDeployment(after)), [
      `${node} postgresql-conf port-topology`,
    ]);
    assert.match(after.files.get('recovery/dn1')?.postgresqlConf ?? '', /remoteport=6650/);
  });
  it('changes an application_name in lists too, whole words only', async () => {
    const { input, edits } = await renamed("'dn_primary_0'", 'a0');
    assert.ok(edits !== undefined && !('problem' in edits));
    const after = withFix(input, `${node}:postgresql-conf`, { title: '', edits });
    assert.match(after.files.get(node)?.postgresqlConf ?? '', /application_name = 'a0'/);
    assert.match(after.files.get('production/dn1')?.postgresqlConf ?? '', /'a0,dn_primary_01'/);
  });
  it('follows the topology: a node’s port, and its name where the files use it', async () => {
    const input = await deploymentOf({}, [
      [node, 'postgresqlConf', "'dn_primary_0'", "'dn0'"],
      [node, 'postgresqlConf', undefined, "pgxc_node_name = 'dn0'\n"],
      ['production/dn1', 'postgresqlConf', undefined, "synchronous_standby_names = 'dn0'\n"],
    ]);
    const { deployment } = inside(input, node, input.files.get(node)?.postgresqlConf ?? '');
    assert.ok(deployment);
    const after = (what: 'node' | 'port', to: string) => {
      const edits = renameNode(deployment, node, what, to);
      assert.ok(!('problem' in edits));
      assert.ok(edits.every(({ file }) => file !== undefined));
      return withFix(input, `${node}:postgresql-conf`, { title: '', edits }).files;
    };
    const files = after('node', 'main');
    assert.match(files.get(node)?.postgresqlConf ?? '', /application_name = 'main'/);
    assert.match(files.get(node)?.postgresqlConf ?? '', /pgxc_node_name = 'main'/);
    assert.match(files.get('production/dn1')?.postgresqlConf ?? '', /names = 'main'/);
    assert.match(after('port', '6650').get('recovery/dn0')?.postgresqlConf ?? '', /=6650/);
    assert.deepEqual(renameNode(deployment, 'production/dn1', 'node', 'x'), []);
    assert.deepEqual(renameNode(deployment, 'no/such', 'port', '1'), []);
  });
  it('refuses what cannot be', async () => {
    for (const [part, to] of [
      ['6600', 'x'],
      ['6600', '65535'],
      ["'dn_primary_0'", 'dn_primary_1'],
      ["'dn_primary_0'", "a'b"],
    ] as const) {
      const { edits } = await renamed(part, to);
      assert.ok(edits !== undefined && 'problem' in edits, to);
    }
    assert.equal((await renamed('listen_addresses', 'x')).rename, undefined);
  });
});

describe('formatting', () => {
  it('changes blanks only', () => {
    const text =
      "  port=6600\t\nlisten_addresses   '*'  # all  \r\nbroken = \n\n#x = 1  \ninclude   'a.conf'\n";
    const document = parseConf(text);
    assert.equal(
      applyEdits(text, formatConf(document)),
      "port = 6600\nlisten_addresses '*'  # all\r\nbroken = \n\n#x = 1\ninclude 'a.conf'\n",
    );
  });
  it('never changes what the server reads', () => {
    const piece = fc.constantFrom(
      'port',
      'work_mem',
      ' ',
      '\t',
      '=',
      '1',
      "'a b'",
      "'",
      '#',
      '\\',
      '\r',
      '-',
      '10MB',
      'x.y',
    );
    const text = fc
      .array(
        fc.array(piece, { maxLength: 6 }).map((words) => words.join('')),
        { maxLength: 5 },
      )
      .map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, (before) => {
        const document = parseConf(before);
        const after = applyEdits(before, formatConf(document));
        assert.equal(after.replace(/[ \t\r]/g, ''), before.replace(/[ \t\r]/g, ''));
        const read = (each: string) =>
          readAsServer(parseConf(each), alone.catalogue).all.map(({ name, raw, line }) => [
            name,
            raw,
            line,
          ]);
        assert.deepEqual(read(after), read(before));
        assert.equal(applyEdits(after, formatConf(parseConf(after))), after);
      }),
    );
  });
});

describe('tokens, lenses and hints', () => {
  it('marks names, duplicates and values by type', () => {
    const text =
      "port = 1\nport = 2\nno_such = x\ncross_cluster_replconninfo1 = 'localhost=10.0.0.1 localport=1 remotehost=b remoteport=2'\n";
    const tokens = tokensConf({ document: parseConf(text), text }, alone).map(
      ({ range, type, modifiers }) => [text.slice(range.start, range.end), type, ...modifiers],
    );
    assert.deepEqual(tokens, [
      ['port', 'property', 'deprecated', 'defaultLibrary'],
      ['1', 'number', 'deprecated'],
      ['port', 'property', 'defaultLibrary'],
      ['2', 'number'],
      ['no_such', 'variable'],
      ['x', 'string'],
      ['cross_cluster_replconninfo1', 'property', 'defaultLibrary'],
      ['10.0.0.1', 'namespace'],
      ['1', 'number'],
      ['b', 'namespace'],
      ['2', 'number'],
    ]);
  });
  it('shows sizes and times that are hard to read', () => {
    const text =
      'xlog_file_size = 68719476736\nshared_buffers = 131072\nwork_mem = 64MB\nsession_timeout = 600\nport = 1\nmax_connections = 200\n';
    assert.deepEqual(
      hintsConf({ document: parseConf(text), text }, alone).map((hint) => hint.label),
      ['= 64 GiB', '= 1 GiB', '= 10 min'],
    );
  });
  it('says where a line differs from the other node’s', async () => {
    const input = await deploymentOf({}, [
      ['production/dn1', 'postgresqlConf', undefined, 'max_connections = 300\n'],
    ]);
    const text = input.files.get('production/dn1')?.postgresqlConf ?? '';
    const lenses = lensesConf(
      { document: parseConf(text), text },
      inside(input, 'production/dn1', text),
    );
    assert.deepEqual(
      lenses.map((lens) => lens.title),
      ['differs from dn0: default'],
    );
  });
});

describe('arbitrary text', () => {
  it('never makes a feature throw', async () => {
    const input = await deploymentOf({});
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 80 }),
        fc.nat(80),
        fc.constantFrom(
          '',
          "cross_cluster_replconninfo1 = 'localhost=",
          'port = ',
          'xlog_file_path',
        ),
        (noise, at, start) => {
          const text = start + noise;
          const place = {
            document: parseConf(text),
            text,
            offset: Math.min(start.length + at, text.length),
          };
          const context = inside(input, node, text);
          completeConf(place, context);
          hoverConf(place, context);
          signatureConf(place);
          definitionConf(place, context);
          renameConf(place, context)?.edits('1');
          outlineConf(place.document);
          foldsConf(place.document);
          tokensConf(place, context);
          lensesConf(place, context);
          hintsConf(place, context);
        },
      ),
    );
  });
});
