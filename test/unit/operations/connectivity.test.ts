import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  checkConnectivity,
  connectScript,
  parseConnectAnswers,
  portsBetween,
} from '../../../src/operations/connectivity.ts';
import {
  connectivityJson,
  connectivityMarkdown,
  connectivityText,
  connectivityVerdict,
} from '../../../src/operations/connectivity-report.ts';
import { connectionLost } from '../../../src/hosts/errors.ts';
import { nodesOf } from '../../../src/topology/lookups.ts';
import { dualTopology } from '../../support/dual-topology.ts';
import { FakePool } from '../../support/fake-pool.ts';

const folders = ['/usr/bin', '/bin', '/usr/local/bin'];
const find = (program: string): string | undefined =>
  folders.map((folder) => join(folder, program)).find(existsSync);
const always = ['sh', 'tr', 'grep', 'sleep', 'rm', 'cat'];

/** Runs the script with nothing on the PATH but a few programs; `false` stands for one that never answers. */
async function withPrograms(
  programs: Readonly<Record<string, string | false>>,
  targets: Parameters<typeof connectScript>[0],
): Promise<ReturnType<typeof parseConnectAnswers>> {
  const folder = await mkdtemp(join(tmpdir(), 'connect-'));
  try {
    for (const name of always) {
      await symlink(find(name) ?? name, join(folder, name));
    }
    for (const [name, program] of Object.entries(programs)) {
      if (program === false) {
        await writeFile(join(folder, name), '#!/bin/sh\nexec sleep 20\n');
        await chmod(join(folder, name), 0o755);
      } else {
        await symlink(program, join(folder, name));
      }
    }
    const text = await new Promise<string>((resolve) => {
      execFile('/bin/sh', ['-c', connectScript(targets)], { env: { PATH: folder } }, (_, stdout) =>
        resolve(stdout),
      );
    });
    return parseConnectAnswers(text, targets.length);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe('trying a connection from a host', () => {
  const ways = [['bash', 'timeout'], ['bash'], ['python3', 'timeout'], ['perl', 'timeout'], ['nc']];
  for (const way of ways) {
    const missing = way.filter((program) => find(program) === undefined);
    it(
      `tells reachable from refused with ${way.join(' and ')} alone`,
      { skip: missing.length > 0 ? `${missing.join(', ')} is not on this machine` : false },
      async () => {
        const server = createServer();
        const closed = createServer();
        const listen = async (one: typeof server): Promise<number> => {
          await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
          return (one.address() as AddressInfo).port;
        };
        const open = await listen(server);
        const shut = await listen(closed);
        await new Promise((resolve) => closed.close(resolve));
        try {
          const answers = await withPrograms(
            Object.fromEntries(way.map((program) => [program, find(program) ?? ''])),
            [
              { address: '127.0.0.1', port: open },
              { address: '127.0.0.1', port: shut },
              { address: 'no.such.host.invalid', port: 80 },
            ],
          );
          assert.deepEqual(
            answers.slice(0, 2).map(({ reach }) => reach),
            ['reachable', 'refused'],
          );
          assert.equal(answers[2]?.reach === 'reachable', false);
        } finally {
          server.close();
        }
      },
    );
  }

  for (const timeout of ['timeout', undefined]) {
    it(`gives up after two seconds ${timeout === undefined ? 'without' : 'with'} timeout`, async () => {
      // Stands in for python3 in front of a firewall: it says nothing for a long time.
      const answers = await withPrograms(
        { python3: false, ...(timeout !== undefined && { timeout: find(timeout) ?? '' }) },
        [
          { address: '127.0.0.1', port: 1 },
          { address: '127.0.0.1', port: 2 },
        ],
      );
      assert.deepEqual(
        answers.map(({ reach }) => reach),
        ['timeout', 'timeout'],
      );
    });
  }

  it('says so when the host has nothing to try with', async () => {
    const [answer] = await withPrograms({}, [{ address: '127.0.0.1', port: 1 }]);
    assert.equal(answer?.reach, 'unknown');
    assert.match(answer.detail, /bash/);
  });

  it('gives exactly one answer for each target, whatever was printed', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 5 }), (text, count) => {
        assert.equal(parseConnectAnswers(text, count).length, count);
      }),
    );
    assert.deepEqual(parseConnectAnswers('1 1 x: No route to host\n7 0 \n0 0 \n', 2), [
      { reach: 'reachable', detail: '' },
      { reach: 'unknown', detail: 'No route to host' },
    ]);
  });
});

describe('the matrix of nodes × nodes', () => {
  it('has the ports that nodes use of each other: DMS and DSS inside a cluster alone', async () => {
    const topology = await dualTopology();
    const [first, second, third] = nodesOf(topology);
    assert.ok(first && second && third);
    assert.deepEqual(
      portsBetween(first, second).map(([, use]) => use),
      ['server', 'ha', 'dms', 'dss'],
    );
    assert.deepEqual(portsBetween(first, third), [
      [third.port, 'server'],
      [third.port + 1, 'ha'],
    ]);
  });

  it('asks each host once, and names ports that give no answer', async () => {
    const topology = await dualTopology();
    const pool = new FakePool();
    const [blocked] = topology.clusters[1]?.nodes ?? [];
    assert.ok(blocked);
    for (const host of ['prod', 'reco']) {
      pool.answers.set(host, async ({ command }) => {
        await Promise.resolve();
        const lines = [...command.matchAll(/^t (\d+) (\S+) (\d+) &$/gm)].map(([, index, , port]) =>
          host === 'prod' && Number(port) === blocked.port ? `${index} 124 ` : `${index} 0 `,
        );
        return { code: 0, stdout: lines.join('\n'), stderr: '', timedOut: false };
      });
    }
    const result = await checkConnectivity({
      topology,
      pool,
      signal: new AbortController().signal,
    });
    assert.equal(pool.batches.length, 2);
    assert.deepEqual(
      result.connections
        .filter(({ reach }) => reach !== 'reachable')
        .map(({ from, to, port }) => `${from.id} ${to.id} ${port}`),
      ['production/dn0', 'production/dn1'].map((from) => `${from} ${blocked.id} ${blocked.port}`),
    );
    assert.equal(connectivityVerdict(result), 'blocked');
    assert.match(connectivityMarkdown(result), new RegExp(`production/dn0 .*× ${blocked.port}`));
    assert.match(connectivityText(result), /firewall/);
    const json = JSON.parse(connectivityJson(result)) as { connections: { reach: string }[] };
    assert.equal(json.connections.length, result.connections.length);
  });

  it('keeps the answers of the other hosts when one cannot be asked', async () => {
    const topology = await dualTopology();
    const pool = new FakePool();
    pool.refused.set('reco', connectionLost('reco'));
    pool.answers.set('prod', async ({ command }) => {
      await Promise.resolve();
      const lines = [...command.matchAll(/^t (\d+) /gm)].map(([, index]) => `${index} 1 refused`);
      return { code: 0, stdout: lines.join('\n'), stderr: '', timedOut: false };
    });
    const { connections } = await checkConnectivity({
      topology,
      pool,
      signal: new AbortController().signal,
    });
    const reaches = (host: string): readonly string[] => [
      ...new Set(connections.filter(({ from }) => from.host === host).map(({ reach }) => reach)),
    ];
    assert.deepEqual(reaches('prod'), ['refused']);
    assert.deepEqual(reaches('reco'), ['unknown']);
    assert.match(connections.find(({ from }) => from.host === 'reco')?.detail ?? '', /lost/);
  });
});
