import type { TextRange } from '../../base/finding.ts';
import { addressOf } from '../../topology/lookups.ts';
import type { ClusterSpec, NodeSpec, Topology } from '../../topology/types.ts';
import type { Catalogue } from '../catalogue.ts';
import { type ConfDocument, type ConfLine, parseLine } from '../document.ts';
import { type HbaEntry, hbaEntry, parseHba } from '../files/hba.ts';
import { type IniDocument, parseIni } from '../files/ini.ts';
import type { FileKind } from '../files/kinds.ts';
import { type VgDocument, parseVgConf } from '../files/vg-conf.ts';
import { type ServerReading, type ServerSetting, readAsServer } from '../readers/server.ts';
import type { Value } from '../values.ts';
import { type Channel, type Part, parseChannels } from './channels.ts';

/** The texts of a node's files, as far as they could be read. */
export interface NodeFiles {
  readonly postgresqlConf?: string;
  readonly pgHba?: string;
  readonly dssInst?: string;
  readonly dssVgConf?: string;
  readonly cmConfig?: string;
}

export interface DeploymentInput {
  readonly topology: Topology;
  /** By node id. Nodes whose files are not known are missing. */
  readonly files: ReadonlyMap<string, NodeFiles>;
  readonly catalogue: Catalogue;
}

/** A file of a node, as a key of what `lintDeployment` answers and as `file` of related places and edits. */
export type FileKey = `${string}:${FileKind}`;

export function fileKey(nodeId: string, kind: FileKind): FileKey {
  return `${nodeId}:${kind}`;
}

/** The parts of a file key. */
export function parseFileKey(key: string): { readonly nodeId: string; readonly kind: FileKind } {
  const colon = key.lastIndexOf(':');
  return { nodeId: key.slice(0, colon), kind: key.slice(colon + 1) as FileKind };
}

export interface ConfFile {
  readonly text: string;
  readonly document: ConfDocument;
  readonly reading: ServerReading;
}

export interface HbaFile {
  readonly text: string;
  readonly entries: readonly HbaEntry[];
}

/** A `cross_cluster_replconninfoN` that has a value. */
export interface Entry {
  readonly number: number;
  readonly setting: ServerSetting;
  /** The first channel, the one that the server connects by. */
  readonly channel: Channel;
}

/** A node with everything that its files say. */
export interface NodeView {
  readonly spec: NodeSpec;
  readonly cluster: ClusterSpec;
  readonly conf: ConfFile | undefined;
  readonly hba: HbaFile | undefined;
  readonly dss: IniDocument | undefined;
  readonly vg: VgDocument | undefined;
  readonly cm: IniDocument | undefined;
  /** The port of the file, else of the topology. */
  readonly port: number;
  readonly entries: readonly Entry[];
  /** The ports on which it takes replication connections: its own, the HA port, and free ones that its entries open. */
  readonly replicationPorts: ReadonlySet<number>;
  /** The machine it is on; nodes with equal names here share ports, files and memory. */
  readonly machine: string;
  /** The address by which peers reach it. */
  readonly address: string;
  /** Where peers reach it, as far as it is known. Loopback addresses count on a shared machine only. */
  readonly addresses: ReadonlySet<string>;
}

/** Both clusters with their files. */
export interface Deployment {
  readonly topology: Topology;
  readonly catalogue: Catalogue;
  readonly nodes: readonly NodeView[];
  /** Whether somebody has begun to connect the clusters; before that, two independent clusters are no mistake. */
  readonly paired: boolean;
  /** Whether all nodes are on one machine. */
  readonly oneMachine: boolean;
}

interface Parsed {
  readonly files: NodeFiles;
  readonly catalogue: Catalogue;
  readonly parts: Pick<NodeView, 'conf' | 'hba' | 'dss' | 'vg' | 'cm' | 'entries'>;
}

/** Reads deployments; texts that are the same as the last time are not read again. */
export class DeploymentReader {
  private readonly known = new Map<string, Parsed>();
  private readonly store = new LineStore();

