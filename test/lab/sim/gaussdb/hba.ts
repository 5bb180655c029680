import { join } from 'node:path';
import { readText } from '../files.ts';

/** A client as pg_hba.conf sees it. `address` is undefined for the Unix socket. */
export interface HbaClient {
  readonly address: string | undefined;
  readonly database: string;
  readonly user: string;
}

function addressNumber(address: string): number | undefined {
  const parts = address.split('.').map(Number);
  return parts.length === 4 && parts.every((part) => part >= 0 && part <= 255)
    ? parts.reduce((sum, part) => sum * 256 + part, 0)
    : undefined;
}

function addressMatches(pattern: string, mask: string | undefined, address: string): boolean {
  if (pattern === 'all') {
    return true;
  }
  const [network = '', bits] = pattern.split('/');
  const wanted = addressNumber(network);
  const given = addressNumber(address.replace(/^::ffff:/, ''));
  if (wanted === undefined || given === undefined) {
    return network === address;
  }
  const width =
    bits === undefined
      ? mask === undefined
        ? 32
        : (addressNumber(mask) ?? 0).toString(2).replace(/0/g, '').length
      : Number(bits);
  const size = 2 ** (32 - width);
  return Math.floor(wanted / size) === Math.floor(given / size);
}

function listMatches(list: string, value: string): boolean {
  return list
    .split(',')
    .map((item) => item.replace(/^"(.*)"$/, '$1'))
    .some((item) => item === value || (item === 'all' && value !== 'replication'));
}

/** The method of the first line that fits, or undefined when no line does. */
export function hbaMethod(dataDir: string, client: HbaClient): string | undefined {
  const text = readText(join(dataDir, 'pg_hba.conf')) ?? '';
  for (const line of text.split('\n')) {
    const words = line.replace(/#.*$/, '').trim().split(/\s+/);
    const [type = '', database = '', user = ''] = words;
    if (words.length < 4) {
      continue;
    }
    const local = type === 'local';
    if (local !== (client.address === undefined) || (!local && !type.startsWith('host'))) {
      continue;
    }
    if (!listMatches(database, client.database) || !listMatches(user, client.user)) {
      continue;
    }
    if (local || client.address === undefined) {
      return words[3];
    }
    const masked = /^\d+\.\d+\.\d+\.\d+$/.test(words[4] ?? '') && !(words[3] ?? '').includes('/');
    if (addressMatches(words[3] ?? '', masked ? words[4] : undefined, client.address)) {
      return masked ? words[5] : words[4];
    }
  }
  return undefined;
}
