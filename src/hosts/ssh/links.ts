import type { Duplex } from 'node:stream';
import { t } from '../../base/l10n.ts';
import { resolveHop, type ResolveOptions } from '../ssh-config/resolve.ts';
import type { SshSettings } from '../ssh-config/settings.ts';
import { cancelled, isHostFailure, proxyFailed } from '../errors.ts';
import { messageOf } from '../../base/errors.ts';
import { connect, type Attempt, type ConnectServices } from './connect.ts';
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

  /** The connection to a host, made when there is none, with those that it goes through. */
  async connect(settings: SshSettings, attempt: Attempt): Promise<SshConnection> {
    return this.along(await this.route(settings), attempt);
  }

  /** The host itself and the hops before it, the nearest to the host first. Nobody is contacted. */
  private async route(settings: SshSettings): Promise<SshSettings[]> {
    const route = [settings];
    const seen = new Set([keyOf(settings)]);
    for (let at = settings; ;) {
      const last = at.proxyCommand === undefined ? at.proxyJump.at(-1) : undefined;
      if (last === undefined) {
        return route;
      }
      at = await resolveHop(last, at.proxyJump.slice(0, -1), this.services.resolve);
      if (seen.has(keyOf(at)) || route.length > mostHops) {
        throw proxyFailed(settings.name, t('ProxyJump leads in a circle'));
      }
      seen.add(keyOf(at));
      route.push(at);
    }
  }

  private async along(route: readonly SshSettings[], attempt: Attempt): Promise<SshConnection> {
    const { signal } = attempt;
    const [settings, ...before] = route;
    if (settings === undefined) {
      throw new Error('A route has no host.');
    }
    const key = keyOf(settings);
    for (;;) {
      let link = this.links.get(key);
      const own = link === undefined;
      if (link === undefined) {
        const made = this.make(settings, before, attempt);
        link = made;
        this.links.set(key, made);
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
        await this.services.turns.next();
        await connection?.close();
      }),
    );
  }

  private async make(
    settings: SshSettings,
    before: readonly SshSettings[],
    attempt: Attempt,
  ): Promise<SshConnection> {
    const both = { ...attempt, signal: AbortSignal.any([attempt.signal, this.abort.signal]) };
    return connect(settings, async () => this.dial(settings, before, both), this.services, both);
  }

  private async dial(
    settings: SshSettings,
    before: readonly SshSettings[],
    attempt: Attempt,
  ): Promise<Duplex> {
    const { proxyCommand, name, hostName, port } = settings;
    if (proxyCommand !== undefined) {
      return dialCommand(settings, proxyCommand);
    }
    const [hop] = before;
    if (hop === undefined) {
      return dialTcp(settings, attempt.signal);
    }
    const through = await this.along(before, attempt);
    try {
      return await through.forward(hostName, port);
    } catch (error) {
      throw proxyFailed(name, `${hop.name}: ${messageOf(error)}`, error);
    }
  }
}

/** Everything but the name, which is only for messages: which machine and account it is, and by which way. */
function keyOf(settings: SshSettings): string {
  return JSON.stringify({ ...settings, name: '', undecided: [] });
}
