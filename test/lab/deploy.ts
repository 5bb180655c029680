import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from './ports.ts';
import { createDataDir, dssLines } from './sim/datadir.ts';
import { initSharedXlog } from './sim/gaussdb/startup.ts';
import type { LabVersion } from './sim/host.ts';
import { ClusterStore, createVolumeGroup, volumeFolder } from './sim/store.ts';
import type { LabCluster, LabMachine, LabNode } from './types.ts';

const gib = 1024 ** 3;

export interface Site {
  readonly name: string;
  readonly role: 'primary' | 'standby';
  /** The folder below each home: the seed's names. */
  readonly folder: string;
  /** The machines that the nodes are spread over. */
  readonly machines: readonly LabMachine[];
}

/** Chooses names, folders and ports of a cluster's nodes; nothing is made. */
export async function planCluster(site: Site, count: number): Promise<LabCluster> {
  const [first] = site.machines;
  if (first === undefined) {
    throw new Error(`The cluster ${site.name} has no machine.`);
  }
  const folder = join(first.home, site.folder);
  const cmConfig = join(folder, 'cm_config.ini');
  const nodes: LabNode[] = [];
  for (let index = 0; index < count; index += 1) {
    const machine = site.machines[index % site.machines.length] ?? first;
    const own = join(machine.home, site.folder);
    const dssHome = join(own, `dss_home${index}`);
    nodes.push({
      id: `${site.name}/dn${index}`,
      name: `dn${index}`,
      cluster: site.name,
      host: machine.name,
      dataDir: join(own, `dn${index}`),
      dssHome,
      port: await freePorts(2),
      dmsPort: await freePorts(1),
      dssPort: await freePorts(1),
      instanceId: index,
      env: {
        GAUSSHOME: machine.gaussHome,
        LD_LIBRARY_PATH: join(machine.gaussHome, 'lib'),
        CM_CONFIG_PATH: cmConfig,
        DSS_HOME: dssHome,
      },
    });
  }
  return {
    name: site.name,
    role: site.role,
    folder,
    cmConfig,
    lockFile: join(folder, site.role === 'primary' ? 'shared_lock_primary' : 'shared_lock_standby'),
    nodes,
  };
}

function lines(
  version: LabVersion,
  cluster: LabCluster,
  other: LabCluster,
  node: LabNode,
  xlogFile: string,
): string[] {
  const master = cluster.role === 'primary' ? 'master' : 'standby';
  return [
    ...dssLines(version, {
      groups: ['+data', '+log'],
      socket: `UDS:${node.dssHome}/.dss_unix_d_socket`,
      url: cluster.nodes.map((one) => `${one.instanceId}:127.0.0.1:${one.dmsPort}`).join(','),
      instanceId: node.instanceId,
    }),
    '',
    '# disaster recovery',
    `port = ${node.port}`,
    ...(version === '5.0.0'
      ? [
          `xlog_file_path = '${xlogFile}'`,
          'xlog_file_size = 68719476736',
          `xlog_lock_file_path = '${cluster.lockFile}'`,
        ]
      : ['ss_disaster_mode = dorado']),
    `application_name = 'dn_${master}_${node.instanceId}'`,
    ...other.nodes
      .slice(0, 8)
      .map(
        (peer, index) =>
          `cross_cluster_replconninfo${index + 1}='localhost=127.0.0.1 localport=${node.port} remotehost=127.0.0.1 remoteport=${peer.port}'`,
      ),
    ...(version === '5.0.0'
      ? [`cluster_run_mode = 'cluster_${cluster.role === 'primary' ? 'primary' : 'standby'}'`]
      : []),
    'ha_module_debug = off',
    'ss_log_level = 255',
    'ss_log_backup_file_count = 100',
    'ss_log_max_file_size = 1GB',
  ];
}

/** Lays out a cluster as it is after the seed's section 2.4: homes, volume groups, data directories. */
export async function layOut(
  lab: string,
  version: LabVersion,
  cluster: LabCluster,
  other: LabCluster,
  options: { readonly user: string; readonly password: string; readonly xlogFile: string },
): Promise<ClusterStore> {
  const disk = join(cluster.folder, 'dss_disk');
  await mkdir(disk, { recursive: true });
  const images = { data: join(disk, 'dss_data.dmp'), log: join(disk, 'dss_log.dmp') };
  for (const image of Object.values(images)) {
    await writeFile(image, '');
    await truncate(image, 50 * gib);
  }
  const data = volumeFolder(lab, createVolumeGroup(lab, images.data, 'data').id);
  const log = volumeFolder(lab, createVolumeGroup(lab, images.log, 'log').id);
  const store = new ClusterStore(data, join(log, 'pg_xlog0'));
  store.create({ user: options.user, password: options.password, dss: true, instanceId: 0 });
  await writeFile(join(data, 'pg_xlog'), store.walFolder);
  await writeFile(
    cluster.cmConfig,
    `REFORMER_ID = 0\nBITMAP_ONLINE = ${(1n << BigInt(cluster.nodes.length)) - 1n}`,
  );
  for (const node of cluster.nodes) {
    await mkdir(join(node.dssHome, 'cfg'), { recursive: true });
    await writeFile(
      join(node.dssHome, 'cfg', 'dss_inst.ini'),
      `INST_ID = ${node.instanceId}
_LOG_LEVEL = 255
_LOG_BACKUP_FILE_COUNT = 128
_LOG_MAX_FILE_SIZE = 100M
LSNR_PATH = ${node.dssHome}
${version === '5.0.0' ? 'DISK_LOCK_FILE_PATH' : '_DISK_LOCK_FILE_PATH'} = ${cluster.folder}
DSS_NODES_LIST = ${cluster.nodes.map((one) => `${one.instanceId}:127.0.0.1:${one.dssPort}`).join(',')}
`,
    );
    await writeFile(
      join(node.dssHome, 'cfg', 'dss_vg_conf.ini'),
      `data:${images.data}\nlog:${images.log}\n`,
    );
    createDataDir({
      dataDir: node.dataDir,
      nodeName: 'single_node',
      auth: { local: 'trust', host: 'trust' },
      dss: true,
      lines: lines(version, cluster, other, node, options.xlogFile),
    });
  }
  return store;
}

/** Makes one cluster the disaster recovery copy of the other, as a full build does. */
export async function relate(
  production: ClusterStore,
  recovery: ClusterStore,
  xlogFile: string,
): Promise<void> {
  const control = production.control();
  recovery.update({
    systemId: control.systemId,
    startLsn: control.startLsn,
    checkpoint: control.checkpoint,
    timeline: control.timeline,
    password: control.password,
    runMode: 'standby',
  });
  await mkdir(join(xlogFile, '..'), { recursive: true });
  initSharedXlog(xlogFile, { systemId: control.systemId, size: 64 * gib });
}
