import { t } from '../../base/l10n.ts';
import { compareResults } from '../../operations/sql/compare.ts';
import type { SqlOutcome, SqlResult } from '../../operations/sql/run.ts';
import type { GroupView, ResultsView, SectionView } from '../../../webview/results/protocol.ts';

/** What one node answered, or why it could not. */
export interface NodeAnswer {
  readonly node: string;
  readonly role: string;
  readonly outcome?: SqlOutcome;
  readonly failure?: string;
}

/** What the view of results draws. Pure. */
export function resultsView(
  answers: readonly NodeAnswer[],
  options: {
    readonly title: string;
    readonly running: string | null;
    readonly rowLimit: number;
    /** `file:line:column` of an offset in the script. */
    readonly place: (offset: number) => string;
  },
): ResultsView {
  const first = answers.find((answer) => answer.outcome !== undefined);
  return {
    title: options.title,
    running: options.running,
    groups: answers.map((answer) => group(answer, answer === first ? undefined : first, options)),
    texts: {
      cancel: t('Cancel'),
      copyCsv: t('Copy as CSV'),
      copyJson: t('Copy as JSON'),
      save: t('Save…'),
      noRows: t('No rows.'),
      differs: t('Differs from the first node'),
    },
  };
}

type Options = Parameters<typeof resultsView>[1];

function group(answer: NodeAnswer, first: NodeAnswer | undefined, options: Options): GroupView {
  const results = answer.outcome?.results ?? [];
  const comparisons = results.map((result, index) =>
    first === undefined ? undefined : compareResults(result, first.outcome?.results[index]),
  );
  const same =
    results.length === (first?.outcome?.results.length ?? results.length) &&
    (answer.outcome?.error === undefined) === (first?.outcome?.error === undefined) &&
    answer.failure === undefined &&
    comparisons.every((one) => one?.same !== false);
  const different = comparisons.reduce((sum, one) => sum + (one?.cells.length ?? 0), 0);
  return {
    node: answer.node,
    role: answer.role,
    same,
    comparison:
      first === undefined || answer.outcome === undefined
        ? ''
        : same
          ? t('Same as {0}', first.node)
          : different > 0
            ? different === 1
              ? t('1 value differs from {0}', first.node)
              : t('{0} values differ from {1}', different, first.node)
            : t('Differs from {0}', first.node),
    notices: (answer.outcome?.notices ?? []).map((one) => `${one.severity}: ${one.message}`),
    sections: [
      ...results.map((result, index) => section(result, comparisons[index]?.cells ?? [], options)),
      ...ending(answer, options),
    ],
  };
}

function section(result: SqlResult, different: readonly string[], options: Options): SectionView {
  const time = t('{0} ms', Math.round(result.milliseconds));
  return {
    statement: shortened(result.statement.text),
    note: [
      ...(result.columns === null ? result.tags : [t('rows: {0}', result.rows.length)]),
      time,
    ].join(' · '),
    columns:
      result.columns?.map((column) => ({
        name: column.name,
        type: column.type ?? '',
        numeric:
          /^(?:smallint|integer|bigint|numeric|real|double precision|oid|money|tinyint|int16)\b/.test(
            column.type ?? '',
          ),
      })) ?? null,
    rows: result.rows,
    different,
    truncated: result.truncated
      ? t(
          'Only the first {0} rows are shown. Change openGauss.sql.rowLimit or add LIMIT for others.',
          options.rowLimit,
        )
      : '',
    error: null,
  };
}

function ending(answer: NodeAnswer, options: Options): SectionView[] {
  const none = { note: '', columns: null, rows: [], different: [], truncated: '' };
  if (answer.failure !== undefined) {
    return [{ ...none, statement: '', error: { text: answer.failure, details: [], goTo: '' } }];
  }
  const { outcome } = answer;
  const error = outcome?.error;
  if (error !== undefined) {
    return [
      {
        ...none,
        statement: shortened(error.statement?.text ?? ''),
        error: {
          text: `${error.severity}:  ${error.message}`,
          details: [
            ...(error.detail === undefined ? [] : [`DETAIL:  ${error.detail}`]),
            ...(error.hint === undefined ? [] : [`HINT:  ${error.hint}`]),
            ...(error.context === undefined ? [] : [`CONTEXT:  ${error.context}`]),
          ],
          goTo: error.offset === undefined ? '' : t('Go to {0}', options.place(error.offset)),
        },
      },
    ];
  }
  return outcome?.cancelled === true
    ? [{ ...none, statement: '', error: { text: t('Cancelled.'), details: [], goTo: '' } }]
    : [];
}

function shortened(statement: string): string {
  const line = statement.replace(/\s+/g, ' ').trim();
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
