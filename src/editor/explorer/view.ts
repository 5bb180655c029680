import * as vscode from 'vscode';
import { DisposableList } from '../../base/disposable.ts';
import type { Disposable } from '../../base/disposable.ts';
import { t } from '../../base/l10n.ts';
import { views } from '../contributions.ts';
import type { Services } from '../services.ts';
import { changedItems } from './changes.ts';
import type { ExplorerItem, NodeTarget } from './item.ts';
import { explorerTree } from './tree.ts';

/** What VS Code holds of a row and hands to commands: the same object for as long as the row exists. */
export class ExplorerRow {
  item: ExplorerItem;

  constructor(item: ExplorerItem) {
    this.item = item;
  }

  get target(): NodeTarget | undefined {
    return this.item.target;
  }

  get topology(): string | undefined {
    return this.item.topology;
  }
}

/** The cluster explorer. While it is visible it asks for readings; while it is hidden it costs nothing. */
export class ClusterExplorer implements vscode.TreeDataProvider<ExplorerRow>, vscode.Disposable {
  private readonly disposables = new DisposableList();
  private readonly changed = this.disposables.add(
    new vscode.EventEmitter<ExplorerRow[] | undefined>(),
  );
  private readonly services: Services;
  private readonly view: vscode.TreeView<ExplorerRow>;
  private roots: readonly ExplorerItem[] = [];
  private shown = new Map<string, ExplorerRow>();
  private parents = new Map<string, string>();
  /** Rows whose tooltip VS Code has asked for and keeps until they are drawn again. */
  private readonly looked = new Set<string>();
  private demand: Disposable | undefined;

  readonly onDidChangeTreeData = this.changed.event;

  constructor(services: Services) {
    this.services = services;
    this.rebuild();
    this.view = this.disposables.add(
      vscode.window.createTreeView(views.clusters, {
        treeDataProvider: this,
        showCollapseAll: true,
      }),
    );
    this.disposables.add(this.view.onDidChangeVisibility(() => this.follow()));
    this.disposables.add(services.monitors.onDidChange(() => this.update()));
    this.disposables.add(services.topologies.onDidChange(() => this.update()));
    this.disposables.add(services.questions.onDidChange(() => this.update()));
    this.disposables.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.update()));
    this.follow();
    this.update();
  }

  /** The rows as they are shown now. */
  get rows(): readonly ExplorerItem[] {
    return this.roots;
  }

  get visible(): boolean {
    return this.view.visible;
  }

  /** The row that is selected. */
  get selected(): ExplorerRow | undefined {
    return this.view.selection[0];
  }

  getChildren(row?: ExplorerRow): ExplorerRow[] {
    const children = row === undefined ? this.roots : row.item.children;
    return children.flatMap((child) => this.shown.get(child.id) ?? []);
  }

  getParent(row: ExplorerRow): ExplorerRow | undefined {
    const parent = this.parents.get(row.item.id);
    return parent === undefined ? undefined : this.shown.get(parent);
  }

  getTreeItem({ item }: ExplorerRow): vscode.TreeItem {
    this.looked.delete(item.id);
    const row = new vscode.TreeItem(item.label, expansionStates[item.expansion]);
    row.id = item.id;
    row.contextValue = item.contextValue;
    row.iconPath = new vscode.ThemeIcon(
      item.icon.name,
      item.icon.color === undefined ? undefined : new vscode.ThemeColor(item.icon.color),
    );
    if (item.description !== undefined) {
      row.description = item.description;
    }
    row.accessibilityInformation = {
      label: item.spoken ?? [item.label, item.description].filter(Boolean).join(': '),
    };
    if (item.waits === true) {
      row.command = {
        command: 'openGauss.connectHost',
        title: t('Answer the Question'),
        arguments: [this.shown.get(item.id)],
      };
    }
    if (item.file !== undefined) {
      const uri = vscode.Uri.parse(item.file, true);
      row.resourceUri = uri;
      row.command = { command: 'vscode.open', title: t('Open'), arguments: [uri] };
    }
    return row;
  }

  resolveTreeItem(row: vscode.TreeItem, { item }: ExplorerRow): vscode.TreeItem {
    const text = item.tooltip?.();
    if (text !== undefined) {
      // Texts from machines: no trusted links, no HTML.
      row.tooltip = new vscode.MarkdownString(text);
      this.looked.add(item.id);
    }
    return row;
  }

  async reveal(id: string): Promise<void> {
    const row = this.shown.get(id);
    if (row !== undefined) {
      await this.view.reveal(row, { select: true, focus: false, expand: true });
    }
  }

  dispose(): void {
    this.demand?.dispose();
    this.disposables.dispose();
  }

  private follow(): void {
    if (this.view.visible && this.demand === undefined) {
      this.demand = this.services.monitors.demand();
    } else if (!this.view.visible) {
      this.demand?.dispose();
      this.demand = undefined;
    }
  }

  private update(): void {
    const before = this.roots;
    this.rebuild();
    const changes = changedItems(before, this.roots);
    if (changes === 'all') {
      this.looked.clear();
      this.changed.fire(undefined);
    } else {
      const rows = [...new Set([...changes, ...this.looked])].flatMap(
        (id) => this.shown.get(id) ?? [],
      );
      if (rows.length > 0) {
        this.changed.fire(rows);
      }
    }
    this.decorate();
  }

  private rebuild(): void {
    const { topologies, monitors, questions } = this.services;
    this.roots = explorerTree(
      topologies.entries.map((entry) => ({
        id: entry.id,
        name: entry.name,
        file: entry.uri.toString(),
        topology: entry.topology,
        findings: entry.findings,
        snapshot: monitors.snapshot(entry.id),
        health: monitors.health(entry.id),
        reading: monitors.running,
        question: (host) => questions.of(host),
      })),
    );
    const former = this.shown;
    this.shown = new Map();
    this.parents = new Map();
    const visit = (item: ExplorerItem, parent: string | undefined): void => {
      const row = former.get(item.id) ?? new ExplorerRow(item);
      row.item = item;
      this.shown.set(item.id, row);
      if (parent !== undefined) {
        this.parents.set(item.id, parent);
      }
      for (const child of item.children) {
        visit(child, item.id);
      }
    };
    for (const root of this.roots) {
      visit(root, undefined);
    }
  }

  private decorate(): void {
    const { topologies, monitors } = this.services;
    const healths = topologies.entries.map((entry) => monitors.health(entry.id));
    const problems = healths.flatMap((health) => health?.problems ?? []);
    const count = problems.length;
    this.view.badge =
      count === 0
        ? undefined
        : { value: count, tooltip: problems.map((problem) => problem.message).join('\n') };
    const message =
      topologies.entries.length > 0 && !vscode.workspace.isTrusted
        ? t('This workspace is not trusted, so no host is contacted.')
        : undefined;
    if (this.view.message !== message) {
      // Under exactOptionalPropertyTypes `undefined` has to be a property of its own to clear the message.
      Object.assign(this.view, { message });
    }
  }
}

const expansionStates = {
  none: vscode.TreeItemCollapsibleState.None,
  collapsed: vscode.TreeItemCollapsibleState.Collapsed,
  expanded: vscode.TreeItemCollapsibleState.Expanded,
} as const;
