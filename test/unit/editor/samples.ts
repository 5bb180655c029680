import { formatLsn } from '../../../src/status/lsn.ts';
import type {
  GsCtlQuery,
  NodeRole,
  NodeState,
  Reading,
  ReplicationTuple,
  Snapshot,
} from '../../../src/status/types.ts';
import type { NodeSpec, Topology } from '../../../src/topology/types.ts';

const range = { start: 0, end: 0 };

function node(cluster: string, index: number, port: number): NodeSpec {
  return {
    id: `${cluster}/dn${index}`,
    name: `dn${index}`,
    cluster,
    host: `${cluster}-host`,
    dataDir: `/data/${cluster}/dn${index}`,
    port,
    instanceId: index,
    dssHome: `/data/${cluster}/dss${index}`,
    env: { GAUSSHOME: '/opt/openGauss', CM_CONFIG_PATH: `/data/${cluster}/cm_config.ini` },
    range,
  };
}

/** Two clusters of two nodes. */
export const sampleTopology: Topology = {
  openGauss: '5.0.0',
  build: 'release',
  profile: 'simulation',
  clusters: [
    {
      name: 'production',
      role: 'primary',
      manager: 'none',
      env: {},
      nodes: [node('production', 0, 6600), node('production', 1, 6700)],
      range,
    },
    {
      name: 'recovery',
      role: 'standby',
      manager: 'none',
      env: {},
      nodes: [node('recovery', 0, 9600), node('recovery', 1, 9700)],
      range,
    },
  ],
  hosts: {},
  arrays: [],
};

const sent = 0x1_0000_0000n;

function reading(role: NodeRole, channels: Partial<GsCtlQuery>): Reading {
  return {
    raw: '',
    time: 1_000_000,
    query: {
      kind: 'online',
      dataDir: '/data',
      haState: {
        localRole: role,
        staticConnections: '1',
        dbState: 'Normal',
        detailInformation: 'Normal',
      },
      senders: [],
      receivers: [],
      message: '',
      ...channels,
    },
  };
}

function tuple(peerRole: string, state: string, lag: bigint): ReplicationTuple {
  return {
    peerRole,
    peerState: 'Normal',
    state,
    senderSentLocation: formatLsn(sent),
    receiverReplayLocation: formatLsn(sent - lag),
    syncPercent: '100%',
    syncState: 'Async',
    channel: '10.0.0.1:6601-->10.0.1.1:40000',
  };
}

/** A primary that sends to the other cluster, so many bytes ahead. */
export function primary(lag: bigint): NodeState {
  const senders = [tuple('StandbyCluster_Standby', 'Streaming', lag)];
  return { kind: 'ok', role: 'Primary', reading: reading('Primary', { senders }) };
}

export function mainStandby(lag: bigint): NodeState {
  const receivers = [
    { ...tuple('Primary', 'Normal', lag), channel: '10.0.1.1:40000<--10.0.0.1:6601' },
  ];
  return { kind: 'ok', role: 'Main Standby', reading: reading('Main Standby', { receivers }) };
}

export function standby(): NodeState {
  return { kind: 'ok', role: 'Standby', reading: reading('Standby', {}) };
}

/** A node that is not well, for a reason. */
export function broken(kind: Exclude<NodeState['kind'], 'ok'>, reason: string): NodeState {
  const last = reading('Standby', {});
  const time = 1_000_000;
  switch (kind) {
    case 'degraded':
      return { kind, reason, role: 'Standby', reading: last };
    case 'offline':
      return { kind, reason, time };
    case 'unreachable':
      return { kind, reason, time, last };
    case 'stale':
      return { kind, reason, time, last };
    case 'unknown':
      return { kind, reason, time };
  }
}

export function snapshotOf(states: Readonly<Record<string, NodeState>>): Snapshot {
  return {
    sequence: 1,
    time: 1_000_000,
    nodes: new Map(Object.entries(states).map(([id, state]) => [id, { id, state }])),
  };
}
