import { basename, dirname, resolve } from 'node:path';
import { t } from '../base/l10n.ts';
import { verifyJson, verifyMarkdown, verifyText } from '../operations/verify/report.ts';
import { verify } from '../operations/verify/verify.ts';
import { takeArguments, wordOption } from './args.ts';
import { usageError } from './errors.ts';
import { readTopology, topologyFile } from './files.ts';
import type { CliCommand } from './io.ts';
import { openPool } from './pool.ts';

const formats = { text: verifyText, json: verifyJson, markdown: verifyMarkdown };

/** `verify`: proves the replication and prints a report. */
export const verifyCommand: CliCommand = {
  name: 'verify',
  summary: () => t('Prove that the two clusters replicate, with a report'),
  usage: () =>
    `verify [--topology FILE] [--ssh-config FILE] [--format text|json|markdown]\n\n${t('Writes a table on the primary, reads it on all other nodes, proves that these refuse to write, and cleans up. Exit code 1 when a check fails.')}`,
  async run(args, io) {
    const { values, operands } = takeArguments('verify', args, {
      topology: { type: 'string' },
      'ssh-config': { type: 'string' },
      format: { type: 'string' },
    });
    if (operands[0] !== undefined) {
      throw usageError(t('"{0}" is not expected here.', operands[0]), 'verify');
    }
    const format = wordOption<keyof typeof formats>('verify', 'format', values.format, [
      'text',
      'json',
      'markdown',
    ]);
    const file = topologyFile(values.topology, io);
    const topology = await readTopology(file, io);
    if (topology === undefined) {
      return 1;
    }
    const pool = await openPool(topology, io, values['ssh-config']);
    try {
      const report = await verify({
        name: basename(dirname(resolve(io.cwd, file))),
        topology,
        pool,
        signal: io.signal,
      });
      io.out(formats[format](report));
      return report.ok ? 0 : 1;
    } finally {
      await pool.close();
    }
  },
};
