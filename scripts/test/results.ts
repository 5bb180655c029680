// What a layer of the tests found.

/** One test or check. */
export interface Result {
  readonly layer: string;
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Where it is written, relative to the repository. */
  readonly file?: string;
  /** Why it failed or was skipped. */
  readonly reason?: string;
}

/** Collects results and tells failures at once. */
export class Tally {
  readonly results: Result[] = [];

  add(result: Result): void {
    this.results.push(result);
    if (result.outcome !== 'failed') return;
    const place = result.file === undefined ? '' : `  (${result.file})`;
    console.log(`\n✗ ${result.layer}: ${result.name}${place}\n${indent(result.reason ?? '')}\n`);
  }

  count(outcome: Result['outcome'], layer?: string): number {
    return this.results.filter(
      (result) => result.outcome === outcome && (layer === undefined || result.layer === layer),
    ).length;
  }

  /** `12 passed, 0 failed` and, when there are any, `, 3 skipped`; of one layer or of all. */
  line(layer?: string): string {
    const skipped = this.count('skipped', layer);
    return (
      `${this.count('passed', layer)} passed, ${this.count('failed', layer)} failed` +
      (skipped > 0 ? `, ${skipped} skipped` : '')
    );
  }
}

/** The lines that are shown of one failure; linters can find hundreds. */
const shown = 60;

function indent(text: string): string {
  const lines = text.trimEnd().split('\n');
  const more = lines.length - shown;
  return [...lines.slice(0, shown), ...(more > 0 ? [`… and ${more} more lines`] : [])]
    .map((line) => `    ${line}`)
    .join('\n');
}
