import { join } from 'node:path';
import { isOn } from './conf.ts';
import type { Settings } from './conf.ts';
import { dssInfo } from './dss.ts';
import { readText } from './files.ts';
import type { LabHost } from './host.ts';
import { ClusterStore, volumeFolder } from './store.ts';

/** The redo log lies where the first node put it; the others follow the link that it left. */
export function storeFrom(data: string, log: string): ClusterStore {
  const link = readText(join(data, 'pg_xlog'));
  return new ClusterStore(data, link ?? join(log, 'pg_xlog0'));
}

/** The shared files that a configuration leads to; undefined when dssserver or its volume group is not there. */
export async function storeOf(
  host: LabHost,
  dataDir: string,
  settings: Settings,
): Promise<ClusterStore | undefined> {
  if (!isOn(settings, 'ss_enable_dss')) {
    return new ClusterStore(join(dataDir, 'global'), join(dataDir, 'pg_xlog'));
  }
  const address = settings.get('ss_dss_conn_path') ?? '';
  const info = address === '' ? undefined : await dssInfo(address);
  const names = (
    settings.get('ss_dss_vg_name') ??
    [settings.get('ss_dss_data_vg_name') ?? '', settings.get('ss_dss_xlog_vg_name') ?? ''].join(',')
  )
    .split(',')
    .map((name) => name.trim().replace(/^\+/, ''))
    .filter((name) => name !== '');
  const folder = (name: string | undefined): string | undefined => {
    const group = info?.groups.find((one) => one.name === name);
    return group === undefined ? undefined : volumeFolder(host.lab, group.id);
  };
  const data = folder(names[0]);
  return data === undefined ? undefined : storeFrom(data, folder(names[1]) ?? data);
}
