import { editDistance } from '../../base/nearest.ts';

/** The texts nearest to one, best first; at most a third of its letters may differ. Compared without regard to case. */
export function nearest(
  text: string,
  candidates: readonly string[],
  limit: number,
): readonly string[] {
  if (text.length > 80) {
    return [];
  }
  const wanted = text.toLowerCase();
  const most = Math.max(1, Math.floor(wanted.length / 3));
  return candidates
    .filter((candidate) => Math.abs(candidate.length - wanted.length) <= most)
    .map((candidate) => ({ candidate, cost: editDistance(wanted, candidate.toLowerCase()) }))
    .filter(({ cost }) => cost <= most)
    .sort((a, b) => a.cost - b.cost)
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}
