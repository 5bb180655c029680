// The long-running programs: node server.cjs <host file> gaussdb|dssserver|engine arguments…
import { dssserver } from './dssserver.ts';
import { gaussdb } from './gaussdb/main.ts';
import { loadHost } from './host.ts';
import { err } from './print.ts';

const [, , file = '', name = '', ...args] = process.argv;

async function run(): Promise<number> {
  const host = loadHost(file);
  switch (name) {
    case 'gaussdb':
      return await gaussdb(host, args);
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
