import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readJson } from '../files.ts';
import type { HaRow, StateFile } from '../gaussdb/types.ts';
import { out } from '../print.ts';
import { patience, prefixed, say } from './context.ts';
import type { Call } from './context.ts';
import { locked } from './process.ts';
import { noServer } from './query.ts';
import { NotLetIn, connectTool, serverState } from './server.ts';
import type { PidFile } from './server.ts';

async function roleOf(call: Call, file: PidFile): Promise<HaRow | undefined> {
  try {
    const client = await connectTool(call, file);
    const answer = await client.ask({ op: 'ha' });
    client.close();
    return answer['ha'] as HaRow;
  } catch (thrown) {
    if (thrown instanceof NotLetIn) {
      return undefined;
    }
    throw thrown;
  }
}

/** Prints dots until the role is reached or patience ends. */
async function waitForRole(call: Call, file: PidFile, roles: readonly string[]): Promise<boolean> {
  const until = Date.now() + patience(call) * 1000;
  let dot = Date.now();
  while (Date.now() < until) {
    const row = await roleOf(call, file);
    if (row !== undefined && roles.includes(row.local_role) && row.db_state !== 'Promoting') {
      return true;
    }
    await pause(60);
    if (Date.now() - dot >= 1000) {
      dot += 1000;
      out('.');
    }
  }
  return false;
}

function term(call: Call, name: string): void {
  say(`${name} term (${call.options.get('T') ?? '1'})`);
}

/** `gs_ctl failover` */
export async function failover(call: Call): Promise<number> {
  say(`gs_ctl failover ,datadir is ${call.dataDir} `);
  return await locked(
    call,
    () => {
      say('Another gs_ctl command is still running,failover failed !');
      return 1;
    },
    async () => {
      term(call, 'failover');
      const state = serverState(call);
      if (state.kind !== 'running') {
        return noServer(call) ?? 1;
      }
      const { file } = state;
      const row = await roleOf(call, file);
      const role =
        row?.local_role ?? readJson<StateFile>(join(call.dataDir, 'gaussdb.state'))?.role ?? '';
      if (role === 'Primary') {
        say(' failover completed; server is primary node yet');
        return 0;
      }
      if (call.host.version !== '5.0.0' && role !== 'Main Standby') {
        say(' cannot failover server; server is not main standby node in ss double cluster');
        return 1;
      }
      say(' waiting for server to failover...');
      out('.');
      // A server of the 5.0.0 line takes no notice in a standby cluster; the tool waits in vain.
      if (call.host.version !== '5.0.0') {
        const client = await connectTool(call, file);
        await client.ask({ op: 'failover' });
        client.close();
      }
      if (await waitForRole(call, file, ['Primary'])) {
        out('\n');
        say(' done');
        say(` failover completed (${call.dataDir})`);
        return 0;
      }
      out('\n');
      say(
        ` failover timeout after ${patience(call)} seconds. please manually check the cluster status or backtrack log.`,
      );
      say(` failover failed (${call.dataDir})`);
      return 1;
    },
  );
}

/** `gs_ctl switchover` */
export async function switchover(call: Call): Promise<number> {
  say(`gs_ctl switchover ,datadir is ${call.dataDir} `);
  return await locked(
    call,
    () => {
      say('Another gs_ctl command is still running,switchover failed !');
      return 1;
    },
    async () => {
      term(call, 'switchover');
      const state = serverState(call);
      if (state.kind !== 'running') {
        return noServer(call) ?? 1;
      }
      const { file } = state;
      const role = (await roleOf(call, file))?.local_role;
      if (role === 'Primary' || role === 'Main Standby') {
        say(`switchover completed (${call.dataDir})`);
        return 0;
      }
      if (role === undefined) {
        say('cannot switchover server: server mode is unknown');
        return 1;
      }
      if (role !== 'Standby') {
        say(' cannot switchover server; server is not in standby or cascade standby mode');
        return 1;
      }
      out(prefixed('waiting for server to switchover...'));
      const client = await connectTool(call, file);
      await client.ask({ op: 'switchover' });
      client.close();
      if (await waitForRole(call, file, ['Primary', 'Main Standby'])) {
        out('\n');
        say('done');
        say(`switchover completed (${call.dataDir})`);
        return 0;
      }
      out('\n');
      say(
        ` switchover timeout after ${patience(call)} seconds. please manually check the cluster status.`,
      );
      // So it is: a switchover that timed out exits with 0.
      return 0;
    },
  );
}

/** `gs_ctl notify`: only a server in pending mode listens to it, and the lab has none that does. */
export function notify(call: Call): number {
  say(`gs_ctl notify ,datadir is ${call.dataDir} `);
  if (!call.options.has('M')) {
    say('the parameter of notify must be specified');
    return 1;
  }
  say(' only support notify server in pending mode; or notify server to primary in normal mode');
  return 1;
}
