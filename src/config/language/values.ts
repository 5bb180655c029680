import type { TextRange } from '../../base/finding.ts';
import { t } from '../../base/l10n.ts';
import type { Parameter } from '../catalogue.ts';
import { type NodeView, settingOf } from '../cluster/deployment.ts';
import { writeValue } from '../edit.ts';
import { listedWords } from '../values.ts';
import { ownNode } from './position.ts';
import type { Completion, CompletionKind, LanguageContext } from './types.ts';
import { humanValue, writtenValue } from './words.ts';

/** Proposals for the value of a parameter: what the topology says, what other nodes have, its words, its default. */
export function proposeValues(
  name: string,
  range: TextRange,
  written: string,
  context: LanguageContext,
): Completion[] {
  const parameter = context.catalogue.get(name);
  if (parameter === undefined) {
    return [];
  }
  const proposals: Completion[] = [];
  const add = (value: string, kind: CompletionKind, detail: string | undefined): void => {
    // A value that has been begun with a quote must be written with quotes, or the editor filters it out.
    const literal = written.startsWith("'")
      ? `'${value.replaceAll("'", "''")}'`
      : writeValue(parameter, value);
    if (proposals.some((each) => each.insertText === literal)) {
      return;
    }
    proposals.push({
      label: literal,
      kind,
      insertText: literal,
      range,
      rank: proposals.length,
      ...(detail === undefined ? {} : { detail }),
    });
  };
  const node = ownNode(context);
  for (const [value, detail] of node === undefined ? [] : fromTopology(name, node, context)) {
    add(value, 'node', detail);
  }
  const words = parameter.type === 'bool' ? ['on', 'off'] : listedWords(parameter);
  for (const word of words) {
    add(word, 'enum', writtenValue(parameter.default) === word ? t('default') : undefined);
  }
  for (const other of context.deployment?.nodes ?? []) {
    const setting = other.spec.id === node?.spec.id ? undefined : settingOf(other, name);
    if (setting !== undefined) {
      const human = humanValue(parameter, setting.value);
      add(
        setting.raw,
        setting.raw.startsWith('/') ? 'path' : 'value',
        human === undefined ? other.spec.id : `${other.spec.id}, ${human}`,
      );
    }
  }
  if (parameter.default !== null && words.length === 0) {
    addDefault(parameter, add);
  }
  return proposals;
}

function addDefault(
  parameter: Parameter,
  add: (value: string, kind: CompletionKind, detail: string | undefined) => void,
): void {
  const value = writtenValue(parameter.default);
  const human = humanValue(parameter, parameter.default);
  if (value !== '') {
    add(value, 'value', human === undefined ? t('default') : t('default, {0}', human));
  }
}

function fromTopology(
  name: string,
  node: NodeView,
  context: LanguageContext,
): readonly (readonly [string, string])[] {
  const { spec, cluster } = node;
  const says = t('from the topology');
  const mates = (context.deployment?.nodes ?? []).filter((other) => other.cluster === cluster);
  const xlog = context.deployment?.topology.xlog;
  switch (name) {
    case 'port':
      return [[String(spec.port), says]];
    case 'ss_instance_id':
      return [[String(spec.instanceId), says]];
    case 'ss_interconnect_url': {
      const list = mates.map(
        (each) =>
          `${each.spec.instanceId}:${[...each.addresses][0] ?? ''}:${each.spec.dmsPort ?? ''}`,
      );
      return mates.every((each) => each.spec.dmsPort !== undefined) ? [[list.join(','), says]] : [];
    }
    case 'ss_dss_conn_path':
      return spec.dssHome === undefined ? [] : [[`UDS:${spec.dssHome}/.dss_unix_d_socket`, says]];
    case 'xlog_lock_file_path':
      return cluster.xlogLockFile === undefined ? [] : [[cluster.xlogLockFile, says]];
    case 'xlog_file_path':
      return xlog?.path === undefined ? [] : [[xlog.path, says]];
    case 'xlog_file_size':
      return xlog?.size === undefined ? [] : [[String(xlog.size), says]];
    case 'cluster_run_mode':
      return [[`cluster_${cluster.role}`, says]];
    case 'application_name':
      return [[`dn_${cluster.role === 'primary' ? 'master' : 'standby'}_${spec.instanceId}`, says]];
    case 'listen_addresses':
      return [
        ['*', t('all addresses')],
        [
          [
            'localhost',
            ...[...node.addresses].filter((each) => /^\d/.test(each) && !each.startsWith('127.')),
          ].join(', '),
          says,
        ],
      ];
    default:
      return [];
  }
}
