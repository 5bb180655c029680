import type { NodeSpec } from '../topology/types.ts';
import { command, quote } from './quote.ts';

/**
 * A command line that runs one of openGauss's tools for a node, with the node's environment as its terminals have it: the
 * variables of the topology, GAUSSHOME's bin and lib before PATH and LD_LIBRARY_PATH. GAUSSLOG is unset, because tools
 * that run side by side under one GAUSSLOG refuse to start (`init_log failed`), and messages come untranslated.
 */
export function nodeCommand(node: NodeSpec, ...words: readonly string[]): string {
  return `${nodePrelude(node)}${command(...words)}`;
}

/** The part of `nodeCommand` that sets the environment; a command line may follow. */
export function nodePrelude(node: NodeSpec): string {
  const home = node.env['GAUSSHOME']?.replace(/\/+$/, '');
  const variables = Object.entries(node.env).map(
    ([name, value]) => `export ${name}=${quote(value)}; `,
  );
  const paths =
    home === undefined
      ? ''
      : `export PATH=${quote(`${home}/bin`)}:"$PATH" LD_LIBRARY_PATH=${quote(`${home}/lib`)}\${LD_LIBRARY_PATH:+:"$LD_LIBRARY_PATH"}; `;
  return `${variables.join('')}${paths}unset GAUSSLOG; export LC_ALL=C; `;
}
