import { t } from '../../base/l10n.ts';
import { quote } from '../../hosts/quote.ts';
import type { NodeLayout } from '../recipes/layout.ts';
import type { Step } from '../types.ts';
import { fileStep } from './file-step.ts';

/** The environment file of a node: every line exported, as the seed's ss_env0 and ss_env1. */
export function environmentText(node: NodeLayout): string {
  const { env } = node.spec;
  const home = env['GAUSSHOME']?.replace(/\/+$/, '');
  const lines = [`# ${node.id}`];
  for (const [name, value] of Object.entries({ ...env, DSS_HOME: node.dssHome })) {
    if (name !== 'PATH' && name !== 'LD_LIBRARY_PATH') {
      lines.push(
        `export ${name}=${quote(name === 'GAUSSHOME' && home !== undefined ? home : value)}`,
      );
    }
  }
  const libraries = [home === undefined ? undefined : `${home}/lib`, env['LD_LIBRARY_PATH']]
    .filter((path, index, all): path is string => path !== undefined && all.indexOf(path) === index)
    .map(quote);
  if (libraries.length > 0) {
    lines.push(
      `export LD_LIBRARY_PATH=${libraries.join(':')}\${LD_LIBRARY_PATH:+:"$LD_LIBRARY_PATH"}`,
    );
  }
  if (home !== undefined) {
    lines.push(`export PATH=${quote(`${home}/bin`)}:"$PATH"`);
  } else if (env['PATH'] !== undefined) {
    lines.push(`export PATH=${quote(env['PATH'])}:"$PATH"`);
  }
  return `${lines.join('\n')}\n`;
}

/** The step that writes the environment file of a node. */
export function environmentStep(node: NodeLayout, after: readonly string[]): Step {
  return fileStep({
    id: `environment.${node.id}`,
    title: t('Environment file of {0}', node.id),
    host: node.host,
    node: node.id,
    path: node.envFile,
    after,
    content: environmentText(node),
    mode: 0o644,
  });
}
