/** The server's own checks of a value (its check hooks), by the function's name in guc.cpp and its neighbours. */
import type { Check } from './check.ts';
import { listChecks } from './lists.ts';
import { relationChecks } from './relations.ts';
import { replicationChecks } from './replication.ts';
import { sharedStorageChecks } from './shared-storage.ts';

const checks: ReadonlyMap<string, Check> = new Map(
  Object.entries({
    ...listChecks,
    ...relationChecks,
    ...replicationChecks,
    ...sharedStorageChecks,
  }),
);

/**
 * The check behind a hook's name. Undefined for hooks that take everything when the server starts, and for those that ask
 * the machine (locales, time zones, the stack's limit).
 */
export function checkOf(hook: string | undefined): Check | undefined {
  return hook === undefined ? undefined : checks.get(hook);
}
