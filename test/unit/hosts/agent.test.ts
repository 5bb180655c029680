// Which agent is spoken to. Windows is played: its agent listens on a named pipe, which exists only there.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, it, mock } from 'node:test';
import * as ssh2 from '../../../src/hosts/lazy/ssh2.ts';
import { resolveHost } from '../../../src/hosts/ssh-config/resolve.ts';
import { collectIdentities } from '../../../src/hosts/ssh/key-ring.ts';

const folder = mkdtempSync(join(tmpdir(), 'agent-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The addresses that are dialled for the keys of a host with this configuration; nobody answers there. */
async function dialled(lines: readonly string[]): Promise<unknown[]> {
  const file = join(folder, 'config');
  writeFileSync(file, `Host h\n${lines.map((line) => `  ${line}\n`).join('')}`);
  const settings = await resolveHost('h', undefined, {
    files: [file],
    askProgram: false,
    log: () => undefined,
    home: folder,
    localUser: userInfo().username,
  });
  const connect = mock.method(Socket.prototype, 'connect', function (this: Socket) {
    setImmediate(() => this.destroy(new Error('nobody answers')));
    return this;
  });
  try {
    const keys = await collectIdentities(ssh2, settings, {
      log: () => undefined,
      open: () => Promise.resolve(undefined),
      agentSigns: () => undefined,
    });
    assert.deepEqual(keys, []);
    return connect.mock.calls.map(({ arguments: [address] }) => address as unknown);
  } finally {
    connect.mock.restore();
  }
}

describe('the SSH agent', () => {
  const { platform } = process;
  const socket = process.env['SSH_AUTH_SOCK'];
  beforeEach(() => {
    delete process.env['SSH_AUTH_SOCK'];
  });
  afterEach(() => {
    Object.defineProperty(process, 'platform', { value: platform });
    if (socket !== undefined) {
      process.env['SSH_AUTH_SOCK'] = socket;
    }
  });

  it('is that of SSH_AUTH_SOCK or IdentityAgent, or none', async () => {
    assert.deepEqual(await dialled([]), []);
    process.env['SSH_AUTH_SOCK'] = '/run/agent.1';
    assert.deepEqual(await dialled([]), ['/run/agent.1']);
    assert.deepEqual(await dialled(['IdentityAgent /run/agent.2']), ['/run/agent.2']);
    assert.deepEqual(await dialled(['IdentityAgent none']), []);
  });

  it("is Windows' own pipe there, or the one that IdentityAgent names", async () => {
    Object.defineProperty(process, 'platform', { value: 'win32' });
    assert.deepEqual(await dialled([]), ['\\\\.\\pipe\\openssh-ssh-agent']);
    assert.deepEqual(await dialled(['IdentityAgent \\\\.\\pipe\\other']), ['\\\\.\\pipe\\other']);
    assert.deepEqual(await dialled(['IdentityAgent "//./pipe/other"']), ['\\\\.\\pipe\\other']);
    process.env['SSH_AUTH_SOCK'] = '\\\\.\\pipe\\third';
    assert.deepEqual(await dialled([]), ['\\\\.\\pipe\\third']);
  });
});
