import { knownFailures } from './failures.ts';
import type { KnownFailure } from './known-failure.ts';

/** A known failure that matches what was said, in the user's language. */
export interface Diagnosis {
  readonly id: string;
  /** The words of the server or tool that it was recognised by. */
  readonly evidence: string;
  readonly cause: string;
  readonly remedy: string;
}

/**
 * The known failures that a text shows, the most telling first, each once. The text is the end of a log or the output
 * of a tool.
 */
export function diagnose(text: string): Diagnosis[] {
  const found: {
    readonly failure: KnownFailure;
    readonly evidence: string;
    readonly at: number;
  }[] = [];
  for (const failure of knownFailures()) {
    const match = failure.pattern.exec(text);
    if (match !== null) {
      found.push({ failure, evidence: lineOf(text, match.index), at: match.index });
    }
  }
  return found
    .sort((a, b) => b.failure.weight - a.failure.weight || a.at - b.at)
    .map(({ failure, evidence }) => ({
      id: failure.id,
      evidence,
      cause: failure.cause(),
      remedy: failure.remedy(),
    }));
}

function lineOf(text: string, at: number): string {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const end = text.indexOf('\n', at);
  return text.slice(start, end === -1 ? undefined : end).trim();
}
