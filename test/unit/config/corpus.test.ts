import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadCatalogue } from '../../../src/config/catalogue.ts';
import { parseConf, printConf } from '../../../src/config/document.ts';
import { lintConf } from '../../../src/config/lint.ts';
import { readAsServer } from '../../../src/config/readers/server.ts';
import { chooseVersion, parseServerVersion } from '../../../src/config/version.ts';
import { corpusConfs, corpusText, withCorpus } from '../../support/corpus.ts';

interface Verdict {
  readonly conf: string;
  readonly ok: boolean;
}

const verdicts = (path: string): readonly Verdict[] =>
  corpusText(path)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Verdict);

describe('verdicts of real servers', withCorpus, () => {
  for (const version of ['5.0.0', 'master'] as const) {
    it(`agree with ours in both directions for ${version}`, async () => {
      const catalogue = await loadCatalogue(version, 'release');
      for (const side of [true, false]) {
        const cases = verdicts(`verdicts/${version}.jsonl`).filter(({ ok }) => ok === side);
        const agreed = cases.filter(
          ({ conf }) => readAsServer(parseConf(conf), catalogue).ok === side,
        );
        assert.ok(cases.length > 300);
        assert.ok(agreed.length >= cases.length * 0.995, `${agreed.length} of ${cases.length}`);
      }
    });
  }

  it('give no error to a file with which a real server of 5.0.0 started', async () => {
    const catalogue = await loadCatalogue('5.0.0', 'release');
    const started = verdicts('runs/5.0.0/conf_start.jsonl').filter(({ ok }) => ok);
    assert.ok(started.length > 10);
    for (const { conf } of started) {
      const errors = lintConf(parseConf(conf), catalogue).filter(
        ({ severity }) => severity === 'error',
      );
      assert.deepEqual(
        errors.map(({ message }) => message),
        [],
        conf,
      );
    }
  });
});

/** Whole files that their authors say work; some of the collection are excerpts of terminals or several files in one. */
const files = /^(?:seed|way\d)-.*postgresql\.conf$|^misc-(?:03|04|19|20|35)\./;

describe('real files', withCorpus, () => {
  it('that work get no error, and print back', async () => {
    const working = corpusConfs().filter(({ file }) => files.test(file));
    assert.ok(working.length > 8);
    for (const { file, version } of working) {
      const text = corpusText(`confs/${file}`);
      const written = /\d\.\d\.\d(?:-RC\d)?|master/.exec(version)?.[0] ?? '';
      const catalogue = await loadCatalogue(
        chooseVersion({ asked: parseServerVersion(written), text }),
        'debug',
      );
      const document = parseConf(text);
      const errors = lintConf(document, catalogue).filter(({ severity }) => severity === 'error');
      assert.deepEqual(
        errors.map(({ message }) => message),
        [],
        file,
      );
      assert.equal(printConf(document), text);
    }
  });
});
