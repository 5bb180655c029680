import { applyEdits } from '../../base/edits.ts';
import { t } from '../../base/l10n.ts';
import { parseConf } from '../../config/document.ts';
import { linesOf, removeLine, setParameter } from '../../config/edit.ts';
import { decidingLine } from '../../config/files/hba-match.ts';
import { hbaEntry, parseHba } from '../../config/files/hba.ts';
import { quote } from '../../hosts/quote.ts';
import { blocked, notVerified } from '../errors.ts';
import type { ClusterLayout, Layout, NodeLayout } from '../recipes/layout.ts';
import type { Step, StepContext } from '../types.ts';
import { readText } from '../host/text-files.ts';
import { makesXlogFile } from './initdb.ts';

/** A parameter and the literal that stands in the file, as `'text'` or `on`. undefined: no active line of it may be there. */
export type Setting = readonly [name: string, literal: string | undefined];

function unquoted(literal: string): string {
  return literal.startsWith("'") ? literal.slice(1, -1).replaceAll("''", "'") : literal;
}

/** A text with the settings in force: one active line each, the last one changed in place, others of the name removed. */
export function withSettings(text: string, settings: readonly Setting[]): string {
  let result = text;
  for (const [name, literal] of settings) {
    const document = parseConf(result);
    const lines = linesOf(document, name);
    const last = lines.at(-1);
    // gs_ctl takes the first line of a name and the server the last: only one may stand.
    const removed = literal === undefined ? lines : lines.slice(0, -1);
    const line = last === undefined ? undefined : document.lines[last];
    const right =
      literal !== undefined && line?.content !== undefined && line.content === unquoted(literal);
    const edits = [
      ...removed.map((index) => removeLine(document, index)),
      ...(literal === undefined || right ? [] : setParameter(document, name, literal)),
    ];
    result = applyEdits(result, edits);
  }
  return result;
}

/** A string as postgresql.conf and the tools want it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** What a node needs to run at all: its ports, where it listens, its logs. */
export function basicSettings(layout: Layout, cluster: ClusterLayout, node: NodeLayout): Setting[] {
  const local = cluster.nodes.every((one) => one.address.startsWith('127.'));
  return [
    ['port', String(node.port)],
    ['listen_addresses', quoted(local ? 'localhost' : '*')],
    ['ss_log_level', '255'],
    ['ss_log_backup_file_count', '100'],
    ['ss_log_max_file_size', '1GB'],
    // gs_initdb -g has written xlog_file_path, with which no server starts without a lock file (deploy-flow A9).
    ...(makesXlogFile(layout, node)
      ? ([['xlog_lock_file_path', quoted(cluster.lockFile)]] as const)
      : []),
  ];
}

/** The disaster recovery parameters of a node, by version (seed 2.5.1; deploy-flow E9 for the later ones). */
export function disasterSettings(
  layout: Layout,
  cluster: ClusterLayout,
  node: NodeLayout,
): Setting[] {
  const { model } = layout;
  const other = cluster === layout.primary ? layout.standby : layout.primary;
  const word = cluster.place === 0 ? 'master' : 'standby';
  const channels = other.nodes
    .slice(0, 8)
    .map((peer, index): Setting => [
      `cross_cluster_replconninfo${index + 1}`,
      quoted(
        `localhost=${node.address} localport=${node.port} remotehost=${peer.address} remoteport=${peer.port}`,
      ),
    ]);
  return [
    ...(model.sharedXlogFile
      ? ([
          ['xlog_file_path', quoted(layout.xlogPath)],
          ['xlog_file_size', String(layout.xlogSize)],
          ['xlog_lock_file_path', quoted(cluster.lockFile)],
        ] as const)
      : ([['xlog_file_path', undefined]] as const)),
    ['application_name', quoted(`dn_${word}_${node.spec.instanceId}`)],
    ...channels,
    ...(model.runMode === 'parameter'
      ? ([['cluster_run_mode', quoted(`cluster_${cluster.role}`)]] as const)
      : ([['cluster_run_mode', undefined]] as const)),
    ...model.disasterParameters,
    ['ha_module_debug', 'off'],
  ];
}

/** The step that brings settings into a node's postgresql.conf. */
export function parametersStep(options: {
  readonly id: string;
  readonly title: string;
  readonly node: NodeLayout;
  readonly settings: readonly Setting[];
  readonly after: readonly string[];
}): Step {
  const { node, settings } = options;
  const path = `${node.dataDir}/postgresql.conf`;
  const isRight = (text: string): boolean => withSettings(text, settings) === text;
  const lines = settings.flatMap(([name, literal]) =>
    literal === undefined ? [] : [`${name} = ${literal}`],
  );
  return {
    id: options.id,
    title: options.title,
    hosts: [node.host],
    node: node.id,
    after: options.after,
    timeout: 60_000,
    estimate: 1,
    scripts: [
      {
        host: node.host,
        check: [
          `test -e ${quote(path)}`,
          ...settings.map(([name, literal]) =>
            literal === undefined
              ? `has_parameter ${quote(path)} ${quote(name)}`
              : `has_parameter ${quote(path)} ${quote(name)} ${quote(literal)}`,
          ),
        ].join(' && '),
        run: settings
          .map(([name, literal]) =>
            literal === undefined
              ? `remove_parameter ${quote(path)} ${quote(name)}`
              : `set_parameter ${quote(path)} ${quote(name)} ${quote(literal)}`,
          )
          .join('\n'),
      },
    ],
    check: async (context) => {
      const current = await readText(context, node.host, path);
      return current !== undefined && isRight(current.text)
        ? { kind: 'done', evidence: t('{0} says so already.', path) }
        : { kind: 'needed' };
    },
    preview: async (context) => {
      const current = await readText(context, node.host, path);
      return current === undefined
        ? [{ kind: 'settings', path, lines }]
        : [
            {
              kind: 'file',
              path,
              before: current.text,
              after: withSettings(current.text, settings),
            },
          ];
    },
    run: (context) => rewrite(context, node, path, (text) => withSettings(text, settings)),
    verify: async (context) => {
      const current = await readText(context, node.host, path);
      if (current === undefined || !isRight(current.text)) {
        throw notVerified(t('{0} does not say what was written.', path), {
          host: node.host,
          node: node.id,
        });
      }
      return t('{0} parameters stand in {1}', lines.length, path);
    },
  };
}

