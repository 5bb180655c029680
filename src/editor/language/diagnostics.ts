import * as vscode from 'vscode';
import { DisposableList } from '../../base/disposable.ts';
import type { Finding, RelatedPlace } from '../../base/finding.ts';
import { LineIndex } from '../../base/position.ts';
import type { FileKey } from '../../config/cluster/deployment.ts';
import { parseFileKey } from '../../config/cluster/deployment.ts';
import { lintFile } from '../../config/files/lint-file.ts';
import { lintConf, lintConfAsync } from '../../config/lint.ts';
import { diagnosticSeverity, diagnosticSource } from '../findings.ts';
import type { Services } from '../services.ts';
import type { NodeRef, TopologyEntry } from '../topology/service.ts';
import type { LanguageModel } from './model.ts';
import type { KnownFile } from './node-files.ts';
import type { DocumentScope } from './scope.ts';

/** Milliseconds after the last keystroke. */
const fileDelay = 175;
const clusterDelay = 300;
/** Texts below this many characters are checked at once, longer ones in slices. */
const atOnce = 200_000;

/** A finding with the text whose offsets it counts in. */
export interface ShownFinding {
  readonly finding: Finding;
  readonly diagnostic: vscode.Diagnostic;
  /** The files between which it was found; edits of other files name them. */
  readonly files: ReadonlyMap<FileKey, KnownFile>;
}

/** Underlines what is wrong, while it is being typed. A run that a later one overtakes shows nothing. */
export class ConfigurationDiagnostics implements vscode.Disposable {
  private readonly disposables = new DisposableList();
  private readonly ofFile = this.disposables.add(
    vscode.languages.createDiagnosticCollection('openGauss'),
  );
  private readonly between = this.disposables.add(
    vscode.languages.createDiagnosticCollection('openGauss nodes'),
  );
  private readonly services: Services;
  private readonly model: LanguageModel;
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly runs = new Map<string, number>();
  private readonly shown = new Map<string, { file: ShownFinding[]; between: ShownFinding[] }>();
  /** Topologies all of whose files are shown, open or not. */
  private readonly everywhere = new Set<string>();

