import { isAliveSince, readText, workingFolder } from '../files.ts';
import { loadUser } from '../user.ts';
import { Client, WireError } from '../wire.ts';
import type { Message } from '../wire.ts';
import type { Call } from './context.ts';
import { pidFile } from './context.ts';

/** What postmaster.pid tells. */
export interface PidFile {
  readonly pid: number;
  readonly port: number;
  readonly socketFolder: string;
}

export function readPidFile(call: Call): PidFile | undefined {
  const text = readText(pidFile(call));
  if (text === undefined) {
    return undefined;
  }
  const lines = text.split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3]), socketFolder: lines[4] ?? '' };
}

export type ServerState =
  | { readonly kind: 'no-file' }
  | { readonly kind: 'dead'; readonly pid: number }
  | { readonly kind: 'foreign'; readonly pid: number }
  | { readonly kind: 'running'; readonly file: PidFile };

/** Whether the process of postmaster.pid is there and is this data directory's server. */
export function serverState(call: Call): ServerState {
  const file = readPidFile(call);
  if (file === undefined) {
    return { kind: 'no-file' };
  }
  if (!isAliveSince(file.pid, pidFile(call))) {
    return { kind: 'dead', pid: file.pid };
  }
  const folder = workingFolder(file.pid);
  return folder !== undefined && folder !== call.dataDir
    ? { kind: 'foreign', pid: file.pid }
    : { kind: 'running', file };
}

/** A server that runs and does not let the tool in, with the words for `detail_information`. */
export class NotLetIn extends Error {}

/** Connects to the tools' port of the local server. */
export async function connectTool(
  call: Call,
  file: PidFile,
  hello = 'tool',
  timeout = 5000,
): Promise<Client> {
  let client: Client;
  const message: Message = {
    hello,
    user: call.options.get('U') ?? loadUser(),
    database: 'postgres',
    ...(call.options.has('P') ? { password: call.options.get('P') } : {}),
  };
  try {
    client = await Client.connect(
      { path: `${file.socketFolder}/.s.PGSQL.${file.port + 1}` },
      timeout,
    );
  } catch (thrown) {
    throw new NotLetIn(
      thrown instanceof WireError && thrown.code === 'timeout'
        ? `wait localhost:${file.port + 1} timeout expired\n`
        : 'could not connect to server: Connection refused\n' +
            `\tIs the server running locally and accepting\n\tconnections on Unix domain socket "${file.socketFolder}/.s.PGSQL.${file.port + 1}"?\n`,
    );
  }
  let answer: Message;
  try {
    answer = await client.ask(message, timeout);
  } catch (thrown) {
    client.close();
    throw new NotLetIn(
      thrown instanceof WireError && thrown.code === 'timeout'
        ? `wait localhost:${file.port + 1} timeout expired\n`
        : 'could not receive data from server, error: Connection reset by peer, remote datanode: (null)\n',
    );
  }
  if (answer['ok'] !== true) {
    client.close();
    throw new NotLetIn(`${String(answer['fatal'])}\n`);
  }
  return client;
}
