import { applyEdits } from '../base/edits.ts';
import type { Finding, Fix } from '../base/finding.ts';
import { parseTopology } from './parse.ts';

/** A finding that can be mended, and how. */
interface Mendable {
  readonly finding: Finding;
  readonly fixes: readonly Fix[];
}

/**
 * The fixes among the findings of a topology's text that do what they promise: the finding goes and no other comes. Each is
 * tried; a topology has a few dozen lines.
 */
export async function soundFixes(
  text: string,
  findings: readonly Finding[],
  wanted: readonly Finding[] = findings,
): Promise<readonly Mendable[]> {
  const before = counts(findings);
  const mendable: Mendable[] = [];
  for (const finding of wanted) {
    const fixes: Fix[] = [];
    for (const fix of finding.fixes ?? []) {
      const after = counts((await parseTopology(applyEdits(text, fix.edits))).findings);
      if (
        (after.get(finding.code) ?? 0) < (before.get(finding.code) ?? 0) &&
        [...after].every(([code, count]) => count <= (before.get(code) ?? 0))
      ) {
        fixes.push(fix);
      }
    }
    if (fixes.length > 0) {
      mendable.push({ finding, fixes });
    }
  }
  return mendable;
}

/** More steps than any sensible file needs. */
const mostSteps = 50;

/**
 * A text with everything mended for which there is one sound fix only, one after the other.
 * @returns the text, and how many fixes are in it
 */
export async function mendAll(
  text: string,
): Promise<{ readonly text: string; readonly count: number }> {
  let mended = text;
  for (let count = 0; count < mostSteps; count += 1) {
    const { findings } = await parseTopology(mended);
    const candidates = findings.filter((finding) =>
      finding.fixes?.some((fix) => fix.preferred === true),
    );
    let next: Fix | undefined;
    for (const candidate of candidates) {
      const [found] = await soundFixes(mended, findings, [candidate]);
      next = found?.fixes.find((fix) => fix.preferred === true);
      if (next !== undefined) {
        break;
      }
    }
    if (next === undefined) {
      return { text: mended, count };
    }
    mended = applyEdits(mended, next.edits);
  }
  return { text: mended, count: mostSteps };
}

function counts(findings: readonly Finding[]): ReadonlyMap<string, number> {
  const result = new Map<string, number>();
  for (const { code } of findings) {
    result.set(code, (result.get(code) ?? 0) + 1);
  }
  return result;
}
