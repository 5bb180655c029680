import type { ChildProcess } from 'node:child_process';
import type { ServerChannel } from 'ssh2';

const nothing = Buffer.alloc(0);

/**
 * Hands a command's outputs to its channel and ends the channel when all is on its way. In ssh2, errors that wait for
 * the client's window beside output that waits too may wait for ever; so they go when the output before them has gone.
 */
export function handOver(child: ChildProcess, channel: ServerChannel): void {
  channel.on('error', () => undefined);
  child.stdout?.pipe(channel, { end: false });
  child.stderr?.on('data', (chunk: Buffer) => {
    channel.write(nothing, () => channel.stderr.write(chunk));
  });
  child.once('close', () => {
    channel.write(nothing, () => channel.stderr.write(nothing, () => channel.end()));
  });
}
