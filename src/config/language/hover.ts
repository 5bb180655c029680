import { t } from '../../base/l10n.ts';
import type { Absence, Parameter } from '../catalogue.ts';
import { parseChannels } from '../cluster/channels.ts';
import { partRange, settingOf } from '../cluster/deployment.ts';
import { targetOf } from '../cluster/rules-replication.ts';
import { foldName, rangeIn } from '../document.ts';
import { listedWords, parseValue, unitsOf } from '../values.ts';
import { winningLine } from './outline.ts';
import { isReplconninfo, lineOf, ownNode, touches } from './position.ts';
import type { ConfPosition, Hover, LanguageContext } from './types.ts';
import { defaultText, humanValue, rangeText, takesEffect } from './words.ts';

/** What is known of the parameter, or of the part of a replconninfo, at a place. */
export function hoverConf(position: ConfPosition, context: LanguageContext): Hover | undefined {
  const at = lineOf(position);
  if (at?.line.name === undefined || at.line.kind === 'include') {
    return undefined;
  }
  const { name, value } = at.line;
  if (touches(value, at.column) && isReplconninfo(name.text)) {
    const part = hoverChannel(position, context);
    if (part !== undefined) {
      return part;
    }
  }
  const token = [name, value].find((each) => touches(each, at.column));
  if (token === undefined) {
    return undefined;
  }
  const parameter = context.catalogue.get(name.text);
  const range = rangeIn(position.document, at.index, token);
  if (parameter === undefined) {
    const absence = context.catalogue.absent(name.text);
    return absence === undefined
      ? undefined
      : { range, markdown: absenceMarkdown(name.text, absence, context) };
  }
  const paragraphs = [parameterMarkdown(parameter, context)];
  const winner = winningLine(position.document, foldName(name.text));
  if (winner !== undefined && winner !== at.index) {
    paragraphs.push(t('Line {0} overrides this one.', winner + 1));
  }
  const reading =
    at.line.content === undefined ? undefined : parseValue(parameter, at.line.content);
  const human = reading?.ok === true ? humanValue(parameter, reading.value) : undefined;
  if (human !== undefined) {
    paragraphs.push(`${code(at.line.content ?? '')} = **${human}**`);
  }
  return { range, markdown: paragraphs.join('\n\n') };
}

/** Everything about a parameter, in Markdown. */
export function parameterMarkdown(parameter: Parameter, context: LanguageContext): string {
  const description = context.describe?.(parameter.name);
  const words = listedWords(parameter);
  const units = unitsOf(parameter.unit);
  const rows: readonly (readonly [string, string | undefined])[] = [
    [t('Type'), parameter.type],
    [t('Values'), words.length === 0 ? undefined : words.map(code).join(' ')],
    [t('Range'), rangeText(parameter)],
    [
      t('Unit'),
      parameter.unit === undefined ? undefined : `${parameter.unit} (${units.join(', ')})`,
    ],
    [t('Default'), code(defaultText(parameter))],
    [t('Takes effect'), takesEffect(parameter.context)],
    [t('Versions'), parameter.versions.join(', ')],
    [
      'gs_guc',
      parameter.gsGuc.knows
        ? parameter.gsGuc.range?.replace(/^(-?\w+),(-?\w+)$/, '$1 … $2')
        : t('does not know it'),
    ],
  ];
  return [
    `**${parameter.name}**${description === undefined ? '' : `\n\n${description}`}`,
    table(rows),
    ...otherNodesMarkdown(parameter.name, context),
  ].join('\n\n');
}

function otherNodesMarkdown(name: string, context: LanguageContext): string[] {
  const others = (context.deployment?.nodes ?? []).filter(
    (node) => node.conf !== undefined && node.spec.id !== context.nodeId,
  );
  if (others.length === 0) {
    return [];
  }
  const rows = others.map((node) => {
    const setting = settingOf(node, name);
    return [
      node.spec.id,
      setting === undefined ? t('default') : code(setting.raw === '' ? "''" : setting.raw),
    ] as const;
  });
  return [`${t('On the other nodes:')}\n\n${table(rows)}`];
}

function table(rows: readonly (readonly [string, string | undefined])[]): string {
  const lines = rows.flatMap(([key, text]) =>
    text === undefined || text === '' ? [] : [`| ${key} | ${text.replaceAll('|', '\\|')} |`],
  );
  return ['| | |', '|---|---|', ...lines].join('\n');
}

/** Text as Markdown code, whatever it holds. */
export function code(text: string): string {
  const cut = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  const line = cut.replace(/[\r\n]+/g, ' ');
  return line.includes('`') ? `\`\` ${line} \`\`` : `\`${line}\``;
}

function absenceMarkdown(name: string, absence: Absence, context: LanguageContext): string {
  const { version } = context.catalogue;
  const description = context.describe?.(foldName(name));
  return [
    `**${name}**`,
    t('openGauss {0} does not have this parameter and does not start with it.', version),
    ...(absence.versions.length === 0 ? [] : [t('Known to: {0}.', absence.versions.join(', '))]),
    ...(absence.build === undefined ? [] : [t('Only {0} builds know it.', absence.build)]),
    ...(absence.replacement === undefined ? [] : [absence.replacement.hint]),
    ...(description === undefined ? [] : [description]),
  ].join('\n\n');
}

function hoverChannel(position: ConfPosition, context: LanguageContext): Hover | undefined {
  const node = ownNode(context);
  const { deployment } = context;
  const entry = node?.entries.find(
    ({ setting }) =>
      setting.valueRange.start <= position.offset && position.offset <= setting.valueRange.end,
  );
  // The deployment may be older than the text.
  if (
    node === undefined ||
    deployment === undefined ||
    entry === undefined ||
    node.conf?.text !== position.text
  ) {
    return undefined;
  }
  const channel = parseChannels(entry.setting.raw)[0];
  const part = [
    channel?.remotehost,
    channel?.remoteport,
    channel?.localhost,
    channel?.localport,
  ].find(
    (each) => each !== undefined && touches(partRange(node, entry.setting, each), position.offset),
  );
  if (part === undefined) {
    return undefined;
  }
  const range = partRange(node, entry.setting, part);
  if (part === channel?.localhost || part === channel?.localport) {
    return {
      range,
      markdown: t('Here this node ({0}) listens for the other cluster.', node.spec.id),
    };
  }
  const target = targetOf(deployment, node, entry);
  return {
    range,
    markdown:
      target === undefined
        ? t('No node of the other cluster listens here.')
        : t('{0}, port {1}, in the {2} cluster.', target.spec.id, target.port, target.cluster.role),
  };
}