  read({ topology, files, catalogue }: DeploymentInput): Deployment {
    const machines = machinesOf(topology);
    const views = topology.clusters.flatMap((cluster) =>
      cluster.nodes.map((spec): NodeView => {
        const parts = this.parts(spec.id, files.get(spec.id) ?? {}, catalogue);
        const port = parts.conf?.reading.settings.get('port')?.value;
        return {
          spec,
          cluster,
          ...parts,
          port: typeof port === 'number' ? port : spec.port,
          machine: machines.get(spec.host) ?? spec.host,
          address: addressOf(topology, spec),
          addresses: addressesOf(topology, spec),
          replicationPorts: new Set(),
        };
      }),
    );
    const nodes = views.map((node) => ({
      ...node,
      replicationPorts: new Set([node.port, node.port + 1, ...extraPorts(views, node)]),
    }));
    return {
      topology,
      catalogue,
      nodes,
      paired: nodes.some(
        (node) =>
          node.entries.length > 0 ||
          node.conf?.reading.settings.get('xlog_file_path') !== undefined,
      ),
      oneMachine: new Set(nodes.map((node) => node.machine)).size === 1,
    };
  }

  private parts(id: string, files: NodeFiles, catalogue: Catalogue): Parsed['parts'] {
    const known = this.known.get(id);
    const before = known?.catalogue === catalogue ? known : undefined;
    const keep = <T>(
      name: keyof NodeFiles,
      old: T | undefined,
      parse: (text: string) => T,
    ): T | undefined => {
      const text = files[name];
      if (text === undefined) {
        return undefined;
      }
      return before?.files[name] === text && old !== undefined ? old : parse(text);
    };
    const old = before?.parts;
    const conf = keep('postgresqlConf', old?.conf, (text) => readConf(this.store, text, catalogue));
    const parts: Parsed['parts'] = {
      conf,
      hba: keep('pgHba', old?.hba, (text) => ({
        text,
        entries: parseHba(text).lines.flatMap((line) => hbaEntry(line) ?? []),
      })),
      dss: keep('dssInst', old?.dss, parseIni),
      vg: keep('dssVgConf', old?.vg, parseVgConf),
      cm: keep('cmConfig', old?.cm, parseIni),
      entries: conf === undefined ? [] : conf === old?.conf ? old.entries : entriesOf(conf.reading),
    };
    this.known.set(id, { files, catalogue, parts });
    return parts;
  }
}

/** More lines than these are not kept. */
const mostLines = 50_000;

/**
 * Reads many `postgresql.conf` that are alike: a line that stands in several of them, as the comments of the sample do,
 * is read once.
 */
class LineStore {
  private readonly lines = new Map<string, ConfLine>();

  read(text: string): ConfDocument {
    if (this.lines.size > mostLines) {
      this.lines.clear();
    }
    const lines: ConfLine[] = [];
    const starts: number[] = [];
    let start = 0;
    for (;;) {
      const newline = text.indexOf('\n', start);
      const end = newline < 0 ? text.length : newline + 1;
      const piece = text.slice(start, end);
      const line = this.lines.get(piece) ?? parseLine(piece);
      this.lines.set(piece, line);
      lines.push(line);
      starts.push(start);
      if (newline < 0) {
        return { lines, starts, length: text.length };
      }
      start = end;
    }
  }
}

function readConf(store: LineStore, text: string, catalogue: Catalogue): ConfFile {
  const document = store.read(text);
  return { text, document, reading: readAsServer(document, catalogue) };
}

function entriesOf(reading: ServerReading): Entry[] {
  const entries: Entry[] = [];
  for (let number = 1; number <= 8; number += 1) {
    const setting = reading.settings.get(`cross_cluster_replconninfo${number}`);
    const channel = setting === undefined ? undefined : parseChannels(setting.raw)[0];
    if (setting !== undefined && channel !== undefined) {
      entries.push({ number, setting, channel });
    }
  }
  return entries;
}

export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || /^127\./.test(address);
}

