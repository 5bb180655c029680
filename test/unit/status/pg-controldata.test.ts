import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parsePgControldata, stableInstances } from '../../../src/status/pg-controldata.ts';
import { parseGsCtlQueryBuild, buildPercent } from '../../../src/status/gs-ctl-querybuild.ts';
import { corpusFiles, corpusRuns, corpusText, withCorpus } from '../../support/corpus.ts';

const page = (state: string): string =>
  `pg_control version number:            923
Database system identifier:           215046882207054510
Database cluster state:               ${state}
pg_control last modified:             Sun Nov 22 06:55:42 2026
Latest checkpoint's REDO location:    0/40C9F258
`;

describe('pg_controldata', () => {
  it('gives one page for a data directory', () => {
    const data = parsePgControldata(page('in production'));
    assert.equal(data.kind, 'control-data');
    assert.equal(data.pages.length, 1);
    assert.equal(data.pages[0]?.['pg_control last modified'], 'Sun Nov 22 06:55:42 2026');
    assert.equal(data.pages[0]["Latest checkpoint's REDO location"], '0/40C9F258');
    assert.equal(data.systemIdentifier, '215046882207054510');
    assert.equal(data.clusterState, 'in production');
    assert.equal(data.reformer, null);
    assert.equal(data.clusterRunMode, null);
  });

  it('gives a page for each instance, and the reformer’s', () => {
    const data = parsePgControldata(
      `[omm@a dn0]$ pg_controldata +data\n\npg_control data\n\n${page('in production')}\npg_control data\n\n${page('shut down')}\nreformer data (last page id 64)\n\nReform control version number:        1\nStable instances list:                5\nPrimary instance ID:                  2\nCluster status:                       normal\nCluster run mode:                     standby cluster\n`,
    );
    assert.deepEqual(
      data.pages.map((one) => one['Database cluster state']),
      ['in production', 'shut down'],
    );
    assert.equal(data.reformer?.['Primary instance ID'], '2');
    assert.equal(data.clusterRunMode, 'standby cluster');
    assert.deepEqual(stableInstances(data), [0, 2]);
  });

  it('parts pages by their first label when the headings are lost', () => {
    assert.equal(parsePgControldata(page('a') + page('b')).pages.length, 2);
  });

  it('keeps warnings, and what it does not know', () => {
    assert.match(
      parsePgControldata(
        `WARNING: Calculated CRC checksum does not match value stored in file.\n${page('x')}`,
      ).message,
      /CRC/,
    );
    const failed =
      'pg_controldata: could not open file "+data/pg_control" for reading: Unknown error 2418\n';
    assert.deepEqual(parsePgControldata(failed), {
      kind: 'unrecognised',
      pages: [],
      reformer: null,
      systemIdentifier: null,
      clusterState: null,
      clusterRunMode: null,
      message: failed,
    });
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(400), (put, at) => {
        const text = page('x').slice(0, at) + put + page('y').slice(at);
        assert.ok(parsePgControldata(text).pages.length >= 0);
        assert.ok(parsePgControldata(put).message.length <= put.length);
      }),
      { numRuns: 1000 },
    );
    assert.equal(parsePgControldata(' '.repeat(1_000_000)).kind, 'unrecognised');
  });

  it('reads real outputs', withCorpus, () => {
    const texts = [
      ...corpusRuns()
        .filter(
          (run) => /pg_controldata/.test(run.cmd) && run.stdout.includes('pg_control version'),
        )
        .map((run) => run.stdout),
      ...corpusFiles('outputs', /^pg_controldata-/).map(corpusText),
    ];
    assert.ok(texts.length > 3);
    for (const text of texts) {
      const data = parsePgControldata(text);
      assert.equal(data.kind, 'control-data');
      assert.equal(data.systemIdentifier !== null, text.includes('Database system identifier:'));
      assert.equal(data.clusterRunMode, /Cluster run mode:\s*(.*)/.exec(text)?.[1]?.trim() ?? null);
      const lines = text
        .split('\n')
        .filter((line) => /^(?!WARNING)[\w' /.-]+: +\S/.test(line)).length;
      const fields = [...data.pages, data.reformer ?? {}].reduce(
        (sum, one) => sum + Object.keys(one).length,
        0,
      );
      assert.equal(fields, lines);
    }
  });
});

describe('gs_ctl querybuild', () => {
  const building = `[2024-01-02 03:04:05.678][4711][][gs_ctl]: gs_ctl build query ,datadir is /data/dn1 
 HA state:
        local_role                    : Standby
        static_connections            : 1
        db_state                      : Building
        sync_mode                     : Async
 Build state:
        build_mode                    : Full
        data_synchronized             : 63.69MB
        estimated_total_data          : 109.81MB
        process_schedule              : 58%
        estimated_remaining_time      : --:--:--

`;
  it('gives the state and how far it is', () => {
    const query = parseGsCtlQueryBuild(building);
    assert.equal(query.kind, 'state');
    assert.equal(query.dataDir, '/data/dn1');
    assert.equal(query.haState?.['dbState'], 'Building');
    assert.equal(query.buildState?.['estimatedRemainingTime'], '--:--:--');
    assert.equal(buildPercent(query), 58);
  });

  it('has no build state when nothing is built, and keeps other texts', () => {
    const query = parseGsCtlQueryBuild(
      building.replace(/ Build state:[^]*/, '').replace('Building', 'Build completed'),
    );
    assert.equal(query.haState?.['dbState'], 'Build completed');
    assert.equal(query.buildState, null);
    assert.equal(buildPercent(query), undefined);
    assert.equal(parseGsCtlQueryBuild('  file "/d/gaussdb.state" is not exist\n').kind, 'no-state');
    assert.equal(parseGsCtlQueryBuild('?').message, '?');
  });

  it('reads real outputs', withCorpus, () => {
    const runs = corpusRuns().filter(
      (run) => run.cmd.includes('querybuild') && run.stdout.includes('HA state'),
    );
    assert.ok(runs.length > 3);
    for (const run of runs) {
      const query = parseGsCtlQueryBuild(run.stdout);
      assert.equal(query.kind, 'state');
      assert.match(query.haState?.['dbState'] ?? '', /^(Building|Build completed|Build failed)$/);
      assert.equal(query.buildState !== null, run.stdout.includes('Build state'));
    }
  });
});
