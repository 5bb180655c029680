import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { applyEdits } from '../../../src/base/edits.ts';
import {
  fileKindOf,
  type FileContext,
  type SmallFileKind,
} from '../../../src/config/files/kinds.ts';
import { lintFile } from '../../../src/config/files/lint-file.ts';
import { corpusConfs, corpusText, withCorpus } from '../../support/corpus.ts';

function codes(kind: SmallFileKind, text: string, context: FileContext = {}): string[] {
  return lintFile(kind, text, context).map((finding) => finding.code);
}

function messages(kind: SmallFileKind, text: string): string[] {
  return lintFile(kind, text).map((finding) => finding.message);
}

/** The text after the preferred (or first) fix of the only finding. */
function mended(kind: SmallFileKind, text: string, context: FileContext = {}): string {
  const findings = lintFile(kind, text, context);
  assert.equal(findings.length, 1, JSON.stringify(findings));
  const fix = findings[0]?.fixes?.[0];
  assert.ok(fix, 'a fix is offered');
  return applyEdits(text, fix.edits);
}

describe('which file a path names', () => {
  for (const [path, kind] of [
    ['/home/omm/ss_hatest/dn0/postgresql.conf', 'postgresql-conf'],
    ['C:\\data\\dn0\\pg_hba.conf', 'pg-hba'],
    ['dss_home0/cfg/dss_inst.ini', 'dss-inst'],
    ['dss_home0/cfg/dss_vg_conf.ini', 'dss-vg-conf'],
    ['cm_config_standby.ini', 'cm-config'],
    ['cm_config.ini_bak', 'cm-config'],
    ['dn1.postgresql.conf', 'postgresql-conf'],
  ] as const) {
    it(path, () => {
      assert.equal(fileKindOf(path), kind);
    });
  }
  it('nothing else', () => {
    assert.equal(fileKindOf('/etc/my.conf'), undefined);
    assert.equal(fileKindOf('/home/postgresql.conf/notes.txt'), undefined);
  });
});

