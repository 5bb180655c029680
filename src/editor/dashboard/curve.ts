import { t } from '../../base/l10n.ts';
import type { Sample } from '../../monitor/history.ts';
import type { Sample as DrawnSample } from '../../../webview/dashboard/protocol.ts';

/** Points drawn at most: more than the curve has pixels for would only cost. */
const mostPoints = 300;

interface Period {
  readonly title: string;
  /** Milliseconds; `Infinity` for all that is remembered. */
  readonly length: number;
}

const minute = 60_000;

/** The times that the curves can show. */
export function periods(): readonly Period[] {
  return [
    { title: t('Last 10 minutes'), length: 10 * minute },
    { title: t('Last hour'), length: 60 * minute },
    { title: t('All since this window watches'), length: Infinity },
  ];
}

/**
 * The newest part of a curve, `length` milliseconds of it, with as few points as can be drawn. Where samples have to be
 * joined the highest of them stays, so that no peak is lost.
 */
export function drawnCurve(curve: readonly Sample[], length: number): readonly DrawnSample[] {
  const newest = curve.at(-1)?.time ?? 0;
  const shown = curve.filter((sample) => sample.time >= newest - length);
  const size = Math.ceil(shown.length / mostPoints);
  const points: DrawnSample[] = [];
  for (let start = 0; start < shown.length; start += size) {
    const group = shown.slice(start, start + size);
    points.push({
      time: group.at(-1)?.time ?? 0,
      lag: highest(group.map(({ lag }) => (lag === undefined ? undefined : Number(lag)))),
      rate: highest(group.map(({ writeRate }) => writeRate)),
    });
  }
  return points;
}

function highest(values: readonly (number | undefined)[]): number | null {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? null : Math.max(...known);
}
