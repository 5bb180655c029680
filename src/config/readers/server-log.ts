import { flexFailure } from './server.ts';
import type { ServerReading } from './server.ts';

/**
 * What the server writes to its log for a reading, in its order and words: of the kinds syntax (with include), unknown
 * and the rest only the first that occurs, then a FATAL.
 */
export function serverLog(reading: ServerReading, file: string): readonly string[] {
  const syntax = reading.problems.filter(({ kind }) => kind === 'syntax' || kind === 'include');
  const unknown = reading.problems.filter(({ kind }) => kind === 'unknown');
  const values = reading.problems.filter(({ kind }) => kind === 'fixed' || kind === 'value');
  const first = [syntax, unknown, values].find((problems) => problems.length > 0) ?? [];
  const log: string[] = [];
  for (const problem of first) {
    if (problem.fatal === true) {
      return [...log, `FATAL:  ${problem.message}`];
    }
    const place = `in file "${file}" line ${problem.line + 1}`;
    const text =
      problem.kind === 'syntax'
        ? problem.message.replace(/^syntax error/, `syntax error ${place}`)
        : problem.kind === 'unknown'
          ? `${problem.message} ${place}`
          : problem.message === flexFailure
            ? `${problem.message} at file "${file}" line ${problem.line + 1}`
            : problem.message;
    log.push(`LOG:  ${text}`);
    if (problem.detail !== undefined) {
      log.push(`DETAIL:  ${problem.detail}`);
    }
    if (problem.hint !== undefined) {
      log.push(`HINT:  ${problem.hint}`);
    }
  }
  return first.length === 0 ? [] : [...log, `FATAL:  configuration file "${file}" contains errors`];
}
