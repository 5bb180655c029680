// The control command of a running lab: node lab.cjs <control socket> command…
import { err, out } from './print.ts';
import { Client, textOf } from './wire.ts';

async function run(): Promise<number> {
  const [, , path = '', ...words] = process.argv;
  let client: Client;
  try {
    client = await Client.connect({ path }, 2000);
  } catch {
    err(`No lab listens on ${path}.\n`);
    return 2;
  }
  const { ok, ...answer } = await client.ask({ words }, 60_000);
  client.close();
  if (ok === true) {
    out(Object.keys(answer).length === 0 ? '' : `${JSON.stringify(answer, null, 2)}\n`);
    return 0;
  }
  err(`${textOf(answer, 'error', textOf(answer, 'usage'))}\n`);
  return 1;
}

void run().then(
  (code) => process.exit(code),
  (thrown: unknown) => {
    err(`${String(thrown)}\n`);
    process.exit(2);
  },
);
