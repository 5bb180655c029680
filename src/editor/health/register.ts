import * as vscode from 'vscode';
import { clockTime, t } from '../../base/l10n.ts';
import type { HealthLevel } from '../../status/health.ts';
import { views } from '../contributions.ts';
import { plain } from '../../base/markdown.ts';
import type { Services } from '../services.ts';
import { setting } from '../settings.ts';
import { Worsening } from './worsening.ts';

const icons: Readonly<Record<HealthLevel, string>> = {
  ok: '$(pass)',
  warning: '$(warning)',
  error: '$(error)',
  unknown: '$(question)',
};
/** Worst first. */
const order: readonly HealthLevel[] = ['error', 'warning', 'unknown', 'ok'];

/** The status bar's sentence of health, and a notification when it gets worse. */
export function registerHealth(services: Services): void {
  const { topologies, monitors } = services;
  const item = services.add(
    vscode.window.createStatusBarItem('openGauss.health', vscode.StatusBarAlignment.Left, 10),
  );
  item.name = t('openGauss Health');
  item.command = { command: `${views.clusters}.focus`, title: t('Show Clusters') };
  const worsening = new Map<string, Worsening>();

  const show = (): void => {
    const known = topologies.entries.flatMap((entry) => {
      const health = monitors.health(entry.id);
      const time = monitors.snapshot(entry.id)?.time;
      return health === undefined || time === undefined ? [] : [{ entry, health, time }];
    });
    const worst = order
      .map((level) => known.find(({ health }) => health.level === level))
      .find((one) => one !== undefined);
    if (worst === undefined) {
      item.hide();
      return;
    }
    const paused = !monitors.running;
    const label = short(worst.health.level, worst.health.problems.length);
    item.text = `${icons[worst.health.level]} openGauss: ${label}${paused ? ' $(debug-pause)' : ''}`;
    item.backgroundColor =
      worst.health.level === 'error' && !paused
        ? new vscode.ThemeColor('statusBarItem.errorBackground')
        : undefined;
    item.tooltip = new vscode.MarkdownString(
      known
        .map(({ entry, health, time }) =>
          [
            `**${plain(entry.name)}** — ${plain(health.sentence)}`,
            ...(health.problems.length > 1
              ? health.problems.map((problem) => `- ${plain(problem.message)}`)
              : []),
            `\n${paused ? t('Not read any more; last read at {0}', clockTime(time)) : t('Read at {0}', clockTime(time))}`,
          ].join('\n'),
        )
        .join('\n\n---\n\n'),
    );
    item.accessibilityInformation = { label: `openGauss: ${worst.health.sentence}` };
    item.show();
  };

  const notify = (id: string): void => {
    const health = monitors.health(id);
    const snapshot = monitors.snapshot(id);
    if (health === undefined || snapshot === undefined || !monitors.running) {
      return;
    }
    const one = worsening.get(id) ?? new Worsening();
    worsening.set(id, one);
    const fresh = one.tell(health, snapshot.time);
    if (fresh.length > 0 && setting('openGauss.notifications')) {
      services.reporter.background('notification', tell(fresh.map((problem) => problem.message)));
    }
  };

  services.add(
    monitors.onDidChange((id) => {
      show();
      notify(id);
    }),
  );
  services.add(topologies.onDidChange(show));
}

function short(level: HealthLevel, problems: number): string {
  switch (level) {
    case 'ok':
      return t('healthy');
    case 'unknown':
      return t('not known yet');
    case 'warning':
    case 'error':
      return problems === 1 ? t('1 problem') : t('{0} problems', problems);
  }
}

async function tell(messages: readonly string[]): Promise<void> {
  const [first = '', ...more] = messages;
  const show = t('Show Clusters');
  const never = t("Don't Show Again");
  const answer = await vscode.window.showWarningMessage(
    more.length === 0 ? first : t('{0} ({1} more)', first, more.length),
    show,
    never,
  );
  if (answer === show) {
    await vscode.commands.executeCommand(`${views.clusters}.focus`);
  } else if (answer === never) {
    await vscode.workspace
      .getConfiguration()
      .update('openGauss.notifications', false, vscode.ConfigurationTarget.Global);
  }
}
