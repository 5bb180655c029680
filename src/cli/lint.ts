import { dirname, resolve } from 'node:path';
import type { Finding } from '../base/finding.ts';
import { t } from '../base/l10n.ts';
import { loadCatalogue } from '../config/catalogue.ts';
import { lintDeployment } from '../config/cluster/lint.ts';
import { fileKey } from '../config/cluster/deployment.ts';
import type { NodeFiles } from '../config/cluster/deployment.ts';
import { lintFile } from '../config/files/lint-file.ts';
import type { SmallFileKind } from '../config/files/kinds.ts';
import { lintConfAsync } from '../config/lint.ts';
import { chooseVersion, parseServerVersion } from '../config/version.ts';
import { clusterOf, nodesOf } from '../topology/lookups.ts';
import { parseTopology } from '../topology/parse.ts';
import type { BuildKind, NodeSpec, ServerVersion, Topology } from '../topology/types.ts';
import { serverVersions } from '../topology/types.ts';
import { takeArguments, wordOption } from './args.ts';
import { usageError } from './errors.ts';
import { readTopology } from './files.ts';
import type { CliCommand, CliIo, ExitCode } from './io.ts';
import { collect, decode, lintKindOf } from './lint-files.ts';
import type { SourceFile } from './lint-files.ts';
import { formatFindings, lintFormats, place } from './lint-format.ts';
import type { LintFormat, PlacedFinding } from './lint-format.ts';

interface LintOptions {
  readonly version: ServerVersion | undefined;
  readonly build: BuildKind | undefined;
  readonly topologyFile: string | undefined;
  readonly format: LintFormat;
  readonly stdinName: string;
  readonly paths: readonly string[];
}

function readOptions(args: readonly string[]): LintOptions {
  const { values, operands } = takeArguments('lint', args, {
    'server-version': { type: 'string' },
    build: { type: 'string' },
    topology: { type: 'string' },
    format: { type: 'string' },
    'stdin-filename': { type: 'string' },
  });
  const wanted = values['server-version'];
  const version = wanted === undefined ? undefined : parseServerVersion(wanted);
  if (wanted !== undefined && wanted !== 'auto' && version === undefined) {
    throw usageError(
      t('Unknown server version {0}. Expected one of {1}.', wanted, serverVersions.join(', ')),
      'lint',
    );
  }
  if (operands.length === 0) {
    throw usageError(
      t('No file was named. Name files or folders, or - for standard input.'),
      'lint',
    );
  }
  return {
    version,
    build:
      values.build === undefined
        ? undefined
        : wordOption<BuildKind>('lint', 'build', values.build, ['release', 'debug']),
    topologyFile: values.topology,
    format: wordOption('lint', 'format', values.format, lintFormats),
    stdinName: values['stdin-filename'] ?? 'postgresql.conf',
    paths: operands,
  };
}

/**
 * The node whose file this is: the path ends with the node's data or DSS directory, or holds a folder or name of
 * cluster and node (`production/dn0/postgresql.conf`, `production-dn0.postgresql.conf`).
 */
function nodeOf(topology: Topology | undefined, file: string): NodeSpec | undefined {
  if (topology === undefined) {
    return undefined;
  }
  const path = resolve(file).replaceAll('\\', '/');
  const folder = dirname(path);
  return (
    nodesOf(topology).find(
      (node) => folder.endsWith(node.dataDir) || folder.endsWith(`${node.dssHome ?? '\0'}/cfg`),
    ) ??
    nodesOf(topology).find(
      ({ cluster, name }) =>
        path.includes(`/${cluster}/${name}/`) ||
        path.includes(`/${cluster}/${name}.`) ||
        path.includes(`/${cluster}-${name}.`),
    )
  );
}

class Linter {
  private readonly options: LintOptions;
  private readonly topology: Topology | undefined;

  constructor(options: LintOptions, topology: Topology | undefined) {
    this.options = options;
    this.topology = topology;
  }

  private get build(): BuildKind {
    return this.options.build ?? this.topology?.build ?? 'release';
  }

  private versionFor(text: string): ServerVersion {
    return chooseVersion({ asked: this.options.version, text, topology: this.topology });
  }

  async lint({ file, kind, text }: SourceFile): Promise<readonly Finding[]> {
    switch (kind) {
      case 'topology':
        return (await parseTopology(text)).findings;
      case 'postgresql-conf':
        return this.lintSettings(file, text);
      case 'pg-hba':
      case 'dss-inst':
      case 'dss-vg-conf':
      case 'cm-config':
        return this.lintSmall(file, kind, text);
    }
  }

