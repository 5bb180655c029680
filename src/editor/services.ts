import * as vscode from 'vscode';
import { DisposableList } from '../base/disposable.ts';
import type { Disposable } from '../base/disposable.ts';
import { AnswerDocuments } from './answers.ts';
import { CommandRegistry } from './commands.ts';
import { answerScheme } from './contributions.ts';
import type { NodeTarget } from './explorer/item.ts';
import { FailureReporter } from './failures.ts';
import { EditorPrompts } from './hosts/prompts.ts';
import { OpenQuestions } from './hosts/questions.ts';
import { EditorSecretStore } from './hosts/secrets.ts';
import { HostService } from './hosts/service.ts';
import { MonitorService } from './monitor/service.ts';
import { TopologyService } from './topology/service.ts';

/** What the features of the editor share. Made by `activate`; making it touches no disk and no network. */
export class Services implements vscode.Disposable {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly reporter: FailureReporter;
  readonly commands: CommandRegistry;
  readonly answers: AnswerDocuments;
  readonly secrets: EditorSecretStore;
  readonly topologies: TopologyService;
  readonly questions: OpenQuestions;
  readonly hosts: HostService;
  readonly monitors: MonitorService;
  /** The node of the row that is selected in the explorer; for keys that are pressed there. */
  selectedNode: () => NodeTarget | undefined = () => undefined;
  private readonly disposables = new DisposableList();

  constructor(context: vscode.ExtensionContext) {
    this.context = context;
    this.log = this.add(vscode.window.createOutputChannel('openGauss Dual Cluster', { log: true }));
    this.reporter = new FailureReporter(this.log);
    this.commands = this.add(new CommandRegistry(this.reporter));
    this.answers = this.add(new AnswerDocuments());
    this.add(vscode.workspace.registerTextDocumentContentProvider(answerScheme, this.answers));
    this.secrets = new EditorSecretStore(context.secrets, context.globalState);
    this.topologies = this.add(new TopologyService(context.workspaceState, this.reporter));
    this.questions = this.add(new OpenQuestions());
    this.hosts = this.add(
      new HostService(new EditorPrompts(this.secrets, this.questions), this.reporter, this.log),
    );
    this.monitors = this.add(
      new MonitorService(this.topologies, this.hosts, this.reporter, this.log),
    );
  }

  /** Has something disposed of when the extension is deactivated. */
  add<T extends Disposable>(item: T): T {
    return this.disposables.add(item);
  }

  /** Ends everything; resolves when connections and the processes behind them are gone. */
  async shutDown(): Promise<void> {
    await this.hosts.closeAll();
    this.dispose();
  }

  dispose(): void {
    this.disposables.dispose();
  }
}
