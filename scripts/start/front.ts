// The one address that `npm start` prints. Its root leads to the window of the lab; everything else is
// handed on to the editor's server, which listens on a socket that only this user can reach. So one
// port is enough, also through `ssh -L`, and pages of other sites cannot talk to the editor.
import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import { Obstacle } from '../tools/progress.ts';

/** The running front. */
export interface Front {
  readonly address: string;
  close(): void;
}

/** Listens on the loopback interface; `window` makes the path of the window for the host that was asked for. */
export async function openFront(
  port: number,
  editorSocket: string,
  window: (host: string) => string,
): Promise<Front> {
  const server = createServer((incoming, answer) => {
    const { host } = incoming.headers;
    if (host === undefined || !allowed(incoming)) {
      answer.writeHead(403, { 'content-type': 'text/plain' });
      answer.end('This editor is for pages of its own address only.\n');
    } else if (incoming.url === '/') {
      answer.writeHead(302, { location: window(host), 'cache-control': 'no-store' }).end();
    } else {
      handOn(incoming, answer, editorSocket);
    }
  });
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  server.on('upgrade', (incoming, socket: Socket, head) => {
    socket.on('error', () => socket.destroy());
    if (allowed(incoming)) handOnSocket(incoming, socket, head, editorSocket);
    else socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new Obstacle(
          `Cannot listen on port ${port} of the loopback interface: ${error.message}.`,
          'Choose another with --port, or leave it out for a free one.',
          { cause: error },
        ),
      );
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/**
 * Whether a request is for this machine by a loopback name (so that no foreign name can be made to point
 * here) and does not come from a page of another site. Sandboxed frames of the editor itself send `null`.
 */
function allowed({ headers }: IncomingMessage): boolean {
  const name = /^(.*?)(?::\d+)?$/.exec(headers.host ?? '')?.[1];
  if (name !== '127.0.0.1' && name !== 'localhost' && name !== '[::1]') return false;
  const { origin } = headers;
  if (headers.upgrade !== undefined) return origin === undefined || sameHost(origin, headers.host);
  return origin === undefined || origin === 'null' || sameHost(origin, headers.host);
}

function sameHost(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

function handOn(incoming: IncomingMessage, answer: ServerResponse, socketPath: string): void {
  const { method, url: path, headers } = incoming;
  const onward = request({ socketPath, method, path, headers }, (response) => {
    answer.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(answer);
    response.on('error', () => answer.destroy());
  });
  onward.on('error', () => {
    if (!answer.headersSent) answer.writeHead(502, { 'content-type': 'text/plain' });
    answer.end('The editor does not answer.\n');
  });
  answer.on('close', () => onward.destroy());
  incoming.pipe(onward);
}

function handOnSocket(
  incoming: IncomingMessage,
  socket: Socket,
  head: Buffer,
  socketPath: string,
): void {
  const { url: path, headers } = incoming;
  const onward = request({ socketPath, path, headers });
  onward.on('upgrade', (response, other: Socket, otherHead) => {
    const lines = ['HTTP/1.1 101 Switching Protocols'];
    for (let i = 0; i + 1 < response.rawHeaders.length; i += 2) {
      lines.push(`${response.rawHeaders[i]}: ${response.rawHeaders[i + 1]}`);
    }
    socket.write(lines.join('\r\n') + '\r\n\r\n');
    socket.write(otherHead);
    other.write(head);
    other.pipe(socket);
    socket.pipe(other);
    other.on('error', () => socket.destroy());
    other.on('close', () => socket.destroy());
    socket.on('close', () => other.destroy());
  });
  onward.on('response', () => socket.destroy());
  onward.on('error', () => socket.destroy());
  onward.end();
}
