import * as vscode from 'vscode';
import { t } from '../../base/l10n.ts';
import type {
  Account,
  HostKeyQuestion,
  HostPrompts,
  KeyboardQuestion,
  SecretAnswer,
  SecretStore,
} from '../../hosts/prompts.ts';

import type { OpenQuestions, QuestionKind } from './questions.ts';

/**
 * Asks the user with VS Code's own input boxes and notifications: one of each at a time, so that a notification which
 * nobody has seen yet keeps no question waiting.
 */
export class EditorPrompts implements HostPrompts {
  readonly secrets: SecretStore;
  private readonly questions: OpenQuestions;
  /** Questions about host keys that were answered with yes when nobody waited any more. */
  private readonly late = new Set<string>();
  private readonly inputs = new QuestionQueue();
  private readonly notifications = new QuestionQueue();

  constructor(secrets: SecretStore, questions: OpenQuestions) {
    this.secrets = secrets;
    this.questions = questions;
  }

  password(account: Account, signal: AbortSignal): Promise<SecretAnswer | undefined> {
    return this.whileOpen(account.host, 'password', () =>
      this.inputs.take(signal, (token) =>
        askSecret(
          t('Password'),
          t('Password of {0} on {1}', account.user, describeHost(account)),
          token,
        ),
      ),
    );
  }

  passphrase(keyFile: string, signal: AbortSignal): Promise<SecretAnswer | undefined> {
    return this.inputs.take(signal, (token) =>
      askSecret(t('Passphrase'), t('Passphrase of the key {0}', keyFile), token),
    );
  }

  keyboardInteractive(
    account: Account,
    name: string,
    instructions: string,
    questions: readonly KeyboardQuestion[],
    signal: AbortSignal,
  ): Promise<readonly string[] | undefined> {
    return this.whileOpen(account.host, 'login', () =>
      this.askInTurn(account, name, instructions, questions, signal),
    );
  }

  private askInTurn(
    account: Account,
    name: string,
    instructions: string,
    questions: readonly KeyboardQuestion[],
    signal: AbortSignal,
  ): Promise<readonly string[] | undefined> {
    return this.inputs.take(signal, async (token) => {
      const answers: string[] = [];
      for (const question of questions) {
        const answer = await vscode.window.showInputBox(
          {
            title: [t('Log in to {0}', describeHost(account)), oneLine(name)]
              .filter((part) => part !== '')
              .join(': '),
            // The texts come from the server; they are shown as plain text.
            prompt: [instructions, question.prompt].map(oneLine).filter(Boolean).join(' '),
            password: !question.echo,
            ignoreFocusOut: true,
          },
          token,
        );
        if (answer === undefined) {
          return undefined;
        }
        answers.push(answer);
      }
      return answers;
    });
  }

  /** Closing the notification refuses the key for now; hiding it (Escape) leaves the question open. */
  confirmHostKey(question: HostKeyQuestion, signal: AbortSignal): Promise<boolean> {
    return this.notifications.take(signal, async (token) => {
      const text = t(
        'The host {0} ({1}) is not known yet. Its {2} key has the fingerprint {3}. If that is right, it is written to {4}.',
        question.host,
        question.name,
        question.type,
        question.fingerprint,
        question.file,
      );
      const trust = t('Trust This Host');
      const refuse = t('Refuse');
      if (this.late.delete(text)) {
        return true;
      }
      let show = (): void => undefined;
      const answer = new Promise<string | undefined>((resolve) => {
        token.onCancellationRequested(() => {
          resolve(undefined);
        });
        let latest = 0;
        show = () => {
          const own = ++latest;
          // VS Code puts warnings away after ten seconds, and nodes wait for the answer; errors with buttons stay.
          // Of two that say the same it closes the older one, which is no answer then.
          void vscode.window.showErrorMessage(text, trust, refuse).then((chosen) => {
            if (own !== latest) {
              return;
            }
            // The notification of a question that was given up stays; its answer is good for the next one.
            if (token.isCancellationRequested && chosen === trust) {
              this.late.add(text);
            }
            resolve(chosen);
          });
        };
      });
      show();
      const chosen = await this.whileOpen(question.host, 'host key', () => answer, show);
      return chosen === trust;
    });
  }

  hostKeyWaits(host: string): () => void {
    return this.questions.add(host, 'host key');
  }

  /** Notes what the host waits for until it is answered. */
  private async whileOpen<T>(
    host: string,
    kind: QuestionKind,
    answer: () => Promise<T>,
    show?: () => void,
  ): Promise<T> {
    const answered = this.questions.add(host, kind, show);
    try {
      return await answer();
    } finally {
      answered();
    }
  }
}

/** Lets questions through one after the other. A question whose asker has given up is not asked. */
class QuestionQueue {
  private last: Promise<unknown> = Promise.resolve();

  take<T>(signal: AbortSignal, ask: (token: vscode.CancellationToken) => Thenable<T>): Promise<T> {
    const turn = this.last.then(async () => {
      const source = new vscode.CancellationTokenSource();
      const cancel = (): void => {
        source.cancel();
      };
      signal.throwIfAborted();
      signal.addEventListener('abort', cancel, { once: true });
      try {
        return await ask(source.token);
      } finally {
        signal.removeEventListener('abort', cancel);
        source.dispose();
      }
    });
    this.last = turn.catch(() => undefined);
    return turn;
  }
}

async function askSecret(
  title: string,
  prompt: string,
  token: vscode.CancellationToken,
): Promise<SecretAnswer | undefined> {
  const secret = await vscode.window.showInputBox(
    { title, prompt, password: true, ignoreFocusOut: true },
    token,
  );
  if (secret === undefined) {
    return undefined;
  }
  const once: vscode.QuickPickItem = {
    label: t('Use it for this session only'),
    iconPath: new vscode.ThemeIcon('clock'),
  };
  const always: vscode.QuickPickItem = {
    label: t("Keep it in the system's key ring"),
    detail: t('Bound to this host, port, user and host key.'),
    iconPath: new vscode.ThemeIcon('key'),
  };
  const keep = await vscode.window.showQuickPick(
    [once, always],
    { title, placeHolder: t('Keep the secret?'), ignoreFocusOut: true },
    token,
  );
  return { secret, keep: keep === always };
}

function describeHost(account: Account): string {
  const address = account.port === 22 ? account.hostName : `${account.hostName}:${account.port}`;
  return account.host === account.hostName ? address : `${account.host} (${address})`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
