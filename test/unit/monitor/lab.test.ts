import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createHostPool } from '../../../src/hosts/pool.ts';
import type { TerminalPool } from '../../../src/hosts/terminal.ts';
import { Monitor } from '../../../src/monitor/monitor.ts';
import type { Snapshot } from '../../../src/status/types.ts';
import { parseTopology } from '../../../src/topology/parse.ts';
import { startLab } from '../../lab/lab.ts';
import type { Lab } from '../../lab/lab.ts';
import { noPrompts } from '../../support/no-prompts.ts';

describe('the monitor on real shells over SSH', () => {
  let lab: Lab;
  let pool: TerminalPool;
  let monitor: Monitor;

  before(async () => {
    lab = await startLab();
    const { topology, findings } = await parseTopology(
      readFileSync(join(lab.workspace, 'opengauss.yaml'), 'utf8'),
    );
    assert.ok(topology, findings.map((finding) => finding.message).join('\n'));
    pool = createHostPool({
      hosts: topology.hosts,
      sshConfigFiles: [lab.sshConfig],
      prompts: noPrompts,
      trusted: true,
      log: () => undefined,
      pauses: { first: 200, longest: 1000 },
    });
    monitor = new Monitor({ topology, pool, interval: 1000, timeout: 8000 });
  });

  after(async () => {
    monitor.dispose();
    await pool.close();
    await lab.stop();
  });

  /** Waits for a snapshot that is as wanted; a generous limit, since machines differ. */
  async function until(
    what: string,
    wanted: (kinds: Record<string, string>) => boolean,
  ): Promise<Snapshot> {
    const kindsOf = (snapshot: Snapshot | undefined): Record<string, string> =>
      Object.fromEntries([...(snapshot?.nodes ?? [])].map(([id, { state }]) => [id, state.kind]));
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        listener.dispose();
      };
      const look = (snapshot: Snapshot | undefined): void => {
        if (snapshot !== undefined && wanted(kindsOf(snapshot))) {
          end();
          resolve(snapshot);
        }
      };
      const listener = monitor.onSnapshot(look);
      const timer = setTimeout(() => {
        end();
        reject(
          new Error(
            `${what}: not seen. ${JSON.stringify([...(monitor.snapshot?.nodes.values() ?? [])].map(({ id, state }) => [id, state.kind, 'reason' in state ? state.reason : '']))}`,
          ),
        );
      }, 40_000);
      look(monitor.snapshot);
    });
  }

  const allOk = (kinds: Record<string, string>): boolean =>
    Object.keys(kinds).length === 4 && Object.values(kinds).every((kind) => kind === 'ok');
  const pidOf = (id: string): number =>
    Number(readFileSync(join(lab.node(id).dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);

  it('sees a healthy dual cluster', async () => {
    monitor.start();
    const snapshot = await until('all nodes', allOk);
    assert.equal(monitor.health?.level, 'ok', monitor.health?.sentence);
    const roles = [...snapshot.nodes.values()].map(({ state }) =>
      state.kind === 'ok' ? state.role : '?',
    );
    assert.deepEqual(roles, ['Primary', 'Standby', 'Main Standby', 'Standby']);
    assert.equal(snapshot.nodes.get('production/dn0')?.pid, pidOf('production/dn0'));
  });

  it('sees a frozen node and its return, while the others go on', async () => {
    const pid = pidOf('recovery/dn1');
    process.kill(pid, 'SIGSTOP');
    try {
      const snapshot = await until(
        'the frozen node',
        (kinds) => kinds['recovery/dn1'] === 'offline' && kinds['production/dn0'] === 'ok',
      );
      const { sequence } = snapshot;
      await until(
        'others',
        (kinds) =>
          (monitor.snapshot?.sequence ?? 0) > sequence + 2 && kinds['recovery/dn0'] === 'ok',
      );
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await until('all nodes again', allOk);
  });

  it('sees connections that are cut, and connects again', async () => {
    let unreachable = 0;
    const listener = monitor.onSnapshot((snapshot) => {
      unreachable += [...snapshot.nodes.values()].filter(
        ({ state }) => state.kind === 'unreachable',
      ).length;
    });
    const host = lab.host(lab.node('recovery/dn0').host);
    await host.server.stop();
    await until('the host that is gone', (kinds) => kinds['recovery/dn0'] === 'unreachable');
    listener.dispose();
    assert.ok(unreachable >= 2, 'both nodes of the host');
    await host.start();
    await until('all nodes again', allOk);
  });

  it('sees a killed node, and that nothing can be written without a primary', async () => {
    process.kill(pidOf('production/dn0'), 'SIGKILL');
    // A query that was under way does not know yet that the server is gone for good.
    await until(
      'the killed node',
      (kinds) => kinds['production/dn0'] === 'offline' && monitor.health?.level === 'error',
    );
    assert.ok(
      monitor.history.events.some(
        (event) => event.code === 'down' && event.node === 'production/dn0',
      ),
    );
  });
});
