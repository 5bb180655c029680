import { html } from './dom.ts';
import type { DriftKind, DriftRowView, DriftView, FromDrift, ToDrift } from './drift/protocol.ts';
import { button, registerComponents } from './toolkit.ts';

interface VsCodeApi {
  postMessage(message: FromDrift): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

registerComponents();
const vscode = acquireVsCodeApi();
const shown = new Set<DriftKind>(['mistake', 'design']);
let filter = '';
let view: DriftView | undefined;

const head = html('header');
const body = html('div', { class: 'scroll' });
document.body.append(html('main', { children: [head, body] }));

window.addEventListener('message', (event: MessageEvent<ToDrift>) => {
  view = event.data.view;
  drawHead(view);
  drawTable(view);
});
vscode.postMessage({ type: 'ready' });

/** The head is drawn once for each view, so that typing into the filter keeps its focus. */
function drawHead(current: DriftView): void {
  const { texts } = current;
  const input = html('input', {
    attributes: { type: 'search', placeholder: texts.filter, 'aria-label': texts.filter },
  });
  input.value = filter;
  input.addEventListener('input', () => {
    filter = input.value.trim().toLowerCase();
    drawTable(current);
  });
  const focused = document.activeElement?.tagName === 'INPUT';
  head.replaceChildren(
    html('h1', { text: current.title }),
    html('p', { class: 'status', text: current.status, attributes: { role: 'status' } }),
    html('div', {
      class: 'actions',
      children: [
        input,
        ...(['mistake', 'design', 'same'] as const).map((kind) => toggle(current, kind)),
        button(texts.refresh, 'secondary', () => vscode.postMessage({ type: 'refresh' })),
      ],
    }),
  );
  if (focused) {
    input.focus();
  }
}

function toggle(current: DriftView, kind: DriftKind): HTMLElement {
  const count = current.rows.filter((row) => row.kind === kind).length;
  const element = html('button', {
    class: `toggle ${kind}`,
    text: `${current.texts.kinds[kind]} (${count})`,
    attributes: { type: 'button', 'aria-pressed': String(shown.has(kind)) },
  });
  element.addEventListener('click', () => {
    if (!shown.delete(kind)) {
      shown.add(kind);
    }
    element.setAttribute('aria-pressed', String(shown.has(kind)));
    drawTable(current);
  });
  return element;
}

function drawTable(current: DriftView): void {
  const rows = current.rows.filter(
    (row) =>
      shown.has(row.kind) &&
      (filter === '' ||
        row.name.toLowerCase().includes(filter) ||
        row.cells.some((cell) => cell.value.toLowerCase().includes(filter))),
  );
  body.replaceChildren(
    rows.length === 0
      ? html('p', { text: current.rows.length === 0 ? '' : current.texts.nothing })
      : html('table', {
          children: [
            html('thead', {
              children: [
                html('tr', {
                  children: [
                    html('th', { text: current.texts.parameter, attributes: { scope: 'col' } }),
                    ...current.nodes.map((node) =>
                      html('th', {
                        attributes: { scope: 'col' },
                        children: [
                          html('span', { text: node.id }),
                          html('small', { text: node.note }),
                        ],
                      }),
                    ),
                  ],
                }),
              ],
            }),
            html('tbody', { children: rows.map((row) => rowElement(current, row)) }),
          ],
        }),
  );
}

function rowElement(current: DriftView, row: DriftRowView): HTMLElement {
  return html('tr', {
    class: row.kind,
    children: [
      html('th', {
        attributes: { scope: 'row' },
        children: [html('span', { text: row.name }), html('small', { text: row.note })],
      }),
      ...row.cells.map((cell, index) => {
        const node = current.nodes[index]?.id ?? '';
        const open = html('button', {
          class: [cell.odd ? 'odd' : '', cell.isDefault ? 'default' : ''].join(' ').trim(),
          attributes: {
            type: 'button',
            'aria-label': `${row.name}, ${node}: ${cell.value} ${cell.pending}`,
            title: cell.isDefault ? `${cell.value} (${current.texts.defaultValue})` : cell.value,
          },
          children: [
            html('span', { text: cell.value === '' ? "''" : cell.value }),
            cell.pending === ''
              ? undefined
              : html('small', { class: 'pending', text: cell.pending }),
          ],
        });
        open.addEventListener('click', () =>
          vscode.postMessage({ type: 'cell', name: row.name, node }),
        );
        return html('td', { children: [open] });
      }),
    ],
  });
}
