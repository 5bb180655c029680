import { nodePrelude } from '../../hosts/node-command.ts';
import { operand, quote } from '../../hosts/quote.ts';
import type { NodeSpec } from '../../topology/types.ts';

/**
 * The command line that becomes the user's shell on a node: in the data directory where there is one, with the
 * environment of the node as its tools get it. The shell is not a login shell, because profiles set PATH anew.
 */
export function terminalCommand(node: NodeSpec): string {
  return (
    `${nodePrelude(node)}unset LC_ALL; cd ${quote(operand(node.dataDir))} 2>/dev/null; ` +
    'exec "${SHELL:-/bin/sh}" -i'
  );
}

/** The node's variables for a terminal that the editor itself starts on this machine; `base` is its own environment. */
export function terminalEnvironment(
  node: NodeSpec,
  base: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const home = node.env['GAUSSHOME']?.replace(/\/+$/, '');
  const before = (folder: string, list: string | undefined): string =>
    list === undefined || list === '' ? folder : `${folder}:${list}`;
  return {
    ...node.env,
    ...(home === undefined
      ? {}
      : {
          PATH: before(`${home}/bin`, base['PATH']),
          LD_LIBRARY_PATH: before(`${home}/lib`, base['LD_LIBRARY_PATH']),
        }),
  };
}
