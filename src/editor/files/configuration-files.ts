import type { NodeSpec } from '../../topology/types.ts';

/** The files that configure a node, absolute, in the order in which people look for them. */
export function configurationFiles(node: NodeSpec): readonly string[] {
  const cmConfig = node.env['CM_CONFIG_PATH'];
  const dssHome = node.dssHome ?? node.env['DSS_HOME'];
  return [
    `${node.dataDir}/postgresql.conf`,
    `${node.dataDir}/pg_hba.conf`,
    ...(dssHome === undefined
      ? []
      : [`${dssHome}/cfg/dss_inst.ini`, `${dssHome}/cfg/dss_vg_conf.ini`]),
    ...(cmConfig === undefined ? [] : [cmConfig]),
  ];
}
