import { readText } from './files.ts';

/** What the server takes from a postgresql.conf: names in lower case, of duplicates the last. */
export type Settings = ReadonlyMap<string, string>;

export interface ServerReading {
  readonly settings: Settings;
  /** The server's own lines on what it refuses; empty when it takes the file. */
  readonly complaints: readonly string[];
}

const line = /^\s*([A-Za-z_][\w.$]*)\s*(?:=\s*|\s)\s*('(?:[^'\n\\]|''|\\.)*'|[^\s#']+)\s*(?:#.*)?$/;

function unquote(value: string): string {
  return value.startsWith("'") ? value.slice(1, -1).replace(/''/g, "'") : value;
}

/** Reads a configuration file as the server does. */
export function readServerConf(file: string): ServerReading {
  const settings = new Map<string, string>();
  const complaints: string[] = [];
  const text = readText(file);
  if (text === undefined) {
    return {
      settings,
      complaints: [`could not open configuration file "${file}": No such file or directory`],
    };
  }
  text.split('\n').forEach((raw, index) => {
    const content = raw.replace(/\r$/, '');
    if (/^\s*(#|$)/.test(content)) {
      return;
    }
    const found = line.exec(content);
    if (found === null) {
      complaints.push(`syntax error in file "${file}" line ${index + 1}, near end of line`);
      return;
    }
    settings.set((found[1] ?? '').toLowerCase(), unquote(found[2] ?? ''));
  });
  return { settings, complaints };
}

/** A parameter as gs_ctl reads it: the first line that is not a comment, taken as text. */
export function toolSetting(file: string, name: string): string | undefined {
  const text = readText(file) ?? '';
  const found = new RegExp(`^[ \\t]*${name}[ \\t]*=[ \\t]*('(?:[^'\\n]|'')*'|[^\\s#]+)`, 'm').exec(
    text,
  );
  return found?.[1] === undefined ? undefined : unquote(found[1]);
}

/** The port as a number; the server's default is 5432. */
export function portOf(settings: Settings): number {
  return Number(settings.get('port') ?? '5432');
}

/** Whether a boolean parameter is on. */
export function isOn(settings: Settings, name: string): boolean {
  return /^(on|true|t|yes|y|1)$/i.test(settings.get(name) ?? 'off');
}

/** The two ends of one channel. */
export interface Channel {
  readonly name: string;
  readonly localHost: string;
  readonly localPort: number;
  readonly remoteHost: string;
  readonly remotePort: number;
}

function channelOf(name: string, value: string): Channel | undefined {
  const field = (key: string): string =>
    new RegExp(`${key}[ =]*([^\\s,]+?)(?=\\s|,|$|localport|remote)`).exec(value)?.[1] ?? '';
  const channel = {
    name,
    localHost: field('localhost'),
    localPort: Number.parseInt(field('localport'), 10),
    remoteHost: field('remotehost'),
    remotePort: Number.parseInt(field('remoteport'), 10),
  };
  return channel.remoteHost === '' || Number.isNaN(channel.remotePort) ? undefined : channel;
}

/** The channels named `<prefix>1` to `<prefix>8`; only the first channel of a value counts. */
export function channelsOf(
  settings: Settings,
  prefix: 'cross_cluster_replconninfo' | 'replconninfo',
): Channel[] {
  const channels: Channel[] = [];
  for (let number = 1; number <= 8; number += 1) {
    const value = settings.get(`${prefix}${number}`);
    const channel =
      value === undefined || value.trim() === ''
        ? undefined
        : channelOf(`${prefix}${number}`, value.split(',')[0] ?? '');
    if (channel !== undefined) {
      channels.push(channel);
    }
  }
  return channels;
}
