import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Finding } from '../../../src/base/finding.ts';
import { loadCatalogue } from '../../../src/config/catalogue.ts';
import { parseConf } from '../../../src/config/document.ts';
import { applyEdits } from '../../../src/base/edits.ts';
import { lintConf, lintConfAsync, lintLimit } from '../../../src/config/lint.ts';
import type { LintContext } from '../../../src/config/lint.ts';
import { rules } from '../../../src/config/rules/table.ts';
import type { ServerVersion } from '../../../src/topology/types.ts';
import { serverVersions } from '../../../src/topology/types.ts';
import { ruleCases } from './rule-cases.ts';

async function lint(
  text: string,
  version: ServerVersion = '5.0.0',
  context: LintContext = {},
): Promise<readonly Finding[]> {
  return lintConf(parseConf(text), await loadCatalogue(version, 'release'), context);
}

/** Rules that need more than the file; they have tests of their own below. */
const withContext = new Set(['sync-overwrites', 'path-missing']);

describe('rules of one postgresql.conf', () => {
  it('has a case on both sides for every rule', () => {
    const missing = rules
      .map(({ code }) => code)
      .filter((code) => !withContext.has(code))
      .filter((code) => {
        const cases = ruleCases[code];
        return cases === undefined || cases.found.length === 0 || cases.missed.length === 0;
      });
    assert.deepEqual(missing, []);
  });

  for (const [code, { version, found, missed }] of Object.entries(ruleCases)) {
    it(`finds ${code}`, async () => {
      for (const text of found) {
        const codes = (await lint(text, version)).map((finding) => finding.code);
        assert.ok(
          codes.includes(code),
          `${JSON.stringify(text).slice(0, 200)} has ${codes.join(', ')}`,
        );
      }
    });

    it(`does not find ${code} in a near miss`, async () => {
      for (const text of missed) {
        const codes = (await lint(text, version)).map((finding) => finding.code);
        assert.ok(
          !codes.includes(code),
          `${JSON.stringify(text).slice(0, 200)} has ${codes.join(', ')}`,
        );
      }
    });
  }

  it('has a range inside the text for every finding', async () => {
    for (const { version, found } of Object.values(ruleCases)) {
      for (const text of found) {
        for (const { range, message } of await lint(text, version)) {
          assert.ok(0 <= range.start && range.start <= range.end && range.end <= text.length);
          assert.notEqual(message, '');
        }
      }
    }
  });
});

const range = { start: 0, end: 0 };
const nodes = ['dn0', 'dn1'].map((name, instanceId) => ({
  id: `production/${name}`,
  name,
  cluster: 'production',
  host: 'local',
  dataDir: `/home/omm/${name}`,
  port: 6600 + instanceId * 100,
  instanceId,
  env: {},
  range,
}));
const cluster = {
  name: 'production',
  role: 'standby',
  manager: 'none',
  env: {},
  nodes,
  range,
} as const;

describe('rules that know the node', () => {
  const pooled = 'ss_enable_dss = on\nss_enable_dms = on\nwork_mem = 1MB\n';
  const nodeContext = (index: number): LintContext => {
    const node = nodes[index];
    assert.ok(node !== undefined);
    return { node, cluster };
  };

  it('says which settings the primary node overwrites on the others', async () => {
    const codes = async (text: string, index: number, version: ServerVersion): Promise<string[]> =>
      (await lint(text, version, nodeContext(index))).map(({ code }) => code);
    assert.ok((await codes(pooled, 1, 'master')).includes('sync-overwrites'));
    assert.ok(!(await codes(pooled, 0, 'master')).includes('sync-overwrites'));
    assert.ok(!(await codes(pooled, 1, '6.0.0')).includes('sync-overwrites'));
    assert.ok(!(await codes('port = 1\n', 1, 'master')).includes('sync-overwrites'));
  });

  it('warns of a standby cluster without its run mode', async () => {
    const text =
      "cross_cluster_replconninfo1 = 'localhost=1 localport=1 remotehost=1 remoteport=1'\n";
    const [finding] = (await lint(text, '5.0.0', nodeContext(0))).filter(
      ({ code }) => code === 'cluster-run-mode-missing',
    );
    assert.equal(finding?.severity, 'warning');
  });

  it('says that an included file is not there when somebody knows', async () => {
    const pathExists = (path: string): boolean => path === 'there.conf';
    const codes = async (text: string): Promise<string[]> =>
      (await lint(text, 'master', { pathExists })).map(({ code }) => code);
    assert.ok((await codes("include 'gone.conf'\n")).includes('include-missing'));
    assert.ok(!(await codes("include 'there.conf'\n")).includes('include-missing'));
    assert.ok(!(await codes("include_if_exists 'gone.conf'\n")).includes('include-missing'));
  });

  it('says which files are not there on the node when somebody has looked', async () => {
    const found = async (text: string, there: readonly string[] | undefined): Promise<string[]> =>
      (
        await lint(
          text,
          '5.0.0',
          there === undefined ? {} : { pathExists: (path) => there.includes(path) },
        )
      )
        .filter(({ code }) => code === 'path-missing')
        .map(({ range, severity }) => `${severity} ${text.slice(range.start, range.end)}`);
    const cases: readonly (readonly [string, string, string])[] = [
      ["hba_file = '/x/pg_hba.conf'\n", '/x/pg_hba.conf', "warning '/x/pg_hba.conf'"],
      ["ssl = on\nssl_cert_file = 's.crt'\n", 's.crt', "warning 's.crt'"],
      ["unix_socket_directory = '/run/og'\n", '/run/og', "warning '/run/og'"],
      ["xlog_file_path = '/s/redo'\n", '/s/redo', "warning '/s/redo'"],
      [
        "xlog_file_path = '+data/x'\nxlog_lock_file_path = '/s/l/lock'\n",
        '/s/l',
        "warning '/s/l/lock'",
      ],
      ["include_if_exists 'more.conf'\n", 'more.conf', "info 'more.conf'"],
    ];
    for (const [text, path, expected] of cases) {
      assert.deepEqual(await found(text, []), [expected]);
      assert.deepEqual(await found(text, [path]), []);
      assert.deepEqual(await found(text, undefined), []);
    }
    assert.deepEqual(await found("ssl = off\nssl_cert_file = 's.crt'\n", []), []);
    assert.deepEqual(await found("xlog_file_path = '+data/redo'\nhba_file = ''\n", []), []);
  });
});

