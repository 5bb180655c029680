import * as vscode from 'vscode';
import { asError } from '../../base/async.ts';
import { DisposableList } from '../../base/disposable.ts';
import type { Finding } from '../../base/finding.ts';
import { messageOf } from '../../base/errors.ts';
import { t } from '../../base/l10n.ts';
import { nodesOf } from '../../topology/lookups.ts';
import { parseTopology } from '../../topology/parse.ts';
import type { NodeSpec, Topology } from '../../topology/types.ts';
import { setContext } from '../context.ts';
import { noTopology, unknownNode } from '../errors.ts';
import type { FailureReporter } from '../failures.ts';
import { topologyId } from './ids.ts';

/** One `opengauss.yaml` of the workspace. */
export interface TopologyEntry {
  /** Names the topology in `opengauss://<id>/…`; stays the same for the same file. */
  readonly id: string;
  /** The folder's name, for people. */
  readonly name: string;
  readonly uri: vscode.Uri;
  /** Absent while the file has errors. */
  readonly topology: Topology | undefined;
  readonly findings: readonly Finding[];
}

/** A node together with the topology that names it. */
export interface NodeRef {
  readonly entry: TopologyEntry;
  readonly topology: Topology;
  readonly node: NodeSpec;
}

export type TopologyState = 'searching' | 'none' | 'invalid' | 'ready';

const pattern = '**/opengauss.yaml';
const idsKey = 'topologyIds';

/** Finds the workspace's topology files, reads them when they are saved, and tells who listens. */
export class TopologyService implements vscode.Disposable {
  private readonly disposables = new DisposableList();
  private readonly changed = this.disposables.add(new vscode.EventEmitter<void>());
  private readonly memento: vscode.Memento;
  private readonly reporter: FailureReporter;
  private readonly found = new Map<string, TopologyEntry>();
  private readonly turns = new Map<string, number>();
  private searched: Promise<void> | undefined;
  private searching = true;

  readonly onDidChange = this.changed.event;

  constructor(memento: vscode.Memento, reporter: FailureReporter) {
    this.memento = memento;
    this.reporter = reporter;
  }

  /** Begins to look for topology files; does not wait. */
  start(): void {
    const watcher = this.disposables.add(vscode.workspace.createFileSystemWatcher(pattern));
    const reload = (uri: vscode.Uri): void =>
      this.reporter.background(uri.toString(), this.load(uri));
    this.disposables.add(watcher.onDidChange(reload));
    this.disposables.add(watcher.onDidCreate(reload));
    this.disposables.add(
      watcher.onDidDelete((uri) => {
        this.found.delete(uri.toString());
        this.tell();
      }),
    );
    // A file watcher may be slow or missing (network drives); a save in this window is always noticed.
    this.disposables.add(
      vscode.workspace.onDidSaveTextDocument((document) => {
        if (isTopologyFile(document.uri)) {
          reload(document.uri);
        }
      }),
    );
    this.disposables.add(
      vscode.workspace.onDidChangeWorkspaceFolders(() => {
        this.reporter.background('search', this.search());
      }),
    );
    this.reporter.background('search', this.ready());
  }

  /** Resolves when the workspace has been searched once. */
  ready(): Promise<void> {
    this.searched ??= this.search().catch((thrown: unknown) => {
      this.reporter.background('search', Promise.reject(asError(thrown)));
    });
    return this.searched;
  }

  get entries(): readonly TopologyEntry[] {
    return [...this.found.values()].sort((one, other) => one.name.localeCompare(other.name));
  }

  get state(): TopologyState {
    if (this.searching && this.found.size === 0) {
      return 'searching';
    }
    const entries = this.entries;
    if (entries.length === 0) {
      return 'none';
    }
    return entries.some((entry) => entry.topology !== undefined) ? 'ready' : 'invalid';
  }

