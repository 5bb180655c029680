import type { TextRange } from '../../base/finding.ts';
import { t } from '../../base/l10n.ts';
import { cmKeys } from '../files/cm-config.ts';
import { type DssKey, dssKeys, dssRange } from '../files/dss-inst-keys.ts';
import { hbaEntry, hbaTypes, parseHba } from '../files/hba.ts';
import { hbaMethods } from '../files/hba-rules.ts';
import { parseIni } from '../files/ini.ts';
import type { SmallFileKind } from '../files/kinds.ts';
import { linesOf } from '../files/lines.ts';
import { parseVgConf } from '../files/vg-conf.ts';
import type { Deployment, NodeView } from '../cluster/deployment.ts';
import { dssKeyText, hbaMethodText } from './small-file-texts.ts';
import type { Completion, Hover, OutlineSymbol } from './types.ts';

/** What the small files' features know beside the text. */
export interface SmallContext {
  readonly deployment?: Deployment;
  readonly nodeId?: string;
}

/** Proposals at a place of a small file. */
export function completeFile(
  kind: SmallFileKind,
  text: string,
  offset: number,
  context: SmallContext = {},
): Completion[] {
  const line = linesOf(text).find((each) => each.start <= offset && offset <= each.end);
  const before = line === undefined ? '' : text.slice(line.start, offset);
  if (line === undefined || /^\s*#/.test(before)) {
    return [];
  }
  switch (kind) {
    case 'dss-inst':
    case 'cm-config':
      return completeIni(kind, text, before, { start: offset, end: offset }, context);
    case 'pg-hba':
      return completeHba(before, offset, context);
    case 'dss-vg-conf':
      return before.includes(':')
        ? []
        : [
            item('data:', { start: offset - before.length, end: offset }, 0),
            item('log:', { start: offset - before.length, end: offset }, 1),
          ];
  }
}

function item(insertText: string, range: TextRange, rank: number, detail?: string): Completion {
  return {
    label: insertText.trim(),
    kind: rank < 100 ? 'value' : 'property',
    insertText,
    range,
    rank,
    ...(detail === undefined ? {} : { detail }),
  };
}

function completeIni(
  kind: 'dss-inst' | 'cm-config',
  text: string,
  before: string,
  at: TextRange,
  context: SmallContext,
): Completion[] {
  const equals = before.indexOf('=');
  if (equals < 0) {
    const typed = before.trimStart();
    const range = { start: at.start - typed.length, end: at.end };
    const present = new Set(
      parseIni(text)
        .entries.filter((entry) => entry.hasEquals)
        .map((entry) => entry.key),
    );
    const names = kind === 'dss-inst' ? [...dssKeys.values()].map((key) => key.name) : cmKeys;
    return names
      .filter((name) => !present.has(name))
      .map((name, index) => ({
        ...item(`${name} = `, range, 100 + index, dssKeyText(name)),
        label: name,
      }));
  }
  const key = before.slice(0, equals).trim().toUpperCase();
  const typed = before.slice(equals + 1).trimStart();
  const range = { start: at.start - typed.length, end: at.end };
  return valuesFor(kind, key, context).map(([value, detail], index) =>
    item(value, range, index, detail),
  );
}

function valuesFor(
  kind: 'dss-inst' | 'cm-config',
  name: string,
  { deployment, nodeId }: SmallContext,
): (readonly [string, string])[] {
  const node = deployment?.nodes.find((each) => each.spec.id === nodeId);
  const mates = deployment?.nodes.filter((each) => each.cluster === node?.cluster) ?? [];
  const says = t('from the topology');
  const values: (readonly [string, string])[] =
    node === undefined ? [] : fromNode(name, node, mates, says);
  const key = kind === 'dss-inst' ? dssKeys.get(name) : undefined;
  if (key?.check.type === 'enum') {
    values.push(
      ...key.check.words.map(
        (word) => [word, word === key.defaultValue ? t('default') : ''] as const,
      ),
    );
  } else if (key !== undefined && key.defaultValue !== '') {
    values.push([key.defaultValue, t('default')]);
  }
  return values.filter(
    ([value], index) => values.findIndex(([other]) => other === value) === index,
  );
}

function fromNode(
  name: string,
  node: NodeView,
  mates: readonly NodeView[],
  says: string,
): (readonly [string, string])[] {
  const { spec, cluster } = node;
  switch (name) {
    case 'INST_ID':
    case 'REFORMER_ID':
      return [[String(spec.instanceId), says]];
    case 'BITMAP_ONLINE':
      return [
        [
          String(mates.reduce((bits, each) => bits | (1n << BigInt(each.spec.instanceId)), 0n)),
          t('all nodes'),
        ],
      ];
    case 'LSNR_PATH':
      return spec.dssHome === undefined ? [] : [[spec.dssHome, says]];
    case 'CLUSTER_RUN_MODE':
      return [[`cluster_${cluster.role}`, says]];
    case 'DSS_NODES_LIST':
      return mates.some((each) => each.spec.dssPort === undefined)
        ? []
        : [
            [
              mates
                .map(
                  (each) =>
                    `${each.spec.instanceId}:${[...each.addresses][0] ?? ''}:${each.spec.dssPort ?? ''}`,
                )
                .join(','),
              says,
            ],
          ];
    default:
      return [];
  }
}

