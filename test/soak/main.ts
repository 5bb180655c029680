/**
 * `npm run soak -- <name> [--minutes N] [--scale N]`: runs `soak<Name>` of test/soak/<name>.ts, random faults for a long time.
 * With a scale, what reads in intervals reads so many times as often; everything else takes its time. The exit code is 1 when
 * anything went wrong.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

interface Report {
  readonly skipped?: string;
  readonly wrong: readonly string[];
}
type Soak = (
  milliseconds: number,
  say: (text: string) => void,
  options: { readonly scale: number },
) => Promise<Report>;

async function main(name: string, minutes: number, scale: number): Promise<number> {
  const file = join(process.cwd(), 'test', 'soak', `${name}.ts`);
  if (
    !/^[a-z]+$/.test(name) ||
    name === 'main' ||
    !existsSync(file) ||
    !(minutes > 0) ||
    !(scale > 0)
  ) {
    console.error(
      'Usage: npm run soak -- <deploy|hosts|lifecycle|monitor|roles> [--minutes N] [--scale N]',
    );
    return 2;
  }
  const part = (await import(file)) as Readonly<Record<string, Soak>>;
  const soak = part[`soak${name.charAt(0).toUpperCase()}${name.slice(1)}`];
  const say = (text: string): void => {
    console.log(text);
  };
  const report = await soak?.(minutes * 60_000, say, { scale });
  console.log(report?.skipped ?? JSON.stringify(report, undefined, 2));
  return report?.wrong.length === 0 ? 0 : 1;
}

const args = process.argv.slice(2);
function option(name: string, otherwise: number): number {
  const at = args.indexOf(name);
  return at < 0 ? otherwise : Number(args[at + 1]);
}
main(args[0] ?? '', option('--minutes', 10), option('--scale', 1)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
