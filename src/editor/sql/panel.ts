import * as vscode from 'vscode';
import { t } from '../../base/l10n.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { FromResults, ResultsView, ToResults } from '../../../webview/results/protocol.ts';
import { received } from '../webview/messages.ts';
import { webviewPage, webviewRoots } from '../webview/page.ts';

const place = { group: 'number', section: 'number' } as const;
const shapes = {
  ready: {},
  cancel: {},
  goTo: place,
  copy: { ...place, format: 'string' },
  save: { ...place, format: 'string' },
} as const;

type Action = Exclude<FromResults, { readonly type: 'ready' }>;

/** The one view of results, beside the editor; made on first use, and again after it was closed. */
export class ResultsPanel implements Disposable {
  private readonly extension: vscode.Uri;
  private readonly act: (action: Action) => void;
  private readonly failed: (sending: Promise<unknown>) => void;
  private panel: vscode.WebviewPanel | undefined;
  private view: ResultsView | undefined;
  private ready = false;

  constructor(
    extension: vscode.Uri,
    act: (action: Action) => void,
    background: (sending: Promise<unknown>) => void,
  ) {
    this.extension = extension;
    this.act = act;
    this.failed = background;
  }

  /** Opens the view, or takes the one that is there, and shows something in it. */
  show(view: ResultsView): void {
    const panel = (this.panel ??= this.open());
    panel.title = view.title;
    this.update(view);
  }

  /** Shows something newer. A view that was closed stays closed. */
  update(view: ResultsView): void {
    this.view = view;
    this.send();
  }

  /** Brings the view to the front without taking the focus from the editor. */
  reveal(): void {
    this.panel?.reveal(undefined, true);
  }

  dispose(): void {
    this.panel?.dispose();
  }

  private open(): vscode.WebviewPanel {
    const panel = vscode.window.createWebviewPanel(
      'openGauss.results',
      t('SQL Results'),
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      {
        enableScripts: true,
        localResourceRoots: [...webviewRoots(this.extension)],
        // Results are not kept anywhere else; reading them again would run the statements again.
        retainContextWhenHidden: true,
      },
    );
    this.ready = false;
    panel.webview.onDidReceiveMessage((sent: unknown) => {
      const message = received<FromResults>(sent, shapes);
      if (message === undefined) {
        return;
      }
      if (message.type === 'ready') {
        this.ready = true;
        this.send();
      } else {
        this.act(message);
      }
    });
    panel.onDidDispose(() => {
      this.panel = undefined;
      this.act({ type: 'cancel' });
    });
    panel.webview.html = webviewPage(panel.webview, this.extension, 'results', t('SQL Results'));
    return panel;
  }

  private send(): void {
    if (this.ready && this.panel !== undefined && this.view !== undefined) {
      const message: ToResults = { type: 'view', view: this.view };
      this.failed(Promise.resolve(this.panel.webview.postMessage(message)));
    }
  }
}
