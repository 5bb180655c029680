/** A node as `cm_ctl query` shows it, made for tests. */
export interface CmNode {
  readonly ip: string;
  readonly role: string;
  /** `Normal` by default. */
  readonly state?: string;
  /** The state of its resources; `OnLine` by default. */
  readonly resource?: string;
}

/** Output of `cm_ctl query -Cvidp` of a pooled cluster, as the tool prints it. */
export function cmQueryText(cluster: {
  readonly state: string;
  readonly nodes: readonly CmNode[];
  readonly pausing?: boolean;
  readonly port?: number;
  readonly dataDir?: string;
}): string {
  const port = cluster.port ?? 25400;
  const dataDir = cluster.dataDir ?? '/opt/data/dn';
  const rows = (row: (node: CmNode, id: number) => string): string =>
    cluster.nodes.map((node, index) => `${row(node, index + 1)}\n`).join('');
  const dashes = '-'.repeat(73);
  return (
    `[  CMServer State   ]\n\nnode           node_ip         instance                           state\n${dashes}\n` +
    rows(
      ({ ip }, id) =>
        `${id}  node${id} ${ip}   ${id}    /opt/cm/cm_server ${id === 1 ? 'Primary' : 'Standby'}`,
    ) +
    `\n\n[ Defined Resource State ]\n\nnode           node_ip         res_name instance  state\n${dashes}\n` +
    rows(
      ({ ip, resource }, id) =>
        `${id}  node${id} ${ip}   dms_res  ${6000 + id}      ${resource ?? 'OnLine'}`,
    ) +
    rows(
      ({ ip, resource }, id) =>
        `${id}  node${id} ${ip}   dss      ${20000 + id}     ${resource ?? 'OnLine'}`,
    ) +
    `\n[   Cluster State   ]\n\ncluster_state   : ${cluster.state}\nredistributing  : No\nbalanced        : Yes\ncurrent_az      : AZ_ALL\n` +
    (cluster.pausing === true ? 'pausing         : Yes\n' : '') +
    `\n[  Datanode State   ]\n\nnode           node_ip         instance               state            | node           node_ip         instance              state\n${dashes}\n` +
    cluster.nodes
      .map(
        ({ ip, role, state }, index) =>
          `${index + 1}  node${index + 1} ${ip}   ${6001 + index} ${port}  ${dataDir} ${index === 0 ? 'P' : 'S'} ${role} ${state ?? 'Normal'}`,
      )
      .join(' | ') +
    '\n'
  );
}
