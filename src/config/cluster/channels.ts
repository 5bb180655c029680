/** A piece of a text with its offsets in it. */
export interface Part {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** One channel of a replconninfo: who listens here, and who is there. Parts that are missing are undefined. */
export interface Channel {
  readonly start: number;
  readonly end: number;
  readonly localhost: Part | undefined;
  readonly localport: Part | undefined;
  readonly remotehost: Part | undefined;
  readonly remoteport: Part | undefined;
}

/** The keys in the order in which they should stand. */
export const channelKeys = ['localhost', 'localport', 'remotehost', 'remoteport'] as const;
export type ChannelKey = (typeof channelKeys)[number];

/** Keys that a channel may have besides. */
export const optionalChannelKeys = [
  'localheartbeatport',
  'remoteheartbeatport',
  'remotenodeid',
  'remoteuwalhost',
  'remoteuwalport',
  'iscascade',
  'iscrossregion',
] as const;

/**
 * Reads the value of a replconninfo as the server does (guc_storage.cpp, ParseReplConnInfo): channels are separated by
 * commas, keys are found by plain search, blanks and `=` separate key and value.
 */
export function parseChannels(value: string): Channel[] {
  const channels: Channel[] = [];
  let start = 0;
  for (const piece of value.split(',')) {
    if (piece.trim() !== '') {
      channels.push({
        start,
        end: start + piece.length,
        localhost: find(piece, 'localhost', start),
        localport: find(piece, 'localport', start),
        remotehost: find(piece, 'remotehost', start),
        remoteport: find(piece, 'remoteport', start),
      });
    }
    start += piece.length + 1;
  }
  return channels;
}

function find(piece: string, key: ChannelKey, offset: number): Part | undefined {
  const at = piece.indexOf(key);
  if (at < 0) {
    return undefined;
  }
  let start = at + key.length;
  while (piece[start] === ' ' || piece[start] === '=') {
    start += 1;
  }
  const pattern = key.endsWith('port') ? /^\d+/ : /^[^\s,=]+/;
  const text = pattern.exec(piece.slice(start))?.[0];
  return text === undefined
    ? undefined
    : { text, start: offset + start, end: offset + start + text.length };
}

/** A channel as it should be written. */
export function writeChannel(channel: Readonly<Record<ChannelKey, string | number>>): string {
  return channelKeys.map((key) => `${key}=${channel[key]}`).join(' ');
}

/** A channel that was read, as it should be written; undefined when one of its keys has no value. */
export function rewriteChannel(channel: Channel): string | undefined {
  const [localhost, localport, remotehost, remoteport] = channelKeys.map(
    (key) => channel[key]?.text,
  );
  return localhost === undefined ||
    localport === undefined ||
    remotehost === undefined ||
    remoteport === undefined
    ? undefined
    : writeChannel({ localhost, localport, remotehost, remoteport });
}
