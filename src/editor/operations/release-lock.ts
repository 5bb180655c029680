import * as vscode from 'vscode';
import { t } from '../../base/l10n.ts';
import { holderOf, releaseLock } from '../../operations/lock.ts';
import type { LockHolder } from '../../operations/types.ts';
import { hostNames } from '../../topology/lookups.ts';
import type { Services } from '../services.ts';
import type { TopologyEntry } from '../topology/service.ts';

/** "Release Lock…": shows who holds the locks of the hosts, and removes one that a person says to be dead. */
export async function offerRelease(services: Services, entry: TopologyEntry): Promise<void> {
  const { topology } = entry;
  if (topology === undefined) {
    return;
  }
  const pool = services.hosts.pool(entry);
  const answers = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: t('Looking for locks') },
    () =>
      Promise.allSettled(
        hostNames(topology).map(async (host) => {
          const holder = await holderOf(await pool.shell(host));
          return holder === undefined ? [] : [{ host, holder }];
        }),
      ),
  );
  const held = answers.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  const silent = answers.find((one) => one.status === 'rejected');
  if (held.length === 0 && silent !== undefined) {
    throw silent.reason;
  }
  if (held.length === 0) {
    void vscode.window.showInformationMessage(t('No host of {0} is locked.', entry.name));
    return;
  }
  const picked = await vscode.window.showQuickPick(
    held.map((one) => ({
      label: one.host,
      description: one.holder.title,
      detail: whose(one.holder),
      one,
    })),
    { title: t('Release Lock'), placeHolder: t('Which lock?'), matchOnDescription: true },
  );
  if (picked === undefined) {
    return;
  }
  const { host, holder } = picked.one;
  const release = t('Release Lock');
  const answer = await vscode.window.showWarningMessage(
    t('Release the lock of {0}?', host),
    {
      modal: true,
      detail: `${whose(holder)}\n\n${t('Only when it is certain that this run is dead: two runs at a time can destroy the clusters.')}`,
    },
    release,
  );
  if (answer === release) {
    await releaseLock(await pool.shell(host), holder);
    void vscode.window.showInformationMessage(t('The lock of {0} is released.', host));
  }
}

function whose({ user, machine, pid, time }: LockHolder): string {
  return t('{0} on {1}, process {2}, since {3}', user, machine, pid, time);
}
