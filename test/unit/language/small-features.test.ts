import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DeploymentLinter } from '../../../src/config/cluster/lint.ts';
import { applyEdits } from '../../../src/base/edits.ts';
import type { SmallFileKind } from '../../../src/config/files/kinds.ts';
import { nodeOfPath } from '../../../src/config/files/node-of.ts';
import { formatFile } from '../../../src/config/language/format.ts';
import { completeFile, hoverFile, outlineFile } from '../../../src/config/language/small-files.ts';
import { deploymentOf, dualTopology } from './support.ts';

function at(marked: string): [text: string, offset: number] {
  const offset = marked.indexOf('|');
  return [marked.slice(0, offset) + marked.slice(offset + 1), offset];
}

async function labels(
  kind: SmallFileKind,
  marked: string,
  nodeId = 'recovery/dn1',
): Promise<string[]> {
  const deployment = new DeploymentLinter().read(
    await deploymentOf({ addresses: ['10.0.0.1', '10.0.1.1'] }),
  );
  return completeFile(kind, ...at(marked), { deployment, nodeId }).map((each) => each.label);
}

describe('completion in the small files', () => {
  it('of dss_inst.ini: keys that are missing, values of the topology', async () => {
    const keys = await labels('dss-inst', 'INST_ID = 0\nL|');
    assert.ok(keys.includes('LSNR_PATH') && !keys.includes('INST_ID'));
    assert.deepEqual(await labels('dss-inst', 'LSNR_PATH = |'), [
      '/home/omm/ss_hatest1/dss_home1',
      '/tmp/',
    ]);
    assert.deepEqual(await labels('dss-inst', 'STORAGE_MODE=|'), [
      'DISK',
      'SHARE_DISK',
      'CLUSTER_RAID',
    ]);
    assert.equal(
      (await labels('dss-inst', 'DSS_NODES_LIST = |'))[0],
      '0:10.0.1.1:31000,1:10.0.1.1:31001',
    );
  });
  it('of cm_config.ini: the bits of all nodes', async () => {
    assert.equal((await labels('cm-config', 'BITMAP_ONLINE = |'))[0], '3');
  });
  it('of pg_hba.conf: each field by its place', async () => {
    assert.ok((await labels('pg-hba', 'h|')).includes('hostssl'));
    assert.ok((await labels('pg-hba', 'host |')).includes('replication'));
    assert.ok((await labels('pg-hba', 'host all |')).includes('omm'));
    assert.ok((await labels('pg-hba', 'host all all |')).includes('10.0.0.1/32'));
    assert.ok((await labels('pg-hba', 'host all all 10.0.0.1/32 |')).includes('trust'));
    assert.ok((await labels('pg-hba', 'local all all |')).includes('trust'));
  });
});

describe('hover and outline in the small files', () => {
  const hover = (kind: SmallFileKind, marked: string): string =>
    hoverFile(kind, ...at(marked))?.markdown ?? '';
  it('explains keys, bits, methods and volume groups', () => {
    assert.match(hover('dss-inst', 'XLOG_VG|_ID = 1'), /replicated xlog volume group[\s\S]*1 … 64/);
    assert.match(hover('cm-config', 'BITMAP_ONLINE = 5|'), /Instances online: 0, 2/);
    assert.match(hover('pg-hba', 'host all all 10.0.0.1/32 tru|st'), /No password/);
    assert.match(hover('dss-vg-conf', 'data:/a\nlo|g:/b'), /log \(number 1\), written \+log/);
    assert.equal(hover('dss-inst', 'x|yz = 1'), '');
  });
  it('lists the entries', () => {
    assert.deepEqual(
      outlineFile('dss-vg-conf', 'data:/a\nlog:/b').map((each) => each.name),
      ['data', 'log'],
    );
    assert.deepEqual(
      outlineFile('pg-hba', 'host all all ::1/128 trust').map((each) => each.detail),
      ['all all ::1/128 trust'],
    );
  });
});

describe('formatting of the small files', () => {
  it('tidies blanks', () => {
    assert.equal(
      applyEdits(
        ' INST_ID=0  \nLSNR_PATH\t= /a\n',
        formatFile('dss-inst', ' INST_ID=0  \nLSNR_PATH\t= /a\n'),
      ),
      'INST_ID = 0\nLSNR_PATH = /a\n',
    );
    assert.equal(
      applyEdits(' data: /a \r\n', formatFile('dss-vg-conf', ' data: /a \r\n')),
      'data:/a\r\n',
    );
  });
  it('changes blanks only, and a second time nothing', () => {
    const text = fc
      .array(fc.constantFrom('A', '=', ' ', '\t', ':', '/b', '#', '\n', '\r\n'), { maxLength: 14 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(
        text,
        fc.constantFrom<SmallFileKind>('dss-inst', 'cm-config', 'dss-vg-conf', 'pg-hba'),
        (before, kind) => {
          const after = applyEdits(before, formatFile(kind, before));
          assert.equal(after.replace(/[ \t\r]/g, ''), before.replace(/[ \t\r]/g, ''));
          assert.equal(applyEdits(after, formatFile(kind, after)), after);
        },
      ),
    );
  });
});

describe('whose file it is', () => {
  const topology = dualTopology();
  for (const [path, id] of [
    ['/home/omm/ss_hatest/dn0/postgresql.conf', 'production/dn0'],
    ['/home/omm/ss_hatest1/dn0/pg_hba.conf', 'recovery/dn0'],
    ['/home/omm/ss_hatest1/dss_home1/cfg/dss_inst.ini', 'recovery/dn1'],
    ['/home/me/copies/recovery/dn1/postgresql.conf', 'recovery/dn1'],
    ['C:\\copies\\production-dn1.postgresql.conf', 'production/dn1'],
    ['/home/omm/cm_config_recovery.ini', 'recovery/dn0'],
    ['/somewhere/postgresql.conf', undefined],
  ] as const) {
    it(path, () => {
      assert.equal(nodeOfPath(topology, path)?.id, id);
    });
  }
});
