import type {
  ClusterSpec,
  NodeSpec,
  ServerVersion,
  Topology,
} from '../../../../src/topology/types.ts';

const range = { start: 0, end: 0 };

function cluster(
  name: string,
  role: 'primary' | 'standby',
  base: string,
  port: number,
  dss: number,
): ClusterSpec {
  const nodes = [0, 1].map((index): NodeSpec => ({
    id: `${name}/dn${index}`,
    name: `dn${index}`,
    cluster: name,
    host: 'local',
    dataDir: `${base}/dn${index}`,
    port: port + 100 * index,
    instanceId: index,
    dssHome: `${base}/dss_home${index}`,
    dmsPort: port + 100 * index + 11,
    dssPort: dss + index,
    env: {
      GAUSSHOME: '/opt/omm/install',
      CM_CONFIG_PATH: `${base}/cm_config.ini`,
      DSS_HOME: `${base}/dss_home${index}`,
    },
    range,
  }));
  return { name, role, manager: 'none', env: {}, nodes, range };
}

/** The seed's two clusters on one machine. */
export function seedTopology(version: ServerVersion): Topology {
  return {
    openGauss: version,
    build: 'debug',
    profile: 'simulation',
    clusters: [
      cluster('production', 'primary', '/home/omm/ss_hatest', 6600, 30000),
      cluster('recovery', 'standby', '/home/omm/ss_hatest1', 9600, 40000),
    ],
    hosts: {},
    arrays: [],
  };
}
