/** Values that the server's configuration reader refuses, in its words. */
import type { Fix } from '../../base/finding.ts';
import { t } from '../../base/l10n.ts';
import type { Parameter } from '../catalogue.ts';
import { nearest } from '../catalogue/nearest.ts';
import { channelKeys, parseChannels, rewriteChannel } from '../cluster/channels.ts';
import { writeValue } from '../edit.ts';
import { quoteString } from '../lexer.ts';
import type { Problem } from '../readers/server.ts';
import { listedWords } from '../values.ts';
import { problemRule, serverWords } from './problems.ts';
import { fix } from './rule.ts';
import type { Report, Rule, RuleInput } from './rule.ts';

const parameterOf = ({ name }: Problem, { catalogue }: RuleInput): Parameter | undefined =>
  name === undefined ? undefined : catalogue.get(name);

const isValue = (
  test: (parameter: Parameter, problem: Problem) => boolean,
): ((problem: Problem, input: RuleInput) => boolean) => {
  return (problem, input) => {
    const parameter = problem.kind === 'value' ? parameterOf(problem, input) : undefined;
    return parameter !== undefined && test(parameter, problem);
  };
};

/** The text that the line sets, quotes resolved. */
const contentOf = (problem: Problem, { document }: RuleInput): string =>
  document.lines[problem.line]?.content ?? '';

const write = (problem: Problem, title: string, newText: string): Fix =>
  fix(title, { range: problem.range, newText });

const inBytes: Readonly<Record<string, bigint>> = {
  b: 1n,
  k: 1024n,
  kb: 1024n,
  kib: 1024n,
  m: 1024n ** 2n,
  mb: 1024n ** 2n,
  mib: 1024n ** 2n,
  g: 1024n ** 3n,
  gb: 1024n ** 3n,
  gib: 1024n ** 3n,
  t: 1024n ** 4n,
  tb: 1024n ** 4n,
  tib: 1024n ** 4n,
};

/** A size with a unit as plain bytes, for parameters that take nothing else. */
function plainBytes(text: string): string | undefined {
  const match = /^\s*\+?(\d{1,15})\s*([A-Za-z]{1,3})\s*$/.exec(text);
  const unit = match?.[2]?.toLowerCase();
  const factor = unit !== undefined && Object.hasOwn(inBytes, unit) ? inBytes[unit] : undefined;
  return match?.[1] === undefined || factor === undefined
    ? undefined
    : String(BigInt(match[1]) * factor);
}

const sizeUnit = problemRule(
  'size-in-bytes',
  isValue(({ type }, { message }) => type === 'int64' && message.endsWith('numeric value')),
  (problem, input) => ({
    message: `${serverWords(problem)}\n${t('Write plain decimal bytes, without a unit.')}`,
    fixes: () => {
      const bytes = plainBytes(contentOf(problem, input));
      return [
        bytes === undefined ? undefined : write(problem, t('Write it in bytes: {0}', bytes), bytes),
      ];
    },
  }),
);

const spellings: ReadonlyMap<string, string> = new Map([
  ['k', 'kB'],
  ['kb', 'kB'],
  ['kib', 'kB'],
  ['m', 'MB'],
  ['mb', 'MB'],
  ['mib', 'MB'],
  ['g', 'GB'],
  ['gb', 'GB'],
  ['gib', 'GB'],
  ['sec', 's'],
  ['secs', 's'],
  ['second', 's'],
  ['seconds', 's'],
  ['msec', 'ms'],
  ['mins', 'min'],
  ['minute', 'min'],
  ['minutes', 'min'],
  ['hour', 'h'],
  ['hours', 'h'],
  ['hr', 'h'],
  ['day', 'd'],
  ['days', 'd'],
]);
const timeSpellings: ReadonlyMap<string, string> = new Map([
  ...spellings,
  ['m', 'min'],
  ['ms', 'ms'],
  ['s', 's'],
  ['min', 'min'],
  ['h', 'h'],
  ['d', 'd'],
]);

/** The number with the unit as the server spells it; `1.5GB` as `1536MB`; terabytes as gigabytes. */
function correctUnit(text: string, unit: Parameter['unit']): string | undefined {
  const memory = unit === 'kB' || unit === '8kB';
  const match = /^\s*([-+]?\d+)(\.\d+)?\s*([A-Za-z]+)\s*$/.exec(text);
  const [, whole, fraction, written] = match ?? [];
  if (whole === undefined || written === undefined) {
    return undefined;
  }
  if (memory && /^ti?b?$/i.test(written) && fraction === undefined) {
    return `${Number(whole) * 1024}GB`;
  }
  const spelled = (memory ? spellings : timeSpellings).get(written.toLowerCase());
  if (spelled === undefined) {
    return undefined;
  }
  if (fraction === undefined) {
    return whole + spelled;
  }
  const smaller = new Map([
    ['GB', ['MB', 1024]],
    ['MB', ['kB', 1024]],
    ['s', ['ms', 1000]],
    ['min', ['s', 60]],
    ['h', ['min', 60]],
    ['d', ['h', 24]],
  ] as const).get(spelled as 'GB');
  const amount = Number(whole + fraction) * (smaller?.[1] ?? NaN);
  return Number.isInteger(amount) ? `${amount}${smaller?.[0] ?? ''}` : undefined;
}

const unitRule = problemRule(
  'invalid-unit',
  isValue(({ unit }, { hint }) => unit !== undefined && hint?.startsWith('Valid units') === true),
  (problem, input) => ({
    message: serverWords(problem),
    fixes: () => {
      const corrected = correctUnit(contentOf(problem, input), parameterOf(problem, input)?.unit);
      return [
        corrected === undefined ? undefined : write(problem, t('Write {0}', corrected), corrected),
      ];
    },
  }),
);

