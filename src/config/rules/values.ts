/** Settings that mean something else than they look like. */
import { t } from '../../base/l10n.ts';
import type { Parameter } from '../catalogue.ts';
import { removeLine } from '../edit.ts';
import { fix, lineOf } from './rule.ts';
import type { Report, Rule, RuleInput } from './rule.ts';

function warning(
  code: string,
  ofLine: (parameter: Parameter | undefined) => boolean,
  check: (input: RuleInput) => Iterable<Report>,
): Rule {
  return { code, stage: 'start', severity: 'warning', ofLine, check };
}

const ignoredNames: ReadonlySet<string> = new Set(['client_encoding', 'sql_compatibility']);

const isInteger = (parameter: Parameter | undefined): boolean => parameter?.type === 'int';

const ignoredSettings = warning(
  'setting-ignored',
  (parameter) => ignoredNames.has(parameter?.name ?? ''),
  function* (input) {
    for (const each of input.reading.all) {
      const written = lineOf(input, each)?.name?.text;
      if (written !== undefined && ignoredNames.has(written)) {
        yield {
          severity: 'info',
          message: t('The server ignores {0} in this file.', written),
          range: each.nameRange,
          fixes: () => [fix(t('Remove the line'), removeLine(input.document, each.line))],
        };
      }
    }
  },
);

const placeholder = warning(
  'placeholder-name',
  (parameter) => parameter === undefined,
  function* (input) {
    for (const each of input.reading.all) {
      if (each.parameter === undefined) {
        yield {
          severity: 'hint',
          message: t(
            'The server takes any name with a dot without looking; check the spelling of {0}.',
            each.name,
          ),
          range: each.nameRange,
        };
      }
    }
  },
);

const truncated = warning('unit-truncated', isInteger, function* (input) {
  for (const { parameter, raw, value, valueRange } of input.reading.all) {
    if (parameter?.type === 'int' && value === 0 && /[1-9].*[a-zA-Z]/.test(raw)) {
      yield {
        message: t('The value counts in {0}, so {1} becomes 0.', parameter.unit ?? '', raw),
        range: valueRange,
      };
    }
  }
});

const octal = warning('octal-number', isInteger, function* (input) {
  for (const { parameter, raw, value, valueRange } of input.reading.all) {
    const digits = /^\s*[-+]?(0[0-7]+)(?![0-9xX.])/.exec(raw)?.[1];
    if (
      parameter?.type === 'int' &&
      value !== undefined &&
      digits !== undefined &&
      Number(digits) !== parseInt(digits, 8)
    ) {
      yield {
        message: t(
          'A number that begins with 0 is octal: {0} is {1}.',
          digits,
          parseInt(digits, 8),
        ),
        range: valueRange,
        fixes: () => [
          fix(t('Write {0}', Number(digits)), {
            range: valueRange,
            newText: String(Number(digits)) + (/[a-zA-Z]+\s*$/.exec(raw)?.[0].trim() ?? ''),
          }),
        ],
      };
    }
  }
});

export const valueRules: readonly Rule[] = [ignoredSettings, placeholder, truncated, octal];
