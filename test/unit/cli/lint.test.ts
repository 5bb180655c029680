import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCli } from '../../../src/cli/run.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-lint-'));
});
after(() => rm(folder, { recursive: true, force: true }));

async function write(file: string, text: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), text);
}

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function lint(args: readonly string[], input: string | Uint8Array = ''): Promise<Outcome> {
  let out = '';
  let err = '';
  const code = await runCli(['lint', ...args], {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    readInput: () => Promise.resolve(Buffer.from(input)),
    cwd: folder,
    interactive: false,
    terminal: false,
    signal: new AbortController().signal,
  });
  return { code, out, err };
}

interface JsonFinding {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly severity: string;
  readonly stage: string;
  readonly code: string;
  readonly message: string;
}

async function findings(
  args: readonly string[],
  input?: string | Uint8Array,
): Promise<readonly JsonFinding[]> {
  const { out } = await lint(['--format', 'json', ...args], input);
  return (JSON.parse(out) as { readonly findings: readonly JsonFinding[] }).findings;
}

describe('lint', () => {
  it('ends with 0 for a good file and 1 for one that the server refuses', async () => {
    await write('good/postgresql.conf', 'port = 6600\n');
    await write('bad/postgresql.conf', 'port = 0\n');
    assert.equal((await lint(['good/postgresql.conf'])).code, 0);
    assert.equal((await lint(['bad/postgresql.conf'])).code, 1);
    assert.equal((await lint(['good/postgresql.conf', 'bad/postgresql.conf'])).code, 1);
  });

  it('ends with 0 when there are only warnings', async () => {
    const outcome = await lint(['-'], 'port = 1\nport = 2\n');
    assert.match(outcome.out, /warning duplicate/);
    assert.equal(outcome.code, 0);
  });

  it('ends with 2 for wrong usage and for files that cannot be read', async () => {
    for (const args of [
      [],
      ['--format', 'xml', '-'],
      ['--server-version', '9.9', '-'],
      ['--build', 'x', '-'],
      ['--bogus', '-'],
      ['nowhere.conf'],
      ['--topology', 'nowhere.yaml', '-'],
    ]) {
      const { code, err } = await lint(args);
      assert.equal(code, 2, args.join(' '));
      assert.notEqual(err, '');
    }
  });

  it('tells places counted from 1', async () => {
    const [finding] = await findings(['-'], 'port = 6600\nwork_mem = 16mb\n');
    assert.deepEqual(
      { ...finding, message: undefined },
      {
        file: 'postgresql.conf',
        line: 2,
        column: 12,
        endLine: 2,
        endColumn: 16,
        severity: 'error',
        stage: 'read',
        code: 'invalid-unit',
        message: undefined,
      },
    );
    assert.match(finding?.message ?? '', /^invalid value for parameter "work_mem": "16mb"/);
  });

  it('judges by the version that is asked for, then the first line, then the topology', async () => {
    const text = "cluster_run_mode = 'cluster_primary'\n";
    const codes = async (args: readonly string[], input: string): Promise<readonly string[]> =>
      (await findings([...args, '-'], input)).map(({ code }) => code);
    assert.deepEqual(await codes([], text), []);
    assert.deepEqual(await codes(['--server-version', 'master'], text), ['removed-parameter']);
    assert.deepEqual(await codes([], `# opengauss-version: 6.0.0\n${text}`), ['removed-parameter']);
    assert.deepEqual(
      await codes(['--server-version', '5.0.0'], `# opengauss-version: 6.0.0\n${text}`),
      [],
    );
  });

  it('knows the names of a debug build when told', async () => {
    const text = 'ss_enable_reform = on\n';
    assert.equal((await lint(['-'], text)).code, 1);
    assert.equal((await lint(['--build', 'debug', '-'], text)).code, 0);
  });

  it('finds the configuration files of a folder by their names', async () => {
    await write('tree/a/postgresql.conf', 'port = 0\n');
    await write('tree/b/pg_hba.conf', 'nonsense\n');
    await write('tree/b/readme.txt', 'port = 0\n');
    await write('tree/node_modules/postgresql.conf', 'port = 0\n');
    const files = new Set((await findings(['tree'])).map(({ file }) => file));
    assert.deepEqual([...files].sort(), [
      join('tree', 'a', 'postgresql.conf'),
      join('tree', 'b', 'pg_hba.conf'),
    ]);
  });

  it('takes a file with any other name for a postgresql.conf, and standard input for what it is called', async () => {
    await write('settings.txt', 'port = 0\n');
    assert.equal((await findings(['settings.txt']))[0]?.code, 'out-of-range');
    const [finding] = await findings(['--stdin-filename', 'x/pg_hba.conf', '-'], 'nonsense\n');
    assert.equal(finding?.file, 'x/pg_hba.conf');
    assert.equal(finding.code.startsWith('hba-'), true);
  });

  it('keeps a byte order mark, over which the server stumbles', async () => {
    const codes = (await findings(['-'], '\uFEFFport = 1\n')).map(({ code }) => code);
    assert.deepEqual(codes, ['unknown-parameter']);
  });

  it('does not look for an included file, since the file may be a copy from another machine', async () => {
    await write('inc/postgresql.conf', "include 'gone.conf'\n");
    assert.equal((await lint(['inc/postgresql.conf'])).code, 0);
  });

  it('writes the commands of GitHub with their characters escaped', async () => {
    const { out } = await lint(
      ['--format', 'github', '--stdin-filename', 'a,b:c.conf', '-'],
      'work_mem = 16mb\n',
    );
    assert.match(
      out,
      /^::error file=a%2Cb%3Ac\.conf,line=1,col=12,endLine=1,endColumn=16,title=invalid-unit::/,
    );
    assert.equal(out.trimEnd().split('\n').length, 1);
    assert.match(out, /%0A/);
  });

  it('writes SARIF with rules, places and levels', async () => {
    const { out } = await lint(['--format', 'sarif', '-'], 'port = 0\nport = 1\n');
    const log = JSON.parse(out) as {
      version: string;
      runs: {
        tool: { driver: { rules: { id: string }[] } };
        results: { ruleId: string; level: string }[];
      }[];
    };
    assert.equal(log.version, '2.1.0');
    const [run] = log.runs;
    assert.deepEqual(
      run?.results.map(({ ruleId, level }) => [ruleId, level]),
      [
        ['duplicate', 'warning'],
        ['out-of-range', 'error'],
      ],
    );
    assert.deepEqual(
      run.tool.driver.rules.map(({ id }) => id),
      ['duplicate', 'out-of-range'],
    );
  });

  it('checks the files of a topology against each other', async () => {
    const node = (name: string, port: number): string =>
      `      - {name: ${name}, host: local, dataDir: /data/${name}, port: ${port}}`;
    await write(
      'two/opengauss.yaml',
      [
        'version: 1',
        'openGauss: "5.0.0"',
        'clusters:',
        '  - name: production',
        '    role: primary',
        '    nodes:',
        node('dn0', 6600),
        '  - name: recovery',
        '    role: standby',
        '    nodes:',
        node('dn9', 9600),
        '',
      ].join('\n'),
    );
    const channel = (own: number, other: number): string =>
      `cross_cluster_replconninfo1 = 'localhost=127.0.0.1 localport=${own} remotehost=127.0.0.1 remoteport=${other}'\n`;
    await write('two/production/dn0/postgresql.conf', `port = 6600\n${channel(6600, 9600)}`);
    await write('two/recovery/dn9/postgresql.conf', `port = 9600\n${channel(9600, 1234)}`);
    const codes = (await findings(['--topology', 'two/opengauss.yaml', 'two'])).filter(
      ({ stage }) => stage === 'cluster',
    );
    assert.ok(codes.some(({ file }) => file.includes('dn9')));
  });
});
