import { t } from '../base/l10n.ts';
import { nearest } from '../base/nearest.ts';
import { parseCmCtlQuery } from '../status/cm-ctl-query.ts';
import { parseDssClients, parseDssStatus, parseDssVolumeGroups } from '../status/dsscmd.ts';
import { parseGsCtlQuery } from '../status/gs-ctl-query.ts';
import { parseGsCtlQueryBuild } from '../status/gs-ctl-querybuild.ts';
import { parseGsDdr } from '../status/gs-ddr.ts';
import { parsePgControldata } from '../status/pg-controldata.ts';
import { takeArguments } from './args.ts';
import { usageError } from './errors.ts';
import { readText } from './files.ts';
import type { CliCommand } from './io.ts';

/** The outputs that can be taken apart, and how. */
const parsers: ReadonlyMap<string, (text: string) => object> = new Map<
  string,
  (text: string) => object
>([
  ['gs_ctl-query', parseGsCtlQuery],
  ['gs_ctl-querybuild', parseGsCtlQueryBuild],
  ['pg_controldata', parsePgControldata],
  ['cm_ctl-query', parseCmCtlQuery],
  ['gs_om-status', parseCmCtlQuery],
  ['gs_ddr', parseGsDdr],
  ['dsscmd-getstatus', parseDssStatus],
  ['dsscmd-lsvg', parseDssVolumeGroups],
  ['dsscmd-lscli', parseDssClients],
]);

/** `parse KIND FILE|-`: the output of a tool as JSON. Unknown text is no failure: it comes back as `unrecognised`. */
export const parseCommand: CliCommand = {
  name: 'parse',
  summary: () => t('Turn the output of a tool into JSON'),
  usage: () =>
    `parse KIND FILE|-\n\n${t('KIND is one of {0}.', [...parsers.keys()].join(', '))}\n${t('"-" reads standard input. A text that is not recognised comes back with "kind": "unrecognised".')}`,
  async run(args, io) {
    const { operands } = takeArguments('parse', args, {});
    const [kind, file, ...more] = operands;
    if (kind === undefined || file === undefined || more.length > 0) {
      throw usageError(t('Expected the kind of output and one file, or "-".'), 'parse');
    }
    const parser = parsers.get(kind);
    if (parser === undefined) {
      const near = nearest(kind, parsers.keys());
      throw usageError(
        near === undefined
          ? t('"{0}" is not a kind of output. Known: {1}.', kind, [...parsers.keys()].join(', '))
          : t('"{0}" is not a kind of output. Did you mean "{1}"?', kind, near),
        'parse',
      );
    }
    io.out(`${JSON.stringify(parser(await readText(file, io)), undefined, 2)}\n`);
    return 0;
  },
};