  constructor(services: Services, model: LanguageModel) {
    this.services = services;
    this.model = model;
    this.disposables.add(
      vscode.workspace.onDidOpenTextDocument((document) => this.later(document)),
    );
    this.disposables.add(
      vscode.workspace.onDidChangeTextDocument((event) => {
        if (event.contentChanges.length > 0) {
          this.later(event.document);
        }
      }),
    );
    this.disposables.add(
      vscode.workspace.onDidCloseTextDocument((document) => this.close(document)),
    );
    this.disposables.add(services.topologies.onDidChange(() => this.all()));
    this.disposables.add(model.files.onDidRead((entry) => this.laterBetween(entry)));
    this.disposables.add(model.paths.onDidLearn((ref) => this.again(ref)));
    this.disposables.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('openGauss.serverVersion')) {
          this.all();
        }
      }),
    );
    this.all();
  }

  /** The findings that are shown in a document. */
  findings(uri: vscode.Uri): readonly ShownFinding[] {
    const shown = this.shown.get(uri.toString());
    return shown === undefined ? [] : [...shown.file, ...shown.between];
  }

  /** Reads the files of all nodes of a topology and shows everything that is wrong with them. Answers the number of findings. */
  async checkAll(entry: TopologyEntry, token: vscode.CancellationToken): Promise<number> {
    await this.model.files.readAll(entry, token);
    if (token.isCancellationRequested) {
      return 0;
    }
    this.everywhere.add(entry.id);
    const known = this.model.files.known(entry);
    let count = 0;
    const asked: (() => Promise<void>)[] = [];
    for (const [key, file] of known) {
      const { nodeId, kind } = parseFileKey(key);
      const node = this.services.topologies.nodes.find(
        (ref) => ref.entry.id === entry.id && ref.node.id === nodeId,
      )?.node;
      const scope: DocumentScope = { kind, entry, topology: entry.topology, node };
      const lint = async (): Promise<readonly Finding[]> =>
        this.lintText(file.text, scope, file.uri);
      const findings = await lint();
      asked.push(async () => {
        const more = scope.kind === 'postgresql-conf' ? await lint() : findings;
        count += more.length;
        this.show(file.uri, 'file', more, file.text, known);
      });
    }
    // The first look has found the paths that are to be looked up.
    await this.model.paths.settle();
    for (const show of asked) {
      await show();
    }
    return count + (await this.lintBetween(entry));
  }

  dispose(): void {
    for (const timer of this.timers.values()) {
      clearTimeout(timer);
    }
    this.timers.clear();
    this.disposables.dispose();
  }

  private all(): void {
    for (const document of vscode.workspace.textDocuments) {
      this.later(document);
    }
  }

  /** Checks the open files of a node again. */
  private again(ref: NodeRef): void {
    for (const document of vscode.workspace.textDocuments) {
      const scope = this.model.scope(document);
      if (scope?.entry?.id === ref.entry.id && scope.node?.id === ref.node.id) {
        this.later(document);
      }
    }
  }

  private close({ uri }: vscode.TextDocument): void {
    const key = uri.toString();
    this.cancel(key);
    const entries = [...this.everywhere];
    if (!entries.some((id) => this.services.topologies.entry(id) !== undefined)) {
      this.ofFile.delete(uri);
      this.between.delete(uri);
      this.shown.delete(key);
    }
  }

  private cancel(key: string): void {
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
    this.runs.set(key, (this.runs.get(key) ?? 0) + 1);
  }

  private later(document: vscode.TextDocument): void {
    const scope = this.model.scope(document);
    const key = document.uri.toString();
    if (scope === undefined) {
      this.close(document);
      return;
    }
    this.cancel(key);
    const timer = setTimeout(() => {
      this.services.reporter.background('lint', this.run(document));
    }, fileDelay);
    this.timers.set(key, timer);
    if (scope.entry !== undefined) {
      this.model.files.refresh(scope.entry);
      this.laterBetween(scope.entry);
    }
  }

  private laterBetween(entry: TopologyEntry): void {
    const key = `topology ${entry.id}`;
    this.cancel(key);
    this.timers.set(
      key,
      setTimeout(() => {
        this.services.reporter.background('lint', this.lintBetween(entry));
      }, clusterDelay),
    );
  }

  private async run(document: vscode.TextDocument): Promise<void> {
    const scope = this.model.scope(document);
    const key = document.uri.toString();
    const run = this.runs.get(key);
    if (scope === undefined || document.isClosed) {
      return;
    }
    const text = document.getText();
    const overtaken = (): boolean => this.runs.get(key) !== run || document.isClosed;
    const findings =
      scope.kind === 'postgresql-conf' && text.length < atOnce
        ? await this.lintOpen(document, text, scope)
        : await this.lintText(text, scope, document.uri, overtaken);
    // The text may have changed while the catalogue was loaded; then a later run is on its way.
    if (!overtaken() && document.getText() === text) {
      this.show(document.uri, 'file', findings, text, new Map());
    }
  }

  /** Lines that have not changed since the last time are not judged again. */
  private async lintOpen(
    document: vscode.TextDocument,
    text: string,
    scope: DocumentScope,
  ): Promise<readonly Finding[]> {
    const catalogue = await this.model.catalogue(text, scope);
    return lintConf(
      this.model.parse(document),
      catalogue,
      this.model.lintContext(scope, document.uri),
    );
  }

  private async lintText(
    text: string,
    scope: DocumentScope,
    uri: vscode.Uri,
    overtaken: () => boolean = () => false,
  ): Promise<readonly Finding[]> {
    const catalogue = await this.model.catalogue(text, scope);
    if (scope.kind !== 'postgresql-conf') {
      return lintFile(scope.kind, text, {
        version: catalogue.version,
        ...(scope.topology === undefined ? {} : { topology: scope.topology }),
        ...(scope.node === undefined ? {} : { node: scope.node }),
      });
    }
    const stop = new Error('overtaken');
    try {
      const { findings } = await lintConfAsync(
        text,
        catalogue,
        this.model.lintContext(scope, uri),
        async () => {
          await new Promise((resolve) => setImmediate(resolve));
          if (overtaken()) {
            throw stop;
          }
        },
      );
      return findings;
    } catch (thrown) {
      if (thrown === stop) {
        return [];
      }
      throw thrown;
    }
  }

  private async lintBetween(entry: TopologyEntry): Promise<number> {
    const current = this.services.topologies.entry(entry.id);
    if (current?.topology === undefined) {
      return 0;
    }
    const scope: DocumentScope = {
      kind: 'postgresql-conf',
      entry: current,
      topology: current.topology,
      node: undefined,
    };
    const catalogue = await this.model.catalogue('', scope);
    const known = this.model.files.known(current);
    const input = this.model.input(current, catalogue, known);
    if (input === undefined) {
      return 0;
    }
    const found = this.model.linter(current).lint(input);
    const open = new Set(vscode.workspace.textDocuments.map((document) => document.uri.toString()));
    let count = 0;
    for (const [key, file] of known) {
      if (this.everywhere.has(current.id) || open.has(file.uri.toString())) {
        const findings = found.get(key) ?? [];
        count += findings.length;
        this.show(file.uri, 'between', findings, file.text, known);
      }
    }
    return count;
  }

  private show(
    uri: vscode.Uri,
    part: 'file' | 'between',
    findings: readonly Finding[],
    text: string,
    files: ReadonlyMap<FileKey, KnownFile>,
  ): void {
    const index = new LineIndex(text);
    const shown = findings.map((finding): ShownFinding => ({
      finding,
      files,
      diagnostic: toDiagnostic(finding, uri, index, files),
    }));
    const key = uri.toString();
    const before = this.shown.get(key) ?? { file: [], between: [] };
    this.shown.set(key, { ...before, [part]: shown });
    (part === 'file' ? this.ofFile : this.between).set(
      uri,
      shown.map(({ diagnostic }) => diagnostic),
    );
  }
}

