import * as vscode from 'vscode';
import type { Disposable } from '../../base/disposable.ts';
import { messageOf } from '../../base/errors.ts';
import { t } from '../../base/l10n.ts';
import { loadCatalogue } from '../../config/catalogue.ts';
import type { Catalogue } from '../../config/catalogue.ts';
import { DeploymentReader } from '../../config/cluster/deployment.ts';
import type { Deployment, NodeFiles } from '../../config/cluster/deployment.ts';
import { driftTable, needs } from '../../config/drift.ts';
import type { DriftRow } from '../../config/drift.ts';
import { chooseVersion, parseServerVersion } from '../../config/version.ts';
import { versionFor } from '../../operations/detect-version.ts';
import { runSql } from '../../operations/sql/run.ts';
import { nodesOf } from '../../topology/lookups.ts';
import type { NodeSpec, Topology } from '../../topology/types.ts';
import type { FromDrift, ToDrift } from '../../../webview/drift/protocol.ts';
import { nodeFileUri } from '../files/node-uri.ts';
import { sentence } from '../failures.ts';
import type { Services } from '../services.ts';
import { setting } from '../settings.ts';
import type { TopologyEntry } from '../topology/service.ts';
import { received } from '../webview/messages.ts';
import { webviewPage, webviewRoots } from '../webview/page.ts';
import { copyToNodes } from './copy.ts';
import type { Change, Copied } from './copy.ts';
import { openAt } from './open.ts';
import { driftView } from './view-model.ts';

const shapes = { ready: {}, refresh: {}, cell: { name: 'string', node: 'string' } } as const;

interface Table {
  readonly deployment: Deployment;
  readonly catalogue: Catalogue;
  readonly rows: readonly DriftRow[];
  readonly silent: ReadonlyMap<string, string>;
}

/** The table of parameters × nodes of one topology, read from the nodes. */
export class DriftPanel implements Disposable {
  private readonly services: Services;
  private readonly opened: TopologyEntry;
  private readonly panel: vscode.WebviewPanel;
  private readonly reader = new DeploymentReader();
  private table: Table | undefined;
  private reading: AbortController | undefined;
  private ready = false;

  constructor(services: Services, entry: TopologyEntry, closed: () => void) {
    this.services = services;
    this.opened = entry;
    const extension = services.context.extensionUri;
    const title = t('{0}: Parameters', entry.name);
    this.panel = vscode.window.createWebviewPanel(
      'openGauss.drift',
      title,
      vscode.ViewColumn.Active,
      {
        enableScripts: true,
        localResourceRoots: [...webviewRoots(extension)],
        // The filter that was typed is nowhere else.
        retainContextWhenHidden: true,
      },
    );
    this.panel.onDidDispose(() => {
      this.reading?.abort();
      closed();
    });
    this.panel.webview.onDidReceiveMessage((message: unknown) => this.receive(message));
    this.panel.webview.html = webviewPage(this.panel.webview, extension, 'drift', title);
    this.refresh();
  }

  reveal(): void {
    this.panel.reveal();
    this.refresh();
  }

  dispose(): void {
    this.panel.dispose();
  }

  private receive(sent: unknown): void {
    const message = received<FromDrift>(sent, shapes);
    switch (message?.type) {
      case 'ready':
        this.ready = true;
        this.show();
        break;
      case 'refresh':
        this.refresh();
        break;
      case 'cell':
        this.choose(message.name, message.node).catch((thrown: unknown) =>
          this.services.reporter.show(thrown),
        );
        break;
      case undefined:
        break;
    }
  }

  private refresh(): void {
    this.reading?.abort();
    const controller = new AbortController();
    this.reading = controller;
    this.show();
    const done = (): void => {
      if (this.reading === controller) {
        this.reading = undefined;
        this.show();
      }
    };
    this.read(controller.signal).then(done, (thrown: unknown) => {
      done();
      if (!controller.signal.aborted) {
        this.services.reporter.background('drift', this.services.reporter.show(thrown));
      }
    });
  }

  private async read(signal: AbortSignal): Promise<void> {
    const topology = this.topology();
    if (topology === undefined) {
      return;
    }
    const pool = this.services.hosts.pool(this.entry);
    const version = chooseVersion({
      topology,
      detected: await versionFor(topology, pool, signal),
      configured: parseServerVersion(setting('openGauss.serverVersion')),
    });
    const catalogue = await loadCatalogue(version, topology.build);
    const files = new Map<string, NodeFiles>();
    const running = new Map<string, ReadonlyMap<string, string>>();
    const silent = new Map<string, string>();
    await Promise.all(
      nodesOf(topology).map(async (node) => {
        const [text, settings] = await Promise.all([
          this.fileOf(node, signal),
          this.settingsOf(node, signal),
        ]);
        files.set(node.id, text === undefined ? {} : { postgresqlConf: text });
        if (typeof settings === 'string') {
          silent.set(node.id, settings);
        } else {
          running.set(node.id, settings);
        }
      }),
    );
    signal.throwIfAborted();
    const deployment = this.reader.read({ topology, files, catalogue });
    this.table = { deployment, catalogue, silent, rows: driftTable(deployment, { running }) };
  }

  private async fileOf(node: NodeSpec, signal: AbortSignal): Promise<string | undefined> {
    try {
      const shell = await this.services.hosts.pool(this.entry).shell(node.host, { signal });
      const file = await shell.readFile(`${node.dataDir}/postgresql.conf`, { signal });
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(file.content);
    } catch (thrown) {
      this.services.log.debug(`${node.id}: ${messageOf(thrown)}`);
      return undefined;
    }
  }

