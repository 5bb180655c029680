// A reporter for node:test that prints one JSON line per test, for scripts/test/node-tests.ts.
import { inspect } from 'node:util';

/** Suites are only headings; what they hold is reported by itself, except when a hook of theirs fails. */
export default async function* report(events) {
  for await (const { type, data } of events) {
    if (type === 'test:stderr' || type === 'test:stdout') {
      yield line({ kind: 'output', file: data.file, text: data.message });
    } else if (type === 'test:diagnostic' && /^(?:Error|Warning): /.test(data.message)) {
      // What went wrong outside of any test.
      yield line({ kind: 'output', file: data.file, text: `${data.message}\n` });
    } else if (type === 'test:pass' || type === 'test:fail') {
      const error = data.details?.error;
      const cause = error?.cause ?? error;
      const failed = type === 'test:fail' && data.todo === undefined;
      if (data.details?.type === 'suite' && error?.failureType !== 'hookFailed') continue;
      // The parent of failed tests, a file for example, is not one more failure.
      if (error?.failureType === 'subtestsFailed') continue;
      yield line({
        kind: 'test',
        name: data.name,
        file: data.file,
        outcome: failed ? 'failed' : skipped(data) ? 'skipped' : 'passed',
        reason: failed ? text(cause) + ending(error) : (data.skip ?? data.todo)?.toString(),
        milliseconds: data.details?.duration_ms,
      });
    }
  }
}

function skipped(data) {
  return data.skip !== undefined || data.todo !== undefined;
}

/** How the process of a file ended, when the file itself failed. */
function ending(error) {
  const { exitCode, signal } = error ?? {};
  return exitCode == null && signal == null ? '' : ` (exit code ${exitCode}, signal ${signal})`;
}

function text(cause) {
  return cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause);
}

function line(value) {
  return JSON.stringify(value) + '\n';
}
