import * as vscode from 'vscode';
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
    this.searched ??= this.search();
    return this.searched;
  }

  get entries(): readonly TopologyEntry[] {
    return [...this.found.values()].sort((one, other) => one.name.localeCompare(other.name));
  }

  get state(): TopologyState {
    if (this.searching) {
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

  private async search(): Promise<void> {
    const uris = await vscode.workspace.findFiles(pattern, '**/node_modules/**', 64);
    const present = new Set(uris.map((uri) => uri.toString()));
    for (const key of [...this.found.keys()]) {
      if (!present.has(key)) {
        this.found.delete(key);
      }
    }
    await Promise.all(uris.map((uri) => this.read(uri)));
    this.searching = false;
    this.tell();
  }

  private async read(uri: vscode.Uri): Promise<void> {
    const key = uri.toString();
    const folder = vscode.Uri.joinPath(uri, '..').path.split('/').pop() ?? '';
    const base = { id: this.idOf(folder, key), name: folder, uri };
    try {
      const bytes = await vscode.workspace.fs.readFile(uri);
      const { topology, findings } = await parseTopology(new TextDecoder().decode(bytes));
      this.found.set(key, { ...base, topology, findings });
    } catch (thrown) {
      if (thrown instanceof vscode.FileSystemError && thrown.code === 'FileNotFound') {
        this.found.delete(key);
        return;
      }
      const finding: Finding = {
        code: 'topology-unreadable',
        stage: 'tool',
        severity: 'error',
        message: t('The file cannot be read: {0}', messageOf(thrown)),
        range: { start: 0, end: 0 },
      };
      this.found.set(key, { ...base, topology: undefined, findings: [finding] });
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
