/**
 * Everything that the manifest (package.json) and the code must agree on: commands, settings, context keys, views.
 * A test compares this table with the manifest, and an in-host test with what is registered.
 * This file knows no editor, so that the comparison runs in plain Node.
 */

export interface CommandEntry {
  /** Whether it may reach a host or write. Such a command is refused in an untrusted workspace, also when it is called by its id. */
  readonly trusted: boolean;
  /** What it works on when it is called from a tree item; it asks when it is called without. */
  readonly target: 'none' | 'node' | 'topology';
  /** Not in the command palette: it makes sense for a tree item or a link only. */
  readonly hidden?: true;
}

export const commands = {
  'openGauss.refresh': { trusted: true, target: 'none' },
  'openGauss.queryNode': { trusted: true, target: 'node' },
  'openGauss.showControlData': { trusted: true, target: 'node' },
  'openGauss.showReplication': { trusted: true, target: 'topology' },
  'openGauss.connectivity': { trusted: true, target: 'topology' },
  'openGauss.runGsDdr': { trusted: true, target: 'node' },
  'openGauss.openConfiguration': { trusted: true, target: 'node' },
  'openGauss.openTerminal': { trusted: true, target: 'node' },
  'openGauss.openRemoteWindow': { trusted: true, target: 'node' },
  'openGauss.connectHost': { trusted: true, target: 'node' },
  'openGauss.reconnect': { trusted: true, target: 'none' },
  'openGauss.forgetSecrets': { trusted: false, target: 'none' },
  'openGauss.checkConfiguration': { trusted: true, target: 'none' },
  'openGauss.createTopology': { trusted: false, target: 'none' },
  'openGauss.runSql': { trusted: true, target: 'node' },
  'openGauss.runSqlOnAll': { trusted: true, target: 'topology' },
  'openGauss.sqlHistory': { trusted: false, target: 'none' },
  'openGauss.verify': { trusted: true, target: 'topology' },
  'openGauss.showVerifyReport': { trusted: false, target: 'topology' },
  'openGauss.followLog': { trusted: true, target: 'node' },
  'openGauss.nextLogError': { trusted: false, target: 'none' },
  'openGauss.whyDown': { trusted: true, target: 'node' },
  'openGauss.deploy': { trusted: true, target: 'topology' },
  'openGauss.preflight': { trusted: true, target: 'topology' },
  'openGauss.setUpDisasterRecovery': { trusted: true, target: 'topology' },
  'openGauss.start': { trusted: true, target: 'topology' },
  'openGauss.stop': { trusted: true, target: 'topology' },
  'openGauss.restart': { trusted: true, target: 'topology' },
  'openGauss.tearDown': { trusted: true, target: 'topology' },
  'openGauss.compareParameters': { trusted: true, target: 'topology' },
  'openGauss.switchover': { trusted: true, target: 'topology' },
  'openGauss.failover': { trusted: true, target: 'topology' },
  'openGauss.rebuild': { trusted: true, target: 'topology' },
  'openGauss.applyConfiguration': { trusted: true, target: 'topology' },
  'openGauss.buildFromSource': { trusted: true, target: 'topology' },
  'openGauss.runScripts': { trusted: true, target: 'topology' },
  'openGauss.plan': { trusted: true, target: 'topology' },
  'openGauss.runPlan': { trusted: true, target: 'none' },
  'openGauss.exportPlanSh': { trusted: false, target: 'none' },
  'openGauss.exportPlanAnsible': { trusted: false, target: 'none' },
  'openGauss.resumeDeployment': { trusted: true, target: 'topology' },
  'openGauss.releaseLock': { trusted: true, target: 'topology' },
  'openGauss.showReport': { trusted: false, target: 'topology' },
  'openGauss.showStepOutput': { trusted: false, target: 'none', hidden: true },
  'openGauss.openDashboard': { trusted: true, target: 'topology' },
  'openGauss.openTopology': { trusted: false, target: 'topology' },
  'openGauss.showLog': { trusted: false, target: 'none' },
  'openGauss.openWalkthrough': { trusted: false, target: 'none' },
  'openGauss.copyValue': { trusted: false, target: 'none', hidden: true },
} as const satisfies Record<string, CommandEntry>;
export type CommandId = keyof typeof commands;

/** Settings with their defaults. `restricted`: the value of an untrusted workspace is ignored. */
export const settings = {
  'openGauss.refreshInterval': { default: 2, restricted: false },
  'openGauss.watchInBackground': { default: false, restricted: true },
  'openGauss.notifications': { default: true, restricted: false },
  'openGauss.serverVersion': { default: 'topology', restricted: false },
  'openGauss.sql.rowLimit': { default: 1000, restricted: false },
  'openGauss.sql.timeout': { default: 60, restricted: false },
  'openGauss.ssh.configFile': { default: '', restricted: true },
} as const satisfies Record<string, { readonly default: unknown; readonly restricted: boolean }>;
export type SettingId = keyof typeof settings;

/** Context keys that `when` clauses may use. Set in one place, `setContext` in context.ts. */
export const contextKeys = {
  /** `searching`, `none`, `invalid`, `ready`: what is known of topologies in this workspace. */
  'openGauss.topologies': 'searching',
  /** Whether the page in front is a plan that can be run or exported. */
  'openGauss.planInFront': false,
  /** Whether a host waits for an answer of the user. */
  'openGauss.questionWaits': false,
} as const satisfies Record<string, string | boolean>;
export type ContextKey = keyof typeof contextKeys;

export const viewContainer = 'openGauss';
export const views = {
  clusters: 'openGauss.clusters',
  operations: 'openGauss.operations',
} as const;

/** The scheme of files on nodes: `opengauss://<topology>/<cluster>/<node>/<path>`. */
export const nodeScheme = 'opengauss';
/** The scheme of texts that we made: answers of tools and their readings. */
export const answerScheme = 'opengauss-answer';

/** Context values of tree items, as `viewItem` in `when` clauses. */
export const contextValues = [
  'topology',
  'cluster',
  'node',
  'channel',
  'file',
  'group',
  'value',
] as const;
export type ContextValue = (typeof contextValues)[number];