async function rewrite(
  context: StepContext,
  node: NodeLayout,
  path: string,
  change: (text: string) => string,
): Promise<void> {
  const current = await readText(context, node.host, path);
  if (current === undefined) {
    throw blocked(t('{0} on {1} does not exist.', path, node.host), {
      host: node.host,
      file: path,
      node: node.id,
      remedy: path.endsWith('/pg_hba.conf')
        ? t(
            'No server starts without it. Put it back, for example as a copy of the one of another node of the cluster, and resume.',
          )
        : t('The node has to be initialised first.'),
    });
  }
  const shell = await context.shell(node.host);
  await shell.writeFile(path, change(current.text), {
    expected: current.file.version,
    signal: context.signal,
  });
}

/** The lines of pg_hba.conf that let in all other nodes, for those that a line does not let in yet. */
export function hbaLines(text: string, peers: readonly NodeLayout[], user: string): string[] {
  const entries = parseHba(text).lines.flatMap((line) => hbaEntry(line) ?? []);
  const lines: string[] = [];
  for (const address of new Set(peers.map((peer) => peer.address))) {
    const deciding = decidingLine(entries, { address, database: 'postgres', user });
    if (deciding?.method?.tokens[0]?.text !== 'trust') {
      lines.push(`host all ${user} ${address}/32 trust`, `host all all ${address}/32 sha256`);
    }
  }
  return lines;
}

/** New lines stand before the first line that there is, since the first that fits decides. */
function withHbaLines(text: string, lines: readonly string[]): string {
  if (lines.length === 0) {
    return text;
  }
  const at = text.search(/^(?:local|host)/m);
  const block = `${lines.join('\n')}\n`;
  return at < 0
    ? `${text.replace(/\n?$/, '\n')}${block}`
    : text.slice(0, at) + block + text.slice(at);
}

async function userOf(context: StepContext, host: string): Promise<string> {
  const shell = await context.shell(host);
  return (await shell.run('id -un', { signal: context.signal })).stdout.trim();
}

/** The step that lets the other nodes in by pg_hba.conf. */
export function hbaStep(
  node: NodeLayout,
  peers: readonly NodeLayout[],
  after: readonly string[],
): Step {
  const path = `${node.dataDir}/pg_hba.conf`;
  const missing = async (
    context: StepContext,
  ): Promise<{ text: string; lines: string[] } | undefined> => {
    const current = await readText(context, node.host, path);
    return current === undefined
      ? undefined
      : {
          text: current.text,
          lines: hbaLines(current.text, peers, await userOf(context, node.host)),
        };
  };
  return {
    id: `hba.${node.id}`,
    title: t('pg_hba.conf of {0} lets the other nodes in', node.id),
    hosts: [node.host],
    node: node.id,
    after,
    timeout: 60_000,
    estimate: 1,
    scripts: [
      {
        host: node.host,
        check: [...new Set(peers.map((peer) => peer.address))]
          .map((address) => `is_allowed ${quote(path)} "$(id -un)" ${quote(address)}`)
          .join(' && '),
        run: [...new Set(peers.map((peer) => peer.address))]
          .map((address) => `allow_host ${quote(path)} "$(id -un)" ${quote(address)}`)
          .join('\n'),
      },
    ],
    check: async (context) => {
      const answer = await missing(context);
      return answer?.lines.length === 0
        ? { kind: 'done', evidence: t('{0} lets all nodes in.', path) }
        : { kind: 'needed' };
    },
    preview: async (context) => {
      const answer = await missing(context);
      return answer === undefined
        ? [{ kind: 'settings', path, lines: hbaLines('', peers, await userOf(context, node.host)) }]
        : [
            {
              kind: 'file',
              path,
              before: answer.text,
              after: withHbaLines(answer.text, answer.lines),
            },
          ];
    },
    run: async (context) => {
      const user = await userOf(context, node.host);
      await rewrite(context, node, path, (text) => withHbaLines(text, hbaLines(text, peers, user)));
    },
    verify: async (context) => {
      const answer = await missing(context);
      if (answer === undefined || answer.lines.length > 0) {
        throw notVerified(t('{0} does not let all nodes in.', path), {
          host: node.host,
          node: node.id,
        });
      }
      return t('{0} lets all nodes in.', path);
    },
  };
}
