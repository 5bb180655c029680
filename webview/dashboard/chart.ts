import { formatBytes } from '../../src/base/bytes.ts';
import { html, svg, table } from '../dom.ts';
import type { Sample } from './protocol.ts';

const width = 600;
const height = 140;
const margin = { left: 72, right: 8, top: 8, bottom: 20 };

export interface ChartOptions {
  readonly title: string;
  readonly kind: 'lag' | 'rate';
  readonly suffix: string;
  readonly samples: readonly Sample[];
  readonly texts: {
    readonly showTable: string;
    readonly time: string;
    readonly none: string;
    readonly latest: string;
    readonly highest: string;
  };
}

/** A curve over time with its latest and highest value in words, and the numbers as a table behind a disclosure. */
export function chart(options: ChartOptions): HTMLElement {
  const points = options.samples.map((sample) => ({
    time: sample.time,
    value: sample[options.kind],
  }));
  const known = points.filter((point) => point.value !== null);
  const latest = known.at(-1)?.value ?? null;
  const highest = known.reduce((most, point) => Math.max(most, point.value ?? 0), 0);
  const show = (value: number | null): string =>
    value === null ? '–' : `${formatBytes(Math.round(value))}${options.suffix}`;
  const summary =
    latest === null
      ? options.texts.none
      : `${options.texts.latest} ${show(latest)} · ${options.texts.highest} ${show(highest)}`;
  const details = html('details', {
    attributes: { 'data-chart': options.kind },
    children: [
      html('summary', { text: options.texts.showTable }),
      table(
        options.title,
        [options.texts.time, options.title],
        points
          .slice(-30)
          .reverse()
          .map((point) => [clock(point.time), show(point.value)]),
      ),
    ],
  });
  return html('figure', {
    class: 'chart',
    children: [
      html('figcaption', {
        children: [
          html('h2', { text: options.title }),
          html('p', { class: 'summary', text: summary }),
        ],
      }),
      picture(points, highest, show, `${options.title}. ${summary}`),
      details,
    ],
  });
}

/** In the language of the editor, which need not be that of the browser. */
function clock(time: number): string {
  return new Date(time).toLocaleTimeString(document.documentElement.lang);
}

interface Point {
  readonly time: number;
  readonly value: number | null;
}

function picture(
  points: readonly Point[],
  highest: number,
  show: (value: number) => string,
  label: string,
): SVGSVGElement {
  const first = points[0]?.time ?? 0;
  const last = points.at(-1)?.time ?? 1;
  const top = niceCeiling(highest);
  const inner = {
    width: width - margin.left - margin.right,
    height: height - margin.top - margin.bottom,
  };
  const x = (time: number): number =>
    margin.left + (last === first ? inner.width : ((time - first) / (last - first)) * inner.width);
  const y = (value: number): number => margin.top + inner.height * (1 - value / top);
  return svg('svg', {
    attributes: {
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': label,
    },
    children: [
      ...[0, top / 2, top].flatMap((value) => [
        svg('line', {
          class: 'grid',
          attributes: coordinates(margin.left, y(value), width - margin.right, y(value)),
        }),
        svg('text', {
          class: 'axis',
          text: show(value),
          attributes: { x: String(margin.left - 6), y: String(y(value) + 4), 'text-anchor': 'end' },
        }),
      ]),
      ...(points.length > 0
        ? [first, last].map((time, index) =>
            svg('text', {
              class: 'axis',
              text: clock(time),
              attributes: {
                x: String(index === 0 ? margin.left : width - margin.right),
                y: String(height - 4),
                'text-anchor': index === 0 ? 'start' : 'end',
              },
            }),
          )
        : []),
      svg('path', { class: 'area', attributes: { d: path(points, x, y, y(0)) } }),
      svg('path', { class: 'curve', attributes: { d: path(points, x, y) } }),
    ],
  });
}

function coordinates(x1: number, y1: number, x2: number, y2: number): Record<string, string> {
  return { x1: String(x1), y1: String(y1), x2: String(x2), y2: String(y2) };
}

/** The curve, broken where nothing was known; closed down to `floor` when that is given. */
function path(
  points: readonly Point[],
  x: (time: number) => number,
  y: (value: number) => number,
  floor?: number,
): string {
  let text = '';
  let start: number | undefined;
  let end = 0;
  const close = (): void => {
    if (start !== undefined && floor === undefined && start === end) {
      // A reading without neighbours: a line of no length, drawn as a dot.
      text += 'h0';
    } else if (start !== undefined && floor !== undefined) {
      text += `L${end.toFixed(1)} ${floor.toFixed(1)}L${start.toFixed(1)} ${floor.toFixed(1)}Z`;
    }
    start = undefined;
  };
  for (const point of points) {
    if (point.value === null) {
      close();
      continue;
    }
    end = x(point.time);
    text += `${start === undefined ? 'M' : 'L'}${end.toFixed(1)} ${y(point.value).toFixed(1)}`;
    start ??= end;
  }
  close();
  return text;
}

/** The next power of two, so that the axis shows round binary units and rarely changes; 1 KiB at least. */
function niceCeiling(value: number): number {
  return Math.max(1024, 2 ** Math.ceil(Math.log2(Math.max(1, value))));
}
