import * as vscode from 'vscode';
import type { ContextKey } from './contributions.ts';

/** Sets a context key of the table; the only place that does. */
export async function setContext(key: ContextKey, value: string | boolean): Promise<void> {
  await vscode.commands.executeCommand('setContext', key, value);
}
