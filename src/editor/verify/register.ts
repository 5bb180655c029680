import * as vscode from 'vscode';
import { t } from '../../base/l10n.ts';
import { plannedChecks } from '../../operations/verify/plan.ts';
import { summary, verifyJson, verifyMarkdown } from '../../operations/verify/report.ts';
import type { CheckResult, PlannedCheck, VerifyReport } from '../../operations/verify/types.ts';
import { showMarkdown } from '../answers.ts';
import { untrusted } from '../errors.ts';
import { sentence } from '../failures.ts';
import { pickTopology } from '../nodes.ts';
import type { Services } from '../services.ts';
import type { TopologyEntry } from '../topology/service.ts';

/** "Verify replication": as a command with a report, and as tests in the Testing view. */
export function registerVerify(services: Services): void {
  const reports = new Map<string, VerifyReport>();
  services.commands.register('openGauss.verify', async (argument) => {
    const entry = await pickTopology(services, argument, t('Verify Replication'));
    if (entry === undefined) {
      return;
    }
    const report = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: t('Verifying {0}', entry.name),
        cancellable: true,
      },
      (progress, token) =>
        run(services, entry, token, (check, result) => {
          if (result === undefined) {
            progress.report({ message: check.title });
          }
        }),
    );
    reports.set(entry.id, report);
    await showReport(services, entry, report);
  });
  services.commands.register('openGauss.showVerifyReport', async (argument) => {
    const entry = await pickTopology(services, argument, t('Show Verification Report'));
    const report = entry && reports.get(entry.id);
    if (entry !== undefined && report !== undefined) {
      await showReport(services, entry, report);
    } else if (entry !== undefined) {
      void vscode.window.showInformationMessage(
        t('{0} has not been verified in this window yet.', entry.name),
      );
    }
  });
  registerTests(services, reports);
}

async function run(
  services: Services,
  entry: TopologyEntry,
  token: vscode.CancellationToken,
  onCheck: (check: PlannedCheck, result: CheckResult | undefined) => void,
): Promise<VerifyReport> {
  if (!vscode.workspace.isTrusted) {
    throw untrusted();
  }
  const { verify } = await import('../../operations/verify/verify.ts');
  const { topology } = entry;
  if (topology === undefined) {
    throw new vscode.CancellationError();
  }
  const controller = new AbortController();
  const listener = token.onCancellationRequested(() =>
    controller.abort(new vscode.CancellationError()),
  );
  try {
    return await verify({
      name: entry.name,
      topology,
      pool: services.hosts.pool(entry),
      signal: controller.signal,
      onCheck,
    });
  } finally {
    listener.dispose();
  }
}

async function showReport(
  services: Services,
  entry: TopologyEntry,
  report: VerifyReport,
): Promise<void> {
  const uri = services.answers.put(`/${entry.id}/verification.md`, verifyMarkdown(report));
  await showMarkdown(uri, 'here');
  const save = t('Save Report…');
  const text = summary(report);
  const answer = await (report.ok
    ? vscode.window.showInformationMessage(text, save)
    : vscode.window.showWarningMessage(text, save));
  if (answer === save) {
    await saveReport(entry, report);
  }
}

async function saveReport(entry: TopologyEntry, report: VerifyReport): Promise<void> {
  const target = await vscode.window.showSaveDialog({
    title: t('Save Report…'),
    filters: { Markdown: ['md'], JSON: ['json'] },
    defaultUri: vscode.Uri.joinPath(entry.uri, '..', 'verification.md'),
  });
  if (target !== undefined) {
    const text = target.path.endsWith('.json') ? verifyJson(report) : verifyMarkdown(report);
    await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
  }
}

/** One test for each check, under its topology. The checks of a topology belong together, so they run together. */
function registerTests(services: Services, reports: Map<string, VerifyReport>): void {
  const controller = services.add(
    vscode.tests.createTestController('openGauss.verify', t('openGauss Verification')),
  );
  const fill = (): void => {
    controller.items.replace(
      services.topologies.entries.flatMap((entry) => {
        if (entry.topology === undefined) {
          return [];
        }
        const item = controller.createTestItem(entry.id, entry.name, entry.uri);
        item.children.replace(
          plannedChecks(entry.topology).map((check, index) => {
            const child = controller.createTestItem(
              `${entry.id}#${check.id}`,
              check.title,
              entry.uri,
            );
            child.sortText = String(index).padStart(4, '0');
            return child;
          }),
        );
        return [item];
      }),
    );
  };
  fill();
  services.add(services.topologies.onDidChange(fill));
  controller.refreshHandler = async () => {
    await services.topologies.ready();
    fill();
  };
  controller.createRunProfile(
    t('Verify Replication'),
    vscode.TestRunProfileKind.Run,
    async (request, token) => {
      const wanted = new Set(
        (request.include ?? [...controller.items].map(([, item]) => item)).map(
          (item) => item.id.split('#')[0],
        ),
      );
      const testRun = controller.createTestRun(request);
      for (const [id, item] of controller.items) {
        if (wanted.has(id) && !token.isCancellationRequested) {
          await runTests(services, testRun, item, token, reports);
        }
      }
      testRun.end();
    },
    true,
  );
}

async function runTests(
  services: Services,
  testRun: vscode.TestRun,
  item: vscode.TestItem,
  token: vscode.CancellationToken,
  reports: Map<string, VerifyReport>,
): Promise<void> {
  const entry = services.topologies.entry(item.id);
  if (entry === undefined) {
    return;
  }
  const childOf = (check: PlannedCheck): vscode.TestItem | undefined =>
    item.children.get(`${item.id}#${check.id}`);
  item.children.forEach((child) => testRun.enqueued(child));
  try {
    const report = await run(services, entry, token, (check, result) => {
      const child = childOf(check);
      if (child !== undefined) {
        tell(testRun, child, result);
      }
    });
    reports.set(entry.id, report);
    for (const check of report.checks) {
      const child = childOf(check);
      if (child !== undefined && check.status === 'skipped') {
        testRun.skipped(child);
      }
    }
    testRun.appendOutput(`${summary(report)}\r\n`);
  } catch (thrown) {
    testRun.errored(item, new vscode.TestMessage(sentence(thrown)));
  }
}

function tell(
  testRun: vscode.TestRun,
  child: vscode.TestItem,
  result: CheckResult | undefined,
): void {
  if (result === undefined) {
    testRun.started(child);
    return;
  }
  const lines = [...(result.reason === undefined ? [] : [result.reason]), ...result.evidence];
  testRun.appendOutput(lines.map((line) => `${line}\r\n`).join(''), undefined, child);
  switch (result.status) {
    case 'passed':
      testRun.passed(child, result.milliseconds);
      break;
    case 'failed':
      testRun.failed(child, new vscode.TestMessage(lines.join('\n')), result.milliseconds);
      break;
    case 'skipped':
      testRun.skipped(child);
      break;
  }
}
