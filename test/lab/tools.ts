import { build } from 'esbuild';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LabHost } from './sim/host.ts';

const tools = ['gs_ctl', 'gs_guc', 'gs_initdb', 'gsql', 'pg_controldata', 'dsscmd', 'cm_ctl'];
const servers = ['gaussdb', 'dssserver'];

/** Bundles the simulated programs into a folder. */
export async function bundleTools(folder: string): Promise<void> {
  const here = fileURLToPath(new URL('./sim/', import.meta.url));
  await build({
    entryPoints: ['tool', 'server', 'lab'].map((name) => join(here, `${name}.ts`)),
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'error',
    minifySyntax: true,
    minifyWhitespace: true,
  });
}

function quoted(word: string): string {
  return `'${word.replace(/'/g, `'\\''`)}'`;
}

/** Puts the simulated programs into a machine's openGauss installation. */
export async function installTools(host: LabHost, hostFile: string): Promise<void> {
  const bin = join(host.gaussHome, 'bin');
  await mkdir(bin, { recursive: true });
  await mkdir(join(host.gaussHome, 'lib'), { recursive: true });
  await writeFile(hostFile, JSON.stringify(host), { mode: 0o600 });
  const program = async (name: string, bundle: string, flags: string): Promise<void> => {
    const file = join(bin, name);
    const words = [host.node, flags, join(host.tools, bundle), hostFile, name];
    await writeFile(
      file,
      `#!/bin/sh\nexec ${words
        .filter((word) => word !== '')
        .map(quoted)
        .join(' ')} "$@"\n`,
    );
    await chmod(file, 0o755);
  };
  for (const name of tools) {
    await program(name, 'tool.cjs', '');
  }
  for (const name of servers) {
    await program(name, 'server.cjs', '--max-semi-space-size=1');
  }
}
