import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadCatalogue } from '../../../src/config/catalogue.ts';
import {
  chooseVersion,
  commentedVersion,
  parseServerVersion,
} from '../../../src/config/version.ts';
import { serverVersions } from '../../../src/topology/types.ts';

describe('catalogues', () => {
  it('know as many parameters as each release has', async () => {
    const counts = await Promise.all(
      serverVersions.map(async (version) => (await loadCatalogue(version, 'release')).names.length),
    );
    assert.deepEqual(counts, [773, 787, 857, 871, 907]);
  });

  it('know more in a debug build', async () => {
    const debug = await loadCatalogue('5.0.0', 'debug');
    assert.equal(debug.names.length, 776);
    assert.equal(debug.get('ss_enable_reform')?.debugOnly, true);
    assert.equal(debug.get('query_dop')?.min, -64);
  });

  it('find a name in any case and by its old spelling', async () => {
    const catalogue = await loadCatalogue('master', 'release');
    assert.equal(catalogue.get('timezone')?.name, 'TimeZone');
    assert.equal(catalogue.get('SORT_MEM')?.name, 'work_mem');
    assert.equal(catalogue.get('constructor'), undefined);
    assert.equal(catalogue.get('__proto__'), undefined);
  });

  it('hold numbers of 64 bits exactly', async () => {
    const size = (await loadCatalogue('5.0.0', 'release')).get('xlog_file_size');
    assert.equal(size?.max, 576460752303423487n);
    assert.equal(size.default, 549755813888n);
    assert.deepEqual(size.gsGuc, {
      knows: true,
      type: 'int64',
      range: '1048576,576460752303423487',
    });
  });

  it('say where a name went', async () => {
    const master = await loadCatalogue('master', 'release');
    assert.deepEqual(master.absent('cluster_run_mode')?.versions, ['5.0.0']);
    assert.equal(master.absent('cluster_run_mode')?.replacement?.name, 'ss_disaster_mode');
    assert.equal(master.absent('ss_fi_net_latency_ms')?.build, 'debug');
    assert.equal(master.absent('gtm_port')?.build, 'distribute');
    assert.equal(master.absent('no_such_name'), undefined);
    assert.equal(master.absent('port'), undefined);
  });

  it('offer the nearest names, best first', async () => {
    const catalogue = await loadCatalogue('master', 'release');
    assert.equal(catalogue.nearest('xlog_file_pth')[0], 'xlog_file_path');
    assert.equal(catalogue.nearest('MAX_CONECTIONS')[0], 'max_connections');
    assert.deepEqual(catalogue.nearest('zzzzzzzzzzzz'), []);
    assert.deepEqual(catalogue.nearest('x'.repeat(1000)), []);
  });
});

describe('the version of a file', () => {
  it('is recognised by its line', () => {
    const versions: Readonly<Record<string, string | undefined>> = {
      '5.0.0': '5.0.0',
      '5.0.5': '5.0.0',
      '5.1': '5.1.0',
      '6.0.0-RC1': '6.0.0',
      '7.0.0-RC1': '7.0.0-RC1',
      '7.0.0': '7.0.0-RC1',
      MASTER: 'master',
      '3.1.0': undefined,
      x: undefined,
    };
    for (const [text, version] of Object.entries(versions)) {
      assert.equal(parseServerVersion(text), version, text);
    }
  });

  it('is named by a comment in the first line', () => {
    assert.equal(commentedVersion('# opengauss-version: 6.0.0\nport = 1\n'), '6.0.0');
    assert.equal(commentedVersion('#openGauss-Version = master'), 'master');
    assert.equal(commentedVersion('port = 1\n# opengauss-version: 6.0.0\n'), undefined);
  });

  it('comes from what is most binding', () => {
    const text = '# opengauss-version: 6.0.0\n';
    assert.equal(chooseVersion({ asked: '5.1.0', text }), '5.1.0');
    assert.equal(chooseVersion({ text, detected: 'master' }), '6.0.0');
    assert.equal(chooseVersion({ text: '', detected: 'master', configured: '5.1.0' }), 'master');
    assert.equal(chooseVersion({ configured: '5.1.0' }), '5.1.0');
    assert.equal(chooseVersion({}), '5.0.0');
  });
});
