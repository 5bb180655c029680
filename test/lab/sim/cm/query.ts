import { dirname } from 'node:path';
import { out } from '../print.ts';
import type { Instance, ManagerState } from './state.ts';

/** What every cm_ctl says when no cm_server answers. */
export function noServer(): number {
  out(
    "cm_ctl: can't connect to cm_server.\nMaybe cm_server is not running, or timeout expired. Please try again.\n",
  );
  return 1;
}

/** `cm_ctl query -Cvidp` of the real cluster manager, for a cluster whose nodes are on this machine. */
export function cmQuery(manager: ManagerState): number {
  if (manager.stopped) {
    return noServer();
  }
  const rows = manager.instances();
  const down = rows.filter((row) => row.role === 'Down' || row.state !== 'Normal').length;
  const led = rows.some(
    ({ role, state }) => /^(Primary|Main Standby)$/.test(role) && state === 'Normal',
  );
  const dashes = '-'.repeat(73);
  const each = (row: (one: Instance) => string): string =>
    rows.map((one) => `${row(one)}\n`).join('');
  out(
    `[  CMServer State   ]\n\nnode           node_ip         instance                           state\n${dashes}\n` +
      `1  node1 127.0.0.1   1    ${dirname(manager.config)}/cm_server Primary\n\n\n` +
      `[ Defined Resource State ]\n\nnode           node_ip         res_name instance  state\n${dashes}\n` +
      each(
        ({ nodeId, instance, role }) =>
          `${nodeId}  node1 127.0.0.1   dms_res  ${instance}      ${role === 'Down' ? 'OffLine' : 'OnLine'}`,
      ) +
      `\n[   Cluster State   ]\n\ncluster_state   : ${down === 0 ? 'Normal' : led ? 'Degraded' : 'Unavailable'}\nredistributing  : No\nbalanced        : Yes\ncurrent_az      : AZ_ALL\n${manager.paused ? 'pausing         : Yes\n' : ''}\n` +
      `[  Datanode State   ]\n\nnode           node_ip         instance               state            | node           node_ip         instance              state\n${dashes}\n` +
      rows
        .map(
          ({ nodeId, instance, port, dataDir, role, state }, index) =>
            `${nodeId}  node1 127.0.0.1   ${instance} ${port}  ${dataDir} ${index === 0 ? 'P' : 'S'} ${role.padEnd(7)} ${state}`,
        )
        .join(' | ') +
      '\n',
  );
  return down === 0 ? 0 : 1;
}
