import { datanodesOf, nodeOf, takeFirst, words } from './cluster-table.ts';
import type { DatanodeRow } from './cluster-table.ts';
import { camelCase, linesOf } from './tool-lines.ts';

/** A row of `[  CMServer State   ]` or `[    ETCD State     ]`. Values as printed. */
export interface ServerRow {
  readonly az: string | null;
  readonly nodeId: string;
  readonly node: string;
  readonly nodeIp: string | null;
  readonly instance: string | null;
  readonly path: string | null;
  readonly state: string;
}

/** A row of `[ Defined Resource State ]`; `Deleted` means that the node was kicked out. */
export interface ResourceRow {
  readonly az: string | null;
  readonly nodeId: string;
  readonly node: string;
  readonly nodeIp: string | null;
  readonly resource: string;
  readonly instance: string;
  readonly state: string;
}

/**
 * What `cm_ctl query` or `gs_om -t status` said. `cluster`: cm_server answered. `no-cm-server`: it did not, rows may be there all
 * the same. `unrecognised`: something else, kept in `message`.
 */
export interface ClusterQuery {
  readonly kind: 'cluster' | 'no-cm-server' | 'unrecognised';
  readonly cmServers: readonly ServerRow[];
  readonly etcd: readonly ServerRow[];
  readonly resources: readonly ResourceRow[];
  /** `clusterState`, `redistributing`, `balanced`, `currentAz`, and what else is printed there. */
  readonly cluster: Readonly<Record<string, string>> | null;
  readonly datanodes: readonly DatanodeRow[];
  /** Blocks of `name : value` that describe one instance each, as `gs_om -t status --all` prints them. */
  readonly instances: readonly Readonly<Record<string, string>>[];
  readonly message: string;
}

type Section = 'none' | 'cmServers' | 'etcd' | 'resources' | 'cluster' | 'datanodes' | 'other';

const sections: readonly (readonly [RegExp, Section])[] = [
  [/^cmserver state$/i, 'cmServers'],
  [/^etcd state$/i, 'etcd'],
  [/^defined resource state$/i, 'resources'],
  [/^cluster state$/i, 'cluster'],
  [/^datanode state$/i, 'datanodes'],
];

/** Names of the cluster's own lines; others that look alike describe an instance. */
const clusterKeys =
  /^(cluster_state|cluster_name|redistributing|balanced|current_az|pausing|enable_walrecord|worm_usage)$/;

/**
 * Reads the output of `cm_ctl query` with any of its options for layout, and of `gs_om -t status`, which looks the same. Copies
 * that lost their blanks or dashes are read too. Never throws.
 */
export function parseCmCtlQuery(text: string): ClusterQuery {
  const reader = new TableReader();
  for (const line of linesOf(text)) {
    reader.read(line);
  }
  return reader.result(text);
}

class TableReader {
  private section: Section = 'none';
  private portFirst = false;
  private readonly cmServers: ServerRow[] = [];
  private readonly etcd: ServerRow[] = [];
  private readonly resources: ResourceRow[] = [];
  private readonly cluster = new Map<string, string>();
  private readonly datanodes: DatanodeRow[] = [];
  private readonly instances: Map<string, string>[] = [];
  private readonly messages: string[] = [];
  private noServer = false;

  read(line: string): void {
    const heading = /^\s*(?:\[[^\]@]*@[^\]]*\].*)?\[\s*([A-Za-z][A-Za-z ]*[A-Za-z])\s*\]\s*$/.exec(
      line,
    );
    if (heading !== null) {
      const name = (heading[1] ?? '').replace(/\s+/g, ' ');
      this.section = sections.find(([pattern]) => pattern.test(name))?.[1] ?? 'other';
      return;
    }
    if (/^\s*cm_ctl: /.test(line)) {
      this.noServer ||= line.includes("can't connect to cm_server");
      this.messages.push(line.trim());
      return;
    }
    if (/^\s*node\w*\s.*\bstate\b/.test(line)) {
      this.portFirst = /\bport\b[^|]*\binstance\b/.test(line);
      return;
    }
    const pair = /^\s*([a-z]\w*)\s*:\s*(\S.*)$/i.exec(line);
    if (pair !== null) {
      this.pair(pair[1] ?? '', (pair[2] ?? '').trim());
      return;
    }
    this.row(line);
  }

  result(text: string): ClusterQuery {
    const rows = this.cmServers.length + this.etcd.length + this.resources.length;
    const kind = this.noServer
      ? 'no-cm-server'
      : this.cluster.has('clusterState') || this.datanodes.length > 0 || rows > 0
        ? 'cluster'
        : 'unrecognised';
    return {
      kind,
      cmServers: this.cmServers,
      etcd: this.etcd,
      resources: this.resources,
      cluster: this.cluster.size === 0 ? null : Object.fromEntries(this.cluster),
      datanodes: this.datanodes,
      instances: this.instances.map((instance) => Object.fromEntries(instance)),
      message: kind === 'unrecognised' ? text : this.messages.join('\n'),
    };
  }

  private pair(name: string, value: string): void {
    if (clusterKeys.test(name)) {
      // Some copies lost the line ends behind it.
      const state =
        name === 'cluster_state' ? /^(Normal|Degraded|Unavailable|Unknown)/.exec(value) : null;
      this.cluster.set(camelCase(name), state?.[0] ?? value);
      return;
    }
    if (!/^[a-z]+(_[a-z]+)+$|^(node|type|reason)$/i.test(name)) {
      return;
    }
    if (name === 'node' || this.instances.at(-1)?.has(camelCase(name)) === true) {
      this.instances.push(new Map());
    }
    this.instances.at(-1)?.set(camelCase(name), value);
  }

  private row(line: string): void {
    switch (this.section) {
      case 'cmServers':
        this.cmServers.push(...serverOf(line));
        break;
      case 'etcd':
        this.etcd.push(...serverOf(line));
        break;
      case 'resources':
        this.resources.push(...resourceOf(line));
        break;
      case 'datanodes':
      case 'cluster':
      case 'none':
        this.datanodes.push(...datanodesOf(line, this.portFirst));
        break;
      case 'other':
        break;
    }
  }
}

function serverOf(line: string): ServerRow[] {
  const head = nodeOf(words(line));
  const state = head?.rest.pop();
  if (head === undefined || state === undefined) {
    return [];
  }
  const { az, nodeId, node, rest } = head;
  const path = takeFirst(rest, (word) => word.includes('/')) ?? null;
  const instance = takeFirst(rest, (word) => /^\d+$/.test(word)) ?? null;
  return [{ az, nodeId, node, nodeIp: rest[0] ?? null, instance, path, state }];
}

function resourceOf(line: string): ResourceRow[] {
  const head = nodeOf(words(line));
  if (head === undefined) {
    return [];
  }
  const { az, nodeId, node, rest } = head;
  const [state, instance, resource, nodeIp = null] = [...rest].reverse();
  return state === undefined || instance === undefined || resource === undefined
    ? []
    : [{ az, nodeId, node, nodeIp, resource, instance, state }];
}
