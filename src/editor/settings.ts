import * as vscode from 'vscode';
import { settings } from './contributions.ts';
import type { SettingId } from './contributions.ts';

type Widen<T> = T extends number
  ? number
  : T extends boolean
    ? boolean
    : T extends string
      ? string
      : T;
export type SettingValue<Id extends SettingId> = Widen<(typeof settings)[Id]['default']>;

/** A setting's value; the default when the user's value has another type than the default. */
export function setting<Id extends SettingId>(id: Id, scope?: vscode.Uri): SettingValue<Id> {
  const fallback = settings[id].default;
  const value: unknown = vscode.workspace.getConfiguration(undefined, scope).get(id);
  return (typeof value === typeof fallback ? value : fallback) as SettingValue<Id>;
}

/** Calls back when one of the settings changes. */
export function onSettingChange(ids: readonly SettingId[], changed: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (ids.some((id) => event.affectsConfiguration(id))) {
      changed();
    }
  });
}

/** Milliseconds between two readings of a node; below half a second the tools would run into each other. */
export function refreshMilliseconds(): number {
  const seconds = setting('openGauss.refreshInterval');
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0.5), 3600) * 1000 : 2000;
}
