/** What the extension and the table of parameters × nodes say to each other. All texts are in the user's language. */

export type DriftKind = 'mistake' | 'design' | 'same';

export interface DriftCellView {
  /** What holds by the file; `–` when the file is not known. */
  readonly value: string;
  /** The file says nothing: the value is the default. */
  readonly isDefault: boolean;
  readonly odd: boolean;
  /** What is pending, for example `restart: runs with 64`; empty when nothing is. */
  readonly pending: string;
}

export interface DriftRowView {
  readonly name: string;
  readonly kind: DriftKind;
  /** For example `should be equal everywhere · restart`. */
  readonly note: string;
  readonly cells: readonly DriftCellView[];
}

export interface DriftView {
  readonly title: string;
  readonly status: string;
  readonly nodes: readonly { readonly id: string; readonly note: string }[];
  readonly rows: readonly DriftRowView[];
  readonly texts: {
    readonly parameter: string;
    readonly filter: string;
    readonly refresh: string;
    readonly kinds: Readonly<Record<DriftKind, string>>;
    readonly defaultValue: string;
    readonly nothing: string;
  };
}

export type ToDrift = { readonly type: 'view'; readonly view: DriftView };

export type FromDrift =
  | { readonly type: 'ready' }
  | { readonly type: 'refresh' }
  /** A cell was chosen: offer what can be done with it. */
  | { readonly type: 'cell'; readonly name: string; readonly node: string };
