import * as vscode from 'vscode';
import { DisposableList } from '../../base/disposable.ts';
import { mapLimited } from '../../base/async.ts';
import { type FileKey, type NodeFiles, fileKey } from '../../config/cluster/deployment.ts';
import { type FileKind, fileKindOf } from '../../config/files/kinds.ts';
import { nodesOf } from '../../topology/lookups.ts';
import type { NodeSpec } from '../../topology/types.ts';
import { configurationFiles } from '../files/configuration-files.ts';
import { nodeFileUri } from '../files/node-uri.ts';
import type { Services } from '../services.ts';
import type { TopologyEntry } from '../topology/service.ts';
import { scopeOf } from './scope.ts';

export const fileNames: Readonly<Record<FileKind, keyof NodeFiles>> = {
  'postgresql-conf': 'postgresqlConf',
  'pg-hba': 'pgHba',
  'dss-inst': 'dssInst',
  'dss-vg-conf': 'dssVgConf',
  'cm-config': 'cmConfig',
};

/** A file of a node as it is known now. */
export interface KnownFile {
  readonly uri: vscode.Uri;
  readonly text: string;
}

/** Milliseconds after which a file that was read from a node is read again when somebody asks. */
const freshFor = 30_000;

interface Kept {
  readonly time: number;
  readonly file: KnownFile | undefined;
}

/**
 * The files of all nodes of a topology: as they are being edited, as they stand in the workspace, or as they were last
 * read from the nodes. Hosts are contacted only in a trusted workspace, and by themselves only when they are connected.
 */
export class NodeFileStore implements vscode.Disposable {
  private readonly disposables = new DisposableList();
  private readonly changed = this.disposables.add(new vscode.EventEmitter<TopologyEntry>());
  private readonly services: Services;
  private readonly kept = new Map<string, Map<FileKey, Kept>>();
  private readonly workspace = new Map<string, ReadonlyMap<FileKey, vscode.Uri>>();
  private readonly reading = new Map<string, Promise<void>>();

  /** Files of a topology have been read. */
  readonly onDidRead = this.changed.event;

  constructor(services: Services) {
    this.services = services;
    this.disposables.add(
      services.topologies.onDidChange(() => {
        this.workspace.clear();
      }),
    );
    this.disposables.add(
      vscode.workspace.onDidSaveTextDocument(({ uri }) => {
        if (fileKindOf(uri.path) !== undefined) {
          this.forget(uri);
        }
      }),
    );
  }

  /** What is known now, without waiting. Open documents count as they are being edited. */
  known(entry: TopologyEntry): Map<FileKey, KnownFile> {
    const files = new Map<FileKey, KnownFile>();
    for (const [key, { file }] of this.kept.get(entry.id) ?? []) {
      if (file !== undefined) {
        files.set(key, file);
      }
    }
    for (const document of vscode.workspace.textDocuments) {
      const scope = scopeOf(document, this.services.topologies);
      if (scope?.entry?.id === entry.id && scope.node !== undefined && !document.isClosed) {
        files.set(fileKey(scope.node.id, scope.kind), {
          uri: document.uri,
          text: document.getText(),
        });
      }
    }
    return files;
  }

  /** Reads what is missing or old, in the background; `onDidRead` tells when something new is known. */
  refresh(entry: TopologyEntry): void {
    if (!this.reading.has(entry.id) && entry.topology !== undefined) {
      this.services.reporter.background('node files', this.read(entry, false));
    }
  }

  /** As `refresh`, and resolves when what can be read has been read. */
  async settle(entry: TopologyEntry): Promise<void> {
    this.refresh(entry);
    await this.reading.get(entry.id);
  }

