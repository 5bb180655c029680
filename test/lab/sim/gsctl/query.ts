import { join } from 'node:path';
import { readJson } from '../files.ts';
import type { HaRow, ReceiverRow, SenderRow, StateFile } from '../gaussdb/types.ts';
import { err, out } from '../print.ts';
import { pidFile, prefixed, say } from './context.ts';
import type { Call } from './context.ts';
import { NotLetIn, connectTool, serverState } from './server.ts';

const senderFields = [
  'sender_pid',
  'local_role',
  'peer_role',
  'peer_state',
  'state',
  'sender_sent_location',
  'sender_write_location',
  'sender_flush_location',
  'sender_replay_location',
  'receiver_received_location',
  'receiver_write_location',
  'receiver_flush_location',
  'receiver_replay_location',
  'sync_percent',
  'sync_state',
  'sync_priority',
  'sync_most_available',
  'channel',
] as const satisfies readonly (keyof SenderRow)[];

const receiverFields = [
  'receiver_pid',
  'local_role',
  'peer_role',
  'peer_state',
  'state',
  'sender_sent_location',
  'sender_write_location',
  'sender_flush_location',
  'sender_replay_location',
  'receiver_received_location',
  'receiver_write_location',
  'receiver_flush_location',
  'receiver_replay_location',
  'sync_percent',
  'channel',
] as const satisfies readonly (keyof ReceiverRow)[];

const haFields = [
  'local_role',
  'static_connections',
  'db_state',
  'detail_information',
] as const satisfies readonly (keyof HaRow)[];

function title(text: string): string {
  return ` ${text.padEnd(20)}\n`;
}

function rows<Row>(tuples: readonly Row[], fields: readonly (keyof Row & string)[]): string {
  return tuples.length === 0
    ? 'No information \n'
    : tuples
        .map(
          (tuple) =>
            `${fields.map((field) => `\t${field.padEnd(30)} : ${String(tuple[field])}\n`).join('')}\n`,
        )
        .join('');
}

/** The layout of a server that answers. */
export function onlineText(
  ha: HaRow,
  senders: readonly SenderRow[],
  receiver: ReceiverRow | null,
): string {
  return (
    title('HA state:') +
    rows([ha], haFields) +
    title('Senders info:') +
    rows(senders, senderFields) +
    title('Receiver info:') +
    rows(receiver === null ? [] : [receiver], receiverFields)
  );
}

/** The layout of a server that runs and does not let the tool in; `detail` ends with a line end. */
export function offlineText(state: StateFile, detail: string): string {
  const line = (name: string, value: string | number): string =>
    `        ${name.padEnd(30)}: ${value}\n`;
  return (
    ' HA state:\n' +
    line('local_role', state.role) +
    line('static_connections', state.connections) +
    line('db_state', state.state) +
    line('detail_information', detail) +
    line('sync_mode', state.syncMode) +
    '\n Senders info:\n        No information\n Receiver info:\n        No information\n'
  );
}

/** Says why there is no server to ask; `dot`: some commands end the sentence with one. */
export function noServer(call: Call, dot = ''): number | undefined {
  const state = serverState(call);
  switch (state.kind) {
    case 'no-file':
      say(` PID file "${pidFile(call)}" does not exist${dot}`);
      say('Is server running?');
      return 1;
    case 'dead':
      out(
        prefixed(
          ` could not connect to the local server, the postmaster process ${state.pid} is not running`,
        ),
      );
      return 1;
    case 'foreign':
      say(` The process recorded in PID file "${pidFile(call)}" is not current server`);
      say('Is server running?');
      return 1;
    default:
      return undefined;
  }
}

/** `gs_ctl query` */
export async function query(call: Call): Promise<number> {
  say(`gs_ctl query ,datadir is ${call.dataDir} `);
  const state = serverState(call);
  if (state.kind !== 'running') {
    return noServer(call) ?? 1;
  }
  try {
    const client = await connectTool(call, state.file);
    const answer = await client.ask({ op: 'ha' });
    client.close();
    out(
      onlineText(
        answer['ha'] as HaRow,
        answer['senders'] as SenderRow[],
        answer['receiver'] as ReceiverRow | null,
      ),
    );
    return 0;
  } catch (thrown) {
    const detail = thrown instanceof NotLetIn ? thrown.message : 'Access denied\n';
    if (/password,login denied/.test(detail)) {
      err('Password: ');
    }
    const file = readJson<StateFile>(join(call.dataDir, 'gaussdb.state'));
    if (file === undefined) {
      out('gs_ctl: display query failed, could not get information from gaussdb.state\n');
      return 1;
    }
    out(offlineText(file, detail));
    return 0;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(2)}MB`;
}

/** `gs_ctl querybuild` */
export function querybuild(call: Call): number {
  say(`gs_ctl build query ,datadir is ${call.dataDir} `);
  const path = join(call.dataDir, 'gaussdb.state');
  const state = readJson<StateFile>(path);
  if (state === undefined) {
    say(` file "${path}" is not exist`);
    return 1;
  }
  const line = (name: string, value: string | number): string =>
    `        ${name.padEnd(30)}: ${value}\n`;
  const building = /^Build/.test(state.state);
  out(
    ' HA state:\n' +
      line('local_role', state.role) +
      line('static_connections', state.connections) +
      line('db_state', building ? state.state : 'Build completed') +
      line('sync_mode', state.syncMode) +
      (state.build === undefined
        ? ''
        : ' Build state:\n' +
          line('build_mode', state.build.mode) +
          line('data_synchronized', megabytes(state.build.done)) +
          line('estimated_total_data', megabytes(state.build.total)) +
          line(
            'process_schedule',
            `${Math.floor((state.build.done * 100) / Math.max(1, state.build.total))}%`,
          ) +
          line('estimated_remaining_time', '--:--:--')) +
      '\n',
  );
  return 0;
}
