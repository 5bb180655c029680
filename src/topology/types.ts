import type { TextRange } from '../base/finding.ts';

/** The openGauss versions whose rules we know. `auto` in a topology means: ask the hosts. */
export const serverVersions = ['5.0.0', '5.1.0', '6.0.0', '7.0.0-RC1', 'master'] as const;
export type ServerVersion = (typeof serverVersions)[number];

/** Debug builds know some parameter names that release builds refuse. */
export type BuildKind = 'release' | 'debug';

/** `simulation`: plain files stand in for LUNs. `dorado`: real LUNs on OceanStor Dorado arrays. */
export type Profile = 'simulation' | 'dorado';

export type ClusterRole = 'primary' | 'standby';

/** Who starts and stops the instances: we by gs_ctl (`none`), or openGauss's cluster manager (`cm`, deployment way 4). */
export type Manager = 'none' | 'cm';

export interface NodeSpec {
  /** Stable and unique in a topology: `<cluster>/<node>`. */
  readonly id: string;
  readonly name: string;
  readonly cluster: string;
  /** A key of `Topology.hosts`, an alias of ~/.ssh/config, or `local`. */
  readonly host: string;
  readonly dataDir: string;
  /** The port of gaussdb; its HA port is one above. */
  readonly port: number;
  /** ss_instance_id: the node's place in its cluster unless the file says otherwise. */
  readonly instanceId: number;
  readonly dssHome?: string;
  readonly dmsPort?: number;
  readonly dssPort?: number;
  /** The address that peers use; default is the host's. */
  readonly address?: string;
  /** Environment variables of this node, the cluster's merged in, DSS_HOME included. */
  readonly env: Readonly<Record<string, string>>;
  /** Where the node stands in the file. */
  readonly range: TextRange;
}

export interface ClusterSpec {
  readonly name: string;
  readonly role: ClusterRole;
  readonly manager: Manager;
  readonly env: Readonly<Record<string, string>>;
  readonly xlogLockFile?: string;
  readonly nodes: readonly NodeSpec[];
  readonly range: TextRange;
}

export interface HostSpec {
  readonly hostName?: string;
  readonly user?: string;
  readonly port?: number;
  readonly identityFile?: string;
  readonly proxyJump?: string;
}

export interface ArraySpec {
  readonly name: string;
  readonly url: string;
  readonly cluster?: string;
}

/** What `opengauss.yaml` says, checked. */
export interface Topology {
  readonly openGauss: ServerVersion | 'auto';
  readonly build: BuildKind;
  readonly profile: Profile;
  readonly clusters: readonly ClusterSpec[];
  /** `size` in bytes. */
  readonly xlog?: { readonly path?: string; readonly size?: bigint };
  readonly hosts: Readonly<Record<string, HostSpec>>;
  readonly arrays: readonly ArraySpec[];
}
