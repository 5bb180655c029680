import type { Duplex } from 'node:stream';
import { resolveHop, type ResolveOptions } from '../sshConfig/resolve.ts';
import type { SshSettings } from '../sshConfig/settings.ts';
import { cancelled, isHostFailure, proxyFailed } from '../errors.ts';
import { messageOf } from '../../base/errors.ts';
import { connect, type ConnectServices } from './connect.ts';
import type { SshConnection } from './connection.ts';
import { dialCommand, dialTcp } from './dial.ts';

/** Hosts behind hosts: more than this is a circle. */
const mostHops = 8;

export interface LinkServices extends ConnectServices {
  readonly resolve: ResolveOptions;
}

/** Connections by where they lead. Aliases of one account share one, as do all hosts behind one jump host. */
export class Links {
  private readonly services: LinkServices;
  private readonly links = new Map<string, Promise<SshConnection>>();
  private readonly abort = new AbortController();

  constructor(services: LinkServices) {
    this.services = services;
  }

  /** The connection to a host, made when there is none. `depth` counts the hops that depend on it. */
  async connect(settings: SshSettings, signal: AbortSignal, depth = 0): Promise<SshConnection> {
    if (depth > mostHops) {
      throw proxyFailed(settings.name, 'ProxyJump leads in a circle');
    }
    // The name is only for messages; everything else decides which machine and account it is.
    const key = JSON.stringify({ ...settings, name: '', undecided: [] });
    for (;;) {
      let link = this.links.get(key);
      const own = link === undefined;
      if (link === undefined) {
        link = this.make(settings, signal, depth);
        this.links.set(key, link);
        const made = link;
        const forget = (): void => {
          if (this.links.get(key) === made) {
            this.links.delete(key);
          }
        };
        made.then((connection) => void connection.closed.then(forget), forget);
      }
      try {
        const connection = await link;
        if (connection.alive) {
          return connection;
        }
      } catch (thrown) {
        // Somebody else's cancel must not end our attempt.
        if (own || signal.aborted || !isHostFailure(thrown, 'cancelled')) {
          throw thrown;
        }
      }
      if (signal.aborted) {
        throw cancelled(settings.name);
      }
    }
  }

  async close(): Promise<void> {
    this.abort.abort();
    const links = [...this.links.values()];
    this.links.clear();
    await Promise.all(
      links.map(async (link) => {
        const connection = await link.catch(() => undefined);
        await connection?.close();
      }),
    );
  }

  private async make(
    settings: SshSettings,
    signal: AbortSignal,
    depth: number,
  ): Promise<SshConnection> {
    const both = AbortSignal.any([signal, this.abort.signal]);
    return connect(settings, async () => this.dial(settings, both, depth), this.services, both);
  }

  private async dial(settings: SshSettings, signal: AbortSignal, depth: number): Promise<Duplex> {
    const { proxyCommand, proxyJump, name, hostName, port } = settings;
    if (proxyCommand !== undefined) {
      return dialCommand(settings, proxyCommand);
    }
    const last = proxyJump.at(-1);
    if (last === undefined) {
      return dialTcp(settings, signal);
    }
    const hop = await resolveHop(last, proxyJump.slice(0, -1), this.services.resolve);
    const through = await this.connect(hop, signal, depth + 1);
    try {
      return await through.forward(hostName, port);
    } catch (error) {
      throw proxyFailed(name, `${last}: ${messageOf(error)}`, error);
    }
  }
}
