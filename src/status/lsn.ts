import type { LsnText, ReplicationTuple } from './types.ts';

/**
 * The byte position of an LSN, or undefined when the text is none. `%X/%X`: high and low 32 bits, upper or lower case.
 * openGauss skips no segment, so positions subtract to bytes.
 */
export function parseLsn(text: string | undefined): bigint | undefined {
  const match = /^\s*([0-9A-F]{1,8})\/([0-9A-F]{1,8})\s*$/i.exec(text ?? '');
  return match === null ? undefined : (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`);
}

/** The position of an LSN that says something: `0/0` is what the tools print where there is none. */
export function knownLsn(text: string | undefined): bigint | undefined {
  const position = parseLsn(text);
  return position === 0n ? undefined : position;
}

/** An LSN as the tools print it. */
export function formatLsn(position: bigint): LsnText {
  const hex = (value: bigint): string => value.toString(16).toUpperCase();
  return `${hex((position >> 32n) & 0xffffffffn)}/${hex(position & 0xffffffffn)}`;
}

/** Bytes from `behind` to `ahead`; undefined when one of them is no LSN. Negative when `behind` is ahead. */
export function lsnDifference(
  ahead: string | undefined,
  behind: string | undefined,
): bigint | undefined {
  const high = parseLsn(ahead);
  const low = parseLsn(behind);
  return high === undefined || low === undefined ? undefined : high - low;
}

/**
 * How many bytes a channel's receiver has yet to replay: sender_sent − receiver_replay, never below zero. On shared storage
 * all four sender locations are the control file's insertHead (gs_ctl-query.md, section 3). Undefined when the tool does not say:
 * `0/0` is no location.
 */
export function replicationLag(tuple: ReplicationTuple): bigint | undefined {
  const sent = knownLsn(tuple.senderSentLocation);
  const replayed = knownLsn(tuple.receiverReplayLocation);
  if (sent === undefined || replayed === undefined) {
    return undefined;
  }
  return sent > replayed ? sent - replayed : 0n;
}
