import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadCatalogue } from '../../../src/config/catalogue.ts';
import { parseConf } from '../../../src/config/document.ts';
import { readAsServer } from '../../../src/config/readers/server.ts';
import { serverVersions } from '../../../src/topology/types.ts';
import type { ServerVersion } from '../../../src/topology/types.ts';
import { verdictCases } from '../../fixtures/config/verdict-cases.ts';
import type { VerdictCase } from '../../fixtures/config/verdict-case.ts';

async function wrong(version: ServerVersion): Promise<readonly VerdictCase[]> {
  const catalogue = await loadCatalogue(version, 'release');
  return verdictCases(version).filter(
    ({ conf, ok }) => readAsServer(parseConf(conf), catalogue).ok !== ok,
  );
}

describe("the server's verdict", () => {
  for (const version of serverVersions) {
    it(`of ${version} is what the documented rules give`, async () => {
      assert.deepEqual(await wrong(version), []);
    });
  }

  it('is asked in more than a thousand cases for each version', () => {
    for (const version of serverVersions) {
      const cases = verdictCases(version);
      assert.ok(cases.length > 1000, `${version} has ${cases.length}`);
      assert.ok(cases.filter(({ ok }) => ok).length > 300);
    }
  });
});
