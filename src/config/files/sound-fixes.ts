import { applyEdits } from '../../base/edits.ts';
import type { Finding, Fix } from '../../base/finding.ts';

/** Files of more findings than this are garbage; their fixes are not worth the time that checking takes. */
const mostFixes = 40;

/**
 * Keeps only the fixes that remove their finding and add none, by trying each. The files this is used for have a few
 * dozen lines; one trial takes some microseconds.
 */
export function keepSoundFixes(
  text: string,
  findings: readonly Finding[],
  lint: (text: string) => readonly Finding[],
): Finding[] {
  const before = countByCode(findings);
  let tries = 0;
  const isSound = (finding: Finding, fix: Fix): boolean => {
    tries += 1;
    if (tries > mostFixes) {
      return false;
    }
    const after = countByCode(lint(applyEdits(text, fix.edits)));
    return (
      (after.get(finding.code) ?? 0) < (before.get(finding.code) ?? 0) &&
      [...after].every(([code, count]) => count <= (before.get(code) ?? 0))
    );
  };
  return findings.map((finding) => {
    if (finding.fixes === undefined) {
      return finding;
    }
    const { fixes, ...rest } = finding;
    const sound = fixes.filter((fix) => isSound(finding, fix));
    return sound.length === 0 ? rest : { ...rest, fixes: sound };
  });
}

function countByCode(findings: readonly Finding[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { code } of findings) {
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return counts;
}
