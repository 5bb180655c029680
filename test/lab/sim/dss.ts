import { dirname, join } from 'node:path';
import { readText } from './files.ts';
import { Client } from './wire.ts';
import type { Message } from './wire.ts';

/** What a dssserver tells of itself. */
export interface DssInfo {
  readonly instanceId: number;
  readonly master: number;
  readonly maintain: boolean;
  readonly runMode: string;
  readonly groups: readonly {
    readonly name: string;
    readonly image: string;
    readonly id: string;
  }[];
}

export const socketName = '.dss_unix_d_socket';

/** `KEY = VALUE` lines of dss_inst.ini; `#` begins a comment. */
export function readIni(file: string): Map<string, string> | undefined {
  const text = readText(file);
  if (text === undefined) {
    return undefined;
  }
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const found = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line);
    if (found?.[1] !== undefined) {
      values.set(found[1].toUpperCase(), found[2] ?? '');
    }
  }
  return values;
}

/** The volume groups of dss_vg_conf.ini. */
export function readGroups(file: string): { name: string; image: string }[] | undefined {
  const text = readText(file);
  return text
    ?.split('\n')
    .map((line) => /^\s*([^:#\s]+):(\S+)\s*$/.exec(line))
    .filter((found) => found !== null)
    .map((found) => ({ name: found[1] ?? '', image: found[2] ?? '' }));
}

/** The socket's path from `UDS:/path`. */
export function socketPath(address: string): string {
  return address.replace(/^UDS:/, '');
}

/** The DSS home that a socket lies in. */
export function homeOf(address: string): string {
  return dirname(socketPath(address));
}

/** The default socket of a DSS home. */
export function defaultAddress(home: string): string {
  return `UDS:${join(home, socketName)}`;
}

/** Asks a dssserver; undefined when it is not there or does not answer within five seconds. */
export async function askDss(address: string, message: Message): Promise<Message | undefined> {
  let client: Client;
  try {
    client = await Client.connect({ path: socketPath(address) }, 5000);
  } catch {
    return undefined;
  }
  try {
    return await client.ask(message);
  } catch {
    return undefined;
  } finally {
    client.close();
  }
}

/** What a dssserver tells of itself, or undefined when it is not there. */
export async function dssInfo(address: string): Promise<DssInfo | undefined> {
  return (await askDss(address, { op: 'info' })) as DssInfo | undefined;
}