describe('dss_inst.ini', () => {
  const good = 'INST_ID = 0\nDSS_NODES_LIST = 0:127.0.0.1:30000,1:127.0.0.1:30001\n';

  it('takes a complete file, in any letter case, with blanks and Windows line ends', () => {
    assert.deepEqual(
      codes(
        'dss-inst',
        `# comment\r\n${good.replaceAll('\n', '\r\n')}_log_LEVEL=255\r\n_LOG_MAX_FILE_SIZE =100M\r\nLSNR_PATH=/home/omm/dss_home0\r\nCLUSTER_RUN_MODE=cluster_standby\r\n`,
      ),
      [],
    );
  });
  for (const [what, line, wrongLine] of [
    ['numbers', '_LOG_LEVEL = 4087', '_LOG_LEVEL = 4088'],
    ['whole numbers', '_SHM_KEY = 64', '_SHM_KEY = x'],
    ['sizes', '_LOG_MAX_FILE_SIZE = 4G', '_LOG_MAX_FILE_SIZE = 100MB'],
    ['words', 'interconnect_type = rdma', 'INTERCONNECT_TYPE = UDP'],
    [
      'words in exact case',
      'CLUSTER_RUN_MODE = cluster_primary',
      'CLUSTER_RUN_MODE = CLUSTER_PRIMARY',
    ],
    ['paths', 'LSNR_PATH = /home/omm/dss_home0', 'LSNR_PATH = $DSS_HOME'],
    ['socket lengths', `LSNR_PATH = /${'a'.repeat(87)}`, `LSNR_PATH = /${'a'.repeat(88)}`],
    ['lists', 'DSS_NODES_LIST = 0:10.0.0.1:1', 'DSS_NODES_LIST = 0:10.0.0.1'],
    [
      'twice the same id',
      'DSS_NODES_LIST = 0:10.0.0.1:1,1:10.0.0.1:2',
      'DSS_NODES_LIST = 0:10.0.0.1:1,0:10.0.0.1:2',
    ],
    [
      'twice the same end',
      'DSS_NODES_LIST = 0:10.0.0.1:1,1:10.0.0.2:1',
      'DSS_NODES_LIST = 0:10.0.0.1:1,1:10.0.0.1:1',
    ],
  ] as const) {
    it(`checks ${what}`, () => {
      assert.deepEqual(codes('dss-inst', line), []);
      assert.deepEqual(codes('dss-inst', wrongLine), ['dss-value']);
    });
  }
  it('says that DSS of today refuses RAID', () => {
    assert.equal(mended('dss-inst', 'STORAGE_MODE = RAID'), 'STORAGE_MODE = SHARE_DISK');
    assert.deepEqual(codes('dss-inst', 'STORAGE_MODE = share_disk'), []);
  });
  it('wants the own instance in the list', () => {
    assert.deepEqual(codes('dss-inst', good.replace('INST_ID = 0', 'INST_ID = 2')), [
      'dss-own-id-missing',
    ]);
    assert.deepEqual(codes('dss-inst', good), []);
  });
  it('knows that the lock folder has another name since 6.0.0', () => {
    const text = 'DISK_LOCK_FILE_PATH = /home/omm/locks\n';
    assert.equal(mended('dss-inst', text, { version: '7.0.0-RC1' }), `_${text}`);
    assert.deepEqual(codes('dss-inst', text, { version: '5.0.0' }), []);
    assert.deepEqual(codes('dss-inst', `_${text}`, { version: '5.0.0' }), ['dss-lock-path-name']);
  });
  it('compares the water marks', () => {
    assert.deepEqual(codes('dss-inst', 'VG_SPACE_USAGE_LWM = 90'), ['dss-water-marks']);
    assert.deepEqual(codes('dss-inst', 'VG_SPACE_USAGE_LWM = 80'), []);
  });
  it('proposes the nearest name for one that nobody reads', () => {
    assert.equal(mended('dss-inst', 'LSNR_PAHT = /tmp'), 'LSNR_PATH = /tmp');
  });
  it('removes the duplicate that does not count', () => {
    assert.equal(mended('dss-inst', 'INST_ID = 1\nINST_ID = 0'), 'INST_ID = 0');
  });
  it('refuses lines without an equals sign or a name', () => {
    assert.deepEqual(codes('dss-inst', 'INST_ID 0\n= 3'), ['ini-syntax', 'ini-syntax']);
  });
  it('sees a byte order mark', () => {
    assert.deepEqual(codes('dss-inst', '\ufeffINST_ID = 0'), ['ini-byte-order-mark']);
    assert.equal(
      applyEdits(
        '\ufeffINST_ID = 0',
        lintFile('dss-inst', '\ufeffINST_ID = 0')[0]?.fixes?.[0]?.edits ?? [],
      ),
      'INST_ID = 0',
    );
  });
});

describe('dss_vg_conf.ini', () => {
  it('takes one group a line', () => {
    assert.deepEqual(
      codes('dss-vg-conf', '# disks\ndata:/dev/mapper/data\nlog:/home/omm/disk/log.dmp\n'),
      [],
    );
    assert.deepEqual(codes('dss-vg-conf', 'data:dssimage'), []);
  });
  it('wants name:path', () => {
    assert.deepEqual(codes('dss-vg-conf', 'data\nlog:\n:/dev/x'), [
      'vg-syntax',
      'vg-syntax',
      'vg-syntax',
    ]);
  });
  it('refuses a name or a volume twice', () => {
    assert.deepEqual(codes('dss-vg-conf', 'data:/a\ndata:/b'), ['vg-duplicate']);
    assert.deepEqual(codes('dss-vg-conf', 'data:/a\nlog:/a'), ['vg-duplicate']);
    assert.deepEqual(codes('dss-vg-conf', 'data:/a\nlog:/b'), []);
  });
  it('removes blanks and the plus sign', () => {
    assert.equal(mended('dss-vg-conf', ' data: /dev/tpcc_data'), 'data:/dev/tpcc_data');
    assert.equal(mended('dss-vg-conf', '+data:/dev/tpcc_data'), 'data:/dev/tpcc_data');
  });
  it('warns of devices that are wrong or change their names', () => {
    assert.deepEqual(codes('dss-vg-conf', 'data:/dev/sg3'), ['vg-sg-device']);
    assert.deepEqual(codes('dss-vg-conf', 'data:/dev/sdj'), ['vg-unstable-name']);
    assert.deepEqual(codes('dss-vg-conf', 'data:/dev/disk/by-id/wwn-0x6'), []);
    assert.deepEqual(codes('dss-vg-conf', 'data:disks/data'), ['vg-relative-path']);
  });
});

