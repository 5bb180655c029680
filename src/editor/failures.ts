import * as vscode from 'vscode';
import { Failure, messageOf } from '../base/errors.ts';
import { sentences, t } from '../base/l10n.ts';

/** Shows failures to the user, each with a way to the log. */
export class FailureReporter {
  private readonly log: vscode.LogOutputChannel;

  constructor(log: vscode.LogOutputChannel) {
    this.log = log;
  }

  /** Resolves when the user has answered; nothing is shown for what he cancelled himself. */
  async show(thrown: unknown): Promise<void> {
    if (isCancellation(thrown)) {
      return;
    }
    this.log.error(describe(thrown));
    const trust = thrown instanceof Failure && thrown.code === 'untrusted';
    const showLog = t('Show Log');
    const manageTrust = t('Manage Workspace Trust');
    const answer = await vscode.window.showErrorMessage(
      sentence(thrown),
      ...(trust ? [manageTrust] : [showLog]),
    );
    if (answer === showLog) {
      this.log.show(true);
    } else if (answer === manageTrust) {
      await vscode.commands.executeCommand('workbench.trust.manage');
    }
  }

  /** For work that nobody waits for: a failure goes to the log only. */
  background(what: string, work: Promise<unknown>): void {
    work.catch((thrown: unknown) => {
      if (!isCancellation(thrown)) {
        this.log.warn(`${what}: ${describe(thrown)}`);
      }
    });
  }
}

export function isCancellation(thrown: unknown): boolean {
  return (
    thrown instanceof vscode.CancellationError ||
    (thrown instanceof Failure && thrown.code === 'cancelled') ||
    (thrown instanceof Error && thrown.name === 'AbortError')
  );
}

/** What is shown: the message, where it happened and what to do. */
export function sentence(thrown: unknown): string {
  if (!(thrown instanceof Failure)) {
    return messageOf(thrown);
  }
  return sentences(thrown.message, thrown.remedy);
}

/** What is logged: also the code, the causes and, for what is no Failure, the stack. */
export function describe(thrown: unknown): string {
  const parts: string[] = [];
  for (let one: unknown = thrown; one !== undefined && parts.length < 8;) {
    if (one instanceof Failure) {
      const place = Object.entries(one.place).map(([key, value]) => `${key} ${String(value)}`);
      parts.push([`[${one.code}] ${one.message}`, ...place].join(', '));
    } else {
      parts.push(one instanceof Error ? (one.stack ?? one.message) : messageOf(one));
    }
    one = one instanceof Error ? one.cause : undefined;
  }
  return parts.join('\n  caused by: ');
}