/**
 * Hosts that are the same machine get the same name: they have one address and are reached by one SSH port. Another
 * port leads to another container or through a gateway to another machine.
 */
function machinesOf(topology: Topology): Map<string, string> {
  const first = new Map<string, string>();
  const machines = new Map<string, string>();
  for (const { host } of topology.clusters.flatMap((cluster) => cluster.nodes)) {
    const spec = topology.hosts[host];
    const place = spec?.hostName === undefined ? host : `${spec.hostName} ${spec.port ?? 22}`;
    machines.set(host, first.get(place) ?? host);
    first.set(place, machines.get(host) ?? host);
  }
  return machines;
}

/** Whether two nodes bind their ports at the same place: one machine, or one address for peers. */
function sharePorts(one: NodeView, other: NodeView): boolean {
  return one.machine === other.machine || one.address === other.address;
}

function addressesOf(topology: Topology, node: NodeSpec): ReadonlySet<string> {
  const address = addressOf(topology, node);
  const addresses = new Set([address, ...(node.address === undefined ? [] : [node.address])]);
  if (isLoopback(address)) {
    for (const same of ['127.0.0.1', 'localhost', '::1']) {
      addresses.add(same);
    }
  }
  return addresses;
}

/** Whether an address means this node for a peer: one of its addresses, or the loopback when both are on one machine. */
export function isAddressOf(node: NodeView, address: string, from: NodeView): boolean {
  return (
    node.addresses.has(address) ||
    (node.machine === from.machine && (isLoopback(address) || from.addresses.has(address)))
  );
}

/** Whether the topology gives the node an address in numbers, not only the name of a host. */
export function addressKnown(node: NodeView): boolean {
  return [...node.addresses].some(
    (address) => /^\d+(\.\d+){3}$|:/.test(address) && !isLoopback(address),
  );
}

/** The node of the same machine that a port belongs to as its own or HA port. */
export function portOwner(
  nodes: readonly NodeView[],
  node: NodeView,
  port: number,
): NodeView | undefined {
  return nodes.find(
    (other) =>
      other.spec !== node.spec &&
      sharePorts(other, node) &&
      (port === other.port || port === other.port + 1),
  );
}

/** The ports that a node's entries open besides. A port that belongs to another node is a mistake, not a port. */
function extraPorts(nodes: readonly NodeView[], node: NodeView): number[] {
  return node.entries
    .map(({ channel }) => Number(channel.localport?.text))
    .filter((port) => port > 0 && portOwner(nodes, node, port) === undefined);
}

export function otherNodes(deployment: Deployment, node: NodeView): readonly NodeView[] {
  return deployment.nodes.filter((other) => other.cluster !== node.cluster);
}

export function settingOf(node: NodeView, name: string): ServerSetting | undefined {
  return node.conf?.reading.settings.get(name);
}

/** The value in force by the file, else the version's default; undefined when the version has no such parameter or the file is not known. */
export function valueOf(
  deployment: Deployment,
  node: NodeView,
  name: string,
): Value | null | undefined {
  return node.conf === undefined
    ? undefined
    : (settingOf(node, name)?.value ?? deployment.catalogue.get(name)?.default);
}

/** The text of a value, as it was written; the default's when the file has none. */
export function textOf(deployment: Deployment, node: NodeView, name: string): string | undefined {
  const value = valueOf(deployment, node, name);
  return value === undefined || value === null ? undefined : String(value);
}

/** The range of a part of a setting's value in the file. The whole value where it holds escapes. */
export function partRange(
  node: NodeView,
  setting: ServerSetting,
  part: Pick<Part, 'start' | 'end'>,
): TextRange {
  const { start, end } = setting.valueRange;
  const written = node.conf?.text.slice(start, end) ?? '';
  const quoted = written.startsWith("'");
  const plain = quoted ? written.slice(1, -1) : written;
  const from = start + (quoted ? 1 : 0);
  return plain === setting.raw
    ? { start: from + part.start, end: from + part.end }
    : { start, end };
}