const severities = ['error', 'warning', 'info', 'hint'];

/** How often each code is found among findings of this gravity or a graver one. */
function count(findings: readonly Finding[], severity: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const finding of findings) {
    if (severities.indexOf(finding.severity) <= severities.indexOf(severity)) {
      counts.set(finding.code, (counts.get(finding.code) ?? 0) + 1);
    }
  }
  return counts;
}

/** Applies every fix of every finding and looks at what is found then. */
async function tryFixes(text: string, version: ServerVersion): Promise<number> {
  const before = await lint(text, version);
  let tried = 0;
  for (const finding of before) {
    for (const fix of finding.fixes ?? []) {
      const after = count(await lint(applyEdits(text, fix.edits), version), finding.severity);
      const was = count(before, finding.severity);
      tried += 1;
      assert.ok(
        (after.get(finding.code) ?? 0) < (was.get(finding.code) ?? 0),
        `${fix.title} leaves ${finding.code} in ${JSON.stringify(text).slice(0, 200)}`,
      );
      for (const [code, number] of after) {
        assert.ok(number <= (was.get(code) ?? 0), `${fix.title} brings ${code}`);
      }
    }
  }
  return tried;
}

describe('fixes', () => {
  it('remove their finding and add none', async () => {
    let tried = 0;
    for (const { version, found } of Object.values(ruleCases)) {
      for (const text of found.filter(({ length }) => length < 10_000)) {
        tried += await tryFixes(text, version ?? '5.0.0');
      }
    }
    assert.ok(tried > 80, `only ${tried} fixes were offered`);
  });

  const firstFix = async (text: string, code: string, version?: ServerVersion): Promise<string> => {
    const finding = (await lint(text, version)).find((each) => each.code === code);
    const fix = finding?.fixes?.[0];
    assert.ok(fix !== undefined, `${code} in ${text} has no fix`);
    return applyEdits(text, fix.edits);
  };

  const expected: readonly (readonly [string, string, string, ServerVersion?])[] = [
    ['syntax', 'xlog_file_path = /dev/x # c\n', "xlog_file_path = '/dev/x' # c\n"],
    ['syntax', 'application_name = "dn1"\n', "application_name = 'dn1'\n"],
    ['syntax', 'shared_buffers = 16 MB\n', 'shared_buffers = 16MB\n'],
    ['syntax', 'port == 6600\n', 'port = 6600\n'],
    ['size-in-bytes', 'xlog_file_size = 64GB\n', 'xlog_file_size = 68719476736\n'],
    ['invalid-unit', 'shared_buffers = 16mb\n', 'shared_buffers = 16MB\n'],
    ['invalid-unit', 'work_mem = 1.5GB\n', 'work_mem = 1536MB\n'],
    ['unknown-parameter', 'prot = 6600\n', 'port = 6600\n'],
    ['invalid-word', 'wal_level = hotstandby\n', 'wal_level = hot_standby\n'],
    [
      'invalid-word',
      "cluster_run_mode = 'cluster-primary'\n",
      'cluster_run_mode = cluster_primary\n',
    ],
    [
      'removed-parameter',
      "cluster_run_mode = 'cluster_primary'\n",
      'ss_disaster_mode = dorado\n',
      'master',
    ],
    [
      'removed-parameter',
      "cluster_run_mode = 'cluster_standby'\n",
      'ss_enable_dorado = on\n',
      '6.0.0',
    ],
    [
      'removed-parameter',
      "ss_dss_vg_name = '+data'\n",
      "ss_dss_data_vg_name = '+data'\n",
      'master',
    ],
    ['duplicate', 'port = 1\nport = 2\n', 'port = 2\n'],
    ['out-of-range', 'ss_instance_id = 64\n', 'ss_instance_id = 63\n'],
    ['invalid-boolean', 'ssl = disable\n', 'ssl = off\n'],
    ['tool-quotes-missing', 'application_name = dn1\n', "application_name = 'dn1'\n"],
    ['tool-commented-line', '#ss_enable_dss = on\n', '# ss_enable_dss = on\n'],
    [
      'replconninfo-order',
      "replconninfo1 = 'remotehost=b remoteport=2 localhost=a localport=1'\n",
      "replconninfo1 = 'localhost=a localport=1 remotehost=b remoteport=2'\n",
    ],
    [
      'replconninfo-syntax',
      "replconninfo1 = 'localhost=a,localport=1,remotehost=b,remoteport=2'\n",
      "replconninfo1 = 'localhost=a localport=1 remotehost=b remoteport=2'\n",
    ],
    [
      'xlog-file-size-multiple',
      "xlog_file_path = '/x'\nxlog_lock_file_path = '/l'\nxlog_file_size = 134217729\n",
      "xlog_file_path = '/x'\nxlog_lock_file_path = '/l'\nxlog_file_size = 134217728\n",
    ],
  ];
  for (const [code, text, wanted, version] of expected) {
    it(`mends ${code} in ${JSON.stringify(text)}`, async () => {
      assert.equal(await firstFix(text, code, version), wanted);
    });
  }

  it('remove their finding and add none in files of random lines', async () => {
    const lines = Object.values(ruleCases)
      .flatMap(({ found, missed }) => [...found, ...missed])
      .filter(({ length }) => length < 1000);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...lines), { minLength: 1, maxLength: 4 }),
        fc.constantFrom(...serverVersions),
        async (chosen, version) => {
          await tryFixes(chosen.join(''), version);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('lint', () => {
  const pieces = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom('port', "'", '=', '\n', '#', '\\', 'replconninfo1', 'localhost=', ' ', '\r\n'),
    fc.constantFrom('ss_enable_dms = on\n', 'include ', 'xlog_file_size', '64GB', 'on', '1e', '0x'),
    fc.constantFrom(
      'constructor = 1\n',
      '__proto__ = 1\n',
      'toString',
      'work_mem = 1constructor\n',
    ),
  );

  it('never throws, whatever the text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(pieces, { maxLength: 30 }),
        fc.constantFrom(...serverVersions),
        async (parts, version) => {
          for (const finding of await lint(parts.join(''), version)) {
            assert.ok(Array.isArray(finding.fixes ?? []));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('says the same in slices as at once', async () => {
    const catalogue = await loadCatalogue('5.0.0', 'release');
    const text = Object.values(ruleCases)
      .flatMap(({ found }) => found)
      .filter(({ length }) => length < 1000)
      .join('')
      .repeat(20);
    let pauses = 0;
    const { document, findings } = await lintConfAsync(text, catalogue, {}, () => {
      pauses += 1;
      return Promise.resolve();
    });
    const strip = (list: readonly Finding[]): unknown[] =>
      list.map(({ code, range: place, message }) => ({ code, place, message }));
    assert.deepEqual(strip(findings), strip(lintConf(document, catalogue)));
    assert.ok(pauses > 10);
  });

  it('says of a text above its limit only that it is too large', async () => {
    const catalogue = await loadCatalogue('5.0.0', 'release');
    const { findings } = await lintConfAsync('x'.repeat(lintLimit + 1), catalogue);
    assert.deepEqual(
      findings.map(({ code, severity }) => [code, severity]),
      [['file-too-large', 'info']],
    );
  });

  it('knows the names of a debug build only there', async () => {
    const text = parseConf('ss_enable_verify_page = on\n');
    const release = lintConf(text, await loadCatalogue('5.0.0', 'release'));
    const debug = lintConf(text, await loadCatalogue('5.0.0', 'debug'));
    assert.deepEqual(
      release.map(({ code }) => code),
      ['removed-parameter'],
    );
    assert.deepEqual(
      debug.filter(({ stage }) => stage === 'read'),
      [],
    );
  });
});
