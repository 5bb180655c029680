/** `npm run bench -- <name>`: runs test/bench/<name>.ts, which exports `bench`. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

interface Bench {
  readonly bench: (args: readonly string[]) => Promise<void>;
}

const folder = join(process.cwd(), 'test', 'bench');
const [name = '', ...args] = process.argv.slice(2);
const file = join(folder, `${name}.ts`);
if (!/^\w+$/.test(name) || name === 'main' || !existsSync(file)) {
  const names = readdirSync(folder)
    .filter((entry) => entry.endsWith('.ts') && entry !== 'main.ts')
    .map((entry) => entry.slice(0, -3));
  console.error(`Usage: npm run bench -- <${names.join('|')}>`);
  process.exitCode = 2;
} else {
  void (import(file) as Promise<Bench>)
    .then(async ({ bench }) => bench(args))
    .catch((error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    });
}
