import { chart } from './dashboard/chart.ts';
import { arrayPicture, levelSign, sitesPicture } from './dashboard/sites.ts';
import { html } from './dom.ts';
import type { DashboardView, FromDashboard, ToDashboard } from './dashboard/protocol.ts';
import { button, divider, registerComponents } from './toolkit.ts';

interface VsCodeApi {
  postMessage(message: FromDashboard): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

registerComponents();
const vscode = acquireVsCodeApi();
const page = html('main');
document.body.append(page);

window.addEventListener('message', (event: MessageEvent<ToDashboard>) => {
  show(event.data.view);
});
vscode.postMessage({ type: 'ready' });

/** Draws everything anew; what the person opened or focused stays so. */
function show(view: DashboardView): void {
  const opened = new Set(
    [...page.querySelectorAll<HTMLDetailsElement>('details[open]')].map(
      (one) => one.dataset['chart'],
    ),
  );
  const focused =
    document.activeElement instanceof HTMLElement ? focusKey(document.activeElement) : undefined;
  const { texts } = view;
  const chartTexts = { ...texts, none: texts.noSamples };
  page.replaceChildren(
    html('header', {
      children: [
        html('h1', { text: view.title }),
        html('p', {
          class: `verdict ${view.verdict.level}`,
          attributes: { role: 'status' },
          children: [levelSign(view.verdict.level), html('span', { text: view.verdict.sentence })],
        }),
        view.verdict.reasons.length === 0
          ? undefined
          : html('ul', {
              class: 'reasons',
              children: view.verdict.reasons.map((text) => html('li', { text })),
            }),
        html('div', {
          class: 'actions',
          children: [
            button(texts.refresh, 'secondary', () => vscode.postMessage({ type: 'refresh' })),
            button(texts.exportCsv, 'secondary', () => vscode.postMessage({ type: 'exportCsv' })),
            html('span', { class: 'read', text: `${texts.read}: ${view.readAt}` }),
          ],
        }),
      ],
    }),
    divider(),
    sitesPicture(view, opened.has('sites'), (id) => vscode.postMessage({ type: 'openNode', id })),
    ...(view.array === null ? [] : [arrayPicture(view.array, texts, opened.has('array'))]),
    html('div', {
      class: 'charts',
      children: [
        chart(
          { title: texts.lag, kind: 'lag', suffix: '', samples: view.samples, texts: chartTexts },
          opened.has('lag'),
        ),
        chart(
          {
            title: texts.rate,
            kind: 'rate',
            suffix: texts.perSecond,
            samples: view.samples,
            texts: chartTexts,
          },
          opened.has('rate'),
        ),
      ],
    }),
    events(view),
  );
  if (focused !== undefined) {
    [...page.querySelectorAll<HTMLElement>('button, vscode-button, summary')]
      .find((element) => focusKey(element) === focused)
      ?.focus();
  }
}

function events(view: DashboardView): HTMLElement {
  return html('section', {
    class: 'events',
    children: [
      html('h2', { text: view.texts.events }),
      view.events.length === 0
        ? html('p', { text: view.texts.noEvents })
        : html('ol', {
            children: view.events.map((event) =>
              html('li', {
                children: [
                  levelSign(event.level),
                  html('time', { text: event.time }),
                  html('span', { text: event.text }),
                ],
              }),
            ),
          }),
    ],
  });
}

/** What tells a focusable element of one drawing from the same one of the next. */
function focusKey(element: HTMLElement): string {
  const chartName = element.closest('details')?.dataset['chart'] ?? '';
  return `${element.tagName} ${element.dataset['node'] ?? ''} ${chartName} ${element.tagName === 'VSCODE-BUTTON' ? element.textContent : ''}`;
}
