import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { after, describe, it } from 'node:test';
import { isHostFailure } from '../../../src/hosts/errors.ts';
import { createLocalShell } from '../../../src/hosts/local.ts';
import { assertGone, runs, shellContract, uniqueMark } from './support/contract.ts';
import { pause } from '../../support/sshd.ts';

describe('the local machine', () => {
  const shell = createLocalShell();
  after(async () => shell.close());
  shellContract(async () => Promise.resolve(shell));

  it('leaves nothing behind when it is closed', async () => {
    const other = createLocalShell();
    const mark = uniqueMark();
    const running = other
      .run(`sh -c 'while :; do sleep 0.2; done' ${mark}`)
      .catch((error: unknown) => error);
    while (!(await runs(mark))) {
      await pause(20);
    }
    const folders = async (): Promise<string[]> =>
      (await readdir('/dev/shm')).filter((name) => name.startsWith('opengauss-dual-cluster.'));
    const before = await folders();
    await other.close();
    assert.ok(isHostFailure(await running, 'result-unknown'));
    await assertGone(mark);
    assert.ok((await folders()).length < before.length);
  });

  it('does not end commands of a plan that hold no terminal when a probe is cancelled', async () => {
    const mark = uniqueMark();
    const kept = shell.run(`sh -c 'sleep 1; echo whole' ${mark}`);
    const abort = new AbortController();
    const probe = shell.run('sleep 50', { signal: abort.signal }).catch(String);
    await pause(100);
    abort.abort();
    await probe;
    assert.equal((await kept).stdout, 'whole\n');
  });
});