const outOfRange = problemRule(
  'out-of-range',
  isValue((_parameter, { message }) => message.includes(' is outside the valid range for ')),
  (problem, input) => ({
    message: serverWords(problem),
    fixes: () => {
      const parameter = parameterOf(problem, input);
      const found = /^(\S+) is outside .* \((\S+) \.\. (\S+)\)$/s.exec(problem.message);
      const [, value = '', least = '', greatest = ''] = found ?? [];
      const low = Number(value) < Number(least);
      const limit = low ? parameter?.min : parameter?.max;
      return [
        limit === undefined
          ? undefined
          : write(
              problem,
              low
                ? t('Write the smallest value, {0}', String(limit))
                : t('Write the greatest value, {0}', String(limit)),
              writeValue(parameter, low ? least : greatest),
            ),
      ];
    },
  }),
);

const booleanRule = problemRule(
  'invalid-boolean',
  isValue(({ type }, { message }) => type === 'bool' && message.endsWith('a Boolean value')),
  (problem, input) => {
    const word = contentOf(problem, input).trim().toLowerCase();
    const on = /^(?:enabled?|active|ok|1\d*|o|oN|yess?|tru\w*|on\w+)$/.test(word);
    const off = /^(?:disabled?|inactive|none|null|fals\w*|off\w+|nope)$/.test(word);
    return {
      message: serverWords(problem),
      fixes: () =>
        (off ? ['off', 'on'] : on ? ['on', 'off'] : ['on', 'off']).map((value) =>
          write(problem, t('Write {0}', value), value),
        ),
    };
  },
);

const enumRule = problemRule(
  'invalid-word',
  isValue(({ type }) => type === 'enum'),
  (problem, input) => ({
    message: serverWords(problem),
    fixes: () => {
      const parameter = parameterOf(problem, input);
      const words = parameter === undefined ? [] : listedWords(parameter);
      const near = nearest(contentOf(problem, input).trim(), words, 2);
      return (near.length > 0 ? near : words.length <= 4 ? words : []).map((word) =>
        write(problem, t('Write {0}', word), writeValue(parameter, word)),
      );
    },
  }),
);

const isChannel = (name: string | undefined): boolean =>
  /^(?:cross_cluster_)?replconninfo[1-8]$/i.test(name ?? '');

/** The keys in lower case, each followed by its value, without commas between them. */
function repairChannel(text: string): string | undefined {
  const lower = text.replace(/\b(localhost|localport|remotehost|remoteport)\b/gi, (key) =>
    key.toLowerCase(),
  );
  const joined = lower.replace(/,\s*(?=(?:localport|remotehost|remoteport)\b)/g, ' ');
  const channels = parseChannels(joined);
  const written = channels.map(rewriteChannel);
  return written.includes(undefined) || written.length === 0 ? undefined : written.join(',');
}

const channelRule = problemRule(
  'replconninfo-syntax',
  isValue(({ checkHook }) => checkHook === 'check_replconninfo'),
  (problem, input) => {
    const missing = parseChannels(contentOf(problem, input)).flatMap((channel) =>
      channelKeys.filter((key) => channel[key] === undefined),
    );
    return {
      message: [
        serverWords(problem),
        ...(missing.length > 0 && isChannel(problem.name)
          ? [t('Missing or without a value: {0}.', [...new Set(missing)].join(', '))]
          : []),
      ].join('\n'),
      fixes: () => {
        const repaired = repairChannel(contentOf(problem, input));
        return [
          repaired === undefined
            ? undefined
            : write(problem, t('Write the channel as the server reads it'), quoteString(repaired)),
        ];
      },
    };
  },
);

/** Values with a small grammar for which the near right one is known. */
function nearValue(name: string | undefined, text: string): string | undefined {
  switch (name) {
    case 'ss_interconnect_type':
      return /^\s*(?:tcp|rdma)\s*$/i.test(text) ? text.trim().toUpperCase() : undefined;
    case 'ss_dss_vg_name':
    case 'ss_dss_data_vg_name':
    case 'ss_dss_xlog_vg_name':
      return /^[A-Za-z]\w*$/.test(text) ? `+${text}` : undefined;
    case 'ss_dss_conn_path':
      return text.startsWith('/') ? `UDS:${text}` : undefined;
    case 'listen_addresses':
      return /^[\w.*:-]+(?:[ ;]+[\w.*:-]+)+$/.test(text)
        ? text.split(/[ ;]+/).join(',')
        : undefined;
    default:
      return undefined;
  }
}

const specific = [sizeUnit, unitRule, outOfRange, booleanRule, enumRule, channelRule];

const valueRule: Rule = {
  code: 'invalid-value',
  stage: 'read',
  severity: 'error',
  *check(input): Iterable<Report> {
    const told = new Set(
      specific.flatMap((other) => [...other.check(input)].map(({ range }) => range.start)),
    );
    for (const problem of input.reading.problems) {
      if (problem.kind === 'value' && !told.has(problem.range.start)) {
        yield {
          message: serverWords(problem),
          range: problem.range,
          fixes: () => {
            const near = nearValue(problem.name, contentOf(problem, input));
            return [
              near === undefined
                ? undefined
                : write(problem, t('Write {0}', near), quoteString(near)),
            ];
          },
        };
      }
    }
  },
};

export const readValueRules: readonly Rule[] = [...specific, valueRule];
