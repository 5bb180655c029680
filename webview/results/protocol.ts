/** What the extension and the view of SQL results say to each other. All texts are in the user's language. */

export interface ColumnView {
  readonly name: string;
  /** Empty when it is not known. */
  readonly type: string;
  readonly numeric: boolean;
}

/** The answer to one statement. */
export interface SectionView {
  /** The statement, shortened. */
  readonly statement: string;
  /** For example `3 rows, 12 ms`. */
  readonly note: string;
  readonly columns: readonly ColumnView[] | null;
  readonly rows: readonly (readonly (string | null)[])[];
  /** Cells that differ from the first node's, as `row:column`. */
  readonly different: readonly string[];
  /** What was left out; empty when nothing was. */
  readonly truncated: string;
  readonly error: {
    readonly text: string;
    readonly details: readonly string[];
    /** Leads to its place in the script; empty when that is not known. */
    readonly goTo: string;
  } | null;
}

/** All answers of one node. */
export interface GroupView {
  readonly node: string;
  readonly role: string;
  /** Differences to the first node in words; empty for the first one. */
  readonly comparison: string;
  readonly same: boolean;
  readonly sections: readonly SectionView[];
  readonly notices: readonly string[];
}

export interface ResultsView {
  readonly title: string;
  /** What is running; null when nothing is. */
  readonly running: string | null;
  readonly groups: readonly GroupView[];
  readonly texts: {
    readonly cancel: string;
    readonly copyCsv: string;
    readonly copyJson: string;
    readonly save: string;
    readonly noRows: string;
    readonly differs: string;
  };
}

export type ToResults = { readonly type: 'view'; readonly view: ResultsView };

export type FromResults =
  | { readonly type: 'ready' }
  | { readonly type: 'cancel' }
  | { readonly type: 'goTo'; readonly group: number; readonly section: number }
  | {
      readonly type: 'copy' | 'save';
      readonly format: 'csv' | 'json';
      readonly group: number;
      readonly section: number;
    };
