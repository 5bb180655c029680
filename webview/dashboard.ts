import morphdom from 'morphdom';
import { chart } from './dashboard/chart.ts';
import { arrayPicture, levelSign, sitesPicture } from './dashboard/sites.ts';
import { html } from './dom.ts';
import type { DashboardView, FromDashboard, ToDashboard } from './dashboard/protocol.ts';
import { button, divider, dropdown, registerComponents } from './toolkit.ts';

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

/**
 * Draws what has changed and leaves the rest as it is: what the person has opened, focused, selected or is just about to
 * click stays, and a screen reader speaks of the verdict only when it is another one.
 */
function show(view: DashboardView): void {
  morphdom(page, drawn(view), {
    getNodeKey: (node) => (node instanceof HTMLElement ? keyOf(node) : undefined),
    onBeforeElUpdated: (from, to) => {
      if (from instanceof HTMLDetailsElement && to instanceof HTMLDetailsElement) {
        to.open = from.open;
      }
      // The toolkit's elements keep their own state in their attributes; only their words may change.
      if (from.localName.startsWith('vscode-') && to.localName === from.localName) {
        if (from.childElementCount === 0 && from.textContent !== to.textContent) {
          from.textContent = to.textContent;
        }
        return false;
      }
      return !from.isEqualNode(to);
    },
  });
}

/** The whole page anew. */
function drawn(view: DashboardView): HTMLElement {
  const { texts } = view;
  const chartTexts = { ...texts, none: texts.noSamples };
  return html('main', {
    children: [
      html('header', {
        children: [
          html('h1', { text: view.title }),
          html('p', {
            class: `verdict ${view.verdict.level}`,
            attributes: { role: 'status' },
            children: [
              levelSign(view.verdict.level),
              html('span', { text: view.verdict.sentence }),
            ],
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
              html('span', { class: 'read', text: `${texts.read} ${view.readAt}` }),
            ],
          }),
        ],
      }),
      divider(),
      sitesPicture(view, (id) => vscode.postMessage({ type: 'openNode', id })),
      view.array === null ? undefined : arrayPicture(view.array, texts),
      html('div', {
        class: 'period',
        children: [
          dropdown(texts.period, view.periods, view.period, (index) =>
            vscode.postMessage({ type: 'period', index }),
          ),
        ],
      }),
      html('div', {
        class: 'charts',
        children: [
          chart({
            title: texts.lag,
            kind: 'lag',
            suffix: '',
            samples: view.samples,
            texts: chartTexts,
          }),
          chart({
            title: texts.rate,
            kind: 'rate',
            suffix: texts.perSecond,
            samples: view.samples,
            texts: chartTexts,
          }),
        ],
      }),
      events(view),
    ],
  });
}

/** What tells an element of one drawing from the same one of the next, where its place does not. */
function keyOf(element: HTMLElement): string | undefined {
  const { node, chart: name } = element.dataset;
  return node === undefined ? name && `chart ${name}` : `node ${node}`;
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
