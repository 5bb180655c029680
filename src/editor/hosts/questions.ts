import * as vscode from 'vscode';

/** What a host waits for: the word of a person on its host key, or what he logs in with. */
export type QuestionKind = 'host key' | 'password' | 'login';

interface Waiting {
  readonly kind: QuestionKind;
  /** Shows the question once more; absent when it stays in sight until it is answered, or has not had its turn yet. */
  readonly show: (() => void) | undefined;
}

/** The questions that wait for an answer, by the topology's name of the host, for those who show hosts. */
export class OpenQuestions implements vscode.Disposable {
  private readonly waiting = new Map<string, Waiting[]>();
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;

  /** Notes a question until what it answers is called. */
  add(host: string, kind: QuestionKind, show?: () => void): () => void {
    const one: Waiting = { kind, show };
    this.waiting.set(host, [...(this.waiting.get(host) ?? []), one]);
    this.changed.fire();
    return () => {
      const others = (this.waiting.get(host) ?? []).filter((other) => other !== one);
      if (others.length === 0) {
        this.waiting.delete(host);
      } else {
        this.waiting.set(host, others);
      }
      this.changed.fire();
    };
  }

  /** What the host waits for; undefined when for nothing. */
  of(host: string): QuestionKind | undefined {
    return this.waiting.get(host)?.[0]?.kind;
  }

  get any(): boolean {
    return this.waiting.size > 0;
  }

  /** Brings the host's question into sight again, or the one that it waits behind. `false`: it has none. */
  show(host: string): boolean {
    const kind = this.of(host);
    const open = [this.waiting.get(host) ?? [], ...this.waiting.values()]
      .flat()
      .find((one) => one.kind === kind && one.show !== undefined);
    open?.show?.();
    return kind !== undefined;
  }

  dispose(): void {
    this.changed.dispose();
  }
}
