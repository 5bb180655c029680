// What a person does with the window, so that tests read like their hands.
import { join } from 'node:path';

import type { FrameLocator, Locator, Page } from 'playwright-core';

import { artefacts } from './session.ts';

/** A row of a tree, as it is shown. */
export interface Row {
  readonly label: string;
  readonly description: string;
  /** What a screen reader says. */
  readonly aria: string;
  readonly level: number;
}

/** The part of an element of the page that is read here; the rest of the project knows no page. */
interface Shown {
  readonly textContent: string | null;
  getAttribute(name: string): string | null;
  getBoundingClientRect(): { readonly top: number };
  querySelector(selector: string): Shown | null;
}

/** The window of the editor. */
export class Workbench {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  /** Waits until the window can be used. */
  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .statusbar').waitFor({ timeout: 60_000 });
    await this.page.locator('.monaco-workbench .activitybar').waitFor();
  }

  /** Runs a command by its title in the palette. */
  async command(title: string): Promise<void> {
    const row = this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title });
    for (let attempt = 1; ; attempt++) {
      try {
        await this.page.keyboard.press('F1');
        await this.quickInput().fill(`>${title}`, { timeout: 5000 });
        await row.first().click({ timeout: 5000 });
        return;
      } catch (error) {
        // A window that is still loading may take the focus and so close the palette.
        if (attempt === 3) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** Opens a file of the workspace by its name. */
  async openFile(name: string): Promise<void> {
    const row = this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: name });
    for (let attempt = 1; ; attempt++) {
      try {
        await this.page.keyboard.press('Control+p');
        await this.quickInput().fill(name, { timeout: 5000 });
        await row.first().click({ timeout: 5000 });
        return;
      } catch (error) {
        // A file that has just been written is not always found by the first search.
        if (attempt === 3) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** Chooses an entry of the open quick pick by its label. */
  async choose(label: string | RegExp): Promise<void> {
    const rows = this.page.locator('.quick-input-list .monaco-list-row');
    await rows.filter({ hasText: label }).first().click();
  }

  /** The field of the quick pick or palette that is open. */
  quickInput(): Locator {
    return this.page.locator('.quick-input-widget .quick-input-box input');
  }

  /** The labels of the open quick pick. */
  async choices(): Promise<string[]> {
    const rows = this.page.locator('.quick-input-list .monaco-list-row');
    await rows.first().waitFor();
    return rows.locator('.label-name').allInnerTexts();
  }

  /** Opens a view container by its title in the activity bar. */
  async openContainer(title: string): Promise<void> {
    const action = this.page.locator(`.activitybar .action-label[aria-label^="${title}"]`);
    const selected = this.page.locator(
      `.activitybar .action-item.checked .action-label[aria-label^="${title}"]`,
    );
    if ((await selected.count()) === 0) await action.click();
    await selected.waitFor();
  }

  /** The rows of the tree in the side bar, from above. */
  async rows(): Promise<Row[]> {
    return this.page.locator('.sidebar .monaco-list-row').evaluateAll((elements: Shown[]) =>
      elements
        .map((element) => ({
          top: element.getBoundingClientRect().top,
          label: element.querySelector('.label-name')?.textContent ?? '',
          description: element.querySelector('.label-description')?.textContent ?? '',
          aria: element.getAttribute('aria-label') ?? '',
          level: Number(element.getAttribute('aria-level')),
        }))
        .sort((one, other) => one.top - other.top)
        .map(({ label, description, aria, level }) => ({ label, description, aria, level })),
    );
  }

  /** A row of the side bar's tree by its text. */
  row(text: string | RegExp): Locator {
    return this.page.locator('.sidebar .monaco-list-row').filter({ hasText: text }).first();
  }

  /** Opens the children of a row. */
  expand(text: string | RegExp): Promise<void> {
    return this.fold(text, 'true');
  }

  /** Hides the children of a row. */
  collapse(text: string | RegExp): Promise<void> {
    return this.fold(text, 'false');
  }

  private async fold(text: string | RegExp, expanded: 'true' | 'false'): Promise<void> {
    const row = this.row(text);
    const wanted = row.and(this.page.locator(`[aria-expanded="${expanded}"]`));
    for (let attempt = 1; ; attempt++) {
      // A tree that is just drawn anew may miss a click; a second one too soon would take back the first.
      try {
        if ((await row.getAttribute('aria-expanded')) !== expanded) {
          await row.locator('.monaco-tl-twistie').click();
        }
        await wanted.waitFor({ timeout: 5000 });
        return;
      } catch (error) {
        if (attempt === 3) throw error;
      }
    }
  }

  /** Chooses an entry of a row's context menu. */
  async contextMenu(text: string | RegExp, entry: string): Promise<void> {
    await this.row(text).click({ button: 'right' });
    const item = this.page.locator('.monaco-menu .action-item', { hasText: entry }).first();
    // A click right after the menu has opened counts as the end of the one that opened it.
    await item.hover();
    await this.page.waitForTimeout(500);
    await item.click();
  }

  /** The text of the active editor as far as it is drawn. */
  async editorText(): Promise<string> {
    const lines = this.page.locator('.editor-group-container.active .view-lines .view-line');
    await lines.first().waitFor();
    const texts = await lines.evaluateAll((elements: Shown[]) =>
      elements
        .map((element) => ({
          top: element.getBoundingClientRect().top,
          text: (element.textContent ?? '').replaceAll('\u00a0', ' '),
        }))
        .sort((one, other) => one.top - other.top)
        .map(({ text }) => text),
    );
    return texts.join('\n');
  }

  /** Goes to a line and column of the active editor. */
  async goTo(line: number, column = 1): Promise<void> {
    await this.page.keyboard.press('Control+g');
    await this.quickInput().fill(`:${line}:${column}`);
    // Enter takes the entry that is there, and what is typed next is meant for the editor.
    await this.page.locator('.quick-input-list .monaco-list-row').first().waitFor();
    await this.page.keyboard.press('Enter');
    await this.quickInput().waitFor({ state: 'hidden' });
  }

  /** Titles of the open editors. */
  tabs(): Promise<string[]> {
    return this.page.locator('.tabs-container .tab .label-name').allInnerTexts();
  }

  /** The messages in the Problems panel, which is opened first. */
  async problems(): Promise<string[]> {
    const rows = this.page.locator('.markers-panel .monaco-list-row .marker-message-line');
    if (!(await this.page.locator('.markers-panel').isVisible())) {
      await this.command('Problems: Focus on Problems View');
      await this.page.locator('.markers-panel').waitFor();
    }
    return rows.allInnerTexts();
  }

  /** The notifications that are shown. */
  notifications(): Promise<string[]> {
    return this.page.locator('.notification-toast .notification-list-item-message').allInnerTexts();
  }

  /** Closes the notifications that are shown; what goes on behind them goes on. */
  async closeNotifications(): Promise<void> {
    await this.command('Notifications: Clear All Notifications');
  }

  /** The page inside the webview that is in front: VS Code puts it into two frames, and while it changes there is a third one. */
  webview(): FrameLocator {
    const frame = this.page.locator('iframe.webview:visible').first();
    return frame.contentFrame().frameLocator('iframe#active-frame');
  }

  /** A button in the title bar of the active editor. */
  titleAction(label: string): Locator {
    const bar = this.page.locator('.editor-group-container.active .editor-actions');
    return bar.locator(`.action-label[aria-label^="${label}"]`).first();
  }

  /** Waits until a field with this title asks. */
  async question(title: string, timeout = 20_000): Promise<void> {
    await this.page
      .locator('.quick-input-widget:visible .quick-input-title', { hasText: title })
      .waitFor({ timeout });
  }

  /** The texts of the status bar. */
  statusBar(): Promise<string[]> {
    return this.page.locator('.statusbar .statusbar-item').allInnerTexts();
  }

  /** The kind of the theme that is on: `vs`, `vs-dark`, `hc-black` or `hc-light`. */
  async themeKind(): Promise<string> {
    const classes = await this.page.locator('.monaco-workbench').getAttribute('class');
    return /(?:^| )(vs|vs-dark|hc-black|hc-light)(?: |$)/.exec(classes ?? '')?.[1] ?? '';
  }

  /** Closes all editors. */
  async closeEditors(): Promise<void> {
    await this.command('View: Close All Editors');
  }

  /** Keeps a picture of the window for people to look at. */
  async picture(name: string): Promise<void> {
    await this.page.mouse.move(640, 790);
    // Colours and hovers fade.
    await this.page.waitForTimeout(700);
    await this.page.screenshot({ path: join(artefacts, `${name}.png`) });
  }
}

/** Waits until a condition holds; fails with what was seen last. */
export async function eventually<T>(
  what: string,
  read: () => Promise<T>,
  holds: (value: T) => boolean,
  limit = 30_000,
): Promise<T> {
  const end = Date.now() + limit;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > end) {
      throw new Error(
        `${what}: not within ${limit / 1000} s; last: ${JSON.stringify(value, undefined, 1)}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}
