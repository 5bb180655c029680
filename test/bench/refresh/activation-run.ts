// Runs in the extension host: activates the extension and an empty one, and writes down how long each took.
import { appendFileSync } from 'node:fs';
import * as vscode from 'vscode';

/** VS Code calls it when the window is ready. */
export async function run(): Promise<void> {
  const { BENCH_RESULTS: results = '', BENCH_ORDER: order = '' } = process.env;
  const times: Record<string, number> = {};
  for (const id of order.split(' ')) {
    const extension = vscode.extensions.getExtension(id);
    if (extension === undefined || extension.isActive) {
      const others = vscode.extensions.all
        .map((one) => one.id)
        .filter((one) => !one.startsWith('vscode.'));
      throw new Error(
        `${id} is ${extension === undefined ? `not among ${others.join(', ')}` : 'active already'}.`,
      );
    }
    const cpu = process.cpuUsage();
    const begun = performance.now();
    await extension.activate();
    times[id] = performance.now() - begun;
    const { user, system } = process.cpuUsage(cpu);
    times[`${id} cpu`] = (user + system) / 1000;
  }
  appendFileSync(results, `${JSON.stringify(times)}\n`);
}
