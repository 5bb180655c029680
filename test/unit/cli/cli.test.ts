import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setBundle } from '../../../src/base/l10n.ts';
import { commands } from '../../../src/cli/commands.ts';
import { runCli } from '../../../src/cli/run.ts';
import { printTopology, proposeTopology } from '../../../src/topology/print.ts';
import { notRunningText, queryText } from '../../support/query-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'cli-test-'));
after(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function cli(args: readonly string[], input: string | Uint8Array = ''): Promise<Ran> {
  let out = '';
  let err = '';
  const code = await runCli(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    readInput: () => Promise.resolve(typeof input === 'string' ? Buffer.from(input) : input),
    cwd: folder,
    interactive: false,
    terminal: false,
    signal: new AbortController().signal,
  });
  return { code, out, err };
}

describe('opengauss-dual-cluster', () => {
  it('shows its commands, and the usage of each', async () => {
    const help = await cli(['--help']);
    assert.equal(help.code, 0);
    for (const { name } of commands) {
      assert.match(help.out, new RegExp(`^  ${name} `, 'm'));
      const usage = await cli([name, '--help']);
      assert.equal(usage.code, 0);
      assert.ok(usage.out.startsWith(`opengauss-dual-cluster ${name}`), usage.out);
      assert.deepEqual(await cli(['help', name]), usage);
    }
    assert.match((await cli(['--version'])).out, /^\d+\.\d+\.\d+/);
  });

  for (const args of [
    [],
    ['prase'],
    ['parse'],
    ['parse', 'gs_ctl-query'],
    ['parse', 'gs_ctl_query', '-'],
    ['parse', 'gs_ctl-query', '-', '-'],
    ['parse', '--nothing'],
    ['status', 'more'],
    ['status', '--format', 'xml'],
    ['status', '--interval', '0'],
  ]) {
    it(`exits with 2 for wrong usage: ${args.join(' ')}`, async () => {
      const { code, out, err } = await cli(args);
      assert.equal(code, 2);
      assert.equal(out, '');
      assert.match(err, /opengauss-dual-cluster/);
    });
  }

  it('names what was probably meant', async () => {
    assert.match((await cli(['prase'])).err, /Did you mean "parse"/);
    assert.match((await cli(['parse', 'gs_ctl_query', '-'])).err, /Did you mean "gs_ctl-query"/);
  });

  it('speaks the language of its texts’ bundle', async () => {
    setBundle({ 'There is no command "{0}".': '没有命令“{0}”。' });
    try {
      assert.match((await cli(['xyzzy-plugh'])).err, /没有命令“xyzzy-plugh”。/);
    } finally {
      setBundle({});
    }
  });
});

describe('parse', () => {
  it('gives JSON by the contract, from a file and from standard input', async () => {
    const text = queryText({ role: 'Primary', senders: [{ sent: '2/5C8', replayed: '2/5C0' }] });
    writeFileSync(join(folder, 'query.txt'), text);
    const fromFile = await cli(['parse', 'gs_ctl-query', 'query.txt']);
    const fromInput = await cli(['parse', 'gs_ctl-query', '-'], text);
    assert.equal(fromFile.code, 0);
    assert.equal(fromFile.out, fromInput.out);
    const json = JSON.parse(fromFile.out) as Record<string, unknown>;
    assert.deepEqual(Object.keys(json).sort(), [
      'dataDir',
      'haState',
      'kind',
      'message',
      'receivers',
      'senders',
    ]);
    assert.equal(json['kind'], 'online');
    assert.deepEqual(json['haState'], {
      localRole: 'Primary',
      staticConnections: '2',
      dbState: 'Normal',
      detailInformation: 'Normal',
    });
    assert.equal(
      (json['senders'] as Record<string, string>[])[0]?.['receiverReplayLocation'],
      '2/5C0',
    );
  });

  it('takes any bytes', async () => {
    for (const kind of ['gs_ctl-query', 'pg_controldata', 'cm_ctl-query']) {
      const { code, out } = await cli(
        ['parse', kind, '-'],
        new Uint8Array([0, 255, 254, 10, 200, 13]),
      );
      assert.equal(code, 0);
      const json = JSON.parse(out) as Record<string, unknown>;
      assert.equal(json['kind'], 'unrecognised');
      assert.equal(json['message'], '\u0000\ufffd\ufffd\n\ufffd\r');
    }
    assert.match(
      (await cli(['parse', 'gs_ctl-query', '-'], notRunningText())).out,
      /"kind": "not-running"/,
    );
  });

  it('exits with 2 for a file that is not there, and names it', async () => {
    const { code, err } = await cli(['parse', 'gs_ctl-query', 'nowhere.txt']);
    assert.equal(code, 2);
    assert.match(err, /nowhere\.txt/);
  });
});

describe('status', () => {
  it('tells line and column of what is wrong in the topology, and exits with 1', async () => {
    writeFileSync(
      join(folder, 'bad.yaml'),
      'version: 1\nclusters:\n  - name: a\n    role: primery\n',
    );
    const { code, err } = await cli(['status', '--topology', 'bad.yaml']);
    assert.equal(code, 1);
    assert.match(err, /^bad\.yaml:4:11: error: .*primery/m);
  });

  it('exits with 2 without a topology', async () => {
    const { code, err } = await cli(['status', '--topology', 'none.yaml']);
    assert.equal(code, 2);
    assert.match(err, /none\.yaml/);
  });

  it('reads the nodes on this machine, where gs_ctl is not found', async () => {
    writeFileSync(
      join(folder, 'local.yaml'),
      printTopology(proposeTopology({ gaussHome: join(folder, 'nothing') })),
    );
    const text = await cli(['status', '--topology', 'local.yaml']);
    assert.equal(text.code, 1);
    assert.match(text.out, /^production \(primary\)\n {2}dn0 /m);
    const { code, out } = await cli(['status', '--topology', 'local.yaml', '--format', 'json']);
    assert.equal(code, 1);
    const json = JSON.parse(out) as {
      readonly health: { readonly level: string };
      readonly clusters: readonly { readonly nodes: readonly Record<string, unknown>[] }[];
    };
    assert.equal(json.clusters.length, 2);
    const node = json.clusters[0]?.nodes[0];
    assert.equal(node?.['id'], 'production/dn0');
    assert.equal(node['state'], 'unknown');
    assert.match(String(node['reason']), /GAUSSHOME/);
    assert.notEqual(json.health.level, 'ok');
  });
});
