import { t } from '../../base/l10n.ts';
import { readCmConfig } from '../../config/files/cm-config.ts';
import { parseIni } from '../../config/files/ini.ts';
import { quote } from '../../hosts/quote.ts';
import type { ClusterLayout } from '../recipes/layout.ts';
import { hostsOf } from '../recipes/layout.ts';
import type { Step } from '../types.ts';
import { fileStep } from './file-step.ts';

/** The file that stands in for the cluster manager: which node is the reformer, which nodes are online. */
export function cmConfigText(cluster: ClusterLayout): string {
  const online = cluster.nodes.reduce(
    (bits, node) => bits | (1n << BigInt(node.spec.instanceId)),
    0n,
  );
  return `REFORMER_ID = ${cluster.first.spec.instanceId}\nBITMAP_ONLINE = ${online}\n`;
}

/**
 * One step for each host of a cluster whose environment names CM_CONFIG_PATH. A file with valid keys in which all nodes
 * are online is right: role changes write the reformer into it.
 */
export function cmConfigSteps(cluster: ClusterLayout, after: readonly string[]): Step[] {
  const path = cluster.cmConfig;
  if (path === undefined) {
    return [];
  }
  const content = cmConfigText(cluster);
  const wanted = readCmConfig(parseIni(content));
  return hostsOf(cluster).map((host) =>
    fileStep({
      id: `cm-config.${cluster.name}.${host}`,
      title: t('cm_config.ini of {0}', cluster.name),
      host,
      cluster: cluster.name,
      path,
      after,
      content,
      shared: true,
      scriptCheck: `grep -qsx 'BITMAP_ONLINE *= *${wanted.online ?? 0n}' ${quote(path)}`,
      accept: (text) => {
        const { reformer, online } = readCmConfig(parseIni(text));
        return reformer !== undefined && online === wanted.online;
      },
    }),
  );
}
