/** Checks that compare with other settings or with what the build can do. */
import type { Refusal } from '../values.ts';
import type { Check, CheckContext } from './check.ts';
import { currentNumber, fatal, ofNumber, ofOn, ofText } from './check.ts';

/** postmaster.h: MAX_BACKENDS; postgres.h: AUXILIARY_BACKENDS and AV_LAUNCHER_PROCS. */
const maxBackends = 0x3ffff;
const ownProcesses = 20 + 2;

const workers = (connections: number): number =>
  Math.min(1024, Math.max(64, Math.trunc(connections / 4)));

/** Connections and the server's own threads together must fit; each of the four is counted with the others in force. */
function backends(name: string, withWorkers = true): Check {
  const counted = [
    'max_connections',
    'autovacuum_max_workers',
    'job_queue_processes',
    'max_inner_tool_connections',
  ];
  return ofNumber((value, context) => {
    const numbers = counted.map((other) =>
      other === name ? value : currentNumber(context, other),
    );
    const sum = numbers.reduce((total, number) => total + number, ownProcesses);
    const more = withWorkers ? workers(numbers[0] ?? 0) : 0;
    return sum + more > maxBackends ? {} : undefined;
  });
}

const maxConnections: Check = (value, context) => {
  const refusal = backends('max_connections')(value, context);
  if (refusal !== undefined) {
    return refusal;
  }
  return context.current('ss_enable_dms') === true && typeof value === 'number' && value > 16000
    ? { message: "Shared Storage can't support max_connections more than 16000." }
    : undefined;
};

/** At most half of the process memory. */
function halfOfMemory(name: string): Check {
  return ofNumber((value, context) => {
    const memory = currentNumber(context, 'max_process_memory');
    return value * 2 > memory
      ? {
          detail: `"${name}" cannot be greater 50 percent "max_process_memory". max_process_memory is ${memory}kB`,
        }
      : undefined;
  });
}

const udfMemory: Check = ofNumber((value, context) => {
  const memory = currentNumber(context, 'max_process_memory');
  return value > memory
    ? {
        detail: `"udf_memory_limit" cannot be greater than "max_process_memory". max_process_memory is ${memory}kB`,
      }
    : undefined;
});

const fencedMemory: Check = ofNumber((value, context) =>
  value > currentNumber(context, 'UDFWorkerMemHardLimit')
    ? { detail: '"FencedUDFMemoryLimit" cannot be greater than "UDFWorkerMemHardLimit".' }
    : undefined,
);

const syscache: Check = ofNumber((value, context) =>
  context.current('enable_global_plancache') === true && value < 16 * 1024 ? {} : undefined,
);

const stageStatistics: Check = ofOn((context) =>
  context.current('log_statement_stats') === true
    ? { detail: 'Cannot enable parameter when "log_statement_stats" is true.' }
    : undefined,
);

const statementStatistics: Check = ofOn((context) =>
  ['log_parser_stats', 'log_planner_stats', 'log_executor_stats'].some(
    (name) => context.current(name) === true,
  )
    ? {
        detail:
          'Cannot enable "log_statement_stats" when "log_parser_stats", "log_planner_stats", or "log_executor_stats" is true.',
      }
    : undefined,
);

const notNegative: Check = (value) => (typeof value === 'number' && value < 0 ? {} : undefined);

const directory: Check = ofText((text) =>
  text === '' ? fatal('invalid value for GUC parameter of directory type.') : undefined,
);

const logFileName: Check = ofText((text) =>
  text === '' ? fatal("invalid parameter value for 'log_filename'.") : undefined,
);

const explainFile: Check = ofText((text) => {
  if (!text.startsWith('/')) {
    return fatal('explain_dna_file should be absolute path + .csv file.');
  }
  return text.length > 4 && text.endsWith('.csv')
    ? undefined
    : fatal('explain_dna_file should be .csv file.');
});

/** One character that the other of the two does not use. */
const snapshotMark = (other: string): Check =>
  ofText((text, context) =>
    text.length === 1 && text !== context.current(other) ? undefined : {},
  );

const autoExplain: Check = ofText((text) =>
  /^(?:log|notice)$/i.test(text)
    ? undefined
    : { detail: "auto_explain_level should be either 'LOG' or 'NOTICE'" },
);

const mmap: Check = ofOn(() => ({ detail: 'MMap only support in arm.' }));

const autocommit: Check = (value): Refusal | undefined =>
  value === false ? { message: 'SET AUTOCOMMIT TO OFF is no longer supported' } : undefined;

const memoryDetail: Check = ofText((text, { build }) =>
  text === '' || build === 'debug'
    ? undefined
    : fatal('unsupported to set memory_detail_tracking value under release version.'),
);

