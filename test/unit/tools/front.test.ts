import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { openFront } from '../../../scripts/start/front.ts';
import type { Front } from '../../../scripts/start/front.ts';

describe('The one address of npm start', () => {
  let folder: string;
  let editor: Server;
  let front: Front;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'front-test-'));
    const socket = join(folder, 'editor.sock');
    editor = createServer((_request, response) => response.end('the editor'));
    editor.on('upgrade', (_request, connection) => {
      connection.end(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello',
      );
    });
    await new Promise<void>((resolve) => editor.listen(socket, resolve));
    front = await openFront(0, socket, (host) => `/?folder=${host}`);
  });
  after(async () => {
    front.close();
    editor.close();
    await rm(folder, { recursive: true });
  });

  function get(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const asked = request(new URL(path, front.address), { headers, agent: false });
      asked.on('response', (response) => {
        response.resume();
        resolve(response);
      });
      asked.on('upgrade', (response, socket) => {
        socket.destroy();
        resolve(response);
      });
      asked.on('error', reject);
      asked.end();
    });
  }
  const websocket = { connection: 'Upgrade', upgrade: 'websocket' };

  it('leads from its root to the window, for the host that was asked for', async () => {
    const { statusCode, headers } = await get('/', { host: 'localhost:9999' });
    assert.equal(statusCode, 302);
    assert.equal(headers.location, '/?folder=localhost:9999');
  });

  it('hands everything else on to the editor', async () => {
    assert.equal((await get('/?folder=x')).statusCode, 200);
    assert.equal((await get('/socket', websocket)).statusCode, 101);
    const { host } = new URL(front.address);
    assert.equal(
      (await get('/socket', { ...websocket, origin: `http://${host}` })).statusCode,
      101,
    );
  });

  it('refuses names that were made to point here', async () => {
    assert.equal((await get('/', { host: 'evil.example' })).statusCode, 403);
    assert.equal((await get('/socket', { ...websocket, host: 'evil.example' })).statusCode, 403);
  });

  it('refuses pages of other sites', async () => {
    const other = { origin: 'http://evil.example' };
    assert.equal((await get('/?folder=x', other)).statusCode, 403);
    assert.equal((await get('/socket', { ...websocket, ...other })).statusCode, 403);
    assert.equal((await get('/socket', { ...websocket, origin: 'null' })).statusCode, 403);
  });

  it('says so when its port is taken', async () => {
    const port = Number(new URL(front.address).port);
    await assert.rejects(
      openFront(port, '', () => ''),
      /Cannot listen on port/,
    );
  });
});
