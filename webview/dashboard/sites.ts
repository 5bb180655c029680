import { badge } from '../toolkit.ts';
import { html, svg, table } from '../dom.ts';
import type {
  ArrayPairView,
  DashboardTexts,
  DashboardView,
  Level,
  LinkView,
  NodeView,
  SiteView,
} from './protocol.ts';

/** Shapes differ by level, so that nothing rests on colour alone. */
const shapes: Record<Level, string> = {
  ok: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm-1 10L4 8l1.2-1.2L7 8.6l3.8-3.8L12 6Z',
  warning: 'M8 1 15 14H1Zm-.8 4v5h1.6V5Zm0 6v1.6h1.6V11Z',
  error:
    'M5 1h6l4 4v6l-4 4H5l-4-4V5Zm.2 3L4 5.2 6.8 8 4 10.8 5.2 12 8 9.2l2.8 2.8 1.2-1.2L9.2 8 12 5.2 10.8 4 8 6.8Z',
  unknown:
    'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 1.6a5.4 5.4 0 1 1 0 10.8A5.4 5.4 0 0 1 8 2.6ZM7.2 10h1.6v1.6H7.2Zm0-6h1.6v5H7.2Z',
};

/** The sign of a level. */
export function levelSign(level: Level): SVGSVGElement {
  return svg('svg', {
    class: `sign ${level}`,
    attributes: { viewBox: '0 0 16 16', 'aria-hidden': 'true' },
    children: [svg('path', { attributes: { d: shapes[level], 'fill-rule': 'evenodd' } })],
  });
}

/** The two sites with their nodes, the arrow between them, and the same as a table. */
export function sitesPicture(view: DashboardView, openNode: (id: string) => void): HTMLElement {
  const [left, right] = view.link !== null && view.link.from > view.link.to ? [1, 0] : [0, 1];
  const first = view.sites[left];
  const second = view.sites[right];
  const details = html('details', {
    attributes: { 'data-chart': 'sites' },
    children: [
      html('summary', { text: view.texts.showTable }),
      table(
        view.texts.sites,
        [
          view.texts.node,
          view.texts.role,
          view.texts.state,
          view.texts.where,
          view.texts.lsn,
          view.texts.read,
        ],
        view.sites.flatMap((site) =>
          site.nodes.map((node) => [
            `${site.name} / ${node.name}`,
            node.role,
            node.state,
            node.where,
            node.lsn,
            node.time,
          ]),
        ),
      ),
    ],
  });
  return html('section', {
    attributes: { 'aria-label': view.texts.sites },
    children: [
      html('div', {
        class: 'sites',
        children: [
          first && siteCard(first, openNode),
          first && second && arrow(view.link),
          second && siteCard(second, openNode),
          ...view.sites.slice(2).map((site) => siteCard(site, openNode)),
        ],
      }),
      details,
    ],
  });
}

/** What the topology knows of the pair of arrays: its two ends, the direction, and the same as a table. */
export function arrayPicture(pair: ArrayPairView, texts: DashboardTexts): HTMLElement {
  const details = html('details', {
    attributes: { 'data-chart': 'array' },
    children: [
      html('summary', { text: texts.showTable }),
      table(texts.array, [texts.property, texts.value], pair.rows),
    ],
  });
  const [first, second] = pair.ends;
  return html('section', {
    class: 'array',
    attributes: { 'aria-label': texts.array },
    children: [
      html('h2', { children: [html('span', { text: texts.array }), badge(pair.kind)] }),
      html('div', {
        class: 'pair',
        children: [
          html('span', { class: 'end', text: first }),
          html('div', {
            class: 'link unknown',
            children: [
              html('span', {
                class: 'state',
                children: [levelSign('unknown'), html('span', { text: pair.state })],
              }),
              arrowLine(pair.description, false),
            ],
          }),
          html('span', { class: 'end', text: second }),
        ],
      }),
      ...pair.lines.map((text) => html('p', { class: 'line', text })),
      details,
    ],
  });
}

function siteCard(site: SiteView, openNode: (id: string) => void): HTMLElement {
  return html('div', {
    class: `site ${site.level}`,
    children: [
      html('h2', {
        children: [levelSign(site.level), html('span', { text: site.name }), badge(site.role)],
      }),
      html('ul', { children: site.nodes.map((node) => nodeRow(node, openNode)) }),
    ],
  });
}

function nodeRow(node: NodeView, openNode: (id: string) => void): HTMLElement {
  const open = html('button', {
    class: 'node',
    attributes: {
      type: 'button',
      'data-node': node.id,
      'aria-label': `${node.name}, ${node.role}, ${node.state}, ${node.where}`,
    },
    children: [
      levelSign(node.level),
      html('span', { class: 'name', text: node.name }),
      html('span', { class: 'role', text: node.role }),
      html('span', { class: 'state', text: node.state }),
      html('span', { class: 'where', text: node.where }),
      html('span', { class: 'lsn', text: node.lsn }),
    ],
  });
  open.addEventListener('click', () => openNode(node.id));
  return html('li', { children: [open] });
}

function arrow(link: LinkView | null): HTMLElement {
  const level = link?.level ?? 'unknown';
  const broken = level === 'error' || level === 'unknown';
  return html('div', {
    class: `link ${level}`,
    children: [
      html('span', {
        class: 'state',
        children: [levelSign(level), html('span', { text: link?.state ?? '–' })],
      }),
      arrowLine(link?.description ?? '–', broken),
      ...(link?.lines ?? []).map((text) => html('span', { class: 'line', text })),
    ],
  });
}

function arrowLine(label: string, broken: boolean): SVGSVGElement {
  return svg('svg', {
    class: 'arrow',
    attributes: {
      viewBox: '0 0 120 16',
      role: 'img',
      'aria-label': label,
      preserveAspectRatio: 'none',
    },
    children: [
      svg('path', {
        class: 'shaft',
        attributes: { d: 'M0 8H106', ...(broken ? { 'stroke-dasharray': '5 5' } : {}) },
      }),
      svg('path', { class: 'head', attributes: { d: 'M106 2 120 8 106 14Z' } }),
    ],
  });
}
