// The lab as `npm start` and the tests in a real editor use it.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { startLab } from '../../test/lab/lab.ts';
import type { Lab } from '../../test/lab/lab.ts';
import { root } from '../tools/root.ts';

/** A running lab. */
export interface OpenLab {
  readonly lab: Lab;
  /** The folder that the editor opens. */
  readonly workspace: string;
  /** Settings that lead the extension to the lab's hosts. */
  readonly settings: Readonly<Record<string, unknown>>;
  stop(): Promise<void>;
}

/** How the lab is started. */
export interface LabChoice {
  /** Hosts where nothing is deployed yet. */
  readonly bare?: boolean;
  readonly version?: '5.0.0' | '7.0.0';
  /** The topology says `manager: cm`. */
  readonly manager?: boolean;
}

/** Starts the lab in a temporary folder of its own. */
export async function openLab(choice: LabChoice = {}): Promise<OpenLab> {
  const lab = await startLab({
    bare: choice.bare ?? false,
    version: choice.version ?? '5.0.0',
    manager: choice.manager ?? false,
  });
  return {
    lab,
    workspace: lab.workspace,
    settings: { 'openGauss.ssh.configFile': lab.sshConfig },
    stop: () => lab.stop(),
  };
}

/** Notes where the lab is, so that `npm run lab -- freeze production/dn0` finds it; returns how to forget it. */
export async function noteLab(lab: Lab): Promise<() => Promise<void>> {
  const note = join(root, 'out', 'lab.json');
  await mkdir(dirname(note), { recursive: true });
  await writeFile(note, JSON.stringify(lab.describe()));
  return () => rm(note, { force: true });
}
