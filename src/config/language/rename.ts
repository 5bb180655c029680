import type { TextEdit } from '../../base/finding.ts';
import { t } from '../../base/l10n.ts';
import {
  type Deployment,
  type NodeView,
  fileKey,
  partRange,
  settingOf,
} from '../cluster/deployment.ts';
import { targetOf } from '../cluster/rules-replication.ts';
import { writeValue } from '../edit.ts';
import { foldName } from '../document.ts';
import { lineOf, ownNode, touches } from './position.ts';
import type { ConfPosition, LanguageContext, Rename } from './types.ts';

/**
 * Renames what other nodes know a node by, in the files of all nodes: its `application_name` (which
 * synchronous_standby_names of its cluster may list) and its `port` (which the entries of the other cluster lead to).
 */
export function renameConf(position: ConfPosition, context: LanguageContext): Rename | undefined {
  const at = lineOf(position);
  const node = ownNode(context);
  const { deployment } = context;
  const name = at?.line.name === undefined ? '' : foldName(at.line.name.text);
  const setting = node === undefined ? undefined : settingOf(node, name);
  if (
    at === undefined ||
    node?.conf?.text !== position.text ||
    deployment === undefined ||
    setting === undefined ||
    setting.line !== at.index ||
    !touches(at.line.value, at.column)
  ) {
    return undefined;
  }
  const { start, end } = setting.valueRange;
  const quoted = position.text[start] === "'" ? 1 : 0;
  const range = { start: start + quoted, end: end - quoted };
  const common = { range, placeholder: setting.raw };
  switch (name) {
    case 'application_name':
      return {
        ...common,
        edits: (to) => inOwnFile(node, applicationName(deployment, node, setting.raw, to)),
      };
    case 'port':
      return {
        ...common,
        nodePort: node.spec.id,
        edits: (to) => inOwnFile(node, port(deployment, node, to)),
      };
    default:
      return undefined;
  }
}

/**
 * What changes in the nodes' files when the topology calls a node otherwise: its `application_name` and `pgxc_node_name`
 * where they are the node's name, or its port. Every edit names its file.
 */
export function renameNode(
  deployment: Deployment,
  nodeId: string,
  what: 'node' | 'port',
  to: string,
): readonly TextEdit[] | { readonly problem: string } {
  const node = deployment.nodes.find(({ spec }) => spec.id === nodeId);
  if (node === undefined) {
    return [];
  }
  if (what === 'port') {
    return port(deployment, node, to);
  }
  const { name } = node.spec;
  const own = settingOf(node, 'pgxc_node_name');
  const names =
    settingOf(node, 'application_name')?.raw === name
      ? applicationName(deployment, node, name, to)
      : [];
  return 'problem' in names || own?.raw !== name
    ? names
    : [...names, edit(node, own.valueRange, `'${to}'`)];
}

function edit(node: NodeView, range: TextEdit['range'], newText: string): TextEdit {
  return { file: fileKey(node.spec.id, 'postgresql-conf'), range, newText };
}

/** Edits of the file that is open name no file. */
function inOwnFile(
  home: NodeView,
  edits: readonly TextEdit[] | { readonly problem: string },
): readonly TextEdit[] | { readonly problem: string } {
  const own = fileKey(home.spec.id, 'postgresql-conf');
  return 'problem' in edits
    ? edits
    : edits.map(({ file, ...rest }) =>
        file === own || file === undefined ? rest : { file, ...rest },
      );
}

function applicationName(
  deployment: Deployment,
  home: NodeView,
  from: string,
  to: string,
): readonly TextEdit[] | { readonly problem: string } {
  if (!/^[\w-]{1,63}$/.test(to)) {
    return { problem: t('Letters, digits, "_" and "-" only, at most 63.') };
  }
  const taken = deployment.nodes.find(
    (node) => node.spec !== home.spec && settingOf(node, 'application_name')?.raw === to,
  );
  if (taken !== undefined) {
    return { problem: t('{0} has this name already.', taken.spec.id) };
  }
  return deployment.nodes.flatMap((node) => {
    const own = settingOf(node, 'application_name');
    const list = settingOf(node, 'synchronous_standby_names');
    const word = new RegExp(`(?<![\\w-])${from.replace(/[^\w]/g, '\\$&')}(?![\\w-])`, 'g');
    return [
      ...(own !== undefined && node.spec === home.spec
        ? [edit(node, own.valueRange, `'${to}'`)]
        : []),
      ...(list !== undefined && node.cluster === home.cluster && from !== '' && word.test(list.raw)
        ? [edit(node, list.valueRange, `'${list.raw.replace(word, to).replaceAll("'", "''")}'`)]
        : []),
    ];
  });
}

function port(
  deployment: Deployment,
  home: NodeView,
  to: string,
): readonly TextEdit[] | { readonly problem: string } {
  const number = Number(to);
  if (!/^\d{1,5}$/.test(to) || number < 1 || number > 65534) {
    return {
      problem: t('A port is a number of 1 … 65534; the server also takes the one above it.'),
    };
  }
  const setting = settingOf(home, 'port');
  const moved = (part: string): string | undefined =>
    part === String(home.port)
      ? to
      : part === String(home.port + 1)
        ? String(number + 1)
        : undefined;
  const edits: TextEdit[] =
    setting === undefined
      ? []
      : [edit(home, setting.valueRange, writeValue(setting.parameter, to))];
  for (const node of deployment.nodes) {
    for (const entry of node.entries) {
      const part =
        node.spec === home.spec
          ? entry.channel.localport
          : targetOf(deployment, node, entry)?.spec === home.spec
            ? entry.channel.remoteport
            : undefined;
      const next = part === undefined ? undefined : moved(part.text);
      if (part !== undefined && next !== undefined) {
        edits.push(edit(node, partRange(node, entry.setting, part), next));
      }
    }
  }
  return edits;
}
