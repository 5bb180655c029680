// The lab as `npm start` and the tests in the editor use it.
import { mkdir } from 'node:fs/promises';

/** A running lab. */
export interface OpenLab {
  /** The folder that the editor opens. */
  readonly workspace: string;
  /** Settings that lead the extension to the lab's hosts. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Variables for tests inside the editor, which control the lab by them. */
  readonly env: Readonly<Record<string, string>>;
  /** What the person at the terminal is told. */
  readonly hints: readonly string[];
  stop(): Promise<void>;
}

/** Starts the lab in a folder of its own. */
export async function openLab(
  folder: string,
  _options: { bare: boolean; version: string },
): Promise<OpenLab> {
  await mkdir(folder, { recursive: true });
  return { workspace: folder, settings: {}, env: {}, hints: [], stop: () => Promise.resolve() };
}
