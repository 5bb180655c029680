import { t } from '../../base/l10n.ts';
import type { DriftCell, DriftRow } from '../../config/drift.ts';
import type { DriftCellView, DriftView } from '../../../webview/drift/protocol.ts';

export interface DriftInput {
  readonly title: string;
  readonly nodes: readonly { readonly id: string; readonly known: boolean }[];
  readonly rows: readonly DriftRow[];
  /** By node id, why the running values are not known. */
  readonly silent: ReadonlyMap<string, string>;
  readonly reading: boolean;
}

/** What the table draws. Pure. */
export function driftView({ title, nodes, rows, silent, reading }: DriftInput): DriftView {
  const count = (kind: DriftRow['kind']): number => rows.filter((row) => row.kind === kind).length;
  return {
    title,
    status: reading
      ? t('Reading the files and settings of all nodes…')
      : t(
          '{0} parameters. Different by mistake: {1}; by design: {2}.',
          rows.length,
          count('mistake'),
          count('design'),
        ),
    nodes: nodes.map(({ id, known }) => ({
      id,
      note: reading
        ? ''
        : !known
          ? t('file not read')
          : silent.has(id)
            ? t('server not asked')
            : '',
    })),
    rows: rows.map((row) => ({
      name: row.name,
      kind: row.kind,
      note: [
        {
          all: t('equal everywhere'),
          cluster: t('equal in a cluster'),
          node: t("each node's own"),
        }[row.scope],
        row.parameter.context === 'postmaster' ? t('needs a restart') : t('needs a reload'),
        ...(row.parameter.unit === undefined ? [] : [row.parameter.unit]),
      ].join(' · '),
      cells: row.cells.map(cellView),
    })),
    texts: {
      parameter: t('Parameter'),
      filter: t('Filter by name or value'),
      refresh: t('Refresh'),
      kinds: { mistake: t('By mistake'), design: t('By design'), same: t('Same') },
      defaultValue: t('Default: the file says nothing'),
      nothing: t('Nothing to show with this filter.'),
    },
  };
}

function cellView(cell: DriftCell): DriftCellView {
  const running = cell.running ?? '';
  return {
    value: cell.file ?? cell.effective ?? '–',
    isDefault: cell.file === undefined && cell.effective !== undefined,
    odd: cell.odd,
    pending:
      cell.pending === 'restart'
        ? t('runs with {0} until a restart', running)
        : cell.pending === 'reload'
          ? t('runs with {0} until a reload', running)
          : '',
  };
}
