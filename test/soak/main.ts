/**
 * `npm run soak -- <name> [--minutes N]`: runs `soak<Name>` of test/soak/<name>.ts, random faults for a long time. The
 * exit code is 1 when anything went wrong.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

interface Report {
  readonly skipped?: string;
  readonly wrong: readonly string[];
}
type Soak = (milliseconds: number, say: (text: string) => void) => Promise<Report>;

async function main(name: string, minutes: number): Promise<number> {
  const file = join(process.cwd(), 'test', 'soak', `${name}.ts`);
  if (!/^[a-z]+$/.test(name) || name === 'main' || !existsSync(file) || !(minutes > 0)) {
    console.error('Usage: npm run soak -- <deploy|hosts|lifecycle|monitor|roles> [--minutes N]');
    return 2;
  }
  const part = (await import(file)) as Readonly<Record<string, Soak>>;
  const soak = part[`soak${name.charAt(0).toUpperCase()}${name.slice(1)}`];
  const report = await soak?.(minutes * 60_000, (text) => {
    console.log(text);
  });
  console.log(report?.skipped ?? JSON.stringify(report, undefined, 2));
  return report?.wrong.length === 0 ? 0 : 1;
}

const args = process.argv.slice(2);
const at = args.indexOf('--minutes');
main(args[0] ?? '', at < 0 ? 10 : Number(args[at + 1])).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
