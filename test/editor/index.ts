// The entry of the tests in the extension host: VS Code calls `run` when the window is ready.
import { appendFileSync } from 'node:fs';

import { runLoaded } from './support/node-test.ts';

export { load } from './support/node-test.ts';

/** Runs the loaded tests and writes one JSON line per event to the file that the runner named. */
export async function run(): Promise<void> {
  process.setSourceMapsEnabled(true);
  const results = process.env['OPENGAUSS_DUAL_CLUSTER_EDITOR_RESULTS'];
  if (results === undefined) throw new Error('Start these tests by npm test -- editor.');
  const write = (value: unknown) => {
    appendFileSync(results, JSON.stringify(value) + '\n');
  };
  const unhandled = (error: unknown) => {
    write({ kind: 'unhandled', reason: error instanceof Error ? error.stack : String(error) });
  };
  process.on('unhandledRejection', unhandled);
  try {
    await runLoaded(
      (name) => {
        write({ kind: 'begin', name });
      },
      (outcome) => {
        write({ kind: 'test', ...outcome });
      },
    );
  } finally {
    process.off('unhandledRejection', unhandled);
  }
  write({ kind: 'end' });
}
