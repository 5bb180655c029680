import { cmQuery } from './cmquery.ts';
import { readText, replaceFile } from './files.ts';
import type { LabHost } from './host.ts';
import { out } from './print.ts';

/**
 * `cm_ctl.sh` of the simulated cluster manager: `set KEY VALUE` in the file of CM_CONFIG_PATH, with exit code 0 always; and `query` of
 * the real cluster manager, which a topology can ask for with `manager: cm`.
 */
export function cmCtl(_host: LabHost, args: readonly string[]): number {
  const file = process.env['CM_CONFIG_PATH'];
  const [command, key = '', value = ''] = args;
  if (file === undefined) {
    out('CM_CONFIG_PATH is NULL\n');
    return 0;
  }
  if (command === 'query') {
    return cmQuery(file);
  }
  if (command !== 'set') {
    out('Usage: cm_ctl.sh set KEY VALUE\n');
    return 0;
  }
  if (key !== 'REFORMER_ID' && key !== 'BITMAP_ONLINE') {
    out('invalid parameter\n');
    return 0;
  }
  const lines = (readText(file) ?? '').split('\n').filter((line) => line.trim() !== '');
  const kept = lines.filter((line) => !line.trim().startsWith(key));
  replaceFile(file, `${[...kept, `${key} = ${value}`].join('\n')}\n`);
  out(`set ${key} = ${value} success\n`);
  return 0;
}
