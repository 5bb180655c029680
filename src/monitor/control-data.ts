import { t } from '../base/l10n.ts';
import { nodeCommand } from '../hosts/node-command.ts';
import { operand } from '../hosts/quote.ts';
import type { Shell } from '../hosts/shell.ts';
import { parsePgControldata } from '../status/pg-controldata.ts';
import type { ControlData } from '../status/pg-controldata.ts';
import type { NodeSpec } from '../topology/types.ts';

/** Milliseconds; the tool reads a few pages. */
const toolLimit = 15_000;

/** The command line and what it answered. */
export interface ControlDataAnswer {
  readonly command: string;
  readonly data: ControlData;
  readonly raw: string;
}

/**
 * The words of `pg_controldata` for a node: with DSS the pages of all instances and the reformer's, from the volume group that
 * holds them; without it the data directory's file.
 */
function controlDataWords(node: NodeSpec): readonly string[] {
  return node.dssHome === undefined
    ? ['pg_controldata', operand(node.dataDir)]
    : [
        'pg_controldata',
        '--enable-dss',
        `--socketpath=UDS:${node.dssHome}/.dss_unix_d_socket`,
        '+data',
      ];
}

/** Asks a node for its control data. Text that is not recognised is kept. Rejects when the host cannot be asked. */
export async function askControlData(
  shell: Shell,
  node: NodeSpec,
  signal?: AbortSignal,
): Promise<ControlDataAnswer> {
  const words = controlDataWords(node);
  const { stdout, stderr, code } = await shell.run(nodeCommand(node, ...words), {
    timeout: toolLimit,
    long: true,
    ...(signal && { signal }),
  });
  const raw = [stdout, stderr].filter((text) => text.trim() !== '').join('\n');
  const data = parsePgControldata(stdout);
  return {
    command: words.join(' '),
    raw,
    data:
      data.kind === 'control-data'
        ? data
        : { ...data, message: raw.trim() || t('exit code {0}', code) },
  };
}
