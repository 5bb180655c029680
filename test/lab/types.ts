import type { LabVersion } from './sim/host.ts';

/** One machine of the lab. */
export interface LabMachine {
  readonly name: string;
  /** Its sshd, on 127.0.0.1. */
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly home: string;
  readonly gaussHome: string;
  /** The private key that lets in, in OpenSSH's form, mode 0600. */
  readonly identityFile: string;
  readonly version: LabVersion;
  /** `SHA256:…`, as ssh shows it. */
  readonly hostKeyFingerprint: string;
}

/** One instance that the lab deployed. */
export interface LabNode {
  /** `<cluster>/<name>`, as in the topology. */
  readonly id: string;
  readonly name: string;
  readonly cluster: string;
  readonly host: string;
  readonly dataDir: string;
  readonly dssHome: string;
  readonly port: number;
  readonly dmsPort: number;
  readonly dssPort: number;
  readonly instanceId: number;
  readonly env: Readonly<Record<string, string>>;
}

export interface LabCluster {
  readonly name: string;
  readonly role: 'primary' | 'standby';
  readonly folder: string;
  readonly cmConfig: string;
  readonly lockFile: string;
  readonly nodes: readonly LabNode[];
}

export interface LabOptions {
  /** 5.0.0, the seed's line, by default. */
  readonly version?: LabVersion;
  /** Machines with openGauss on the PATH and nothing else. */
  readonly bare?: boolean;
  /** An empty or missing folder for everything; a temporary one by default. */
  readonly dir?: string;
  /** Machines; 2 by default. They take turns between the production and the recovery site. */
  readonly hosts?: number;
  /** Nodes of each cluster; 2 by default. */
  readonly nodes?: number;
  /** The topology says `manager: cm`, and the manager knows what each cluster is. */
  readonly manager?: boolean;
  /** Nodes without processes, of which only the status can be asked. For measuring with many. */
  readonly light?: boolean;
}
