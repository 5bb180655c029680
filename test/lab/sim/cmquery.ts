import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { toolSetting } from './conf.ts';
import { isAlive, readJson, readText } from './files.ts';
import type { StateFile } from './gaussdb/types.ts';
import { out } from './print.ts';

interface Row {
  readonly port: string;
  readonly dataDir: string;
  readonly role: string;
  readonly state: string;
}

/** The nodes of a cluster: the data directories beside its cm_config.ini. */
function rowsBeside(config: string): readonly Row[] {
  const folder = dirname(config);
  return readdirSync(folder)
    .filter((name) => /^dn\d+$/.test(name))
    .sort((one, other) => Number(one.slice(2)) - Number(other.slice(2)))
    .map((name) => {
      const dataDir = join(folder, name);
      const port = toolSetting(join(dataDir, 'postgresql.conf'), 'port') ?? '5432';
      const pid = Number((readText(join(dataDir, 'postmaster.pid')) ?? '').split('\n')[0]);
      if (!(pid > 0)) {
        return { port, dataDir, role: 'Down', state: 'Manually stopped' };
      }
      const file = readJson<StateFile>(join(dataDir, 'gaussdb.state'));
      return !isAlive(pid) || file === undefined
        ? { port, dataDir, role: 'Down', state: 'Unknown' }
        : { port, dataDir, role: file.role, state: file.state };
    });
}

/** `cm_ctl query -Cvidp` of the real cluster manager, for a cluster whose nodes are on this machine. */
export function cmQuery(config: string): number {
  const rows = rowsBeside(config);
  const down = rows.filter((row) => row.role === 'Down' || row.state !== 'Normal').length;
  const led = rows.some(
    ({ role, state }) => /^(Primary|Main Standby)$/.test(role) && state === 'Normal',
  );
  const dashes = '-'.repeat(73);
  const each = (row: (id: number, row: Row) => string): string =>
    rows.map((one, index) => `${row(index + 1, one)}\n`).join('');
  out(
    `[  CMServer State   ]\n\nnode           node_ip         instance                           state\n${dashes}\n` +
      `1  node1 127.0.0.1   1    ${dirname(config)}/cm_server Primary\n\n\n` +
      `[ Defined Resource State ]\n\nnode           node_ip         res_name instance  state\n${dashes}\n` +
      each(
        (id, row) =>
          `${id}  node1 127.0.0.1   dms_res  ${6000 + id}      ${row.role === 'Down' ? 'OffLine' : 'OnLine'}`,
      ) +
      `\n[   Cluster State   ]\n\ncluster_state   : ${down === 0 ? 'Normal' : led ? 'Degraded' : 'Unavailable'}\nredistributing  : No\nbalanced        : Yes\ncurrent_az      : AZ_ALL\n\n` +
      `[  Datanode State   ]\n\nnode           node_ip         instance               state            | node           node_ip         instance              state\n${dashes}\n` +
      rows
        .map(
          ({ port, dataDir, role, state }, index) =>
            `${index + 1}  node1 127.0.0.1   ${6001 + index} ${port}  ${dataDir} ${index === 0 ? 'P' : 'S'} ${role.padEnd(7)} ${state}`,
        )
        .join(' | ') +
      '\n',
  );
  return down === 0 ? 0 : 1;
}
