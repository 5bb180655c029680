/** A place in a text: UTF-16 offsets, end exclusive. Lines and columns are computed by whoever shows it. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/**
 * `error`: the server of that version refuses to start, or a tool fails. `warning`: works today, dangerous or
 * inconsistent. `info` and `hint`: good to know.
 */
export type Severity = 'error' | 'warning' | 'info' | 'hint';

/**
 * When a finding bites. `read`: the server's configuration reader refuses the file. `start`: a check later in its
 * start. `tool`: gs_ctl, gs_guc and their kind read it differently. `cluster`: between nodes or clusters. `style`: taste.
 */
export type Stage = 'read' | 'start' | 'tool' | 'cluster' | 'style';

/** Another place that belongs to a finding, in the same or in another file. */
export interface RelatedPlace {
  /** The file's path or URI as the caller named it; absent means the same file. */
  readonly file?: string;
  readonly range: TextRange;
  readonly message: string;
}

/** One replacement of text. Edits of one fix do not overlap. */
export interface TextEdit {
  readonly file?: string;
  readonly range: TextRange;
  readonly newText: string;
}

/** A change that removes a finding and adds none. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** The one to offer first when there are several. */
  readonly preferred?: boolean;
}

/** Something that the user should know of a text. `code` is stable and documented in docs/rules.md. */
export interface Finding {
  readonly code: string;
  readonly stage: Stage;
  readonly severity: Severity;
  /** The server's own words where the server has any. */
  readonly message: string;
  readonly range: TextRange;
  readonly related?: readonly RelatedPlace[];
  readonly fixes?: readonly Fix[];
}
