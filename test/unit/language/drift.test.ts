import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DeploymentLinter } from '../../../src/config/cluster/lint.ts';
import { type DriftOptions, type DriftRow, driftTable } from '../../../src/config/drift.ts';
import { type Change, type Shape, deploymentOf } from './support.ts';

async function rows(
  changes: readonly Change[] = [],
  options: DriftOptions = {},
  shape: Shape = {},
): Promise<Map<string, DriftRow>> {
  const input = await deploymentOf(shape, changes);
  const table = driftTable(new DeploymentLinter().read(input), options);
  return new Map(table.map((row) => [row.name, row]));
}

describe('drift', () => {
  it('tells equal, different by design and different by mistake', async () => {
    const found = await rows([
      ['recovery/dn1', 'postgresqlConf', undefined, 'max_connections = 300\nwork_mem = 64MB\n'],
      ['production/dn0', 'postgresqlConf', undefined, 'work_mem = 65536\n'],
    ]);
    assert.equal(found.get('ss_enable_dss')?.kind, 'same');
    assert.equal(found.get('port')?.kind, 'design');
    assert.equal(found.get('cluster_run_mode')?.kind, 'design');
    assert.equal(found.get('max_connections')?.kind, 'mistake');
    assert.equal(found.get('work_mem')?.kind, 'same', '64MB is the default and 65536 kB');
    assert.deepEqual(
      found
        .get('max_connections')
        ?.cells.map((cell) => [cell.nodeId, cell.file, cell.effective, cell.odd]),
      [
        ['production/dn0', undefined, '200', false],
        ['production/dn1', undefined, '200', false],
        ['recovery/dn0', undefined, '200', false],
        ['recovery/dn1', '300', '300', true],
      ],
    );
  });
  it('finds a node that disagrees with its cluster', async () => {
    const found = await rows([
      ['recovery/dn1', 'postgresqlConf', 'shared_lock_standby', 'shared_lock_other'],
    ]);
    assert.equal(found.get('xlog_lock_file_path')?.kind, 'mistake');
    assert.equal((await rows()).get('xlog_lock_file_path')?.kind, 'design');
  });
  it('puts mistakes first', async () => {
    const found = await rows([
      ['recovery/dn1', 'postgresqlConf', undefined, 'wal_keep_segments = 20\n'],
    ]);
    assert.equal([...found.keys()][0], 'wal_keep_segments');
  });
  it('lets device names differ on real arrays', async () => {
    const change: Change[] = [
      ['recovery/dn0', 'postgresqlConf', '/home/omm/ss_hatest/dorado_shared_disk', '/dev/mapper/b'],
    ];
    assert.equal((await rows(change)).get('xlog_file_path')?.kind, 'mistake');
    assert.equal(
      (await rows(change, {}, { profile: 'dorado' })).get('xlog_file_path')?.kind,
      'design',
    );
  });
  it('compares with what the server has', async () => {
    const running = new Map([
      [
        'production/dn0',
        new Map([
          ['port', '6600'],
          ['ss_enable_dss', 'off'],
          ['ss_log_level', '7'],
          ['xlog_file_size', '68719476736'],
        ]),
      ],
    ]);
    const found = await rows(
      [['production/dn0', 'postgresqlConf', undefined, 'ss_log_level = 255\n']],
      { running },
    );
    const pending = (name: string): string | undefined => found.get(name)?.cells[0]?.pending;
    assert.equal(pending('port'), 'none');
    assert.equal(pending('xlog_file_size'), 'none');
    assert.equal(pending('ss_enable_dss'), 'restart');
    assert.equal(pending('ss_log_level'), 'reload');
    assert.equal(found.get('ss_log_level')?.cells[0]?.running, '7');
  });
  it('has all parameters when it is asked for them', async () => {
    assert.ok((await rows([], { everything: true })).size > 600);
  });
});
