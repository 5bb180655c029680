import { html } from './dom.ts';
import { grid } from './results/grid.ts';
import type {
  FromResults,
  GroupView,
  ResultsView,
  SectionView,
  ToResults,
} from './results/protocol.ts';
import { button, registerComponents } from './toolkit.ts';

interface VsCodeApi {
  postMessage(message: FromResults): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

registerComponents();
const vscode = acquireVsCodeApi();
const page = html('main');
document.body.append(page);

window.addEventListener('message', (event: MessageEvent<ToResults>) => {
  show(event.data.view);
});
vscode.postMessage({ type: 'ready' });

function show(view: ResultsView): void {
  page.replaceChildren(
    html('p', {
      class: 'running',
      attributes: { role: 'status' },
      children:
        view.running === null
          ? []
          : [
              html('span', { text: view.running }),
              button(view.texts.cancel, 'secondary', () => vscode.postMessage({ type: 'cancel' })),
            ],
    }),
    html('div', {
      class: view.groups.length > 1 ? 'groups several' : 'groups',
      children: view.groups.map((group, index) => groupElement(view, group, index)),
    }),
  );
}

function groupElement(view: ResultsView, group: GroupView, index: number): HTMLElement {
  return html('section', {
    class: 'group',
    attributes: { 'aria-label': group.node },
    children: [
      html('h2', {
        children: [
          html('span', { text: group.node }),
          html('span', { class: 'role', text: group.role }),
          group.comparison === ''
            ? undefined
            : html('span', { class: group.same ? 'same' : 'differs', text: group.comparison }),
        ],
      }),
      ...group.notices.map((text) => html('p', { class: 'notice', text })),
      ...group.sections.map((section, at) => sectionElement(view, group, section, index, at)),
    ],
  });
}

function sectionElement(
  view: ResultsView,
  group: GroupView,
  section: SectionView,
  groupIndex: number,
  sectionIndex: number,
): HTMLElement {
  const { texts } = view;
  const place = { group: groupIndex, section: sectionIndex };
  const label = `${group.node}: ${section.statement}`;
  const { error } = section;
  return html('article', {
    attributes: { 'aria-label': label },
    children: [
      html('header', {
        children: [
          html('code', { text: section.statement, attributes: { title: section.statement } }),
          html('span', { class: 'note', text: section.note }),
        ],
      }),
      error === null
        ? undefined
        : html('div', {
            class: 'error',
            attributes: { role: 'alert' },
            children: [
              html('p', { text: error.text }),
              ...error.details.map((text) => html('p', { class: 'detail', text })),
              error.goTo === ''
                ? undefined
                : button(error.goTo, 'secondary', () =>
                    vscode.postMessage({ type: 'goTo', ...place }),
                  ),
            ],
          }),
      section.columns === null ? undefined : grid(section, label, texts.differs),
      section.columns !== null && section.rows.length === 0
        ? html('p', { class: 'note', text: texts.noRows })
        : undefined,
      section.truncated === ''
        ? undefined
        : html('p', { class: 'notice', text: section.truncated }),
      section.columns === null || section.rows.length === 0
        ? undefined
        : html('div', {
            class: 'actions',
            children: [
              button(texts.copyCsv, 'secondary', () =>
                vscode.postMessage({ type: 'copy', format: 'csv', ...place }),
              ),
              button(texts.copyJson, 'secondary', () =>
                vscode.postMessage({ type: 'copy', format: 'json', ...place }),
              ),
              button(texts.save, 'secondary', () =>
                vscode.postMessage({ type: 'save', format: 'csv', ...place }),
              ),
            ],
          }),
    ],
  });
}
