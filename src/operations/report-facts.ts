import { parseConf } from '../config/document.ts';
import type { HostPool } from '../hosts/shell.ts';
import { detectVersion } from '../monitor/version.ts';
import { nodesOf } from '../topology/lookups.ts';
import type { Topology } from '../topology/types.ts';
import type { ReportFacts } from './report.ts';

const wordsOfSecrets = /passw|secret|keyfile|ciphertext/i;

/** The active lines of a postgresql.conf, without comments; values that could be secrets are left out. */
export function activeLines(text: string): string {
  return parseConf(text)
    .lines.filter((line) => line.kind === 'setting')
    .map((line) =>
      wordsOfSecrets.test(line.name?.text ?? '')
        ? `${line.name?.text ?? ''} = …`
        : line.text.trimEnd(),
    )
    .join('\n');
}

/** Asks the nodes for what a report tells of them. What cannot be had is left out. */
export async function collectFacts(
  topology: Topology,
  pool: HostPool,
  signal?: AbortSignal,
): Promise<ReportFacts> {
  const versions = new Map<string, string>();
  const configuration = new Map<string, string>();
  for (const node of nodesOf(topology)) {
    try {
      const shell = await pool.shell(node.host, signal && { signal });
      const version = await detectVersion(shell, node, signal);
      if (version !== undefined) {
        versions.set(
          node.id,
          version.build === undefined ? version.name : `${version.name} (${version.build})`,
        );
      }
      const file = await shell.readFile(`${node.dataDir}/postgresql.conf`, signal && { signal });
      configuration.set(
        `${node.id}: postgresql.conf`,
        activeLines(Buffer.from(file.content).toString('utf8')),
      );
    } catch {
      // The report tells what is known; a node that is down has its failure in the steps.
    }
  }
  return { versions, configuration };
}
