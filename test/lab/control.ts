import { chmod, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { join } from 'node:path';
import type { Lab } from './lab.ts';
import { onMessages, send } from './sim/wire.ts';

/** What can be said to a running lab: `<lab>/bin/lab <command> …`. */
export const usage = `lab COMMAND …

  show                         hosts, nodes, ports, folders
  kill|stop|start NODE         SIGKILL, clean stop, start (NODE as production/dn0)
  freeze|thaw NODE             SIGSTOP, SIGCONT
  kill-dss NODE                SIGKILL of its dssserver
  cut-link | heal-link         the network between the clusters
  slow-link DELAY RATE         milliseconds, bytes of redo log per second (0: as fast as can be)
  pause-replay|resume-replay HOST
  slow-host HOST MILLISECONDS
  freeze-host|thaw-host HOST
  cut HOST                     its connections
  stop-sshd|start-sshd HOST
  change-host-key HOST
  full-disk|free-disk HOST
  read-only|writable HOST FOLDER
  load ROWS_PER_SECOND         a steady write load on the primary; 0 ends it
  count-rows                   ends the load; how many of its acknowledged rows each node shows
  quit                         ends the lab
`;

type Command = (...words: string[]) => unknown;

function commandsOf(lab: Lab, quit: () => void): Readonly<Record<string, Command>> {
  const { faults } = lab;
  return {
    show: () => lab.describe(),
    kill: (node = '') => faults.kill(node),
    stop: (node = '') => faults.stop(node),
    start: (node = '') => faults.start(node),
    freeze: (node = '') => faults.freeze(node),
    thaw: (node = '') => faults.thaw(node),
    'kill-dss': (node = '') => faults.killDss(node),
    'cut-link': () => faults.cutLink(),
    'heal-link': () => faults.healLink(),
    'slow-link': (delay = '0', rate = '0') =>
      faults.slowLink({
        delay: Number(delay),
        ...(Number(rate) > 0 ? { rate: Number(rate) } : {}),
      }),
    'pause-replay': (host = '') => faults.pauseReplay(host),
    'resume-replay': (host = '') => faults.resumeReplay(host),
    'slow-host': (host = '', delay = '0') => faults.slowHost(host, Number(delay)),
    'freeze-host': (host = '') => faults.freezeHost(host),
    'thaw-host': (host = '') => faults.thawHost(host),
    cut: (host = '') => faults.cutConnections(host),
    'stop-sshd': (host = '') => faults.stopSshd(host),
    'start-sshd': (host = '') => faults.startSshd(host),
    'change-host-key': (host = '') => faults.changeHostKey(host),
    'full-disk': (host = '') => faults.fillDisk(host, true),
    'free-disk': (host = '') => faults.fillDisk(host, false),
    'read-only': (host = '', folder = '') => faults.readOnly(host, folder, true),
    writable: (host = '', folder = '') => faults.readOnly(host, folder, false),
    load: (rows = '0') => faults.load(Number(rows)),
    'count-rows': () => faults.countRows(),
    quit: () => setTimeout(quit, 50),
  };
}

/** Obeys commands on `<lab>/control`, and installs the program that sends them. */
export async function openControl(lab: Lab, quit: () => void): Promise<Server> {
  const commands = commandsOf(lab, quit);
  const path = join(lab.dir, 'control');
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    onMessages(socket, (message) => {
      const [name = '', ...words] = (message['words'] as string[] | undefined) ?? [];
      const command = commands[name];
      const answer = async (): Promise<unknown> =>
        command === undefined ? { usage } : await command(...words);
      answer().then(
        (value) => {
          send(socket, { ok: command !== undefined, ...(value as object | undefined) });
          socket.end();
        },
        (thrown: unknown) => {
          send(socket, {
            ok: false,
            error: thrown instanceof Error ? thrown.message : String(thrown),
          });
          socket.end();
        },
      );
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path }, resolve);
  });
  server.unref();
  const program = join(lab.dir, 'bin', 'lab');
  await writeFile(
    program,
    `#!/bin/sh\nexec '${process.execPath}' '${join(lab.dir, 'tools', 'lab.cjs')}' '${path}' "$@"\n`,
  );
  await chmod(program, 0o755);
  return server;
}
