import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { loadCatalogue } from '../../../src/config/catalogue.ts';
import type { Catalogue } from '../../../src/config/catalogue.ts';
import { copyToNodes } from '../../../src/editor/drift/copy.ts';
import type { HostPool } from '../../../src/hosts/shell.ts';
import { poolOf } from '../hosts/support/pools.ts';
import type { NodeSpec } from '../../../src/topology/types.ts';

describe('a value copied to other nodes', () => {
  let folder: string;
  let pool: HostPool;
  let catalogue: Catalogue;
  const change = { name: 'work_mem', value: '64MB' };

  before(async () => {
    pool = poolOf({ after: () => undefined }, '/nonexistent/config');
    catalogue = await loadCatalogue('5.0.0', 'release');
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'drift-copy-'));
  });
  after(async () => {
    await pool.close();
  });

  function node(name: string, text: string | undefined): NodeSpec {
    const dataDir = join(folder, name);
    mkdirSync(dataDir);
    if (text !== undefined) {
      writeFileSync(join(dataDir, 'postgresql.conf'), text);
    }
    const range = { start: 0, end: 0 };
    const id = `production/${name}`;
    return {
      id,
      name,
      cluster: 'production',
      host: 'local',
      dataDir,
      port: 1,
      instanceId: 0,
      env: {},
      range,
    };
  }
  const textOf = ({ dataDir }: NodeSpec): string =>
    readFileSync(join(dataDir, 'postgresql.conf'), 'utf8');
  const how = (signal = new AbortController().signal) => ({
    catalogue,
    signal,
    shell: (each: NodeSpec) => pool.shell(each.host),
  });

  it('is written into the files of all', async () => {
    const nodes = [node('a', 'work_mem = 1MB\n'), node('b', 'port = 1\n')];
    const copied = await copyToNodes(nodes, change, how());
    assert.deepEqual(copied, { written: nodes, left: [] });
    assert.deepEqual(nodes.map(textOf), ['work_mem = 64MB\n', 'port = 1\nwork_mem = 64MB\n']);
    rmSync(folder, { recursive: true });
  });

  it('says where it stopped when one of them fails, and leaves the rest alone', async () => {
    const nodes = [node('a', ''), node('b', undefined), node('c', '')];
    const { written, left, failure } = await copyToNodes(nodes, change, how());
    assert.deepEqual(written, nodes.slice(0, 1));
    assert.deepEqual(left, nodes.slice(1));
    assert.ok(failure instanceof Error);
    assert.match(textOf(nodes[0] ?? node('x', '')), /work_mem/);
    assert.equal(textOf(nodes[2] ?? node('y', '')), '');
    rmSync(folder, { recursive: true });
  });

  it('is no failure when it is cancelled', async () => {
    const nodes = [node('a', ''), node('b', '')];
    const abort = new AbortController();
    const copied = await copyToNodes(nodes, change, {
      ...how(abort.signal),
      begin: (each) => {
        if (each.name === 'b') {
          abort.abort();
        }
      },
    });
    assert.deepEqual(copied, { written: nodes.slice(0, 1), left: nodes.slice(1) });
    assert.equal(textOf(nodes[1] ?? node('x', '')), '');
    rmSync(folder, { recursive: true });
  });
});