  /** All nodes of all topologies, in the order of the files. */
  get nodes(): readonly NodeRef[] {
    return this.entries.flatMap((entry) => {
      const { topology } = entry;
      return topology === undefined
        ? []
        : nodesOf(topology).map((node) => ({ entry, topology, node }));
    });
  }

  entry(id: string): TopologyEntry | undefined {
    return this.entries.find((entry) => entry.id === id);
  }

  /** Rejects when the topology or the node is not there (any more). */
  async node(topology: string, node: string): Promise<NodeRef> {
    await this.ready();
    const found = this.nodes.find((one) => one.entry.id === topology && one.node.id === node);
    if (found === undefined) {
      throw this.nodes.length === 0 ? noTopology() : unknownNode(topology, node);
    }
    return found;
  }

  /** Reads a file again at once, as after a save. */
  async load(uri: vscode.Uri): Promise<void> {
    await this.read(uri);
    this.tell();
  }

  dispose(): void {
    this.disposables.dispose();
  }

  /** First where it usually is, so that it is shown at once; then everywhere, which can take a while in large folders. */
  private async search(): Promise<void> {
    const roots = (vscode.workspace.workspaceFolders ?? []).map((folder) =>
      vscode.Uri.joinPath(folder.uri, 'opengauss.yaml'),
    );
    await Promise.all(roots.map((uri) => this.read(uri)));
    if (this.found.size > 0) {
      this.tell();
    }
    try {
      const uris = await vscode.workspace.findFiles(pattern, '**/node_modules/**', 64);
      const present = new Set([...roots, ...uris].map((uri) => uri.toString()));
      for (const key of [...this.found.keys()]) {
        if (!present.has(key)) {
          this.found.delete(key);
        }
      }
      const others = uris.filter((uri) => !this.found.has(uri.toString()));
      await Promise.all(others.map((uri) => this.read(uri)));
    } finally {
      this.searching = false;
      this.tell();
    }
  }

  /** Of several readings of a file that overlap, the one that began last holds. */
  private async read(uri: vscode.Uri): Promise<void> {
    const key = uri.toString();
    const turn = (this.turns.get(key) ?? 0) + 1;
    this.turns.set(key, turn);
    const entry = await this.entryOf(uri, key);
    if (this.turns.get(key) !== turn) {
      return;
    }
    if (entry === undefined) {
      this.found.delete(key);
    } else {
      this.found.set(key, entry);
    }
  }

  /** Undefined when the file is not there. */
  private async entryOf(uri: vscode.Uri, key: string): Promise<TopologyEntry | undefined> {
    const folder = vscode.Uri.joinPath(uri, '..').path.split('/').pop() ?? '';
    const base = { id: this.idOf(folder, key), name: folder, uri };
    try {
      const bytes = await vscode.workspace.fs.readFile(uri);
      const { topology, findings } = await parseTopology(new TextDecoder().decode(bytes));
      return { ...base, topology, findings };
    } catch (thrown) {
      if (thrown instanceof vscode.FileSystemError && thrown.code === 'FileNotFound') {
        return undefined;
      }
      const finding: Finding = {
        code: 'topology-unreadable',
        stage: 'tool',
        severity: 'error',
        message: t('The file cannot be read: {0}', messageOf(thrown)),
        range: { start: 0, end: 0 },
      };
      return { ...base, topology: undefined, findings: [finding] };
    }
  }

  private idOf(folder: string, file: string): string {
    const taken = this.memento.get<Record<string, string>>(idsKey, {});
    const id = topologyId(folder, file, taken);
    if (taken[id] !== file) {
      this.reporter.background(
        idsKey,
        Promise.resolve(this.memento.update(idsKey, { ...taken, [id]: file })),
      );
    }
    return id;
  }

  private tell(): void {
    this.reporter.background('context', setContext('openGauss.topologies', this.state));
    this.changed.fire();
  }
}

export function isTopologyFile(uri: vscode.Uri): boolean {
  return uri.path.endsWith('/opengauss.yaml');
}
