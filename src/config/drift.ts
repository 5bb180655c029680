import type { Catalogue, Parameter, ParameterContext } from './catalogue.ts';
import { type Deployment, type NodeView, settingOf } from './cluster/deployment.ts';
import type { Value } from './values.ts';

/** Who may have a value of his own: every node, every cluster, or nobody. */
export type DriftScope = 'node' | 'cluster' | 'all';

/** `same`: equal where they should be, and nobody is special. `design`: different as it should be. `mistake`: not so. */
export type DriftKind = 'same' | 'design' | 'mistake';

export interface DriftCell {
  readonly nodeId: string;
  /** What the file says; undefined when it says nothing, and when the file is not known. */
  readonly file: string | undefined;
  /** The file's value, else the default, as pg_settings would show it; undefined when the file is not known. */
  readonly effective: string | undefined;
  /** What the server has (`pg_settings.setting`); undefined when it was not asked. */
  readonly running: string | undefined;
  /** What it takes until the running value is the file's one. */
  readonly pending: 'none' | 'reload' | 'restart';
  /** Not the value that the others have. */
  readonly odd: boolean;
}

export interface DriftRow {
  readonly name: string;
  readonly kind: DriftKind;
  readonly scope: DriftScope;
  readonly parameter: Parameter;
  readonly cells: readonly DriftCell[];
}

export interface DriftOptions {
  /** By node id: `pg_settings`, name → setting. */
  readonly running?: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Also parameters that no file names. */
  readonly everything?: boolean;
}

/**
 * Parameters that a node has of its own. Source: the names that a pooled cluster does not copy to its standbys
 * (walreceiver.cpp, g_reserve_param), without those that a cluster must agree on.
 */
const ofNode: ReadonlySet<string> = new Set([
  'application_name',
  'archive_command',
  'archive_dest',
  'audit_directory',
  'available_zone',
  'comm_control_port',
  'comm_sctp_port',
  'config_file',
  'data_directory',
  'external_pid_file',
  'hba_file',
  'huge_page_size',
  'enable_huge_pages',
  'ident_file',
  'listen_addresses',
  'local_bind_address',
  'log_directory',
  'perf_directory',
  'asp_log_directory',
  'query_log_directory',
  'pgxc_node_name',
  'pooler_port',
  'port',
  'primary_slotname',
  'recovery_min_apply_delay',
  'repl_auth_mode',
  'repl_uuid',
  'ssl_ca_file',
  'ssl_cert_file',
  'ssl_crl_file',
  'ssl_key_file',
  'ss_dss_conn_path',
  'ss_instance_id',
  'ss_ock_log_path',
  'ss_rdma_work_config',
  'ss_scrlock_server_port',
  'sync_config_strategy',
  'synchronous_standby_names',
  'unix_socket_directory',
]);

/** Parameters that the two clusters have of their own. */
const ofCluster: ReadonlySet<string> = new Set([
  'cluster_run_mode',
  'stream_cluster_run_mode',
  'ss_interconnect_url',
  'ss_dss_vg_name',
  'ss_dss_data_vg_name',
  'ss_dss_xlog_vg_name',
  'xlog_lock_file_path',
]);

/** Who may have a value of his own for a parameter. */
export function driftScope(name: string, deployment: Deployment): DriftScope {
  if (ofNode.has(name) || /replconninfo\d$/.test(name)) {
    return 'node';
  }
  if (name === 'xlog_file_path') {
    // Every host has its own name for its side of a replicated LUN.
    return deployment.topology.profile === 'dorado' ? 'node' : 'all';
  }
  return ofCluster.has(name) ? 'cluster' : 'all';
}

/** The parameters that some file names (or all), with the value of every node. Mistakes first, then by name. */
export function driftTable(deployment: Deployment, options: DriftOptions = {}): DriftRow[] {
  const rows = namesOf(deployment, options).flatMap((name): DriftRow[] => {
    const parameter = deployment.catalogue.get(name);
    return parameter === undefined ? [] : [rowOf(parameter, deployment, options)];
  });
  const order = { mistake: 0, design: 1, same: 2 };
  return rows.sort(
    (one, other) => order[one.kind] - order[other.kind] || (one.name < other.name ? -1 : 1),
  );
}

function namesOf({ nodes, catalogue }: Deployment, options: DriftOptions): readonly string[] {
  if (options.everything === true) {
    return catalogue.names;
  }
  const names = nodes.flatMap((node) =>
    [...(node.conf?.reading.settings.values() ?? [])].map((setting) => setting.name),
  );
  return [...new Set(names)];
}

function rowOf(parameter: Parameter, deployment: Deployment, options: DriftOptions): DriftRow {
  const { name } = parameter;
  const scope = driftScope(name, deployment);
  const values = deployment.nodes.map((node) => effectiveOf(node, parameter));
  const right = usualValues(deployment, values, scope);
  const cells = deployment.nodes.map((node, index): DriftCell => {
    const effective = values[index];
    const running = options.running?.get(node.spec.id)?.get(name);
    return {
      nodeId: node.spec.id,
      file: settingOf(node, name)?.raw,
      effective,
      running,
      pending: pendingOf(parameter.context, effective, running),
      odd:
        effective !== undefined &&
        effective !== right.get(groupOf(node, scope)) &&
        scope !== 'node',
    };
  });
  const distinct = new Set(values.filter((value) => value !== undefined));
  const kind = cells.some((cell) => cell.odd) ? 'mistake' : distinct.size > 1 ? 'design' : 'same';
  return { name, kind, scope, parameter, cells };
}

function groupOf(node: NodeView, scope: DriftScope): string {
  return scope === 'node' ? node.spec.id : scope === 'cluster' ? node.spec.cluster : '';
}

/** The value that most nodes of a group have; of equally many, the first one's. */
function usualValues(
  deployment: Deployment,
  values: readonly (string | undefined)[],
  scope: DriftScope,
): Map<string, string> {
  const counts = new Map<string, Map<string, number>>();
  for (const [index, node] of deployment.nodes.entries()) {
    const value = values[index];
    if (value !== undefined) {
      const group = counts.get(groupOf(node, scope)) ?? new Map<string, number>();
      group.set(value, (group.get(value) ?? 0) + 1);
      counts.set(groupOf(node, scope), group);
    }
  }
  return new Map(
    [...counts].map(([group, each]) => [
      group,
      [...each].reduce((best, one) => (one[1] > best[1] ? one : best))[0],
    ]),
  );
}

function effectiveOf(node: NodeView, parameter: Parameter): string | undefined {
  return node.conf === undefined
    ? undefined
    : asSetting(settingOf(node, parameter.name)?.value ?? parameter.default);
}

/** A value as `pg_settings` shows it: numbers in the base unit, booleans as on and off. */
export function asSetting(value: Value | null): string {
  return typeof value === 'boolean' ? (value ? 'on' : 'off') : value === null ? '' : String(value);
}

function pendingOf(
  context: ParameterContext,
  effective: string | undefined,
  running: string | undefined,
): DriftCell['pending'] {
  if (
    effective === undefined ||
    running === undefined ||
    effective === running ||
    context === 'internal'
  ) {
    return 'none';
  }
  if (Number(effective) === Number(running) && effective.trim() !== '' && running.trim() !== '') {
    return 'none';
  }
  return context === 'postmaster' ? 'restart' : 'reload';
}

/** What a change of a parameter needs to take effect. */
export function needs(catalogue: Catalogue, name: string): 'restart' | 'reload' {
  return catalogue.get(name)?.context === 'postmaster' ? 'restart' : 'reload';
}
