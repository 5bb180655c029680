import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { LineIndex } from '../base/position.ts';
import { t } from '../base/l10n.ts';
import { parseTopology } from '../topology/parse.ts';
import type { Topology } from '../topology/types.ts';
import { fileNotRead } from './errors.ts';
import type { CliIo } from './io.ts';

/** The text of a file, or of the standard input for `-`. Bytes that are no UTF-8 are replaced. */
export async function readText(file: string, io: CliIo): Promise<string> {
  try {
    const bytes = file === '-' ? await io.readInput() : await readFile(resolve(io.cwd, file));
    return new TextDecoder().decode(bytes);
  } catch (thrown) {
    throw fileNotRead(file === '-' ? t('Standard input') : file, thrown);
  }
}

/** The topology of a command: the file named, else `opengauss.yaml` in this folder or above. */
export function topologyFile(named: string | undefined, io: CliIo): string {
  if (named !== undefined) {
    return named;
  }
  for (let folder = io.cwd; ; folder = dirname(folder)) {
    const file = join(folder, 'opengauss.yaml');
    if (existsSync(file)) {
      return folder === io.cwd ? 'opengauss.yaml' : file;
    }
    if (dirname(folder) === folder) {
      return 'opengauss.yaml';
    }
  }
}

/** Reads a topology and prints what is wrong with it as `file:line:column: severity: message`. Undefined when it has errors. */
export async function readTopology(file: string, io: CliIo): Promise<Topology | undefined> {
  const text = await readText(file, io);
  const { topology, findings } = await parseTopology(text);
  const lines = new LineIndex(text);
  for (const finding of findings.filter(({ severity }) => severity !== 'hint')) {
    const { line, column } = lines.at(finding.range.start);
    io.err(
      `${file}:${line}:${column}: ${finding.severity}: ${finding.message} [${finding.code}]\n`,
    );
  }
  return topology;
}

/** A file that ships with the project, seen from the bundle (`dist/cli.js`) or from its source (`src/cli`). */
export function shippedFile(...path: readonly string[]): string | undefined {
  return [join(__dirname, '..', ...path), join(__dirname, '..', '..', ...path)].find((file) =>
    existsSync(file),
  );
}
