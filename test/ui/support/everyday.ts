// What many tests do first, the way a person does it.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Session } from './session.ts';
import { eventually } from './workbench.ts';
import type { Workbench } from './workbench.ts';

/** Opens the explorer and waits until both clusters are read and replicate. */
export async function nodesRead(workbench: Workbench): Promise<void> {
  await workbench.openContainer('openGauss');
  await eventually(
    'the nodes are read',
    () => workbench.rows(),
    (rows) => rows.some(({ description }) => description.includes('Main Standby')),
    60_000,
  );
}

/** Writes a file of SQL into the workspace and opens it; ready when its code lenses are there. */
export async function openSql(session: Session, name: string, text: string): Promise<void> {
  const { workbench, page, lab } = session;
  await writeFile(join(lab.workspace, name), text);
  await workbench.openFile(name);
  await page.locator('.codelens-decoration').first().waitFor();
}

/** A statement that answers and one that fails, run on the primary of the lab by the command with this title. */
export async function runSqlOnPrimary(session: Session, command: string): Promise<void> {
  const { workbench } = session;
  await openSql(
    session,
    'query.sql',
    "select 1 as id, 'x|y' as text, null as nothing;\nselect nosuch from pg_class;\n",
  );
  await workbench.command(command);
  await workbench.choose('production/dn0');
}

/** Waits until a plan is open and the person is told to read it. */
export async function planShown(workbench: Workbench): Promise<void> {
  await eventually(
    'the plan',
    () => workbench.notifications(),
    (texts) => texts.some((text) => text.includes('Read the plan')),
    60_000,
  );
}
