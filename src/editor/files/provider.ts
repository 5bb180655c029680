import * as vscode from 'vscode';
import { DisposableList } from '../../base/disposable.ts';
import { Failure } from '../../base/errors.ts';
import { t } from '../../base/l10n.ts';
import type { FileVersion, RemoteStat, Shell } from '../../hosts/shell.ts';
import { badNodeUri, notSupported, untrusted } from '../errors.ts';
import { sentence } from '../failures.ts';
import type { Services } from '../services.ts';
import type { NodeRef } from '../topology/service.ts';
import { parseNodePath } from './node-uri.ts';

const fileTypes: Readonly<Record<RemoteStat['type'], vscode.FileType>> = {
  file: vscode.FileType.File,
  directory: vscode.FileType.Directory,
  other: vscode.FileType.Unknown,
};

/** Milliseconds between two looks at an open file. */
const watchInterval = 5000;

/** What a save found that it must not overwrite. */
export interface SaveConflict {
  readonly uri: vscode.Uri;
  /** What the user wanted to save. */
  readonly content: Uint8Array;
}

/**
 * Files on nodes as `opengauss://<topology>/<cluster>/<node>/<path>`. A save replaces the file whole and only when it is
 * still as it was read; see `Shell.writeFile`.
 */
export class NodeFileSystem implements vscode.FileSystemProvider, vscode.Disposable {
  private readonly disposables = new DisposableList();
  private readonly changed = this.disposables.add(
    new vscode.EventEmitter<vscode.FileChangeEvent[]>(),
  );
  private readonly conflicted = this.disposables.add(new vscode.EventEmitter<SaveConflict>());
  private readonly services: Services;
  /** What was last read or written here, by address. */
  private readonly versions = new Map<string, FileVersion>();
  /** What VS Code was told last of a file; it asks right before it writes. */
  private readonly stats = new Map<string, RemoteStat>();
  private readonly seen = new Map<string, string>();
  private readonly watched = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private looking = false;

  readonly onDidChangeFile = this.changed.event;
  /** A save was refused because somebody else has changed the file. */
  readonly onConflict = this.conflicted.event;

  constructor(services: Services) {
    this.services = services;
  }

  /** VS Code watches the files of open editors only; folders are not watched. */
  watch(uri: vscode.Uri): vscode.Disposable {
    const key = uri.toString();
    this.watched.set(key, (this.watched.get(key) ?? 0) + 1);
    this.timer ??= setInterval(() => {
      this.services.reporter.background('watch', this.look());
    }, watchInterval);
    return new vscode.Disposable(() => {
      const count = (this.watched.get(key) ?? 1) - 1;
      if (count > 0) {
        this.watched.set(key, count);
      } else {
        this.watched.delete(key);
        this.seen.delete(key);
        if (this.watched.size === 0) {
          clearInterval(this.timer);
          this.timer = undefined;
        }
      }
    });
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    return this.on(uri, async (shell, path) => {
      const stat = await shell.stat(path);
      if (stat === undefined) {
        throw vscode.FileSystemError.FileNotFound(uri);
      }
      this.stats.set(uri.toString(), stat);
      return { type: fileTypes[stat.type], size: stat.size, mtime: stat.mtime, ctime: 0 };
    });
  }

  async readDirectory(uri: vscode.Uri): Promise<[string, vscode.FileType][]> {
    return this.on(uri, async (shell, path) =>
      (await shell.readDirectory(path)).map(([name, type]) => [name, fileTypes[type]]),
    );
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return this.on(uri, async (shell, path) => {
      const { content, version } = await shell.readFile(path);
      this.versions.set(uri.toString(), version);
      return content;
    });
  }

  async writeFile(
    uri: vscode.Uri,
    content: Uint8Array,
    options: { readonly create: boolean; readonly overwrite: boolean },
  ): Promise<void> {
    const key = uri.toString();
    await this.on(uri, async (shell, path) => {
      const known = await this.knownVersion(uri, shell, path);
      const there = known !== undefined || (await shell.stat(path)) !== undefined;
      if (!there && !options.create) {
        throw vscode.FileSystemError.FileNotFound(uri);
      }
      if (there && known === undefined && !options.overwrite) {
        throw vscode.FileSystemError.FileExists(uri);
      }
      const expected = there ? known : null;
      try {
        const version = await shell.writeFile(
          path,
          content,
          expected === undefined ? {} : { expected },
        );
        this.versions.set(key, version);
      } catch (thrown) {
        if (thrown instanceof Failure && thrown.code === 'file-changed') {
          this.conflicted.fire({ uri, content });
        }
        throw thrown;
      }
    });
    this.changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  }