describe('cm_config.ini', () => {
  it('takes both keys, also without a last line end and with blanks', () => {
    assert.deepEqual(codes('cm-config', '  REFORMER_ID = 1\n  BITMAP_ONLINE = 2 '), []);
  });
  it('misses a key', () => {
    assert.equal(mended('cm-config', 'REFORMER_ID = 2'), 'REFORMER_ID = 2\nBITMAP_ONLINE = 7\n');
    assert.equal(
      mended('cm-config', 'BITMAP_ONLINE = 2\n'),
      'BITMAP_ONLINE = 2\nREFORMER_ID = 1\n',
    );
  });
  it('checks ranges', () => {
    assert.deepEqual(codes('cm-config', 'REFORMER_ID = 64\nBITMAP_ONLINE = 0x3'), [
      'cm-value',
      'cm-value',
    ]);
    assert.deepEqual(
      codes('cm-config', 'REFORMER_ID = 63\nBITMAP_ONLINE = 18446744073709551615'),
      [],
    );
  });
  it('wants the reformer online', () => {
    assert.equal(
      mended('cm-config', 'REFORMER_ID = 1\nBITMAP_ONLINE = 1'),
      'REFORMER_ID = 1\nBITMAP_ONLINE = 3',
    );
  });
});

describe('pg_hba.conf', () => {
  it('takes what the server takes', () => {
    assert.deepEqual(
      codes(
        'pg-hba',
        'local all all trust\nhost all,"odd name" omm, other 127.0.0.1/32 trust # us\nhost all all ::1/128 sha256\nhostssl all all 10.0.0.0 255.0.0.0 cert clientcert=1\nhost replication omm standby.example sm3\nhostnossl all +admins samenet md5\n',
      ),
      [],
    );
  });
  for (const [line, message] of [
    ['hst all all 10.0.0.1/32 trust', 'invalid connection type "hst"'],
    ['host', 'end-of-line before database specification'],
    ['host all', 'end-of-line before role specification'],
    ['host all all', 'end-of-line before IP address specification'],
    ['host all all 10.0.0.1/32', 'end-of-line before authentication method'],
    ['host all all 10.0.0.1 trust', 'invalid IP mask "trust"'],
    ['host all all 10.0.0.1', 'end-of-line before netmask specification'],
    ['host all all 10.0.0.1 ::ffff sha256', 'IP address and mask do not match'],
    ['host all all 10.0.0.1/33 sha256', 'invalid CIDR mask in address "10.0.0.1/33"'],
    ['host all all 10.0.0.256/32 sha256', 'invalid IP address "10.0.0.256"'],
    [
      'host all all site-a/32 sha256',
      'specifying both host name and CIDR mask is invalid: "site-a/32"',
    ],
    ['host all all 10.0.0.1/32,10.0.0.2/32 sha256', 'multiple values specified for host address'],
    ['host all all 10.0.0.1/32 sha256,md5', 'multiple values specified for authentication type'],
    ['host all all 10.0.0.1/32 scram-sha-256', 'invalid authentication method "scram-sha-256"'],
    [
      'host all all 10.0.0.1/32 peer',
      'invalid authentication method "peer": not supported by this build',
    ],
    ['local all all gss', 'gssapi authentication is not supported on local sockets'],
    [
      'host all all 10.0.0.1/32 cert',
      'cert authentication is only supported on hostssl connections',
    ],
    ['host all all 10.0.0.1/32 sha256 now', 'authentication option not in name=value format: now'],
    ['host all all 10.0.0.1/32 sha256 a=b', 'unrecognized authentication option name: "a"'],
    [
      'host all all 10.0.0.1/32 sha256 clientcert=1',
      'clientcert can only be configured for "hostssl" rows',
    ],
    [
      'host all all 10.0.0.1/32 sha256 map=m',
      'authentication option "map" is only valid for authentication methods ident, peer, krb5, gssapi, sspi, and cert',
    ],
  ] as const) {
    it(line, () => {
      assert.deepEqual(messages('pg-hba', line), [message]);
    });
  }
  it('sees lines that are never reached', () => {
    const first = 'host all all 10.0.0.0/8 sha256\n';
    assert.deepEqual(codes('pg-hba', `${first}host postgres omm 10.1.2.3/32 trust`), [
      'hba-shadowed',
    ]);
    assert.deepEqual(codes('pg-hba', `${first}host replication omm 10.1.2.3/32 trust`), []);
    assert.deepEqual(codes('pg-hba', `${first}host postgres omm 11.1.2.3/32 trust`), []);
  });
  it('warns where everybody is trusted, not where a site is', () => {
    assert.equal(mended('pg-hba', 'host all all 0.0.0.0/0 trust'), 'host all all 0.0.0.0/0 sha256');
    assert.deepEqual(codes('pg-hba', 'host all all 10.0.0.0/8 trust'), []);
  });
  it('says when nobody is let in', () => {
    assert.deepEqual(codes('pg-hba', '# nothing\n'), ['hba-no-entries']);
  });
});

