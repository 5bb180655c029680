import type { SqlResult } from './run.ts';

/** How a result differs from another one of the same statement. */
export interface Comparison {
  readonly same: boolean;
  /** `row:column`, from 0, of the cells that differ; rows and columns that the other lacks count whole. */
  readonly cells: readonly string[];
  readonly rows: { readonly here: number; readonly there: number };
}

/** Compares results cell by cell, in the order in which they came. */
export function compareResults(here: SqlResult, there: SqlResult | undefined): Comparison {
  const other = there?.rows ?? [];
  const cells = here.rows.flatMap((row, rowIndex) =>
    row.flatMap((value, columnIndex) => {
      const counterpart = other[rowIndex];
      return counterpart !== undefined && counterpart[columnIndex] === value
        ? []
        : [`${rowIndex}:${columnIndex}`];
    }),
  );
  const names = (result: SqlResult | undefined): string =>
    JSON.stringify(result?.columns?.map((column) => column.name) ?? null);
  return {
    same:
      there !== undefined &&
      cells.length === 0 &&
      here.rows.length === other.length &&
      names(here) === names(there) &&
      here.tags.join() === there.tags.join(),
    cells,
    rows: { here: here.rows.length, there: other.length },
  };
}
