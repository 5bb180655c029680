import { dateTime, t } from '../base/l10n.ts';
import { plain } from '../base/markdown.ts';
import { addressOf, nodesOf } from '../topology/lookups.ts';
import type { NodeSpec } from '../topology/types.ts';
import type { Connection, Connectivity, PortUse, Reach } from './connectivity.ts';

/** `ok`: the nodes reach each other on every port. `silent`: nobody listens on some. `blocked`: some give no answer. */
export type ConnectivityVerdict = 'ok' | 'silent' | 'blocked' | 'unknown';

const worstFirst: readonly Reach[] = ['timeout', 'unknown', 'refused', 'reachable'];
const signs: Record<Reach, string> = { reachable: '✓', refused: '○', timeout: '×', unknown: '?' };

/** The worst of several connects. */
function worstReach(connections: readonly Connection[]): Reach | undefined {
  return worstFirst.find((reach) => connections.some((one) => one.reach === reach));
}

export function connectivityVerdict({ connections }: Connectivity): ConnectivityVerdict {
  switch (worstReach(connections)) {
    case 'timeout':
      return 'blocked';
    case 'unknown':
      return 'unknown';
    case 'refused':
      return 'silent';
    case 'reachable':
    case undefined:
      return 'ok';
  }
}

/** The verdict in one sentence. */
function connectivitySentence(result: Connectivity): string {
  const { connections } = result;
  const count = (reach: Reach): number => connections.filter((one) => one.reach === reach).length;
  switch (connectivityVerdict(result)) {
    case 'ok':
      return t('All {0} connections between the nodes can be made.', connections.length);
    case 'silent':
      return t(
        'The ways are open; on {0} of {1} ports nobody listens.',
        count('refused'),
        connections.length,
      );
    case 'blocked':
      return t(
        'No answer on {0} of {1} connections: a firewall between the hosts drops the packets, or the address is wrong.',
        count('timeout'),
        connections.length,
      );
    case 'unknown':
      return t('{0} of {1} connections could not be tried.', count('unknown'), connections.length);
  }
}

function reachName(reach: Reach): string {
  return {
    reachable: t('reachable'),
    refused: t('refused: nobody listens'),
    timeout: t('no answer'),
    unknown: t('not known'),
  }[reach];
}

function useName(use: PortUse): string {
  return { server: t('server'), ha: t('HA'), dms: 'DMS', dss: 'DSS' }[use];
}

/** A table of nodes × nodes for a page, with what is not reachable listed below. */
export function connectivityMarkdown(result: Connectivity): string {
  const nodes = nodesOf(result.topology);
  const rows = nodes.map(
    (from) =>
      `| ${plain(from.id)} | ${nodes.map((to) => plain(matrixCell(result, from, to))).join(' | ')} |`,
  );
  const lines = notReachable(result).map(
    ({ from, to, connections }) =>
      `| ${plain(from.id)} | ${plain(to.id)} | ${connections.map((one) => plain(connectionText(result, one))).join('<br>')} |`,
  );
  return [
    `# ${t('Connections between the nodes')}`,
    '',
    `**${connectivitySentence(result)}**`,
    '',
    t('Tried from the hosts of the nodes at {0}. Rows connect to columns.', dateTime(result.time)),
    '',
    `| | ${nodes.map((node) => plain(node.id)).join(' | ')} |`,
    `| --- |${' :---: |'.repeat(nodes.length)}`,
    ...rows,
    '',
    legend(),
    '',
    ...(lines.length === 0
      ? []
      : [
          `## ${t('Not reachable')}`,
          '',
          `| ${t('From')} | ${t('To')} | ${t('Ports')} |`,
          '| --- | --- | --- |',
          ...lines,
          '',
        ]),
  ].join('\n');
}

/** The matrix for a terminal. */
export function connectivityText(result: Connectivity): string {
  const nodes = nodesOf(result.topology);
  const table = [
    ['', ...nodes.map((node) => node.id)],
    ...nodes.map((from) => [from.id, ...nodes.map((to) => matrixCell(result, from, to))]),
  ];
  const widths = table[0]?.map((_, column) =>
    Math.max(...table.map((row) => (row[column] ?? '').length)),
  );
  const lines = table.map((row) =>
    row
      .map((text, column) => text.padEnd(widths?.[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const details = notReachable(result).flatMap(({ from, to, connections }) =>
    connections.map((one) => `${from.id} → ${to.id}  ${connectionText(result, one)}`),
  );
  return `${[...lines, '', legend(), ...(details.length === 0 ? [] : ['', ...details]), '', connectivitySentence(result)].join('\n')}\n`;
}

/** The result for machines. */
export function connectivityJson(result: Connectivity): string {
  return `${JSON.stringify(
    {
      time: isoTime(result),
      verdict: connectivityVerdict(result),
      connections: result.connections.map(({ from, to, port, use, reach, detail }) => ({
        from: from.id,
        to: to.id,
        address: addressOf(result.topology, to),
        port,
        use,
        reach,
        ...(detail === '' ? {} : { detail }),
      })),
    },
    undefined,
    2,
  )}\n`;
}

function isoTime(result: Connectivity): string {
  return new Date(result.time).toISOString();
}

function legend(): string {
  return worstFirst
    .toReversed()
    .map((reach) => `${signs[reach]} ${reachName(reach)}`)
    .join(', ');
}

/** `✓`, or what is wrong with which ports: `× 6600 6601`. */
function matrixCell({ connections }: Connectivity, from: NodeSpec, to: NodeSpec): string {
  if (from.id === to.id) {
    return '–';
  }
  const own = connections.filter((one) => one.from.id === from.id && one.to.id === to.id);
  const parts = worstFirst
    .filter((reach) => reach !== 'reachable')
    .flatMap((reach) => {
      const ports = own.filter((one) => one.reach === reach).map((one) => one.port);
      return ports.length === 0
        ? []
        : [ports.length === own.length ? signs[reach] : `${signs[reach]} ${ports.join(' ')}`];
    });
  return parts.length === 0 ? signs.reachable : parts.join(' ');
}

function notReachable({ connections }: Connectivity): readonly {
  readonly from: NodeSpec;
  readonly to: NodeSpec;
  readonly connections: readonly Connection[];
}[] {
  const pairs = new Map<string, Connection[]>();
  for (const one of connections) {
    if (one.reach !== 'reachable') {
      const key = `${one.from.id} ${one.to.id}`;
      pairs.set(key, [...(pairs.get(key) ?? []), one]);
    }
  }
  return [...pairs.values()].flatMap((list) => {
    const [first] = list;
    return first === undefined ? [] : [{ from: first.from, to: first.to, connections: list }];
  });
}

function connectionText({ topology }: Connectivity, one: Connection): string {
  const what = `${addressOf(topology, one.to)}:${one.port} (${useName(one.use)}): ${reachName(one.reach)}`;
  return one.detail === '' ? what : `${what} (${one.detail})`;
}
