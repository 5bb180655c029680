/** What gs_ctl and gs_guc read otherwise than the server. */
import { t } from '../../base/l10n.ts';
import { lineRange, rangeIn } from '../document.ts';
import { removeLine } from '../edit.ts';
import { contentEnd, quoteString } from '../lexer.ts';
import { cutNames, optvalNames, readAsGsCtl, toolFileLimit } from '../readers/tools.ts';
import type { ServerSetting } from '../readers/server.ts';
import { fix, lineOf, setting } from './rule.ts';
import type { Report, Rule, RuleInput } from './rule.ts';

/** Names that gs_ctl reads from the text of the file. */
const readByTools: ReadonlySet<string> = new Set([
  ...optvalNames,
  ...cutNames,
  'port',
  'replication_type',
]);

const cut: ReadonlySet<string> = new Set(cutNames);

function toolRule(code: string, check: (input: RuleInput) => Iterable<Report>): Rule {
  return { code, stage: 'tool', severity: 'warning', check };
}

function lineRule(code: string, check: (input: RuleInput) => Iterable<Report>): Rule {
  return {
    ...toolRule(code, check),
    ofLine: (parameter) => readByTools.has(parameter?.name ?? ''),
  };
}

/** The settings that tools read, in the order of the file. */
function settings({ reading }: RuleInput): readonly ServerSetting[] {
  return reading.all.filter(({ key }) => readByTools.has(key));
}

const letterCase = lineRule('tool-name-case', function* (input) {
  for (const each of settings(input)) {
    const written = lineOf(input, each)?.name?.text;
    if (written !== undefined && written !== each.name) {
      yield {
        message: t('gs_ctl and gs_guc compare names exactly and do not find {0} here.', each.name),
        range: each.nameRange,
        fixes: () => [
          fix(t('Write {0}', each.name), { range: each.nameRange, newText: each.name }),
        ],
      };
    }
  }
});

const equalsSign = lineRule('tool-equals-missing', function* (input) {
  for (const each of settings(input)) {
    const line = lineOf(input, each);
    if (line?.equals === undefined && line?.name !== undefined) {
      const at = each.nameRange.end;
      yield {
        message: t('gs_ctl and gs_guc skip a line without =, so they do not see {0}.', each.name),
        range: each.range,
        fixes: () => [fix(t('Write ='), { range: { start: at, end: at }, newText: ' =' })],
      };
    }
  }
});

const hash = lineRule('tool-hash-in-value', function* (input) {
  for (const each of settings(input)) {
    const value = lineOf(input, each)?.value;
    if (value?.text.includes('#') === true) {
      yield {
        message: t(
          'For gs_ctl and gs_guc the value of {0} ends at the #, also inside quotes.',
          each.name,
        ),
        range: each.valueRange,
      };
    }
  }
});

const quotes = lineRule('tool-quotes-missing', function* (input) {
  for (const each of input.reading.all) {
    const value = lineOf(input, each)?.value;
    if (cut.has(each.key) && value !== undefined && value.kind !== 'string') {
      yield {
        message: t(
          'gs_ctl cuts off the first and the last character of {0} and would read {1}.',
          each.name,
          value.text.slice(1, -1).slice(0, 60),
        ),
        range: each.valueRange,
        fixes: () => [
          fix(t('Put the value in single quotes'), {
            range: each.valueRange,
            newText: quoteString(each.raw),
          }),
        ],
      };
    }
  }
});

const duplicate: Rule = {
  code: 'duplicate',
  stage: 'style',
  severity: 'warning',
  *check(input): Iterable<Report> {
    const { all, repeated, settings: winners } = input.reading;
    const places = new Map<ServerSetting, Report['related']>();
    for (const each of repeated.size === 0 ? [] : all) {
      const winner = repeated.has(each.key) ? winners.get(each.key) : undefined;
      if (winner === undefined || winner === each) {
        continue;
      }
      const tools = readByTools.has(winner.key);
      const same = each.raw === winner.raw;
      const related = places.get(winner) ?? [
        {
          range: winner.range,
          message: t('The server takes this one.'),
        },
      ];
      places.set(winner, related);
      yield {
        severity: same || !tools ? 'info' : 'warning',
        message: same
          ? t('{0} is set again below.', winner.name)
          : tools
            ? t(
                '{0} is set again below. The server takes the last line, gs_ctl the first.',
                winner.name,
              )
            : t('{0} is set again below, and the last line counts.', winner.name),
        range: each.range,
        related,
        fixes: () => [
          fix(t('Remove this line'), removeLine(input.document, each.line)),
          fix(
            t('Remove all but the last'),
            ...all
              .filter((other) => other.key === winner.key && other !== winner)
              .map(({ line }) => removeLine(input.document, line)),
          ),
        ],
      };
    }
  },
};