function completeHba(
  before: string,
  offset: number,
  { deployment, nodeId }: SmallContext,
): Completion[] {
  const fields = before.trimStart().split(/\s+/);
  const typed = fields.at(-1) ?? '';
  const range = { start: offset - typed.length, end: offset };
  const local = fields[0] === 'local';
  const place = fields.length - 1 + (local && fields.length > 3 ? 1 : 0);
  const peers = (deployment?.nodes ?? [])
    .filter((node) => node.spec.id !== nodeId)
    .flatMap((node) =>
      [...node.addresses]
        .filter((each) => /^\d/.test(each))
        .map((each) => [`${each}/32`, node.spec.id] as const),
    );
  const users = Object.values(deployment?.topology.hosts ?? {}).flatMap((host) => host.user ?? []);
  const proposals: readonly (readonly [string, string | undefined])[] =
    (
      [
        hbaTypes.map((each) => [each, undefined] as const),
        ['all', 'replication', 'postgres'].map((each) => [each, undefined] as const),
        ['all', ...users].map((each) => [each, undefined] as const),
        [
          ...peers,
          ['127.0.0.1/32', undefined],
          ['samehost', undefined],
          ['0.0.0.0/0', undefined],
        ] as const,
        hbaMethods.map((each) => [each, hbaMethodText(each)] as const),
      ] as const
    )[place] ?? [];
  return proposals
    .filter(([value], index) => proposals.findIndex(([other]) => other === value) === index)
    .map(([value, detail], index) => item(value, range, index, detail));
}

/** What is known of the key or word at a place of a small file. */
export function hoverFile(kind: SmallFileKind, text: string, offset: number): Hover | undefined {
  const inside = (range: TextRange): boolean => range.start <= offset && offset <= range.end;
  switch (kind) {
    case 'dss-inst':
    case 'cm-config': {
      const entry = parseIni(text).entries.find(
        (each) => inside(each.keyRange) || inside(each.valueRange),
      );
      const description = entry === undefined ? undefined : dssKeyText(entry.key);
      if (entry === undefined || description === undefined) {
        return undefined;
      }
      const key = kind === 'dss-inst' ? dssKeys.get(entry.key) : undefined;
      const bits = entry.key === 'BITMAP_ONLINE' ? bitsText(entry.value) : undefined;
      return {
        range: inside(entry.keyRange) ? entry.keyRange : entry.valueRange,
        markdown: [
          `**${entry.key}**`,
          description,
          ...(bits === undefined ? [] : [bits]),
          ...(key === undefined ? [] : [keyFacts(key)]),
        ].join('\n\n'),
      };
    }
    case 'pg-hba': {
      const entry = parseHba(text)
        .lines.map(hbaEntry)
        .find((each) => each?.method !== undefined && inside(each.method.range));
      const method = entry?.method;
      const description = hbaMethodText(method?.tokens[0]?.text ?? '');
      return method === undefined || description === undefined
        ? undefined
        : {
            range: method.range,
            markdown: `**${method.tokens[0]?.text ?? ''}**\n\n${description}`,
          };
    }
    case 'dss-vg-conf': {
      const { groups } = parseVgConf(text);
      const place = groups.findIndex((each) =>
        inside({ start: each.nameRange.start, end: each.pathRange.end }),
      );
      const group = groups[place];
      return group === undefined
        ? undefined
        : {
            range: { start: group.nameRange.start, end: group.pathRange.end },
            markdown: t(
              'Volume group {0} (number {1}), written +{0} in parameters and paths. Its entry volume is {2}.',
              group.name,
              place,
              group.path,
            ),
          };
    }
  }
}

function bitsText(value: string): string | undefined {
  if (!/^\d{1,20}$/.test(value)) {
    return undefined;
  }
  const bits = BigInt(value);
  const online = Array.from({ length: 64 }, (_, id) => id).filter(
    (id) => (bits & (1n << BigInt(id))) !== 0n,
  );
  return t('Instances online: {0}', online.length === 0 ? t('none') : online.join(', '));
}

function keyFacts(key: DssKey): string {
  const range = dssRange(key.check);
  return [
    ...(range === '' ? [] : [t('Values: {0}', range)]),
    t('Default: {0}', key.defaultValue === '' ? "''" : key.defaultValue),
    key.online
      ? t('Takes effect at once with dsscmd setcfg.')
      : t('Takes effect after dssserver was restarted.'),
  ].join('  \n');
}

/** The entries of a small file. */
export function outlineFile(kind: SmallFileKind, text: string): OutlineSymbol[] {
  const symbol = (
    name: string,
    detail: string,
    range: TextRange,
    selection: TextRange,
  ): OutlineSymbol => ({
    name,
    detail,
    kind: kind === 'dss-vg-conf' ? 'group' : 'setting',
    range,
    selection,
    children: [],
  });
  switch (kind) {
    case 'dss-inst':
    case 'cm-config':
      return parseIni(text)
        .entries.filter((entry) => entry.key !== '')
        .map((entry) =>
          symbol(
            entry.key,
            entry.value,
            {
              start: entry.keyRange.start,
              end: Math.max(entry.keyRange.end, entry.valueRange.end),
            },
            entry.keyRange,
          ),
        );
    case 'dss-vg-conf':
      return parseVgConf(text)
        .groups.filter((group) => group.name !== '')
        .map((group) =>
          symbol(
            group.name,
            group.path,
            {
              start: group.nameRange.start,
              end: Math.max(group.nameRange.end, group.pathRange.end),
            },
            group.nameRange,
          ),
        );
    case 'pg-hba':
      return parseHba(text).lines.map((line) => {
        const [first, ...rest] = line.fields.map((field) =>
          text.slice(field.range.start, field.range.end),
        );
        return symbol(first ?? '', rest.join(' '), line.range, line.fields[0]?.range ?? line.range);
      });
  }
}