describe('real files', withCorpus, () => {
  for (const conf of withCorpus.skip === false ? corpusConfs() : []) {
    const kind = fileKindOf(conf.file);
    const published = conf.stated_to_work.startsWith('yes');
    if (kind !== undefined && kind !== 'postgresql-conf' && published) {
      it(`${conf.file} has no error`, () => {
        const errors = lintFile(kind, corpusText(`confs/${conf.file}`)).filter(
          (finding) => finding.severity === 'error',
        );
        assert.deepEqual(errors, []);
      });
    }
  }
});

describe('every fix', () => {
  const pieces: Record<SmallFileKind, readonly string[]> = {
    'pg-hba': [
      'host',
      'local',
      'hostssl',
      'hst',
      'all',
      'replication',
      '"a b"',
      'omm',
      '10.0.0.1/32',
      '10.0.0.0/8',
      '10.0.0.1',
      '255.0.0.0',
      'x/32',
      'trust',
      'sha256',
      'cert',
      'password',
      'peer',
      'map=x',
      ',',
      '#',
      '"',
    ],
    'dss-inst': [
      'INST_ID',
      'INST_IDD',
      'DSS_NODES_LIST',
      'STORAGE_MODE',
      '_LOG_LEVEL',
      'LSNR_PATH',
      '_LOG_MAX_FILE_SIZE',
      'CLUSTER_RUN_MODE',
      'DISK_LOCK_FILE_PATH',
      '=',
      '0:10.0.0.1:1',
      ',',
      '100MB',
      '5',
      '-3',
      '99999',
      'RAID',
      'cluster_primry',
      '/tmp',
      '#',
    ],
    'dss-vg-conf': ['data', '+data', 'log', ':', '/dev/sdj', '/dev/sg1', '/a', ' ', '#'],
    'cm-config': ['REFORMER_ID', 'REFORMER', 'BITMAP_ONLINE', '=', '0', '1', '3', '64', 'x', '#'],
  };
  for (const kind of Object.keys(pieces) as SmallFileKind[]) {
    it(`of ${kind} removes its finding and adds none`, () => {
      const line = fc
        .array(fc.constantFrom(...pieces[kind]), { maxLength: 7 })
        .map((words) => words.join(' '));
      const text = fc
        .array(line, { maxLength: 5 })
        .chain((lines) => fc.constantFrom('\n', '\r\n').map((newline) => lines.join(newline)));
      fc.assert(
        fc.property(
          text,
          fc.constantFrom<FileContext>({}, { version: '5.0.0' }, { version: 'master' }),
          (before, context) => {
            const findings = lintFile(kind, before, context);
            for (const finding of findings) {
              assert.ok(
                finding.range.start <= finding.range.end && finding.range.end <= before.length,
              );
              for (const fix of finding.fixes ?? []) {
                const after = lintFile(kind, applyEdits(before, fix.edits), context);
                assert.ok(
                  after.length < findings.length,
                  `${finding.code}: ${fix.title}\n${before}`,
                );
                const left = after.map((each) => each.code);
                for (const each of findings) {
                  const at = left.indexOf(each.code);
                  if (at >= 0) left.splice(at, 1);
                }
                assert.deepEqual(left, []);
              }
            }
          },
        ),
        { numRuns: 300 },
      );
    });
    it(`of ${kind}: arbitrary text never throws`, () => {
      fc.assert(
        fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
          lintFile(kind, text);
        }),
      );
    });
  }
});
