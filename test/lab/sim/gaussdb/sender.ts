import type { Socket } from 'node:net';
import { lsnText } from '../print.ts';
import { RedoReader } from '../store.ts';
import type { RedoRecord } from '../store.ts';
import { onMessages, send } from '../wire.ts';
import type { GaussNode } from './node.ts';
import type { SenderRow } from './types.ts';

let threads = 0;

/** One walsender: hands the redo log to the main standby of the other cluster. */
export class Sender {
  private readonly node: GaussNode;
  private readonly socket: Socket;
  private readonly redo: RedoReader;
  private readonly waiting: { record: RedoRecord; line: string; at: number }[] = [];
  private readonly started = new Date();
  private readonly thread: number;
  private readonly lwp: number;
  private readonly peerRole: string;
  private sent: number;
  private received: number;
  private flushed: number;
  private replayed: number;
  private peerState = 'Normal';
  private caughtUp = false;
  private allowance = 0;
  private lastTick = Date.now();
  private lastHead = 0;

  /** `from`: the end of the standby's log; it must be a place in ours. */
  constructor(node: GaussNode, socket: Socket, from: number, peerRole: string) {
    this.node = node;
    this.socket = socket;
    this.peerRole = peerRole;
    this.redo = new RedoReader(node.store);
    this.sent = from;
    this.received = from;
    this.flushed = from;
    this.replayed = from;
    threads += 1;
    this.thread = 140_173_555_771_072 + threads * 4096;
    this.lwp = process.pid + threads;
    onMessages(socket, (message) => {
      this.received = Number(message['received']);
      this.flushed = Number(message['flushed']);
      this.replayed = Number(message['replayed']);
      this.peerState = String(message['state']);
    });
    socket.on('close', () => this.stop());
    socket.on('error', () => this.stop());
  }

  /** Sends what came since, as far and as fast as the network between the clusters lets it. */
  tick(): void {
    const link = this.node.faults.link ?? {};
    if (link.down === true) {
      this.stop();
      return;
    }
    const now = Date.now();
    for (const found of this.redo.read()) {
      if (found.record.lsn > this.sent) {
        this.waiting.push({ ...found, at: now + (link.delay ?? 0) });
      }
    }
    this.allowance =
      link.rate === undefined
        ? Number.POSITIVE_INFINITY
        : Math.min(
            (Number.isFinite(this.allowance) ? this.allowance : 0) +
              (link.rate * (now - this.lastTick)) / 1000,
            link.rate,
          );
    this.lastTick = now;
    const lines: string[] = [];
    while (this.waiting[0] !== undefined && this.waiting[0].at <= now && this.allowance > 0) {
      const { record, line } = this.waiting.shift() ?? { record: this.redo.last, line: '' };
      this.allowance -= record.lsn - this.sent;
      this.sent = record.lsn;
      lines.push(line);
    }
    this.caughtUp ||= this.waiting.length === 0;
    const head = this.node.redo.last.lsn;
    if (lines.length > 0 || head !== this.lastHead) {
      this.lastHead = head;
      send(this.socket, { lines: lines.join(''), head });
    }
  }

  /** Whether the standby has everything. */
  get done(): boolean {
    return this.received >= this.node.redo.last.lsn;
  }

  stop(): void {
    this.node.senders.delete(this);
    this.socket.destroy();
  }

  row(): SenderRow {
    const { socket } = this;
    // With shared storage all four are the head of the redo log, however far the standby is.
    const head = lsnText(this.node.redo.last.lsn);
    const start = this.started.toISOString().replace('T', ' ').replace('Z', '000+00');
    return {
      pid: this.thread,
      sender_pid: this.lwp,
      local_role: 'Primary',
      peer_role: this.peerRole,
      peer_state: this.peerState,
      state: this.caughtUp ? 'Streaming' : 'Catchup',
      catchup_start: start,
      catchup_end: this.caughtUp ? start : null,
      sender_sent_location: head,
      sender_write_location: head,
      sender_flush_location: head,
      sender_replay_location: head,
      receiver_received_location: lsnText(this.received),
      receiver_write_location: lsnText(this.flushed),
      receiver_flush_location: lsnText(this.flushed),
      receiver_replay_location: lsnText(this.replayed),
      sync_percent: this.percent(),
      sync_state: 'Async',
      sync_priority: 0,
      sync_most_available: 'Off',
      channel: `${address(socket, 'local')}-->${address(socket, 'remote')}`,
    };
  }

  private percent(): string {
    const head = this.node.redo.last.lsn;
    const start = this.node.store.control().startLsn;
    return head <= start
      ? '100%'
      : `${Math.min(100, Math.floor(((this.flushed - start) * 100) / (head - start)))}%`;
  }
}

/** `ip:port` of one end of a connection; the server prints an end that it no longer knows as `:0`. */
export function address(socket: Socket | undefined, end: 'local' | 'remote'): string {
  const host = end === 'local' ? socket?.localAddress : socket?.remoteAddress;
  const port = end === 'local' ? socket?.localPort : socket?.remotePort;
  return `${host?.replace(/^::ffff:/, '') ?? ''}:${port ?? 0}`;
}
