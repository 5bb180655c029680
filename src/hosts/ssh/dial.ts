import { spawn } from 'node:child_process';
import { connect as connectTcp } from 'node:net';
import { Duplex } from 'node:stream';
import { t } from '../../base/l10n.ts';
import type { SshSettings } from '../ssh-config/settings.ts';
import { connectTimedOut, proxyFailed, unreachable } from '../errors.ts';

/** A TCP connection without Nagle's delay, which would cost 40 ms with each question. */
export async function dialTcp(settings: SshSettings, signal: AbortSignal): Promise<Duplex> {
  const { name, hostName, port, connectTimeout } = settings;
  const where = `${hostName}:${port}`;
  return new Promise((resolve, reject) => {
    const socket = connectTcp({
      host: hostName,
      port,
      family: settings.addressFamily,
      noDelay: true,
      keepAlive: true,
    });
    const end = (failure: Error): void => {
      done();
      socket.destroy();
      reject(failure);
    };
    const failed = (error: Error): void => end(unreachable(name, where, error));
    const aborted = (): void => end(signal.reason as Error);
    const timer = setTimeout(
      () => end(connectTimedOut(name, where, connectTimeout)),
      connectTimeout,
    );
    const done = (): void => {
      clearTimeout(timer);
      socket.off('error', failed);
      signal.removeEventListener('abort', aborted);
    };
    socket.once('error', failed);
    signal.addEventListener('abort', aborted, { once: true });
    socket.once('connect', () => {
      done();
      resolve(socket);
    });
  });
}

/** The stream of a ProxyCommand, run by the shell as ssh does. Its complaints become part of the failure. */
export function dialCommand(settings: SshSettings, command: string): Duplex {
  const windows = process.platform === 'win32';
  const child = spawn(windows ? command : `exec ${command}`, {
    shell: windows ? true : '/bin/sh',
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-500);
  });
  child.stdin.on('error', () => undefined);
  const stream = new Duplex({
    read: () => child.stdout.resume(),
    write: (chunk, _encoding, done) => child.stdin.write(chunk, () => done()),
    final: (done) => {
      child.stdin.end();
      done();
    },
    destroy: (error, done) => {
      child.kill();
      done(error);
    },
  });
  child.stdout.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) {
      child.stdout.pause();
    }
  });
  child.on('error', (error) => stream.destroy(proxyFailed(settings.name, error.message, error)));
  child.on('close', (code) => {
    const text = said.trim();
    if (code === 0 && text === '') {
      stream.push(null);
    } else if (!stream.destroyed) {
      stream.destroy(
        proxyFailed(settings.name, text === '' ? t('exit code {0}', code ?? '?') : text),
      );
    }
  });
  return stream;
}