const literals: readonly (readonly [string, readonly string[], string])[] = [
  ['ss_enable_dss', ['on', 'off'], 'on'],
  ['ss_disaster_mode', ['single', 'stream', 'dorado'], ''],
];

/** gs_ctl compares these texts exactly (tool_common.cpp, ss_read_config). */
const literalRule = toolRule('tool-exact-word', function* (input) {
  for (const [name, words] of literals) {
    const each = setting(input, name);
    if (each?.value === undefined || words.includes(each.raw)) {
      continue;
    }
    const word = each.value === true ? 'on' : each.value === false ? 'off' : String(each.value);
    if (word === 'off' || word === 'single') {
      // gs_ctl takes everything that it does not know for this.
      continue;
    }
    yield {
      message: t(
        'The server takes {0} for {1}, gs_ctl does not: it knows only the word {2}.',
        each.raw,
        name,
        word,
      ),
      range: each.valueRange,
      fixes: () => [fix(t('Write {0}', word), { range: each.valueRange, newText: word })],
    };
  }
});

/** A comment that gs_ctl may take for a setting. */
const likeSetting = new RegExp(`^[ \\t]*#(?:${optvalNames.join('|')})[ \\t]*=`);

const commented = toolRule('tool-commented-line', function* ({ document, catalogue, reading }) {
  if (!document.lines.some(({ kind, text }) => kind === 'comment' && likeSetting.test(text))) {
    return;
  }
  for (const name of optvalNames) {
    const found = catalogue.get(name) === undefined ? undefined : readAsGsCtl(document, name);
    if (found?.commented !== true || reading.settings.has(name)) {
      continue;
    }
    // The value as it stands: gs_ctl strips nothing here. A default in a comment does no harm.
    const harmless =
      name === 'ss_enable_dss' ? found.value !== 'on' : !reading.settings.has('ss_enable_dss');
    if (harmless) {
      continue;
    }
    const { start } = rangeIn(document, found.line, { start: 0, end: 0 });
    const at = start + (document.lines[found.line]?.text.indexOf('#') ?? 0) + 1;
    yield {
      message: t('gs_ctl takes the value of {0} from this comment.', name),
      range: lineRange(document, found.line),
      fixes: () => [
        fix(t('Put a blank behind the #'), { range: { start: at, end: at }, newText: ' ' }),
      ],
    };
  }
});

const lastLine = toolRule('tool-last-line', function* (input) {
  const { document } = input;
  const index = document.lines.length - 1;
  const each = input.reading.all.at(-1);
  if (
    each?.line === index &&
    readByTools.has(each.key) &&
    document.lines[index]?.text.endsWith('\n') === false
  ) {
    yield {
      message: t(
        'gs_ctl does not read a last line without a line end, so it does not see {0}.',
        each.name,
      ),
      range: lineRange(document, index),
      fixes: () => [
        fix(t('End the line'), {
          range: { start: document.length, end: document.length },
          newText: '\n',
        }),
      ],
    };
  }
});

const fileSize = toolRule('tool-file-size', function* ({ document }) {
  if (document.length >= toolFileLimit) {
    yield {
      message: t('gs_ctl reads a file of 1 MiB or more as if it were empty.'),
      range: { start: 0, end: contentEnd(document.lines[0]?.text ?? '') },
    };
  }
});

/** Lines that gs_guc cannot change. */
const gsGuc: Rule = {
  code: 'gs-guc-refuses',
  stage: 'tool',
  severity: 'hint',
  ofLine: (parameter) => parameter?.gsGuc.knows === false,
  *check({ reading }): Iterable<Report> {
    for (const { parameter, name, nameRange } of reading.all) {
      if (parameter?.gsGuc.knows === false) {
        yield {
          message: t('gs_guc of this version does not know {0}; change it in the file.', name),
          range: nameRange,
        };
      }
    }
  },
};

export const toolRules: readonly Rule[] = [
  letterCase,
  equalsSign,
  hash,
  quotes,
  duplicate,
  literalRule,
  commented,
  lastLine,
  fileSize,
  gsGuc,
];
