import { t } from '../../base/l10n.ts';
import { fileKey, settingOf } from '../cluster/deployment.ts';
import { foldName, rangeIn } from '../document.ts';
import { driftScope } from '../drift.ts';
import { parseValue } from '../values.ts';
import { winningLines } from './outline.ts';
import { ownNode } from './position.ts';
import type { ConfPosition, InlayHint, Lens, LanguageContext } from './types.ts';
import { humanValue } from './words.ts';

/**
 * "differs from dn1" above lines whose value should be that of the first other node of the cluster (or of the other
 * cluster, where both must agree), and is not.
 */
export function lensesConf(
  position: Omit<ConfPosition, 'offset'>,
  context: LanguageContext,
): Lens[] {
  const node = ownNode(context);
  const { deployment } = context;
  if (node === undefined || deployment === undefined || node.conf?.text !== position.text) {
    return [];
  }
  const lenses: Lens[] = [];
  for (const setting of node.conf.reading.settings.values()) {
    const scope = driftScope(setting.name, deployment);
    if (scope === 'node' || setting.parameter === undefined) {
      continue;
    }
    const value = setting.value ?? setting.parameter.default;
    const other = deployment.nodes.find((each) => {
      const theirs = settingOf(each, setting.name)?.value ?? setting.parameter?.default;
      return (
        each.spec !== node.spec &&
        each.conf !== undefined &&
        (scope === 'all' || each.cluster === node.cluster) &&
        theirs !== value
      );
    });
    if (other !== undefined) {
      const theirs = settingOf(other, setting.name);
      lenses.push({
        range: setting.nameRange,
        title: t(
          'differs from {0}: {1}',
          other.spec.cluster === node.spec.cluster ? other.spec.name : other.spec.id,
          theirs?.raw ?? t('default'),
        ),
        ...(theirs === undefined
          ? {}
          : {
              target: { file: fileKey(other.spec.id, 'postgresql-conf'), range: theirs.valueRange },
            }),
      });
    }
  }
  return lenses.sort((one, two) => one.range.start - two.range.start);
}

/** Sizes and times in units for people, behind values that are hard to read. */
export function hintsConf(
  { document }: Omit<ConfPosition, 'offset'>,
  context: LanguageContext,
): InlayHint[] {
  const winners = winningLines(document);
  return document.lines.flatMap((line, index): InlayHint[] => {
    const { name, value, content } = line;
    if (
      line.kind !== 'setting' ||
      name === undefined ||
      value === undefined ||
      content === undefined
    ) {
      return [];
    }
    const parameter = context.catalogue.get(name.text);
    const reading = parameter === undefined ? undefined : parseValue(parameter, content);
    if (
      parameter === undefined ||
      reading?.ok !== true ||
      winners.get(foldName(name.text)) !== index
    ) {
      return [];
    }
    const human = humanValue(parameter, reading.value);
    // 1GB needs no explanation; 1048576kB does.
    const readable = /^\s*\d{1,3}\s*[a-zA-Z]+\s*$/.test(content);
    return human === undefined || readable
      ? []
      : [{ offset: rangeIn(document, index, value).end, label: `= ${human}` }];
  });
}
