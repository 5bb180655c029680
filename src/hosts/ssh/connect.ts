import type { Duplex } from 'node:stream';
import { t } from '../../base/l10n.ts';
import { Failure } from '../../base/errors.ts';
import type { SshSettings } from '../ssh-config/settings.ts';
import {
  authenticationFailed,
  cancelled,
  connectTimedOut,
  handshakeFailed,
  unreachable,
} from '../errors.ts';
import { fingerprint } from '../known-hosts/entries.ts';
import type { HostKeys } from '../known-hosts/store.ts';
import type { HostPrompts } from '../prompts.ts';
import type { Slots } from '../slots.ts';
import type { Turns } from '../turns.ts';
import { algorithms } from './algorithms.ts';
import { Authentication } from './authentication.ts';
import { SshConnection } from './connection.ts';
import type { OpenedKeys } from './key-ring.ts';
import type { Passwords } from './secrets.ts';

/** What all connections of a pool share. */
export interface ConnectServices {
  readonly hostKeys: HostKeys;
  readonly passwords: Passwords;
  readonly openedKeys: OpenedKeys;
  readonly prompts: HostPrompts;
  /** Those who get in at a time, so that many hosts do not stop the editor. */
  readonly handshakes: Slots;
  /** For signatures, their checks and farewells, which are some milliseconds of computing each. */
  readonly turns: Turns;
  /** Milliseconds for one answer of the server while it lets us in. */
  readonly answerLimit: number;
  readonly log: (text: string) => void;
}

/** One attempt to reach a host, with the hops before it. */
export interface Attempt {
  /** Aborted when nobody waits for it any more. */
  readonly signal: AbortSignal;
  /** When it began, as {@link Passwords.now} counts. */
  readonly begun: number;
}

/** Milliseconds for a signature of the agent: a person may have to confirm it, for one host after the other. */
const agentLimit = 120_000;
/** Milliseconds after which whoever gets in is waiting rather than computing, and keeps nobody else from it. */
const slotLimit = 2000;

/** Makes one connection over the stream that `dial` gives. */
export async function connect(
  settings: SshSettings,
  dial: () => Promise<Duplex>,
  services: ConnectServices,
  { signal, begun }: Attempt,
): Promise<SshConnection> {
  const ssh2 = await import('../lazy/ssh2.ts');
  const types = await services.hostKeys.types(settings);
  const socket = await dial();
  // It may be cut while it waits for its turn; what is wrong with it is asked below.
  socket.on('error', () => undefined);
  const release = await services.handshakes.take();
  if (signal.aborted || socket.destroyed) {
    release();
    socket.destroy();
    throw signal.aborted
      ? cancelled(settings.name)
      : unreachable(
          settings.name,
          settings.hostName,
          socket.errored ?? new Error(t('the connection ended')),
        );
  }
  const where = `${settings.hostName}:${settings.port}`;
  const slow = setTimeout(release, slotLimit);
  const client = new ssh2.Client();
  const ended = new AbortController();
  return new Promise<SshConnection>((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    let finished = false;
    const wait = (milliseconds: number): void => {
      clearTimeout(timer);
      if (finished) {
        return;
      }
      timer = setTimeout(
        () => finish(connectTimedOut(settings.name, where, milliseconds)),
        milliseconds,
      );
    };
    /** The first reason holds; what follows from it is not told. */
    const finish = (failure: Error | undefined): void => {
      if (finished) {
        return;
      }
      finished = true;
      clearTimeout(timer);
      clearTimeout(slow);
      release();
      signal.removeEventListener('abort', abort);
      if (failure === undefined) {
        authentication.accepted();
        resolve(connection);
      } else {
        authentication.ended();
        ended.abort(failure);
        client.destroy();
        socket.destroy();
        reject(failure);
      }
    };
    const abort = (): void => finish(cancelled(settings.name));
    /** While a person is asked no time limit runs, and others may get in. */
    const asking = (now: boolean): void => {
      if (now) {
        clearTimeout(timer);
        release();
      } else {
        wait(services.answerLimit);
      }
    };
    const authentication = new Authentication({
      ssh2,
      settings,
      prompts: services.prompts,
      passwords: services.passwords,
      begun,
      openedKeys: services.openedKeys,
      turns: services.turns,
      signal: ended.signal,
      log: services.log,
      asking,
      agentSigns: (now) => wait(now ? agentLimit : services.answerLimit),
      giveUp: finish,
    });
    signal.addEventListener('abort', abort, { once: true });
    socket.on('error', (error) =>
      finish(error instanceof Failure ? error : unreachable(settings.name, where, error)),
    );
    client.on('handshake', () => wait(services.answerLimit));
    client.on('ready', () => finish(undefined));
    client.on('error', (error: Error & { level?: string }) => {
      switch (error.level) {
        case 'agent':
          // One key could not sign; the next one is tried.
          services.log(`A key could not be used for "${settings.name}": ${error.message}`);
          break;
        case 'client-authentication':
          finish(
            authenticationFailed(
              settings.name,
              settings.user,
              authentication.tried,
              authentication.offered,
              error,
            ),
          );
          break;
        case 'handshake':
        case 'protocol':
          finish(handshakeFailed(settings.name, error));
          break;
        default:
          finish(unreachable(settings.name, where, error));
      }
    });
    client.on('close', () =>
      finish(unreachable(settings.name, where, new Error(t('the server closed the connection')))),
    );
    wait(settings.connectTimeout);
    client.connect({
      sock: socket,
      username: settings.user,
      readyTimeout: 0,
      keepaliveInterval: settings.serverAliveInterval,
      keepaliveCountMax: settings.serverAliveCountMax,
      algorithms: algorithms(types),
      authHandler: authentication.handler as never,
      hostVerifier: (key: Buffer, answer: (accepted: boolean) => void) => {
        clearTimeout(timer);
        const verified = async (): Promise<void> => {
          await services.hostKeys.verify(settings, key, ended.signal, () => asking(true));
          // What ssh2 does next is to check the server's signature.
          await services.turns.next();
        };
        verified().then(
          () => {
            authentication.verified(fingerprint(key));
            if (!finished) {
              wait(services.answerLimit);
              answer(true);
            }
          },
          (failure: unknown) => finish(failure as Error),
        );
      },
    });
    const connection = new SshConnection(
      settings.name,
      client,
      socket,
      settings.serverAliveInterval + 1000,
    );
  });
}
