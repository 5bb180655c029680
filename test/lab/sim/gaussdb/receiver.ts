import type { Channel } from '../conf.ts';
import { replaceFile } from '../files.ts';
import { lsnText } from '../print.ts';
import type { RedoRecord } from '../store.ts';
import { Client, WireError, send, textOf } from '../wire.ts';
import type { GaussNode } from './node.ts';
import { address } from './sender.ts';
import type { ReceiverRow } from './types.ts';

const retry = 500;

/** The walreceiver of a main standby: finds the other cluster's primary, takes its redo log and replays it. */
export class Receiver {
  connected = false;
  detail = 'Connecting...';
  private readonly node: GaussNode;
  private client: Client | undefined;
  private busy = false;
  private stopped = false;
  private nextTry = 0;
  private known = false;
  private head: number;
  private received: number;
  private replayed: number;
  private reported = '';
  private peerPort = 0;

  constructor(node: GaussNode) {
    this.node = node;
    this.received = node.redo.last.lsn;
    this.head = this.received;
    this.replayed = node.store.replayed() ?? this.received;
    replaceFile(node.store.replayedFile, String(this.replayed));
  }

  tick(): void {
    if (this.node.faults.link?.down === true) {
      this.lost('Disconnected');
    } else if (this.client === undefined && !this.busy && Date.now() >= this.nextTry) {
      this.busy = true;
      void this.connect().finally(() => {
        this.busy = false;
        this.nextTry = Date.now() + retry;
      });
    }
    this.replay();
    this.report();
  }

  stop(): void {
    this.stopped = true;
    this.client?.close();
    this.client = undefined;
    this.connected = false;
  }

  row(): ReceiverRow | undefined {
    if (!this.known) {
      return undefined;
    }
    const head = lsnText(this.head);
    const received = lsnText(this.received);
    const socket = this.client?.socket;
    return {
      receiver_pid: process.pid + 1,
      local_role: 'Standby',
      peer_role: 'Primary',
      peer_state: 'Normal',
      state: this.connected ? 'Normal' : 'Need repair',
      sender_sent_location: head,
      sender_write_location: head,
      sender_flush_location: head,
      sender_replay_location: head,
      receiver_received_location: received,
      receiver_write_location: received,
      receiver_flush_location: received,
      receiver_replay_location: lsnText(this.replayed),
      sync_percent: '100%',
      channel: this.connected
        ? `${address(socket, 'local')}<--${address(socket, 'remote')}`
        : ':0<--:0',
    };
  }

  /** Asks the entries in turn until one leads to a primary that takes us. */
  private async connect(): Promise<void> {
    const { store } = this.node;
    const control = store.control();
    const reasons: string[] = [];
    for (const channel of this.node.channels) {
      if (this.stopped) {
        return;
      }
      try {
        await this.greet(channel, control.systemId);
        return;
      } catch (thrown) {
        reasons.push(thrown instanceof WireError ? 'Disconnected' : String(thrown).slice(7));
      }
    }
    // A primary that refuses tells more than a follower that is none.
    this.detail = reasons.find((reason) => reason !== 'Disconnected') ?? 'Disconnected';
  }

  private async greet(channel: Channel, systemId: string): Promise<void> {
    const client = await Client.connect(
      { host: channel.remoteHost, port: channel.remotePort },
      2000,
    );
    const answer = await client
      .ask({
        hello: 'standby_cluster',
        user: this.node.store.control().initialUser,
        systemId,
        version: this.node.host.version,
        lsn: this.node.redo.last.lsn,
        record: this.node.redo.last.id,
        kind: this.node.role === 'Main Standby' || this.node.runMode === 'standby' ? 'cluster' : '',
      })
      .catch((thrown: unknown) => {
        client.close();
        throw thrown;
      });
    if (answer['ok'] !== true || this.stopped) {
      client.close();
      throw new Error(textOf(answer, 'detail', 'Disconnected'));
    }
    this.client = client;
    this.peerPort = channel.remotePort;
    this.known = true;
    this.connected = true;
    this.detail = 'Normal';
    this.reported = '';
    this.node.log.line(
      'LOG',
      `walreceiver: connected to primary ${channel.remoteHost}:${this.peerPort}`,
    );
    client.handOver((message) => this.take(message));
    client.socket.on('close', () => this.lost('Disconnected'));
  }

  private lost(detail: string): void {
    if (this.client === undefined) {
      return;
    }
    this.client.close();
    this.client = undefined;
    this.connected = false;
    this.detail = detail;
    this.nextTry = Date.now() + retry;
    this.node.log.line('WARNING', 'walreceiver: could not receive data from the primary');
  }

  private take(message: Readonly<Record<string, unknown>>): void {
    this.head = Number(message['head']);
    const lines = String(message['lines']);
    if (lines !== '') {
      this.node.store.append(lines);
      const last = JSON.parse(lines.trimEnd().split('\n').at(-1) ?? '{}') as RedoRecord;
      this.received = last.lsn;
    }
    this.replay();
    this.report();
  }

  private replay(): void {
    if (this.node.faults.replayPaused?.includes(this.node.host.name) === true) {
      return;
    }
    if (this.replayed !== this.received) {
      this.replayed = this.received;
      replaceFile(this.node.store.replayedFile, String(this.replayed));
    }
  }

  private report(): void {
    const { client } = this;
    const text = `${this.received} ${this.replayed}`;
    if (client === undefined || text === this.reported) {
      return;
    }
    this.reported = text;
    send(client.socket, {
      received: this.received,
      flushed: this.received,
      replayed: this.replayed,
      state: 'Normal',
    });
  }
}
