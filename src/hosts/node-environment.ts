import type { NodeSpec } from '../topology/types.ts';
import { exports, quote } from './quote.ts';

/**
 * Shell statements that give a command the node's environment, as its environment file would: its variables, and
 * openGauss's programs and libraries first in their paths. GAUSSLOG is taken away unless the topology sets it: tools
 * that share a log folder refuse to run side by side (`another … command is running, init_log failed!`).
 */
export function nodeEnvironment(node: NodeSpec): string {
  const home = node.env['GAUSSHOME'];
  const paths =
    home === undefined
      ? ''
      : `export PATH=${quote(`${home}/bin`)}:"$PATH"; export LD_LIBRARY_PATH=${quote(`${home}/lib`)}"\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"; `;
  const logs = 'GAUSSLOG' in node.env ? '' : 'unset GAUSSLOG; ';
  return `${exports(node.env)}${paths}${logs}`;
}
