import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import { loadCatalogue } from '../../../src/config/catalogue.ts';
import type { DeploymentInput } from '../../../src/config/cluster/deployment.ts';
import { DeploymentLinter } from '../../../src/config/cluster/lint.ts';
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
import type { ConfPosition, LanguageContext } from '../../../src/config/language/types.ts';
import { readAsServer } from '../../../src/config/readers/server.ts';
import { describeParameter } from '../../../src/config/text/describe.ts';
import { dualClusterLines } from '../../../src/config/text/dual-cluster.ts';
import { otherLines } from '../../../src/config/text/others.ts';
import { serverVersions } from '../../../src/topology/types.ts';
import { deploymentOf, lintDeployment, listFindings, withFix } from './support.ts';

/** A text with `|` where the cursor is. */
function cursor(marked: string): ConfPosition {
  const offset = marked.indexOf('|');
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  return { document: parseConf(text), text, offset };
}

let alone: LanguageContext;
before(async () => {
  alone = { catalogue: await loadCatalogue('5.0.0', 'release') };
});

/** The context of a node of a deployment, with a text in the place of its file. */
function inside(input: DeploymentInput, nodeId: string, text: string): LanguageContext {
  const files = new Map(input.files);
  files.set(nodeId, { ...files.get(nodeId), postgresqlConf: text });
  return {
    catalogue: input.catalogue,
    deployment: new DeploymentLinter().read({ ...input, files }),
    nodeId,
  };
}

/** The text after a proposal is taken. */
function taken(place: ConfPosition, label: string, context: LanguageContext = alone): string {
  const all = completeConf(place, context);
  const found = all.find((each) => each.label === label);
  assert.ok(
    found,
    `${label} among ${all
      .slice(0, 20)
      .map((each) => each.label)
      .join(', ')}`,
  );
  return applyEdits(place.text, [{ range: found.range, newText: found.insertText }]);
}

const node = 'production/dn0';

describe('completion', () => {
  it('proposes names with type, default and effect, the dual cluster’s own first', () => {
    const all = completeConf(cursor('xlog|'), alone);
    const found = all.find((each) => each.label === 'xlog_file_size');
    assert.match(found?.detail ?? '', /int64, 549755813888 \(512 GiB\), after a restart/);
    assert.ok((found?.rank ?? 9) < (all.find((each) => each.label === 'work_mem')?.rank ?? 0));
  });
  it('replaces the whole name and keeps what follows', () => {
    assert.equal(taken(cursor('xlog_fi|le = 1\n'), 'xlog_file_size'), 'xlog_file_size = 1\n');
    assert.equal(taken(cursor('  xl|\n'), 'xlog_file_size'), '  xlog_file_size = \n');
  });
  it('proposes no name that another version has', () => {
    const names = completeConf(cursor('|'), alone).map((each) => each.label);
    assert.ok(names.includes('cluster_run_mode'));
    assert.ok(!names.includes('ss_disaster_mode'));
  });
  it('proposes words, switches and defaults', () => {
    assert.deepEqual(
      completeConf(cursor('cluster_run_mode = |'), alone).map((each) => each.label),
      ['cluster_primary', 'cluster_standby'],
    );
    assert.deepEqual(
      completeConf(cursor('ss_enable_dss = o|'), alone).map((each) => each.label),
      ['on', 'off'],
    );
    assert.equal(
      taken(cursor("cluster_run_mode = 'cl|'"), "'cluster_standby'"),
      "cluster_run_mode = 'cluster_standby'",
    );
  });
  it('knows node and cluster from the topology', async () => {
    const input = await deploymentOf({ version: '5.0.0' });
    const context = inside(input, node, '');
    assert.equal(taken(cursor('port = |'), '6600', context), 'port = 6600');
    assert.equal(
      completeConf(cursor('cluster_run_mode = |'), context)[0]?.label,
      'cluster_primary',
    );
    assert.equal(
      completeConf(cursor('ss_dss_conn_path = |'), context)[0]?.label,
      "'UDS:/home/omm/ss_hatest/dss_home0/.dss_unix_d_socket'",
    );
    assert.ok(
      completeConf(cursor('xlog_file_path = |'), context).some(
        (each) => each.detail === 'production/dn1',
      ),
    );
  });
  it('fills in the other cluster’s nodes', async () => {
    const input = await deploymentOf({ addresses: ['10.0.0.1', '10.0.1.1'] });
    const whole = 'localhost=10.0.0.1 localport=6600 remotehost=10.0.1.1 remoteport=9700';
    const context = inside(input, node, 'port = 6600\n');
    assert.equal(
      taken(cursor('cross_cluster_replconninfo2 = |'), whole, context),
      `cross_cluster_replconninfo2 = '${whole}'`,
    );
    assert.equal(
      taken(cursor("cross_cluster_replconninfo2 = '|'"), whole, context),
      `cross_cluster_replconninfo2 = '${whole}'`,
    );
    assert.deepEqual(
      completeConf(
        cursor("cross_cluster_replconninfo1='localhost=10.0.0.1 localport=|'"),
        context,
      ).map((each) => each.label),
      ['6600', '6601'],
    );
    assert.deepEqual(
      completeConf(
        cursor("cross_cluster_replconninfo1='remotehost=10.0.1.1 remoteport=9|'"),
        context,
      ).map((each) => each.label),
      ['9600', '9700'],
    );
    const keys = completeConf(
      cursor("cross_cluster_replconninfo1='localhost=10.0.0.1 |'"),
      context,
    ).map((each) => each.label);
    assert.ok(keys.includes('localport=') && !keys.includes('localhost='));
  });
  it('is silent in comments', () => {
    assert.deepEqual(completeConf(cursor('port = 1 # po|'), alone), []);
    assert.deepEqual(completeConf(cursor('# po|'), alone), []);
  });
});

