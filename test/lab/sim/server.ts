// The long-running programs: node server.cjs <host file> gaussdb|dssserver|engine arguments…
import { join } from 'node:path';
import { dssserver } from './dssserver.ts';
import { warm } from './engine/database.ts';
import { engine } from './engine/main.ts';
import { gaussdb } from './gaussdb/main.ts';
import { isAlive, readText } from './files.ts';
import { loadHost } from './host.ts';
import { err } from './print.ts';

const [, , file = '', name = '', ...args] = process.argv;

/** When the lab is gone, so are its programs. */
function endWithLab(lab: string): void {
  setInterval(() => {
    const pid = Number(readText(join(lab, 'lab.pid')));
    if (!(pid > 0) || !isAlive(pid)) {
      process.kill(process.pid, 'SIGKILL');
    }
  }, 1000).unref();
}

async function run(): Promise<number> {
  const host = loadHost(file);
  endWithLab(host.lab);
  switch (name) {
    case 'gaussdb':
      return await gaussdb(host, args);
    case 'engine':
      return await engine(host, args);
    case 'warm':
      await warm(host);
      return 0;
    case 'dssserver':
      return await dssserver(host, args);
    default:
      err(`${name}: command not found\n`);
      return 127;
  }
}

void run().then(
  (code) => process.exit(code),
  (thrown: unknown) => {
    err(`PANIC:  ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`);
    process.exit(134);
  },
);