function rangeOf(
  index: LineIndex,
  range: { readonly start: number; readonly end: number },
): vscode.Range {
  const start = index.at(range.start);
  const end = index.at(range.end);
  return new vscode.Range(start.line - 1, start.column - 1, end.line - 1, end.column - 1);
}

function toDiagnostic(
  finding: Finding,
  uri: vscode.Uri,
  index: LineIndex,
  files: ReadonlyMap<FileKey, KnownFile>,
): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(
    rangeOf(index, finding.range),
    finding.message,
    diagnosticSeverity(finding.severity),
  );
  diagnostic.source = diagnosticSource;
  diagnostic.code = finding.code;
  diagnostic.relatedInformation = (finding.related ?? []).flatMap((place) => {
    const location = locationOf(place, uri, index, files);
    return location === undefined
      ? []
      : [new vscode.DiagnosticRelatedInformation(location, place.message)];
  });
  if (finding.code === 'hba-shadowed' || finding.code === 'ini-duplicate') {
    diagnostic.tags = [vscode.DiagnosticTag.Unnecessary];
  }
  return diagnostic;
}

function locationOf(
  place: RelatedPlace,
  uri: vscode.Uri,
  index: LineIndex,
  files: ReadonlyMap<FileKey, KnownFile>,
): vscode.Location | undefined {
  if (place.file === undefined) {
    return new vscode.Location(uri, rangeOf(index, place.range));
  }
  const file = files.get(place.file as FileKey);
  return file === undefined
    ? undefined
    : new vscode.Location(file.uri, rangeOf(new LineIndex(file.text), place.range));
}
