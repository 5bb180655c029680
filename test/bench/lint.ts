/**
 * How long linting takes: `npm run bench -- lint`. For 100, 1,000 and 10,000 lines, cold and after one keystroke, beside a
 * plain line split of the same text (the physical limit), the yaml package on a file of the same size, and `postgres -C` of
 * the system's PostgreSQL where it is installed; two clusters of eight nodes; the longest stall with hostile texts.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { loadCatalogue } from '../../src/config/catalogue.ts';
import type { Catalogue } from '../../src/config/catalogue.ts';
import { parseConf, updateConf } from '../../src/config/document.ts';
import { lintConf, lintConfAsync } from '../../src/config/lint.ts';

/** Milliseconds that half and 95 % of the runs stayed below. */
interface Times {
  readonly p50: number;
  readonly p95: number;
}

function summary(times: readonly number[]): Times {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (part: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
  return { p50: at(0.5), p95: at(0.95) };
}

function measure(runs: number, job: (run: number) => void): Times {
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const start = performance.now();
    job(run);
    times.push(performance.now() - start);
  }
  return summary(times);
}

/** A file as real ones are: comments, settings of every type, some mistakes. */
function confOf(catalogue: Catalogue, lines: number): string {
  const known = catalogue.names.flatMap((name) => {
    const parameter = catalogue.get(name);
    return parameter === undefined || parameter.context === 'internal' ? [] : [parameter];
  });
  const out: string[] = [];
  for (let index = 0; index < lines; index += 1) {
    const parameter = known[(index * 7) % known.length];
    if (parameter === undefined || index % 3 === 0) {
      out.push(`# a remark on line ${index}, as the sample file has many of them`);
    } else if (index % 97 === 0) {
      out.push(`shared_bufers = 16mb`);
    } else {
      const value = parameter.default;
      const text = typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value ?? '');
      out.push(`${parameter.name} = '${text.replaceAll("'", "''")}'\t\t# default`);
    }
  }
  return `${out.join('\n')}\n`;
}

function yamlOf(lines: number): string {
  return Array.from(
    { length: lines },
    (_, index) => `key_${index}: 'value ${index}' # remark`,
  ).join('\n');
}

/** The system's own `postgres`, if there is one. */
function findPostgres(): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root) : [];
  return versions.map((version) => join(root, version, 'bin', 'postgres')).find(existsSync);
}

function measurePostgres(lines: number): Times | undefined {
  const postgres = findPostgres();
  if (postgres === undefined || process.getuid?.() === 0) {
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), 'bench-lint-'));
  try {
    execFileSync(join(postgres, '..', 'initdb'), ['-D', folder], { stdio: 'ignore' });
    const text = Array.from({ length: lines }, (_, index) => `x.y${index} = '${index}'`).join('\n');
    writeFileSync(join(folder, 'postgresql.conf'), `${text}\n`);
    return measure(10, () => {
      spawnSync(postgres, ['-D', folder, '-C', 'port'], { stdio: 'ignore' });
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const shown = ({ p50, p95 }: Times): string =>
  `${p50.toFixed(3).padStart(9)} ${p95.toFixed(3).padStart(9)}`;

function print(what: string, times: Times | undefined, base?: Times): void {
  const ratio =
    times === undefined || base === undefined ? '' : `  x${(times.p50 / base.p50).toFixed(1)}`;
  console.log(
    `  ${what.padEnd(34)} ${times === undefined ? 'not installed, or run by root' : shown(times)}${ratio}`,
  );
}

function benchLines(catalogue: Catalogue, lines: number, runs: number): void {
  const text = confOf(catalogue, lines);
  console.log(`${lines} lines, ${text.length} characters            p50 ms    p95 ms`);
  const split = measure(runs * 4, () => {
    text.split('\n');
  });
  print('split into lines', split);
  print(
    'first lint',
    // A text that was never seen: neither its document nor its lines are kept from the run before.
    measure(runs, (run) => {
      lintConf(parseConf(`# ${run}\n${text}`), catalogue);
    }),
    split,
  );
  let document = parseConf(text);
  lintConf(document, catalogue);
  const middle = text.indexOf('\n', text.length / 2) - 3;
  print(
    'after a keystroke',
    measure(runs, (run) => {
      const at = middle + (run % 2);
      document = updateConf(document, { start: at, end: at, text: 'x' });
      lintConf(document, catalogue);
    }),
    split,
  );
  const yaml = yamlOf(lines);
  print(
    'yaml, as many lines',
    measure(Math.max(3, runs / 10), () => {
      parseYaml(yaml);
    }),
    split,
  );
  print('postgres -C', measurePostgres(lines), split);
}

/** The longest time without a turn of the event loop while a text is read and linted. */
async function stall(catalogue: Catalogue, text: string): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const pause = async (): Promise<void> => {
    longest = Math.max(longest, performance.now() - last);
    await new Promise((resolve) => setImmediate(resolve));
    last = performance.now();
  };
  await lintConfAsync(text, catalogue, {}, pause);
  return Math.max(longest, performance.now() - last);
}

/** Runs the measurements and prints them. */
export async function benchLint(): Promise<void> {
  const cold = performance.now();
  const catalogue = await loadCatalogue('5.0.0', 'release');
  console.log(`catalogue loaded in ${(performance.now() - cold).toFixed(1)} ms`);
  lintConf(parseConf(confOf(catalogue, 1000)), catalogue);
  benchLines(catalogue, 100, 400);
  benchLines(catalogue, 1000, 200);
  benchLines(catalogue, 10_000, 20);
  const node = confOf(catalogue, 400);
  console.log('2 clusters x 8 nodes, 400 lines each      p50 ms    p95 ms');
  print(
    'all files',
    measure(20, (run) => {
      for (let index = 0; index < 16; index += 1) {
        lintConf(parseConf(`# ${run} ${index}\n${node}`), catalogue);
      }
    }),
  );
  console.log('longest stall, ms');
  const hostile: Readonly<Record<string, string>> = {
    '10,000 lines of garbage': '@#$%^ garbage = = "x" \\ \n'.repeat(10_000),
    '10 MB line': `application_name = '${'x'.repeat(10_000_000)}'\n`,
    '3 MB line': `replconninfo1 = '${'localhost='.repeat(300_000)}'\n`,
    '100,000 duplicates': 'port = 6600\n'.repeat(100_000),
    '100,000 unknown names': Array.from(
      { length: 100_000 },
      (_, index) => `shared_bufer${index} = 1\n`,
    ).join(''),
  };
  for (const [what, text] of Object.entries(hostile)) {
    console.log(`  ${what.padEnd(34)} ${(await stall(catalogue, text)).toFixed(1).padStart(9)}`);
  }
}

if (process.argv[1]?.endsWith('lint.ts') === true) {
  void benchLint();
}
