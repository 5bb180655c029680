import * as vscode from 'vscode';
import { t } from '../../base/l10n.ts';
import { DisposableList } from '../../base/disposable.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { FromDashboard, ToDashboard } from '../../../webview/dashboard/protocol.ts';
import { pickTopology } from '../nodes.ts';
import type { Services } from '../services.ts';
import type { TopologyEntry } from '../topology/service.ts';
import { received } from '../webview/messages.ts';
import { webviewPage, webviewRoots } from '../webview/page.ts';
import { curveCsv, dashboardView } from './view-model.ts';

const viewType = 'openGauss.dashboard';
const shapes = {
  ready: {},
  refresh: {},
  exportCsv: {},
  period: { index: 'number' },
  openNode: { id: 'string' },
} as const;

/** The dashboard: one panel for each topology, restored with the window. */
export function registerDashboard(services: Services): void {
  const panels = new Map<string, Dashboard>();
  const adopt = (entry: TopologyEntry, panel: vscode.WebviewPanel): void => {
    panels.set(entry.id, new Dashboard(services, entry, panel, () => panels.delete(entry.id)));
  };
  services.commands.register('openGauss.openDashboard', async (argument) => {
    const entry = await pickTopology(services, argument, t('Open Dashboard'));
    if (entry === undefined) {
      return;
    }
    const open = panels.get(entry.id);
    if (open !== undefined) {
      open.reveal();
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      viewType,
      titleOf(entry),
      vscode.ViewColumn.Active,
    );
    adopt(entry, panel);
  });
  services.add(
    vscode.window.registerWebviewPanelSerializer(viewType, {
      async deserializeWebviewPanel(panel, state: unknown) {
        await services.topologies.ready();
        const id = typeof state === 'string' ? state : undefined;
        const entry = services.topologies.entries.find(
          (one) => one.id === id || titleOf(one) === panel.title,
        );
        if (entry === undefined || panels.has(entry.id)) {
          panel.dispose();
        } else {
          adopt(entry, panel);
        }
      },
    }),
  );
  services.add({ dispose: () => [...panels.values()].forEach((one) => one.dispose()) });
}

function titleOf(entry: TopologyEntry): string {
  return t('{0}: Dashboard', entry.name);
}

/** One panel. It asks for readings while it can be seen and costs nothing while it cannot. */
class Dashboard implements Disposable {
  private readonly services: Services;
  private readonly entry: TopologyEntry;
  private readonly panel: vscode.WebviewPanel;
  private readonly disposables = new DisposableList();
  private demand: Disposable | undefined;
  private ready = false;
  private period = 0;

  constructor(
    services: Services,
    entry: TopologyEntry,
    panel: vscode.WebviewPanel,
    closed: () => void,
  ) {
    this.services = services;
    this.entry = entry;
    this.panel = panel;
    const extension = services.context.extensionUri;

    panel.webview.options = {
      enableScripts: true,
      localResourceRoots: [...webviewRoots(extension)],
    };
    this.disposables.add(
      panel.onDidDispose(() => {
        closed();
        // First of all: when nobody asks any more the monitors tell that too, and a page that is gone cannot show it.
        this.disposables.dispose();
        this.demand?.dispose();
      }),
    );
    this.disposables.add(panel.onDidChangeViewState(() => this.follow()));
    this.disposables.add(
      panel.webview.onDidReceiveMessage((message: unknown) => this.receive(message)),
    );
    this.disposables.add(
      services.monitors.onDidChange((id) => {
        if (id === entry.id) {
          this.show();
        }
      }),
    );
    panel.webview.html = webviewPage(panel.webview, extension, 'dashboard', titleOf(entry));
    this.follow();
  }

  reveal(): void {
    this.panel.reveal();
  }

  dispose(): void {
    this.panel.dispose();
  }

  private follow(): void {
    if (this.panel.visible) {
      this.demand ??= this.services.monitors.demand();
      this.show();
    } else {
      this.demand?.dispose();
      this.demand = undefined;
      // A hidden page is thrown away by VS Code and says again when it is ready.
      this.ready = false;
    }
  }

  private receive(sent: unknown): void {
    const message = received<FromDashboard>(sent, shapes);
    switch (message?.type) {
      case 'ready':
        this.ready = true;
        this.show();
        break;
      case 'refresh':
        this.services.reporter.background('refresh', this.services.monitors.refresh(this.entry.id));
        break;
      case 'exportCsv':
        this.services.reporter.background('export', this.exportCsv());
        break;
      case 'period':
        this.period = message.index;
        this.show();
        break;
      case 'openNode':
        this.services.reporter.background(
          'query',
          Promise.resolve(
            vscode.commands.executeCommand('openGauss.queryNode', {
              topology: this.entry.id,
              node: message.id,
            }),
          ),
        );
        break;
      case undefined:
        break;
    }
  }

  private show(): void {
    const topology = this.services.topologies.entry(this.entry.id)?.topology;
    if (!this.ready || !this.panel.visible || topology === undefined) {
      return;
    }
    const { monitors } = this.services;
    const history = monitors.history(this.entry.id);
    const message: ToDashboard = {
      type: 'view',
      view: dashboardView({
        title: this.entry.name,
        topology,
        snapshot: monitors.snapshot(this.entry.id),
        health: monitors.health(this.entry.id),
        curve: history?.curve ?? [],
        events: history?.events ?? [],
        period: this.period,
      }),
    };
    this.services.reporter.background(
      'dashboard',
      Promise.resolve(this.panel.webview.postMessage(message)),
    );
  }

  private async exportCsv(): Promise<void> {
    const curve = this.services.monitors.history(this.entry.id)?.curve ?? [];
    const target = await vscode.window.showSaveDialog({
      title: t('Export as CSV'),
      filters: { CSV: ['csv'] },
      defaultUri: vscode.Uri.joinPath(this.entry.uri, '..', `${this.entry.name}-lag.csv`),
    });
    if (target !== undefined) {
      await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(curveCsv(curve)));
    }
  }
}