  /** `pg_settings` of a node, or why it did not answer. */
  private async settingsOf(
    node: NodeSpec,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string> | string> {
    try {
      const shell = await this.services.hosts.pool(this.entry).shell(node.host, { signal });
      const outcome = await runSql(shell, node, 'select name, setting from pg_settings', {
        types: false,
        rowLimit: 10_000,
        timeout: 15_000,
        signal,
      });
      return outcome.error === undefined
        ? new Map(outcome.results[0]?.rows.map(([name, value]) => [name ?? '', value ?? '']))
        : outcome.error.message;
    } catch (thrown) {
      return sentence(thrown);
    }
  }

  /** The file as it is now: its hosts may have changed since the panel was opened. */
  private get entry(): TopologyEntry {
    return this.services.topologies.entry(this.opened.id) ?? this.opened;
  }

  private topology(): Topology | undefined {
    return this.services.topologies.entry(this.opened.id)?.topology;
  }

  private show(): void {
    if (!this.ready) {
      return;
    }
    const topology = this.topology();
    const { table } = this;
    const deployment =
      table?.deployment ??
      (topology === undefined
        ? undefined
        : { topology, nodes: nodesOf(topology).map((spec) => ({ spec, conf: undefined })) });
    if (deployment === undefined) {
      return;
    }
    const message: ToDrift = {
      type: 'view',
      view: driftView({
        title: t('Parameters of {0}', this.entry.name),
        nodes: deployment.nodes.map((node) => ({
          id: node.spec.id,
          known: node.conf !== undefined,
        })),
        rows: table?.rows ?? [],
        silent: table?.silent ?? new Map(),
        reading: this.reading !== undefined,
      }),
    };
    this.services.reporter.background(
      'drift',
      Promise.resolve(this.panel.webview.postMessage(message)),
    );
  }

  /** What can be done with a cell: go to its line, copy its value to other nodes. */
  private async choose(name: string, id: string): Promise<void> {
    const row = this.table?.rows.find((one) => one.name === name);
    const cell = row?.cells.find((one) => one.nodeId === id);
    const node = this.nodeOf(id);
    if (row === undefined || cell === undefined || node === undefined) {
      return;
    }
    const others = row.cells.filter((one) => one.nodeId !== id && one.file !== cell.file);
    const shown = cell.file ?? t('(default)');
    const picked = await vscode.window.showQuickPick(
      [
        { label: t('Open {0}', 'postgresql.conf'), description: id, targets: undefined },
        ...others.map((one) => ({
          label: t('Copy {0} to {1}', shown, one.nodeId),
          description: t('now: {0}', one.file ?? t('(default)')),
          targets: [one.nodeId],
        })),
        ...(others.length > 1 && row.scope !== 'node'
          ? [
              {
                label: t('Copy {0} to all others', shown),
                description: '',
                targets: others.map((one) => one.nodeId),
              },
            ]
          : []),
      ],
      { title: `${name} — ${id}` },
    );
    if (picked === undefined) {
      return;
    }
    if (picked.targets === undefined) {
      await openAt(
        vscode.Uri.parse(nodeFileUri(this.entry.id, node, `${node.dataDir}/postgresql.conf`), true),
        name,
      );
      return;
    }
    await this.copy(name, cell.file, picked.targets);
  }

  private async copy(
    name: string,
    value: string | undefined,
    targets: readonly string[],
  ): Promise<void> {
    const { table } = this;
    if (table === undefined) {
      return;
    }
    const effect =
      needs(table.catalogue, name) === 'restart'
        ? t('It takes effect after a restart of the node.')
        : t('It takes effect after a reload (gs_ctl reload) of the node.');
    const write = t('Write');
    const answer = await vscode.window.showWarningMessage(
      t(
        'Write {0} = {1} into postgresql.conf of {2}?',
        name,
        value ?? t('(default)'),
        targets.join(', '),
      ),
      { modal: true, detail: effect },
      write,
    );
    if (answer !== write) {
      return;
    }
    const nodes = targets.flatMap((id) => this.nodeOf(id) ?? []);
    const { written, left, failure } = await this.write(table.catalogue, { name, value }, nodes);
    this.refresh();
    const names = (list: readonly NodeSpec[]): string => list.map(({ id }) => id).join(', ');
    if (left.length === 0) {
      void vscode.window.showInformationMessage(`${t('{0} was written.', name)} ${effect}`);
    } else if (written.length > 0) {
      void vscode.window.showWarningMessage(
        `${t('{0} was written on {1}, and not on {2}.', name, names(written), names(left))} ${effect}`,
      );
    }
    if (failure !== undefined) {
      await this.services.reporter.show(failure);
    }
  }

  /** Writes with a notification that tells of the node and can be cancelled. */
  private write(
    catalogue: Catalogue,
    change: Change,
    nodes: readonly NodeSpec[],
  ): Thenable<Copied> {
    return vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: t('Writing {0}', change.name),
        cancellable: true,
      },
      async (progress, token) => {
        const abort = new AbortController();
        token.onCancellationRequested(() => abort.abort());
        return copyToNodes(nodes, change, {
          catalogue,
          signal: abort.signal,
          shell: (node) =>
            this.services.hosts.pool(this.entry).shell(node.host, { signal: abort.signal }),
          begin: (node) => progress.report({ message: node.id }),
        });
      },
    );
  }

  private nodeOf(id: string): NodeSpec | undefined {
    const topology = this.topology();
    return topology && nodesOf(topology).find((node) => node.id === id);
  }
}
