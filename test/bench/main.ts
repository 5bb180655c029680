/** `npm run bench -- <name>`: runs `bench` or `bench<Name>` of test/bench/<name>.ts. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

type Bench = (args: readonly string[]) => Promise<void>;

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
  const long = `bench${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  void (import(file) as Promise<Readonly<Record<string, Bench>>>)
    .then(async (part) => (part['bench'] ?? part[long])?.(args))
    .catch((error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    });
}
