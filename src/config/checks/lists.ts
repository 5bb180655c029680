/** Checks of lists of words and of texts with a small grammar of their own. */
import type { Refusal } from '../values.ts';
import { splitIdentifiers } from '../values.ts';
import type { Check, CheckContext } from './check.ts';
import { fatal, ofText } from './check.ts';
import {
  analysisOptions,
  bFormatBehaviorCompatOptions,
  behaviorCompatOptions,
  dFormatBehaviorCompatOptions,
  loggingModules,
  plsqlCompileCheckOptions,
} from './words.ts';

type WordsByVersion = (version: CheckContext['version']) => ReadonlySet<string>;

/** A comma-separated list of options that the version knows. */
function optionList(words: WordsByVersion, kind: string, all: boolean): Check {
  return ofText((text, { version }) => {
    if (all && text.toLowerCase() === 'all') {
      return undefined;
    }
    const items = splitIdentifiers(text);
    if (items === undefined) {
      return { detail: `invalid paramater for ${kind} information.` };
    }
    const unknown = items.find((item) => !words(version).has(item));
    return unknown === undefined ? undefined : { detail: `invalid ${kind} option "${unknown}"` };
  });
}

/** `on(A, B)` or `off(ALL)`: guc.cpp, string_guc_*. */
function moduleList(name: string, words: WordsByVersion): Check {
  const missing: Refusal = {
    message: `parameter "${name}" missing keywords "on" or "off"`,
    detail: 'Must begin with keyword "on" or "off".',
  };
  const listHint = "Module list begins with '(', ends with ')', and is delimited with ','.";
  const notFound: Refusal = {
    message: `parameter "${name}" module list not found`,
    hint: listHint,
  };
  const emptyName = (detail: string): Refusal => ({
    message: `parameter "${name}" does not accept empty module name`,
    detail,
  });
  return ofText((text, { version }) => {
    const head = /^ *(on|off)(?=[ (]|$) */i.exec(text);
    if (head === null) {
      return missing;
    }
    const list = text.slice(head[0].length);
    if (!list.startsWith('(')) {
      return { ...notFound, detail: "'(' is not found." };
    }
    const close = list.indexOf(')');
    const inner = list.slice(1, close < 0 ? undefined : close);
    if (close >= 0 && inner.trim() === '') {
      return {
        message: `parameter "${name}" empty module list`,
        detail: "Must one or more modules are given, and delimited with ','.",
      };
    }
    // Blanks separate as commas do, but a name must stand between two commas and behind the last.
    const items = inner.trim().split(/ *, *| +/);
    for (const item of items) {
      if (item === '') {
        return emptyName('Module name cannot be empty.');
      }
      if (!words(version).has(item.toUpperCase())) {
        return {
          message: `parameter "${name}" module name "${item}" not found`,
          hint: 'Query all the existing modules by SHOW logging_module.',
        };
      }
    }
    if (close < 0) {
      return { ...notFound, detail: "Module list does not end with ')'." };
    }
    return list.slice(close + 1).trim() === ''
      ? undefined
      : {
          message: `parameter "${name}" extra text found after the first list of module names`,
          hint: 'Remove the extra text after the first list of module names.',
        };
  });
}

const listSyntax: Refusal = { detail: 'List syntax is invalid.' };

const logDestination: Check = ofText((text) => {
  const items = splitIdentifiers(text);
  const unknown = items?.find((item) => !/^(?:stderr|csvlog|syslog)$/i.test(item));
  return items === undefined
    ? listSyntax
    : unknown === undefined
      ? undefined
      : { detail: `Unrecognized key word: "${unknown}".` };
});

const dateStyles: readonly (readonly [RegExp, 'style' | 'order', string])[] = [
  [/^iso$/i, 'style', 'iso'],
  [/^sql$/i, 'style', 'sql'],
  [/^postgres/i, 'style', 'postgres'],
  [/^german$/i, 'style', 'german'],
  [/^ymd$/i, 'order', 'ymd'],
  [/^(?:dmy$|euro)/i, 'order', 'dmy'],
  [/^(?:mdy$|us$|noneuro)/i, 'order', 'mdy'],
];

const dateStyle: Check = ofText((text) => {
  const items = splitIdentifiers(text);
  if (items === undefined) {
    return listSyntax;
  }
  const chosen = new Map<string, string>();
  let conflict = false;
  for (const item of items) {
    const found = dateStyles.find(([pattern]) => pattern.test(item));
    if (found === undefined) {
      if (item.toLowerCase() !== 'default') {
        return { detail: `Unrecognized key word: "${item}".` };
      }
      continue;
    }
    const [, kind, value] = found;
    conflict ||= (chosen.get(kind) ?? value) !== value;
    chosen.set(kind, value);
  }
  return conflict ? { detail: 'Conflicting "datestyle" specifications.' } : undefined;
});

/** Two numbers, the lower one first; both 0 switch it off. */
function percents(name: string, most: number): Check {
  return ofText((text) => {
    const items = text.split(',');
    if (items.length !== 2) {
      return { detail: `attr num:${items.length} is error,${name} attr is 2` };
    }
    const numbers = items.map((item) => (/^[0-9]{0,10}$/.test(item) ? Number(item) : NaN));
    const [low = NaN, high = NaN] = numbers;
    const off = low === 0 && high === 0;
    return off || (low < high && high <= most) ? undefined : { detail: 'invalid input syntax' };
  });
}

/** Whole numbers with blanks around them; undefined when one is not. */
function numbersOf(items: readonly string[]): readonly number[] | undefined {
  const numbers = items.map((item) => (/^[-+]?[0-9]{1,10}$/.test(item) ? Number(item) : NaN));
  return numbers.some((value) => Number.isNaN(value)) ? undefined : numbers;
}

const trackLevels: Check = ofText((text) => {
  const items = text.split(',');
  if (items.length !== 2) {
    return { detail: `attr num:${items.length} is error,track_stmt_stat_level attr is 2` };
  }
  return items.every((item) => /^(?:off|l[012])$/i.test(item))
    ? undefined
    : { detail: 'invalid input syntax' };
});

function trackItems(text: string): readonly string[] {
  return text
    .trim()
    .split(',')
    .filter((item) => item !== '')
    .map((item) => item.trim());
}

const retention: Check = ofText((text) => {
  const items = trackItems(text);
  if (items.length !== 2) {
    return items.length === 0
      ? {}
      : { detail: `attr num:${items.length} is error,track_stmt_retention_time attr is 2` };
  }
  const [seconds, days] = numbersOf(items) ?? [];
  if (seconds === undefined || days === undefined) {
    return { detail: 'invalid input syntax' };
  }
  if (days < 0 || days > 604800) {
    return { detail: `slow_query_retention_days:${days} is out of range [0, 604800].` };
  }
  return seconds < 0 || seconds > 86400
    ? { detail: `full_sql_retention_sec:${seconds} is out of range [0, 86400].` }
    : undefined;
});

const chainSizes: Check = ofText((text) => {
  const items = trackItems(text);
  if (items.length !== 4) {
    return items.length === 0
      ? {}
      : { detail: `attr num:${items.length} is error, track_stmt_standby_chain_size attr is 4` };
  }
  const numbers = numbersOf(items);
  if (numbers === undefined) {
    return { detail: 'invalid input syntax' };
  }
  const limits: readonly (readonly [string, number, number])[] = [
    ['fast sql memory size', 16, 1024],
    ['fast sql disk size', 512, 1048576],
    ['slow sql memory size', 16, 1024],
    ['slow sql disk size', 512, 1048576],
  ];
  for (const [index, [name, least, most]] of limits.entries()) {
    const value = numbers[index] ?? 0;
    if (value < least || value > most) {
      return { detail: `${name}:${value}(MB) is out of range [${least}, ${most}].` };
    }
  }
  const [memory = 0, disk = 0, slowMemory = 0, slowDisk = 0] = numbers;
  return memory > disk || slowMemory > slowDisk
    ? { detail: "memory size can't not bigger than file size." }
    : undefined;
});

const ciphers: ReadonlySet<string> = new Set([
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'DHE-RSA-AES128-GCM-SHA256',
  'DHE-RSA-AES256-GCM-SHA384',
]);

const sslCiphers: Check = ofText((text) => {
  if (text.toUpperCase() === 'ALL') {
    return undefined;
  }
  const items = text.replace(/;$/, '').split(';');
  return items.length <= ciphers.size && items.every((item) => ciphers.has(item)) ? undefined : {};
});

/** Error codes of five capital letters or digits, with blanks between. */
const errorCodes: Check = ofText((text) => {
  const items = text.split(/[ \t\n\v\f\r]+/).filter((item) => item !== '');
  return items.length > 0 && items.every((item) => /^[A-Z0-9]{5}$/.test(item)) ? undefined : {};
});

const inList: Check = ofText((text) => {
  const word = /^(?:disable|cost_base|rule_base)$/.test(text);
  const number = /^0*[1-9][0-9]{0,9}$/.test(text) && Number(text) <= 2147483647;
  return word || number
    ? undefined
    : {
        detail:
          'Available values: disable, cost_base, rule_base, or any positive integer as a inlist2join threshold',
      };
});

const percentile: Check = ofText((text) =>
  text.trim() === '' ||
  text.split(',').every((item) => /^[ \t\n\v\f\r]*[0-9]{1,2}[ \t\n\v\f\r]*$/.test(item))
    ? undefined
    : listSyntax,
);

const listenAddresses: Check = ofText((text) =>
  text === ''
    ? { message: 'listen_addresses can not set to empty' }
    : splitIdentifiers(text) === undefined
      ? { message: `invalid list syntax for "listen_addresses": ${text.slice(0, 300)}` }
      : undefined,
);

const ustoreKeys: ReadonlyMap<string, RegExp> = new Map([
  ['enable_ustore_partial_seqscan', /^(?:true|false)$/i],
  ['enable_candidate_buf_usage_count', /^(?:true|false)$/i],
  ['enable_ustore_sync_rollback', /^(?:true|false)$/i],
  ['enable_ustore_async_rollback', /^(?:true|false)$/i],
  ['enable_ustore_page_rollback', /^(?:true|false)$/i],
  ['ustats_tracker_naptime', /^0*[1-9][0-9]{0,6}$/],
  ['umax_search_length_for_prune', /^0*[1-9][0-9]{0,6}$/],
  ['ustore_verify_level', /^(?:none|fast|complete|normal|slow)$/i],
  [
    'ustore_verify_module',
    /^(?:all|null|upage|ubtree|undo|redo)(?::(?:all|null|upage|ubtree|undo|redo))*$/i,
  ],
  ['index_trace_level', /^(?:no|normal|visibility|showhikey|all)$/i],
  ['enable_log_tuple', /^off$/i],
]);

const ustoreAttributes: Check = ofText((text) => {
  const bare = text.startsWith('"') ? text.slice(1).replace(/"$/, '') : text;
  const items = bare === '' ? [] : splitIdentifiers(bare, ';');
  if (items === undefined) {
    return {};
  }
  for (const item of items) {
    const [key = '', value] = item.split('=').map((part) => part.trim());
    if (
      key !== '' &&
      (value === undefined || ustoreKeys.get(key.toLowerCase())?.test(value) !== true)
    ) {
      return {};
    }
  }
  return undefined;
});

const oneOf = (...words: readonly string[]): Check =>
  ofText((text) => (words.includes(text) ? undefined : {}));

const keywordList: Check = ofText((text) =>
  splitIdentifiers(text) === undefined
    ? { detail: 'invalid paramater for disable keyword information.' }
    : undefined,
);

const ignoreStrategy: Check = ofText((text) =>
  text === 'ignore_null' || text === 'overwrite_null'
    ? undefined
    : { detail: 'invalid value for sql ignore strategy.' },
);

const relationKinds: Check = ofText((text) => {
  const items = splitIdentifiers(text);
  const unknown = items?.find((item) => item !== 'view' && item !== 'foreign-table');
  return items === undefined
    ? { detail: 'invalid paramater for restrict_nonsystem_relation_kind.' }
    : unknown === undefined
      ? undefined
      : { detail: `invalid restrict_nonsystem_relation_kind option "${unknown}"` };
});

const printable: Check = ofText((text) =>
  /^[ -~]*$/.test(text) ? undefined : fatal('The text entered contains illegal characters!'),
);

export const listChecks: Readonly<Record<string, Check>> = {
  check_behavior_compat_options: optionList(behaviorCompatOptions, 'behavior compat', false),
  check_b_format_behavior_compat_options: optionList(
    bFormatBehaviorCompatOptions,
    'behavior compat',
    true,
  ),
  check_d_format_behavior_compat_options: optionList(
    dFormatBehaviorCompatOptions,
    'behavior compat',
    true,
  ),
  check_plsql_compile_behavior_compat_options: optionList(
    plsqlCompileCheckOptions,
    'plsql compile behavior compat',
    false,
  ),
  check_disable_keyword_options: keywordList,
  check_restrict_nonsystem_relation_kind: relationKinds,
  check_sql_ignore_strategy: ignoreStrategy,
  logging_module_check: moduleList('logging_module', loggingModules),
  analysis_options_check: moduleList('analysis_options', analysisOptions),
  check_log_destination: logDestination,
  check_datestyle: dateStyle,
  check_statement_stat_level: trackLevels,
  check_statement_retention_time: retention,
  check_standby_statement_chain_size: chainSizes,
  CheckMemoryResetPercent: percents('resilience_memory_reject_percent', 100),
  CheckThreadpoolResetPercent: percents('resilience_threadpool_reject_cond', 2147483647),
  check_ssl_ciphers: sslCiphers,
  check_errcode_list: errorCodes,
  check_inlist2joininfo: inList,
  check_percentile: percentile,
  check_listen_addresses: listenAddresses,
  CheckUStoreAttr: ustoreAttributes,
  check_asp_flush_mode: oneOf('table', 'file', 'all'),
  check_numa_distribute_mode: oneOf('none', 'all'),
  check_XactIsoLevel: oneOf(
    'serializable',
    'repeatable read',
    'read committed',
    'read uncommitted',
    'default',
  ),
  check_ss_interconnect_type: oneOf('TCP', 'RDMA'),
  check_uncontrolled_memory_context: printable,
};
