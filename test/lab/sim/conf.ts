import { loadCatalogue, type Catalogue } from '../../../src/config/catalogue.ts';
import { parseConf } from '../../../src/config/document.ts';
import { asSetting } from '../../../src/config/drift.ts';
import { serverLog } from '../../../src/config/readers/server-log.ts';
import { readAsServer } from '../../../src/config/readers/server.ts';
import { readAsGsCtl } from '../../../src/config/readers/tools.ts';
import { parseValue } from '../../../src/config/values.ts';
import { readText } from './files.ts';
import type { LabVersion } from './host.ts';

/** What the server takes from a postgresql.conf: names in lower case, of duplicates the last. */
export type Settings = ReadonlyMap<string, string>;

export interface ServerReading {
  readonly settings: Settings;
  /** The server's own lines on what it refuses, with their levels; empty when it takes the file. */
  readonly complaints: readonly string[];
}

/** Of the version whose file was read last: a server has one. */
let known: Catalogue | undefined;

/** A parameter as `pg_settings` shows it: the value in its base unit. */
export function settingView(
  name: string,
  raw: string,
): { readonly setting: string; readonly unit: string | null; readonly context: string } {
  const parameter = known?.get(name);
  if (parameter === undefined) {
    return { setting: raw, unit: null, context: 'user' };
  }
  const reading = parseValue(parameter, raw);
  return {
    setting: reading.ok ? asSetting(reading.value) : raw,
    unit: parameter.unit ?? null,
    context: parameter.context,
  };
}

/** Reads a configuration file as the server of that version does, by the rules that the project knows. */
export async function readServerConf(file: string, version: LabVersion): Promise<ServerReading> {
  const text = readText(file);
  if (text === undefined) {
    return {
      settings: new Map(),
      complaints: [
        `FATAL:  could not open configuration file "${file}": No such file or directory`,
      ],
    };
  }
  const catalogue = await loadCatalogue(version === '5.0.0' ? '5.0.0' : '7.0.0-RC1', 'release');
  known = catalogue;
  const reading = readAsServer(parseConf(text), catalogue);
  return {
    settings: new Map([...reading.settings].map(([name, setting]) => [name, setting.raw])),
    complaints: serverLog(reading, file),
  };
}

/** A parameter as gs_ctl reads it, as text. */
export function toolSetting(file: string, name: string): string | undefined {
  const text = readText(file);
  const found = text === undefined ? undefined : readAsGsCtl(parseConf(text), name);
  return found?.commented === false ? found.value : undefined;
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