  /** Reads all files of all nodes anew, contacting the hosts. Rejects when the workspace is not trusted. */
  async readAll(entry: TopologyEntry, signal?: vscode.CancellationToken): Promise<void> {
    await this.reading.get(entry.id);
    this.kept.delete(entry.id);
    await this.read(entry, true, signal);
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private forget(uri: vscode.Uri): void {
    for (const files of this.kept.values()) {
      for (const [key, { file }] of files) {
        if (file?.uri.toString() === uri.toString()) {
          files.delete(key);
        }
      }
    }
  }

  private async read(
    entry: TopologyEntry,
    contact: boolean,
    signal?: vscode.CancellationToken,
  ): Promise<void> {
    const work = this.readFiles(entry, contact, signal).finally(() =>
      this.reading.delete(entry.id),
    );
    this.reading.set(entry.id, work);
    await work;
  }

  private async readFiles(
    entry: TopologyEntry,
    contact: boolean,
    signal?: vscode.CancellationToken,
  ): Promise<void> {
    const { topology } = entry;
    if (topology === undefined) {
      return;
    }
    const kept = this.kept.get(entry.id) ?? new Map<FileKey, Kept>();
    this.kept.set(entry.id, kept);
    const inWorkspace = await this.findInWorkspace(entry);
    const now = Date.now();
    const jobs = nodesOf(topology).flatMap((node) =>
      sourcesOf(entry, node).map(({ kind, uri }) => ({ node, key: fileKey(node.id, kind), uri })),
    );
    const news = await mapLimited(jobs, 8, async ({ node, key, uri }) => {
      const before = kept.get(key);
      if (
        (before !== undefined && now - before.time < freshFor) ||
        signal?.isCancellationRequested === true
      ) {
        return false;
      }
      const source = inWorkspace.get(key) ?? uri;
      const remote = source.scheme === uri.scheme && !inWorkspace.has(key);
      if (remote && !contact && !this.mayContact(entry, node)) {
        return false;
      }
      const file = await this.readOne(source);
      kept.set(key, { time: now, file });
      return file?.text !== before?.file?.text;
    });
    if (news.includes(true)) {
      this.changed.fire(entry);
    }
  }

  private mayContact(entry: TopologyEntry, node: NodeSpec): boolean {
    const { topology } = entry;
    return (
      vscode.workspace.isTrusted &&
      topology !== undefined &&
      this.services.hosts.connected({ entry, topology, node })
    );
  }

  private async readOne(uri: vscode.Uri): Promise<KnownFile | undefined> {
    try {
      const bytes = await vscode.workspace.fs.readFile(uri);
      return { uri, text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes) };
    } catch (thrown) {
      // A node without pg_hba.conf or DSS has fewer files; other failures are in the log of the connection.
      this.services.log.debug(`${uri.toString()}: ${String(thrown)}`);
      return undefined;
    }
  }

  /** Files of nodes that stand in the topology's folder. */
  private async findInWorkspace(entry: TopologyEntry): Promise<ReadonlyMap<FileKey, vscode.Uri>> {
    const found = this.workspace.get(entry.id);
    if (found !== undefined) {
      return found;
    }
    const folder = vscode.Uri.joinPath(entry.uri, '..');
    const pattern = new vscode.RelativePattern(
      folder,
      '**/{*postgresql.conf,*pg_hba.conf,*dss_inst.ini,*dss_vg_conf.ini,*cm_config*.ini}',
    );
    const uris = await vscode.workspace.findFiles(pattern, '**/node_modules/**', 512);
    const files = new Map<FileKey, vscode.Uri>();
    for (const uri of uris) {
      const scope = scopeOf({ uri, languageId: '', getText: () => '' }, this.services.topologies);
      if (scope?.node !== undefined && scope.entry?.id === entry.id) {
        files.set(fileKey(scope.node.id, scope.kind), uri);
      }
    }
    this.workspace.set(entry.id, files);
    return files;
  }
}

function sourcesOf(
  entry: TopologyEntry,
  node: NodeSpec,
): readonly { readonly kind: FileKind; readonly uri: vscode.Uri }[] {
  return configurationFiles(node).flatMap((path) => {
    const kind = path === node.env['CM_CONFIG_PATH'] ? 'cm-config' : fileKindOf(path);
    return kind === undefined
      ? []
      : [{ kind, uri: vscode.Uri.parse(nodeFileUri(entry.id, node, path), true) }];
  });
}