  /** Takes the file as it is now for the one that the next save replaces: the user looks at the difference. */
  async accept(uri: vscode.Uri): Promise<void> {
    await this.readFile(uri);
  }

  /** Replaces the file as it is now: the user was told that somebody has changed it. */
  async overwrite({ uri, content }: SaveConflict): Promise<void> {
    await this.accept(uri);
    await this.writeFile(uri, content, { create: true, overwrite: true });
  }

  createDirectory(): never {
    throw vscode.FileSystemError.NoPermissions(sentence(notSupported()));
  }

  delete(): never {
    throw vscode.FileSystemError.NoPermissions(sentence(notSupported()));
  }

  rename(): never {
    throw vscode.FileSystemError.NoPermissions(sentence(notSupported()));
  }

  dispose(): void {
    clearInterval(this.timer);
    this.disposables.dispose();
  }

  private async locate(uri: vscode.Uri): Promise<{ readonly ref: NodeRef; readonly path: string }> {
    if (!vscode.workspace.isTrusted) {
      throw untrusted();
    }
    const parts = parseNodePath(uri.authority, uri.path);
    if (parts === undefined) {
      throw badNodeUri(uri.toString());
    }
    return {
      ref: await this.services.topologies.node(parts.topology, parts.node),
      path: parts.path,
    };
  }

  /**
   * The version that a write may replace. VS Code itself compares the file's time with that of its editor before it
   * saves; when the file is newer and it writes nevertheless, the user was asked and wants to overwrite.
   */
  private async knownVersion(
    uri: vscode.Uri,
    shell: Shell,
    path: string,
  ): Promise<FileVersion | undefined> {
    const key = uri.toString();
    const known = this.versions.get(key);
    const told = this.stats.get(key);
    const saving = vscode.workspace.textDocuments.some(
      (document) => document.isDirty && document.uri.toString() === key,
    );
    return known !== undefined && told !== undefined && saving && told.mtime > known.mtime
      ? (await shell.readFile(path)).version
      : known;
  }

  /** Does something with the node's shell; failures become the ones that VS Code knows. */
  private async on<T>(
    uri: vscode.Uri,
    work: (shell: Shell, path: string) => Promise<T>,
  ): Promise<T> {
    try {
      const { ref, path } = await this.locate(uri);
      const shell = await this.services.hosts.pool(ref.entry).shell(ref.node.host);
      return await work(shell, path);
    } catch (thrown) {
      throw fileSystemError(thrown, uri);
    }
  }

  /** Looks whether watched files have changed; a host that is not connected is not connected for that. */
  private async look(): Promise<void> {
    if (!vscode.workspace.isTrusted || this.looking) {
      return;
    }
    this.looking = true;
    try {
      const looks = await Promise.allSettled(
        [...this.watched.keys()].map((key) => this.changeOf(key)),
      );
      const changes = looks.flatMap((one) =>
        one.status === 'fulfilled' && one.value !== undefined ? [one.value] : [],
      );
      if (changes.length > 0) {
        this.changed.fire(changes);
      }
    } finally {
      this.looking = false;
    }
  }

  /** What has happened to a watched file since the last look; undefined when nothing did or nobody can tell. */
  private async changeOf(key: string): Promise<vscode.FileChangeEvent | undefined> {
    const uri = vscode.Uri.parse(key, true);
    const { ref, path } = await this.locate(uri);
    if (!this.services.hosts.connected(ref)) {
      return undefined;
    }
    const shell = await this.services.hosts.pool(ref.entry).shell(ref.node.host);
    const stat = await shell.stat(path);
    const mark = stat === undefined ? 'gone' : `${stat.mtime}:${stat.size}`;
    const former = this.seen.get(key);
    this.seen.set(key, mark);
    if (former === undefined || former === mark) {
      return undefined;
    }
    const type = stat === undefined ? vscode.FileChangeType.Deleted : vscode.FileChangeType.Changed;
    return { type, uri };
  }
}

/** VS Code shows the message of these, and treats a missing file as a new one. */
function fileSystemError(thrown: unknown, uri: vscode.Uri): unknown {
  if (!(thrown instanceof Failure)) {
    return thrown;
  }
  switch (thrown.code) {
    case 'file-not-found':
      return vscode.FileSystemError.FileNotFound(uri);
    case 'permission-denied':
    case 'untrusted':
      return vscode.FileSystemError.NoPermissions(sentence(thrown));
    case 'file-changed':
      return new vscode.FileSystemError(t('{0} Nothing was saved.', thrown.message));
    case 'unreachable':
    case 'connection-lost':
    case 'timed-out':
      return vscode.FileSystemError.Unavailable(sentence(thrown));
    default:
      return new vscode.FileSystemError(sentence(thrown));
  }
}