describe('hover', () => {
  const hover = (marked: string, context: LanguageContext = alone): string =>
    hoverConf(cursor(marked), context)?.markdown ?? '';
  it('tells type, range, default, unit and when a change takes effect', () => {
    const text = hover('shared_bu|ffers = 1GB');
    assert.match(text, /\*\*shared_buffers\*\*/);
    assert.match(text, /\| Type \| int \|/);
    assert.match(text, /8kB \(kB, MB, GB\)/);
    assert.match(text, /after a restart/);
    assert.match(text, /`1GB` = \*\*1 GiB\*\*/);
  });
  it('says what a size is', () => {
    assert.match(hover('xlog_file_size = 6871|9476736'), /= \*\*64 GiB\*\*/);
  });
  it('names the line that overrides', () => {
    assert.match(hover('po|rt = 1\nport = 2'), /Line 2 overrides this one/);
    assert.doesNotMatch(hover('port = 1\npo|rt = 2'), /overrides/);
  });
  it('says what another version has instead', async () => {
    const later = { catalogue: await loadCatalogue('7.0.0-RC1', 'release') };
    assert.match(
      hover("cluster_run|_mode = 'cluster_primary'", later),
      /does not have this parameter[\s\S]*ss_disaster_mode/,
    );
  });
  it('shows the other nodes’ values and the node that an entry means', async () => {
    const input = await deploymentOf({});
    const text = input.files.get(node)?.postgresqlConf ?? '';
    const place = (part: string): ConfPosition => ({
      document: parseConf(text),
      text,
      offset: text.indexOf(part) + 1,
    });
    const context = inside(input, node, text);
    assert.match(
      hoverConf(place('port = '), context)?.markdown ?? '',
      /\| recovery\/dn1 \| `9700` \|/,
    );
    assert.match(
      hoverConf(place('9700'), context)?.markdown ?? '',
      /recovery\/dn1, port 9700, in the standby cluster/,
    );
  });
});

describe('signature of a replconninfo', () => {
  const active = (marked: string): number | undefined => signatureConf(cursor(marked))?.active;
  it('follows the keys', () => {
    assert.equal(active("cross_cluster_replconninfo1 = '|"), 0);
    assert.equal(active("cross_cluster_replconninfo1 = 'localhost=1 localport=|"), 1);
    assert.equal(
      active("cross_cluster_replconninfo1 = 'localhost=1 localport=2 remotehost=3 remoteport=|'"),
      3,
    );
    assert.equal(
      active(
        "cross_cluster_replconninfo1 = 'localhost=1 localport=2 remotehost=3 remoteport=4, |'",
      ),
      0,
    );
  });
  it('is for replconninfo only, and inside the quotes', () => {
    assert.equal(active("log_directory = '|'"), undefined);
    assert.equal(active("replconninfo1 = 'localhost=1'|"), undefined);
  });
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

describe('descriptions', () => {
  it('are of parameters that exist', async () => {
    const known = new Set<string>();
    for (const version of serverVersions) {
      for (const name of (await loadCatalogue(version, 'debug')).names) {
        known.add(name);
      }
    }
    for (const line of (dualClusterLines + otherLines).split('\n').filter((each) => each !== '')) {
      const [name = '', ...texts] = line.split('|');
      assert.equal(texts.length, 2, line);
      assert.ok(known.has(name.replace(/N$/, '1')), name);
    }
  });
  it('has own words for the dual cluster, in both languages, and a line for every other', async () => {
    for (const version of ['5.0.0', 'master'] as const) {
      for (const name of (await loadCatalogue(version, 'debug')).names) {
        const [english, chinese] = [describeParameter(name, 'en'), describeParameter(name, 'zh')];
        assert.ok(english.length > 3 && chinese.length > 1, name);
        if (/^(ss_|xlog_file|xlog_lock|cross_cluster|cluster_run)/.test(name)) {
          assert.match(english, /[a-z]{2} .*[.)]$/s, name);
          assert.match(chinese, /[\u4e00-\u9fff]{2}/, name);
        }
      }
    }
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
