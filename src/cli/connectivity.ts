import { t } from '../base/l10n.ts';
import { checkConnectivity } from '../operations/connectivity.ts';
import {
  connectivityJson,
  connectivityMarkdown,
  connectivityText,
  connectivityVerdict,
} from '../operations/connectivity-report.ts';
import { takeArguments, wordOption } from './args.ts';
import { usageError } from './errors.ts';
import { readTopology, topologyFile } from './files.ts';
import type { CliCommand } from './io.ts';
import { openPool } from './pool.ts';

const formats = {
  text: connectivityText,
  json: connectivityJson,
  markdown: connectivityMarkdown,
};

/** `connectivity`: which node reaches which, asked from the nodes themselves. */
export const connectivityCommand: CliCommand = {
  name: 'connectivity',
  summary: () => t('Try the connections that the nodes need between each other'),
  usage: () =>
    `connectivity [--topology FILE] [--ssh-config FILE] [--format text|json|markdown]\n\n${t('Each host tries to connect to the server, HA, DMS and DSS ports of the other nodes. Exit code 1 when a connection gets no answer or could not be tried; a port on which nobody listens yet is no failure.')}`,
  async run(args, io) {
    const { values, operands } = takeArguments('connectivity', args, {
      topology: { type: 'string' },
      'ssh-config': { type: 'string' },
      format: { type: 'string' },
    });
    if (operands[0] !== undefined) {
      throw usageError(t('"{0}" is not expected here.', operands[0]), 'connectivity');
    }
    const format = wordOption<keyof typeof formats>('connectivity', 'format', values.format, [
      'text',
      'json',
      'markdown',
    ]);
    const topology = await readTopology(topologyFile(values.topology, io), io);
    if (topology === undefined) {
      return 1;
    }
    const pool = await openPool(topology, io, values['ssh-config']);
    try {
      const result = await checkConnectivity({ topology, pool, signal: io.signal });
      io.out(formats[format](result));
      const verdict = connectivityVerdict(result);
      return verdict === 'ok' || verdict === 'silent' ? 0 : 1;
    } finally {
      await pool.close();
    }
  },
};
