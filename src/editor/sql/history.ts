import * as vscode from 'vscode';
import { dateTime, t } from '../../base/l10n.ts';

interface Entry {
  readonly text: string;
  readonly node: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

const key = 'sqlHistory';
const size = 100;
/** Longer scripts stand in files anyway. */
const longest = 20_000;

/** What was run in this workspace, newest first. What may hold a password is not kept. */
export class SqlHistory {
  private readonly memento: vscode.Memento;

  constructor(memento: vscode.Memento) {
    this.memento = memento;
  }

  get latest(): string | undefined {
    const text = this.entries[0]?.text;
    return text?.includes('\n') === true ? undefined : text;
  }

  async add(text: string, node: string): Promise<void> {
    if (text.length > longest || /\b(?:password|identified\s+by)\b/i.test(text)) {
      return;
    }
    const others = this.entries.filter((entry) => entry.text !== text);
    await this.memento.update(key, [{ text, node, time: Date.now() }, ...others].slice(0, size));
  }

  /** Lets the user choose one; undefined when there is none or he chooses none. */
  async pick(): Promise<string | undefined> {
    const picked = await vscode.window.showQuickPick(
      this.entries.map((entry) => ({
        label: entry.text.replace(/\s+/g, ' ').slice(0, 200),
        description: entry.node,
        detail: dateTime(entry.time),
        entry,
      })),
      {
        title: t('SQL History'),
        placeHolder:
          this.entries.length === 0 ? t('Nothing has been run yet.') : t('Open which script?'),
        matchOnDescription: true,
      },
    );
    return picked?.entry.text;
  }

  private get entries(): readonly Entry[] {
    return this.memento.get<readonly Entry[]>(key, []);
  }
}