  private async lintSettings(file: string, text: string): Promise<readonly Finding[]> {
    const { topology } = this;
    const node = nodeOf(topology, file);
    const cluster =
      topology === undefined || node === undefined ? undefined : clusterOf(topology, node);
    const catalogue = await loadCatalogue(this.versionFor(text), this.build);
    const { findings } = await lintConfAsync(text, catalogue, {
      ...(topology === undefined ? {} : { topology, profile: topology.profile }),
      ...(node === undefined ? {} : { node }),
      ...(cluster === undefined ? {} : { cluster }),
    });
    return findings;
  }

  private lintSmall(file: string, kind: SmallFileKind, text: string): readonly Finding[] {
    const node = nodeOf(this.topology, file);
    return lintFile(kind, text, {
      version: this.versionFor(text),
      ...(this.topology === undefined ? {} : { topology: this.topology }),
      ...(node === undefined ? {} : { node }),
    });
  }

  /** What is wrong between the files, by the name of each file. */
  async between(sources: readonly SourceFile[]): Promise<ReadonlyMap<string, readonly Finding[]>> {
    const found = new Map<string, readonly Finding[]>();
    const { topology } = this;
    if (topology === undefined) {
      return found;
    }
    const files = new Map<string, NodeFiles>();
    const names = new Map<string, string>();
    for (const { file, kind, text } of sources) {
      const node = nodeOf(topology, file);
      if (node !== undefined && kind !== 'topology') {
        files.set(node.id, { ...files.get(node.id), [nodeFileKeys[kind]]: text });
        names.set(fileKey(node.id, kind), file);
      }
    }
    if (files.size > 0) {
      const catalogue = await loadCatalogue(this.versionFor(''), this.build);
      for (const [key, findings] of lintDeployment({ topology, files, catalogue })) {
        found.set(names.get(key) ?? key, findings);
      }
    }
    return found;
  }
}

const nodeFileKeys = {
  'postgresql-conf': 'postgresqlConf',
  'pg-hba': 'pgHba',
  'dss-inst': 'dssInst',
  'dss-vg-conf': 'dssVgConf',
  'cm-config': 'cmConfig',
} as const;

/** Standard input as a file. */
async function inputAsFile(io: CliIo, name: string): Promise<SourceFile> {
  return {
    file: name,
    kind: lintKindOf(name) ?? 'postgresql-conf',
    text: decode(await io.readInput()),
  };
}

async function run(options: LintOptions, io: CliIo): Promise<ExitCode> {
  const topology =
    options.topologyFile === undefined ? undefined : await readTopology(options.topologyFile, io);
  if (options.topologyFile !== undefined && topology === undefined) {
    return 2;
  }
  const linter = new Linter(options, topology);
  const placed: PlacedFinding[] = [];
  const sources: SourceFile[] = [];
  let unreadable = false;
  const add = async (source: SourceFile): Promise<void> => {
    sources.push(source);
    placed.push(...place(source.file, source.text, await linter.lint(source)));
  };
  for (const path of options.paths) {
    if (path === '-') {
      await add(await inputAsFile(io, options.stdinName));
      continue;
    }
    for (const found of await collect([path], io.cwd)) {
      if ('reason' in found) {
        unreadable = true;
        io.err(`${found.reason}\n`);
      } else {
        await add(found);
      }
    }
  }
  const between = await linter.between(sources);
  for (const { file, text } of sources) {
    placed.push(...place(file, text, between.get(file) ?? []));
  }
  io.out(formatFindings(options.format, placed, sources.length));
  if (unreadable) {
    return 2;
  }
  return placed.some(({ severity }) => severity === 'error') ? 1 : 0;
}

/**
 * `lint`: checks configuration files and prints what it finds. Wrong usage is thrown as a `usage` failure.
 * @param args what stands behind `lint`
 * @returns the exit status: 0 no errors, 1 findings of severity error, 2 files that cannot be read
 */
async function runLint(args: readonly string[], io: CliIo): Promise<ExitCode> {
  return run(readOptions(args), io);
}

export const lintCommand: CliCommand = {
  name: 'lint',
  summary: () => t('Check configuration files as the server and its tools read them'),
  usage: () =>
    [
      `lint [--server-version ${serverVersions.join('|')}] [--build release|debug] [--topology FILE]`,
      `     [--format ${lintFormats.join('|')}] [--stdin-filename FILE] FILE…|FOLDER…|-`,
      '',
      t(
        'Without a version that of the first line counts (# opengauss-version: 5.0.0), then the topology.',
      ),
      t('With a topology the files of its nodes are also checked against each other.'),
      t('Exit status: 0 no errors, 1 errors found, 2 wrong usage or a file that cannot be read.'),
    ].join('\n'),
  run: runLint,
};
