import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { loadCatalogue } from '../../../src/config/catalogue.ts';
import { parseConf } from '../../../src/config/document.ts';
import { hoverConf } from '../../../src/config/language/hover.ts';
import type { ConfPosition, LanguageContext } from '../../../src/config/language/types.ts';
import { describeParameter } from '../../../src/config/text/describe.ts';
import { dualClusterLines } from '../../../src/config/text/dual-cluster.ts';
import { otherLines } from '../../../src/config/text/others.ts';
import { serverVersions } from '../../../src/topology/types.ts';
import { deploymentOf } from './support.ts';
import { aloneContext, cursor, inside, node } from './places.ts';

let alone: LanguageContext;
before(async () => {
  alone = await aloneContext();
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
