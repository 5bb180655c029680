import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { NodeViews } from '../engine/catalog.ts';
import type { Outcome, ServerNotice } from '../engine/database.ts';
import { settingView } from '../conf.ts';
import { readText, replaceFile } from '../files.ts';
import { lsnText } from '../print.ts';
import { send, textOf } from '../wire.ts';
import type { Client, Message } from '../wire.ts';
import { connectEngine } from './engine-client.ts';
import type { GaussNode } from './node.ts';
import { versionText } from './version.ts';

function failed(message: string): Outcome {
  return { rows: [], tag: '', notices: [], error: { severity: 'ERROR', message } };
}

/** One gsql client. */
export class SqlSession {
  private readonly node: GaussNode;
  private readonly socket: Socket;
  private engine: Client | undefined;
  private chain: Promise<void> = Promise.resolve();

  constructor(node: GaussNode, socket: Socket) {
    this.node = node;
    this.socket = socket;
    socket.on('close', () => this.engine?.close());
    send(socket, { ok: true });
  }

  take(message: Message): void {
    if (message['op'] === 'cancel') {
      if (this.engine !== undefined) {
        send(this.engine.socket, { op: 'cancel' });
      }
      return;
    }
    this.chain = this.chain.then(async () => {
      const outcome = await this.run(textOf(message, 'sql')).catch((thrown: unknown) =>
        failed(thrown instanceof Error ? thrown.message : String(thrown)),
      );
      send(this.socket, { ...outcome });
    });
  }

  private async run(sql: string): Promise<Outcome> {
    const { node } = this;
    if (node.refusal !== undefined) {
      return { ...failed(''), error: { severity: 'FATAL', message: node.refusal.slice(8) } };
    }
    const own = this.configuration(sql);
    if (own !== undefined) {
      return own;
    }
    this.engine ??= await connectEngine(node.host, node.store);
    node.statements += 1;
    const answer = await this.engine
      .ask({ op: 'sql', sql, writable: node.writable, views: this.views() }, 0)
      .finally(() => {
        node.statements -= 1;
      });
    const outcome = answer as unknown as Outcome;
    return outcome.error === undefined
      ? outcome
      : { ...outcome, error: this.inOurWords(outcome.error) };
  }

  /** What openGauss says where PostgreSQL says something else. */
  private inOurWords(error: ServerNotice): ServerNotice & { readonly context?: string } {
    const name = this.node.settings.get('pgxc_node_name') ?? 'single_node';
    const missing = /^relation "[^"]*" does not exist$/.test(error.message);
    const column = /^column "([^"]*)" does not exist$/.exec(error.message)?.[1];
    const follower = this.node.host.version !== '5.0.0' && this.node.role === 'Standby';
    const message = missing
      ? `${error.message} on ${name}`
      : follower
        ? error.message.replace(
            /^(cannot execute .*) in a read-only transaction$/,
            '$1 at Standby node while DMS enabled',
          )
        : error.message;
    return {
      severity: error.severity,
      message,
      ...(error.position === undefined ? {} : { position: error.position }),
      ...(column === undefined ? {} : { context: `referenced column: ${column}` }),
      ...(error.detail === undefined ? {} : { detail: error.detail }),
    };
  }

  /** `show` and `alter system set`, which are about this node and not about rows. */
  private configuration(sql: string): Outcome | undefined {
    const { settings, dataDir } = this.node;
    const shown = /^\s*show\s+(\w+)\s*;?\s*$/i.exec(sql)?.[1]?.toLowerCase();
    if (shown !== undefined) {
      const value = settings.get(shown);
      return value === undefined
        ? /^(search_path|transaction_isolation|server_encoding|client_encoding|datestyle|timezone|default_transaction_read_only|transaction_read_only|statement_timeout)$/.test(
            shown,
          )
          ? undefined
          : failed(`unrecognized configuration parameter "${shown}"`)
        : { fields: [{ name: shown, type: 25 }], rows: [[value]], tag: 'SHOW', notices: [] };
    }
    const set = /^\s*set\s+(port|listen_addresses|ss_\w+|xlog_file_\w+)\s*(?:=|to)/i.exec(sql)?.[1];
    if (set !== undefined) {
      return failed(
        `parameter "${set.toLowerCase()}" cannot be changed without restarting the server`,
      );
    }
    const altered = /^\s*alter\s+system\s+set\s+(\w+)\s*(?:=|to)\s*(.+?)\s*;?\s*$/is.exec(sql);
    if (altered?.[1] === undefined || altered[2] === undefined) {
      return undefined;
    }
    const name = altered[1].toLowerCase();
    if (name === 'port' && !/^\d+$/.test(altered[2])) {
      return failed(`invalid value for parameter "port": "${altered[2]}"`);
    }
    const file = join(dataDir, 'postgresql.conf');
    const kept = (readText(file) ?? '')
      .split('\n')
      .filter((line) => !new RegExp(`^\\s*${name}\\s*[= ]`, 'i').test(line));
    replaceFile(file, `${kept.join('\n').replace(/\n*$/, '')}\n${name} = ${altered[2]}\n`);
    return {
      rows: [],
      tag: 'ALTER SYSTEM SET',
      notices: [
        {
          severity: 'NOTICE',
          message: 'please restart the database for the POSTMASTER level parameter to take effect.',
        },
      ],
    };
  }

  private views(): NodeViews {
    const { node } = this;
    const receiver = node.receiver?.row();
    const head = lsnText(node.redo.last.lsn);
    const recovery = node.role === 'Main Standby' || (!node.dms && node.role === 'Standby');
    return {
      version: versionText(node.host.version),
      pid: 0,
      recovery,
      started: new Date(performance.timeOrigin).toISOString(),
      current: head,
      received: receiver?.receiver_received_location ?? null,
      replayed: recovery ? `(1,${receiver?.receiver_replay_location ?? head})` : '(1,0/0)',
      ha: [node.ha()],
      senders: [...node.senders].map((sender) => sender.row()),
      receivers: receiver === undefined ? [] : [receiver],
      // A server knows these two without being told by its file.
      settings: [
        ...new Map([
          ['data_directory', node.dataDir],
          ['port', String(node.port)],
          ...node.settings,
        ]),
      ].map(([name, setting]) => ({
        name,
        ...settingView(name, setting),
        category: '',
        vartype: 'string',
        source: 'configuration file',
        min_val: null,
        max_val: null,
        boot_val: null,
        reset_val: setting,
      })),
      activity: [],
      env: [
        {
          node_name: node.settings.get('pgxc_node_name') ?? 'single_node',
          host: 'localhost',
          process: process.pid,
          port: node.port,
          installpath: node.host.gaussHome,
          datapath: node.dataDir,
          log_directory: node.settings.get('log_directory') ?? 'pg_log',
        },
      ],
    };
  }
}
