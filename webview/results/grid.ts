import { html } from '../dom.ts';
import type { SectionView } from './protocol.ts';

/**
 * A table of values that is walked with the arrow keys: one cell takes part in the tab order at a time, Home and End go to
 * the ends of the row, and copying takes the cell's whole value.
 */
export function grid(section: SectionView, label: string, differs: string): HTMLElement {
  const columns = section.columns ?? [];
  const different = new Set(section.different);
  const table = html('table', {
    class: 'grid',
    attributes: {
      role: 'grid',
      'aria-label': label,
      'aria-rowcount': String(section.rows.length + 1),
    },
    children: [
      html('thead', {
        children: [
          html('tr', {
            children: [
              html('th', { class: 'number', text: '#', attributes: { scope: 'col' } }),
              ...columns.map((column) =>
                html('th', {
                  attributes: { scope: 'col', title: column.type },
                  children: [
                    html('span', { class: 'name', text: column.name }),
                    html('span', { class: 'type', text: column.type }),
                  ],
                }),
              ),
            ],
          }),
        ],
      }),
      html('tbody', {
        children: section.rows.map((row, rowIndex) =>
          html('tr', {
            children: [
              html('th', {
                class: 'number',
                text: String(rowIndex + 1),
                attributes: { scope: 'row' },
              }),
              ...row.map((value, columnIndex) =>
                cell(value, {
                  numeric: columns[columnIndex]?.numeric ?? false,
                  first: rowIndex === 0 && columnIndex === 0,
                  different: different.has(`${rowIndex}:${columnIndex}`) ? differs : undefined,
                }),
              ),
            ],
          }),
        ),
      }),
    ],
  });
  table.addEventListener('keydown', walk);
  return html('div', { class: 'scroll', children: [table] });
}

function cell(
  value: string | null,
  options: {
    readonly numeric: boolean;
    readonly first: boolean;
    readonly different: string | undefined;
  },
): HTMLTableCellElement {
  const classes = [
    value === null ? 'null' : '',
    options.numeric ? 'numeric' : '',
    options.different === undefined ? '' : 'different',
  ].filter((name) => name !== '');
  return html('td', {
    ...(classes.length === 0 ? {} : { class: classes.join(' ') }),
    text: value ?? 'NULL',
    attributes: {
      role: 'gridcell',
      tabindex: options.first ? '0' : '-1',
      ...(options.different === undefined ? {} : { title: options.different }),
    },
  });
}

function walk(event: KeyboardEvent): void {
  const from = event.target;
  if (!(from instanceof HTMLTableCellElement)) {
    return;
  }
  if (
    (event.ctrlKey || event.metaKey) &&
    event.key === 'c' &&
    getSelection()?.isCollapsed !== false
  ) {
    event.preventDefault();
    navigator.clipboard
      .writeText(from.classList.contains('null') ? '' : from.textContent)
      .catch(() => undefined);
    return;
  }
  const row = from.parentElement as HTMLTableRowElement;
  const cells = [...row.cells];
  const index = cells.indexOf(from);
  const inRow = (other: Element | null): Element | undefined =>
    other instanceof HTMLTableRowElement ? other.cells[index] : undefined;
  const target = {
    ArrowRight: cells[index + 1],
    ArrowLeft: index > 1 ? cells[index - 1] : undefined,
    ArrowDown: inRow(row.nextElementSibling),
    ArrowUp: inRow(row.previousElementSibling),
    Home: cells[1],
    End: cells.at(-1),
  }[event.key];
  if (target instanceof HTMLElement) {
    event.preventDefault();
    from.tabIndex = -1;
    target.tabIndex = 0;
    target.focus();
  }
}
