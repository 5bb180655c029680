import * as vscode from 'vscode';
import { DisposableList } from '../../base/disposable.ts';
import { type Catalogue, loadCatalogue } from '../../config/catalogue.ts';
import type {
  Deployment,
  DeploymentInput,
  FileKey,
  NodeFiles,
} from '../../config/cluster/deployment.ts';
import { parseFileKey } from '../../config/cluster/deployment.ts';
import { DeploymentLinter } from '../../config/cluster/lint.ts';
import { type ConfDocument, parseConf, updateConf } from '../../config/document.ts';
import type { LanguageContext } from '../../config/language/types.ts';
import { chooseVersion, parseServerVersion } from '../../config/version.ts';
import { clusterOf } from '../../topology/lookups.ts';
import type { LintContext } from '../../config/lint.ts';
import type { Services } from '../services.ts';
import { setting } from '../settings.ts';
import type { TopologyEntry } from '../topology/service.ts';
import { type KnownFile, NodeFileStore, fileNames } from './node-files.ts';
import { PathLookUp } from './node-paths.ts';
import { type DocumentScope, scopeOf } from './scope.ts';

/** A `postgresql.conf` that is open, ready for language features. */
export interface OpenConf {
  readonly document: ConfDocument;
  readonly text: string;
  readonly scope: DocumentScope;
  readonly context: LanguageContext;
}

/** Parsed texts of open documents, catalogues, and what is known of the other nodes' files. */
export class LanguageModel implements vscode.Disposable {
  readonly files: NodeFileStore;
  readonly paths: PathLookUp;
  private readonly disposables = new DisposableList();
  private readonly services: Services;
  private readonly parsed = new Map<string, { version: number; document: ConfDocument }>();
  private readonly linters = new Map<string, DeploymentLinter>();
  private describe: ((name: string) => string | undefined) | undefined;

  constructor(services: Services) {
    this.services = services;
    this.files = this.disposables.add(new NodeFileStore(services));
    this.paths = this.disposables.add(new PathLookUp(services));
    this.disposables.add(
      vscode.workspace.onDidChangeTextDocument((event) => {
        this.update(event);
      }),
    );
    this.disposables.add(
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        this.parsed.delete(uri.toString());
      }),
    );
  }

  scope(document: vscode.TextDocument): DocumentScope | undefined {
    return scopeOf(document, this.services.topologies);
  }

  /** The parameters by which a document is judged. */
  catalogue(text: string, scope: DocumentScope): Promise<Catalogue> {
    const configured = parseServerVersion(setting('openGauss.serverVersion'));
    const detected = scope.entry && this.services.monitors.monitor(scope.entry.id)?.version;
    const version = chooseVersion({ text, topology: scope.topology, detected, configured });
    return loadCatalogue(version, scope.topology?.build ?? 'release');
  }

  /** A document for a language feature; undefined when it is none of ours. */
  async open(document: vscode.TextDocument): Promise<OpenConf | undefined> {
    const scope = this.scope(document);
    if (scope?.kind !== 'postgresql-conf') {
      return undefined;
    }
    const text = document.getText();
    const catalogue = await this.catalogue(text, scope);
    this.describe ??= await loadDescriptions();
    const deployment =
      scope.entry === undefined ? undefined : this.deployment(scope.entry, catalogue);
    return {
      document: this.parse(document),
      text,
      scope,
      context: {
        catalogue,
        describe: this.describe,
        ...(deployment === undefined ? {} : { deployment }),
        ...(scope.node === undefined ? {} : { nodeId: scope.node.id }),
      },
    };
  }

  /** What the rules of one file may know beside the text. */
  lintContext(scope: DocumentScope, uri: vscode.Uri): LintContext {
    const { entry, topology, node } = scope;
    const cluster =
      topology === undefined || node === undefined ? undefined : clusterOf(topology, node);
    const pathExists =
      entry === undefined || topology === undefined || node === undefined
        ? undefined
        : this.paths.of({ entry, topology, node }, uri);
    return {
      ...(pathExists === undefined ? {} : { pathExists }),
      ...(topology === undefined ? {} : { topology, profile: topology.profile }),
      ...(node === undefined ? {} : { node }),
      ...(cluster === undefined ? {} : { cluster }),
    };
  }

  /** Both clusters as they are known now; asks for what is not known yet. */
  deployment(entry: TopologyEntry, catalogue: Catalogue): Deployment | undefined {
    const input = this.input(entry, catalogue);
    this.files.refresh(entry);
    return input === undefined ? undefined : this.linter(entry).read(input);
  }

  linter(entry: TopologyEntry): DeploymentLinter {
    let linter = this.linters.get(entry.id);
    if (linter === undefined) {
      linter = new DeploymentLinter();
      this.linters.set(entry.id, linter);
    }
    return linter;
  }

  input(
    entry: TopologyEntry,
    catalogue: Catalogue,
    known: ReadonlyMap<FileKey, KnownFile> = this.files.known(entry),
  ): DeploymentInput | undefined {
    const { topology } = entry;
    if (topology === undefined) {
      return undefined;
    }
    const files = new Map<string, NodeFiles>();
    for (const [key, { text }] of known) {
      const { nodeId, kind } = parseFileKey(key);
      files.set(nodeId, { ...files.get(nodeId), [fileNames[kind]]: text });
    }
    return { topology, files, catalogue };
  }

  dispose(): void {
    this.disposables.dispose();
  }

  /** A document as it was read; after a keystroke only the line that changed is read again. */
  parse(document: vscode.TextDocument): ConfDocument {
    const key = document.uri.toString();
    const kept = this.parsed.get(key);
    if (kept?.version === document.version) {
      return kept.document;
    }
    const parsed = parseConf(document.getText());
    this.parsed.set(key, { version: document.version, document: parsed });
    return parsed;
  }

  /** A keystroke changes one line; the others stay as they were read. */
  private update({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const key = document.uri.toString();
    const kept = this.parsed.get(key);
    const [change, ...more] = contentChanges;
    if (
      kept === undefined ||
      change === undefined ||
      more.length > 0 ||
      kept.version !== document.version - 1
    ) {
      return;
    }
    const { rangeOffset, rangeLength, text } = change;
    const parsed = updateConf(kept.document, {
      start: rangeOffset,
      end: rangeOffset + rangeLength,
      text,
    });
    // The editor may normalise line ends of inserted text; then the text is read anew.
    if (parsed.length === document.getText().length) {
      this.parsed.set(key, { version: document.version, document: parsed });
    } else {
      this.parsed.delete(key);
    }
  }
}

async function loadDescriptions(): Promise<(name: string) => string | undefined> {
  const { describeParameter } = await import('../../config/lazy/descriptions.ts');
  const chinese = vscode.env.language.toLowerCase().startsWith('zh');
  return (name) => describeParameter(name, chinese ? 'zh' : 'en');
}
