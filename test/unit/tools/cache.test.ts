import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { cacheFolder, keep } from '../../../scripts/tools/cache.ts';

describe('The cache of the editor and the browser', () => {
  const cacheBefore = process.env['XDG_CACHE_HOME'];
  let folder: string;
  let source: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cache-test-'));
    process.env['XDG_CACHE_HOME'] = folder;
    source = join(folder, 'source');
    await writeFile(source, 'one');
  });
  after(async () => {
    if (cacheBefore === undefined) delete process.env['XDG_CACHE_HOME'];
    else process.env['XDG_CACHE_HOME'] = cacheBefore;
    await rm(folder, { recursive: true });
  });

  const thing = (build: (place: string) => Promise<void>) => ({
    name: 'thing',
    version: '1.0',
    from: [source],
    build,
  });
  const quiet = () => undefined;

  it('leaves nothing when building fails, and builds the next time', async () => {
    const failing = keep(
      thing(async (place) => {
        await writeFile(join(place, 'half'), '');
        throw new Error('the network is gone');
      }),
      quiet,
    );
    await assert.rejects(failing, /the network is gone/);
    assert.deepEqual(await readdir(cacheFolder()), []);
    const place = await keep(
      thing((at) => writeFile(join(at, 'whole'), 'yes')),
      quiet,
    );
    assert.equal(await readFile(join(place, 'whole'), 'utf8'), 'yes');
  });

  it('is built once when several ask at the same time', async () => {
    await writeFile(source, 'two');
    let built = 0;
    const ask = () =>
      keep(
        thing(async (place) => {
          built++;
          await new Promise((resolve) => setTimeout(resolve, 100));
          await writeFile(join(place, 'whole'), '');
        }),
        quiet,
      );
    const places = await Promise.all([ask(), ask(), ask()]);
    assert.equal(built, 1);
    assert.equal(new Set(places).size, 1);
  });

  it('is built anew when what it is made from changes', async () => {
    const first = await keep(
      thing(() => Promise.resolve()),
      quiet,
    );
    await writeFile(source, 'three');
    const second = await keep(
      thing(() => Promise.resolve()),
      quiet,
    );
    assert.notEqual(first, second);
  });

  it('takes over the lock and removes the remains of a killed installation', async () => {
    await writeFile(source, 'four');
    const place = await keep(
      thing((at) => writeFile(join(at, 'whole'), '')),
      quiet,
    );
    await rm(place, { recursive: true });
    await mkdir(`${place}.lock`);
    // No process has this id: it is above the largest that Linux gives.
    await writeFile(join(`${place}.lock`, 'pid'), '4194305');
    await mkdir(`${place}.unfinished-4194305`);
    assert.equal(
      await keep(
        thing((at) => writeFile(join(at, 'whole'), '')),
        quiet,
      ),
      place,
    );
    const left = (await readdir(cacheFolder())).filter(
      (name) => !/^thing-1\.0-[0-9a-f]+$/.test(name),
    );
    assert.deepEqual(left, []);
  });
});
