import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConf } from '../../../src/config/document.ts';
import { findAsGsGuc, readAsGsCtl, readAsGsCtlBuild } from '../../../src/config/readers/tools.ts';

const value = (text: string, name = 'ss_enable_dss'): string | undefined =>
  readAsGsCtl(parseConf(text), name)?.value;

describe('what gs_ctl reads', () => {
  it('is the first line, where the server takes the last', () => {
    assert.equal(value('ss_enable_dss = off\nss_enable_dss = on\n'), 'off');
  });

  it('has no line without =, in capitals or without a line end', () => {
    assert.equal(value('ss_enable_dss on\n'), undefined);
    assert.equal(value('SS_ENABLE_DSS = on\n'), undefined);
    assert.equal(value('ss_enable_dss = on'), undefined);
    assert.equal(value('ss_enable_dss_x = on\n'), undefined);
  });

  it('ends at a # and has no quotes and blanks at its ends', () => {
    assert.equal(value("  ss_enable_dss='on' # c\n"), 'on');
    assert.equal(value("ss_dss_conn_path = 'UDS:/a#b'\n", 'ss_dss_conn_path'), 'UDS:/a');
  });

  it('comes from a comment when there is no active line', () => {
    const found = readAsGsCtl(parseConf('#ss_enable_dss = on\n'), 'ss_enable_dss');
    assert.deepEqual([found?.value, found?.commented], ['on', true]);
    assert.equal(value('# ss_enable_dss = on\n'), undefined);
    assert.equal(value('#ss_enable_dss = on\nss_enable_dss = off\n'), 'off');
  });

  it('loses its first and last character in a build', () => {
    const read = (text: string): string | undefined =>
      readAsGsCtlBuild(parseConf(text), 'application_name')?.value;
    assert.equal(read("application_name = 'dn1'\n"), 'dn1');
    assert.equal(read('application_name = dn1\n'), 'n');
    assert.equal(read('application_name = x\n'), '');
  });
});

describe('the line that gs_guc changes', () => {
  it('is the last active one, else the last commented one', () => {
    const line = (text: string): unknown => findAsGsGuc(parseConf(text), 'port');
    assert.deepEqual(line('port = 1\nport=2\n#port = 3\n'), {
      line: 1,
      commented: false,
      matches: 2,
    });
    assert.deepEqual(line('# port = 1\n #port = 3\n'), { line: 1, commented: true, matches: 0 });
    assert.equal(line('port 1\nports = 1\n'), undefined);
  });
});
