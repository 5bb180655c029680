import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RunResult } from './events.ts';

const folderName = 'reports';

/** Writes a report beside the journal; answers its path. */
export async function saveReport(folder: string, result: RunResult, text: string): Promise<string> {
  const reports = join(folder, folderName);
  await mkdir(reports, { recursive: true });
  const stamp = new Date(result.started).toISOString().replace(/[:.]/g, '-');
  const path = join(reports, `${stamp}-${result.plan.recipe}.md`);
  await writeFile(path, text, { mode: 0o600 });
  return path;
}

/** The path of the latest report; undefined when there is none. */
export async function latestReport(folder: string): Promise<string | undefined> {
  try {
    const names = (await readdir(join(folder, folderName))).filter((name) => name.endsWith('.md'));
    const last = names.sort().at(-1);
    return last === undefined ? undefined : join(folder, folderName, last);
  } catch {
    return undefined;
  }
}
