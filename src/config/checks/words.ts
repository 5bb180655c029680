/**
 * Words that lists of options take, by the first version that has them: a number is a place in `serverVersions`.
 * Read from guc_sql.cpp and be_module.cpp of each version.
 */
import { serverVersions } from '../../topology/types.ts';
import type { ServerVersion } from '../../topology/types.ts';

/** `since` and `until` (inclusive) are places in `serverVersions`. */
interface Words {
  readonly words: string;
  readonly since?: number;
  readonly until?: number;
}

function wordsOf(groups: readonly Words[]): (version: ServerVersion) => ReadonlySet<string> {
  const sets = serverVersions.map(
    (_version, place) =>
      new Set(
        groups
          .filter(({ since = 0, until = place }) => since <= place && place <= until)
          .flatMap(({ words }) => words.trim().split(/\s+/)),
      ),
  );
  return (version) => sets[serverVersions.indexOf(version)] ?? new Set();
}

export const behaviorCompatOptions = wordsOf([
  {
    words: `display_leading_zero end_month_calculate compat_analyze_sample bind_schema_tablespace return_null_string
      bind_procedure_searchpath unbind_divide_bound correct_to_number compat_concat_variadic merge_update_multi
      convert_string_digit_to_numeric plstmt_implicit_savepoint hide_tailing_zero plsql_security_definer
      skip_insert_gs_source proc_outparam_override allow_procedure_compile_check proc_implicit_for_loop_variable
      aformat_null_test aformat_regexp_match rownum_type_compat compat_cursor char_coerce_compat pgformat_substr
      truncate_numeric_tail_zero allow_orderby_undistinct_column select_into_return_null accept_empty_str`,
  },
  { words: 'proc_uncheck_default_param update_unusable_unique_index_on_iud', until: 0 },
  {
    words: `plpgsql_dependency proc_uncheck_default_param update_unusable_unique_index_on_iud
      prefer_parse_cursor_parentheses_as_expr update_global_index_on_partition_change float_as_numeric
      disable_record_type_in_dml`,
    since: 2,
  },
  { words: 'accept_float_str_as_int', since: 3 },
  { words: 'ignore_unused_index_check_on_dml', since: 4 },
]);

export const bFormatBehaviorCompatOptions = wordsOf([
  {
    words: `set_session_transaction enable_set_variables enable_modify_column default_collation fetch
      enable_multi_charset`,
  },
  { words: 'diagnostics', since: 1 },
]);

export const dFormatBehaviorCompatOptions = wordsOf([
  { words: 'enable_sbr_identifier', since: 3 },
  { words: 'enable_table_hint_identifier', since: 4 },
]);

export const plsqlCompileCheckOptions = wordsOf([{ words: 'for_loop outparam' }]);

/** Modules of logging_module. */
export const loggingModules = wordsOf([
  {
    words: `ALL COMMAND DFS GUC GSCLEAN HDFS ORC SLRU MEM_CTL AUTOVAC CACHE ADIO SSL GDS TBLSPC WLM OBS INDEX EXECUTOR
      OPFUSION GPC GSC VEC_EXECUTOR STREAM LLVM OPT OPT_REWRITE OPT_JOIN OPT_AGG OPT_CHOICE OPT_SUBPLAN OPT_SETOP
      OPT_SKEW OPT_PLANNER UDF COOP_ANALYZE WLMCP ACCELERATE MOT PLANHINT PARQUET PGSTAT CARBONDATA SNAPSHOT XACT HANDLE
      CLOG EC REMOTE CN_RETRY PLSQL TEXTSEARCH SEQ REDO FUNCTION PARSER INSTR WDR_SNAPSHOT INCRE_CKPT INCRE_BG_WRITER
      DBL_WRT RTO_RPO HEARTBEAT COMM_IPC COMM_PARAM TIMESERIES SCHEMA SEGMENT_PAGE LIGHTPROXY HOTKEY THREAD_POOL OPT_AI
      WALRECEIVER USTORE UNDO TIMECAPSULE GEN_COL DCF DB4AI PLDEBUGGER ADVISOR SEC SEC_FE SEC_LEGER SEC_POLICY SEC_SDD
      SEC_TDE COMM_FRAMEWORK COMM_PROXY COMM_POOLER VACUUM JOB SPI NEST_COMPILE RESOWNER GSSTACK LOGICAL_DECODE GPRC
      DISASTER_READ REPSYNC SQLPATCH DMS DSS_API GPI PARTITION SRF`,
  },
  { words: 'LWLOCK', until: 0 },
  { words: 'STANDBY_READ SS_TXNSTATUS', since: 1 },
  { words: 'UBTREE', since: 2 },
  { words: 'HTAP', since: 3 },
  { words: 'PCR', since: 4 },
]);

/** Options of analysis_options. */
export const analysisOptions = wordsOf([
  { words: 'ALL LLVM_COMPILE HASH_CONFLICT STREAM_DATA_CHECK' },
]);
