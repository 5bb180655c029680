import * as vscode from 'vscode';
import { commands } from './contributions.ts';
import type { CommandEntry, CommandId } from './contributions.ts';
import { untrusted } from './errors.ts';
import type { FailureReporter } from './failures.ts';

/**
 * Registers commands of the table. Whatever a command throws is shown with a way to the log, and a command that may
 * reach a host is refused in an untrusted workspace: here, in one place, because `when` clauses do not bind who calls by id.
 */
export class CommandRegistry implements vscode.Disposable {
  private readonly registered = new Map<CommandId, vscode.Disposable>();
  private readonly reporter: FailureReporter;

  constructor(reporter: FailureReporter) {
    this.reporter = reporter;
  }

  register(id: CommandId, handler: (...args: unknown[]) => unknown): void {
    const entry: CommandEntry = commands[id];
    this.registered.set(
      id,
      vscode.commands.registerCommand(id, async (...args: unknown[]) => {
        try {
          if (entry.trusted && !vscode.workspace.isTrusted) {
            throw untrusted();
          }
          return await handler(...args);
        } catch (thrown) {
          await this.reporter.show(thrown);
          return undefined;
        }
      }),
    );
  }

  /**
   * Commands of a feature that is loaded when one of them is first called; `load` registers them for good. What is called
   * until then goes to the real command afterwards. Answers a function that loads the feature for another reason.
   */
  registerLater(ids: readonly CommandId[], load: () => Promise<void>): () => Promise<void> {
    let loading: Promise<void> | undefined;
    const loadOnce = (): Promise<void> => {
      loading ??= this.replace(ids, load);
      return loading;
    };
    for (const id of ids) {
      this.register(id, async (...args) => {
        await loadOnce();
        return vscode.commands.executeCommand(id, ...args);
      });
    }
    return loadOnce;
  }

  private async replace(ids: readonly CommandId[], load: () => Promise<void>): Promise<void> {
    for (const id of ids) {
      this.registered.get(id)?.dispose();
    }
    await load();
  }

  dispose(): void {
    for (const one of this.registered.values()) {
      one.dispose();
    }
    this.registered.clear();
  }
}