const debugAssertions: Check = ofOn(({ build }) =>
  build === 'debug' ? undefined : { message: 'assertion checking is not supported by this build' },
);

const borrowMemory: Check = ofNumber((value) => (value % 131072 === 0 ? undefined : {}));

const kmsUrl: Check = ofText((text) =>
  text.length <= 2048 && /^[-A-Za-z0-9_.~!*'();:@&=+$,/?#[\]]*$/.test(text) ? undefined : {},
);

const noSpecialCharacters: Check = ofText((text) =>
  /[ |;&$<>`\\'"{}()[\]~*?!\t\n\v\f\r]/.test(text) ? {} : undefined,
);

const uwal = (name: string): Check =>
  ofText((text, context: CheckContext) =>
    context.current('enable_uwal') === true && text === ''
      ? fatal(`enabled uwal but ${name} is not configured`)
      : undefined,
  );

const mostAvailable: Check = ofOn((context) =>
  context.current('enable_uwal') === true
    ? fatal('Do not allow both enable uwal and most_available_sync')
    : undefined,
);

/** Short names of /usr/share/locale/locale.alias. */
const localeAliases =
  /^(?:bokmal|catalan|croatian|czech|danish|dansk|deutsch|dutch|eesti|estonian|finnish|fran.ais|french|galego|galician|german|greek|hebrew|hrvatski|hungarian|icelandic|italian|japanese|korean|lithuanian|norwegian|nynorsk|polish|portuguese|romanian|russian|slovak|slovene|slovenian|spanish|swedish|thai|turkish)$/;

/** The server asks the machine for the locale. Here only what no machine has is refused. */
const locale: Check = ofText((text) =>
  /^(?:C|POSIX|[a-z]{2,3}(?:_[A-Za-z]{2})?)?(?:[.@].*)?$/.test(text) || localeAliases.test(text)
    ? undefined
    : {},
);

/** The last name that was looked up: the same line is checked after each keystroke elsewhere, and looking up is slow. */
let lastZone: { readonly name: string; readonly known: boolean } | undefined;

/** Whether this machine's time zone data has the name; its links are those of the server's own data. */
function isTimeZone(name: string): boolean {
  if (lastZone?.name !== name) {
    lastZone = { name, known: lookUpZone(name) };
  }
  return lastZone.known;
}

function lookUpZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/**
 * A zone by name, as hours, as an interval or in POSIX form (`EST5EDT`). Names with a slash may be newer than the data
 * here, or the server's own (Asia/Beijing), so they pass.
 */
const timeZone: Check = ofText((text) =>
  /^[-+]?(?:\d+\.?\d*|\.\d+)$/.test(text.trim()) ||
  /^interval/i.test(text) ||
  /^(?:[A-Za-z]{3,}|<[^>]+>):?[-+]?\d/.test(text) ||
  text.includes('/') ||
  /^(?:localtime|posixrules|factory)$/i.test(text) ||
  isTimeZone(text)
    ? undefined
    : {},
);

export const relationChecks: Readonly<Record<string, Check>> = {
  check_maxconnections: maxConnections,
  check_autovacuum_max_workers: backends('autovacuum_max_workers'),
  check_job_max_workers: backends('job_queue_processes', false),
  CheckMaxInnerToolConnections: backends('max_inner_tool_connections'),
  check_history_memory_limit: halfOfMemory('session_history_memory'),
  check_statistics_memory_limit: halfOfMemory('session_statistics_memory'),
  check_udf_memory_limit: udfMemory,
  check_fencedUDFMemoryLimit: fencedMemory,
  check_syscache_threshold_gpc: syscache,
  check_stage_log_stats: stageStatistics,
  check_log_stats: statementStatistics,
  check_int_parameter: notNegative,
  check_double_parameter: notNegative,
  check_directory: directory,
  check_log_filename: logFileName,
  check_perf_log: explainFile,
  check_snapshot_delimiter: snapshotMark('db4ai_snapshot_version_separator'),
  check_snapshot_separator: snapshotMark('db4ai_snapshot_version_delimiter'),
  check_auto_explain_level: autoExplain,
  check_enable_mmap_guc: mmap,
  check_phony_autocommit: autocommit,
  check_memory_detail_tracking: memoryDetail,
  check_debug_assertions: debugAssertions,
  check_max_borrow_memory: borrowMemory,
  transparent_encrypt_kms_url_region_check: kmsUrl,
  check_nvm_path: noSpecialCharacters,
  check_timezone: timeZone,
  check_log_timezone: timeZone,
  check_locale_messages: locale,
  check_locale_monetary: locale,
  check_locale_numeric: locale,
  check_locale_time: locale,
  check_uwal_devices_path: uwal('uwal_devices_path'),
  check_uwal_log_path: uwal('uwal_log_path'),
  check_most_available_sync_param: mostAvailable,
};
