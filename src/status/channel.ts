/** One end of a replication channel. */
export interface ChannelEnd {
  readonly address: string;
  readonly port: number;
}

/** `local-->remote` of a sender, `local<--remote` of a receiver. */
export interface Channel {
  readonly direction: 'out' | 'in';
  readonly local: ChannelEnd;
  readonly remote: ChannelEnd;
}

/**
 * The two ends of a channel. Undefined when it is empty, unknown (`:0<--:0`) or no channel. IPv6 addresses are printed
 * without brackets, so the last colon separates the port.
 */
export function parseChannel(text: string | undefined): Channel | undefined {
  const match = /^(\S+?)\s*(-->|<--)\s*(\S+)$/.exec((text ?? '').trim());
  const local = endOf(match?.[1]);
  const remote = endOf(match?.[3]);
  return match === null || local === undefined || remote === undefined
    ? undefined
    : { direction: match[2] === '-->' ? 'out' : 'in', local, remote };
}

function endOf(text: string | undefined): ChannelEnd | undefined {
  const match = /^(.+):(\d{1,5})$/.exec(text ?? '');
  return match?.[1] === undefined ? undefined : { address: match[1], port: Number(match[2]) };
}
