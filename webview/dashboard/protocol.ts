/**
 * What the extension and the dashboard say to each other. All texts come from the extension in the user's language;
 * the webview computes no state of its own, so that it can never say anything else than the explorer does.
 */

export type Level = 'ok' | 'warning' | 'error' | 'unknown';

/** A node as it is drawn. */
export interface NodeView {
  readonly id: string;
  readonly name: string;
  readonly level: Level;
  /** For example `Primary`. */
  readonly role: string;
  /** For example `Normal` or the reason why it is not. */
  readonly state: string;
  /** Host and port. */
  readonly where: string;
  /** The last LSN known of it, as the tools print it. */
  readonly lsn: string;
  /** When this was read, in the user's form. */
  readonly time: string;
}

export interface SiteView {
  readonly name: string;
  /** For example `Primary cluster`. */
  readonly role: string;
  readonly level: Level;
  readonly nodes: readonly NodeView[];
}

/** The replication between the two sites; `from` and `to` are indexes into the sites. */
export interface LinkView {
  readonly from: number;
  readonly to: number;
  readonly level: Level;
  /** For example `Streaming`. */
  readonly state: string;
  /** Short lines beneath the arrow: lag, rate, channel. */
  readonly lines: readonly string[];
  /** One sentence for screen readers. */
  readonly description: string;
}

/** The pair of LUNs that the arrays replicate, or what stands for it in a simulation. Nobody asks the arrays for its state. */
export interface ArrayPairView {
  /** What is at each end, in the order of `from` and `to` of the link. */
  readonly ends: readonly [string, string];
  /** For example `OceanStor Dorado`. */
  readonly kind: string;
  readonly state: string;
  readonly lines: readonly string[];
  /** One sentence for screen readers. */
  readonly description: string;
  /** The same as a table: what, and its value. */
  readonly rows: readonly (readonly [string, string])[];
}

/** One point of the curves. Times are milliseconds since 1970; `null` where nothing was known. */
export interface Sample {
  readonly time: number;
  /** Bytes between what the primary sent and what the standby replayed. */
  readonly lag: number | null;
  /** Bytes of redo written per second. */
  readonly rate: number | null;
}

export interface EventView {
  readonly time: string;
  readonly level: Level;
  readonly text: string;
}

export interface DashboardTexts {
  readonly lag: string;
  readonly rate: string;
  readonly events: string;
  readonly noEvents: string;
  readonly exportCsv: string;
  readonly refresh: string;
  readonly showTable: string;
  readonly time: string;
  readonly node: string;
  readonly role: string;
  readonly state: string;
  readonly where: string;
  readonly lsn: string;
  readonly read: string;
  readonly noSamples: string;
  readonly sites: string;
  readonly array: string;
  readonly property: string;
  readonly value: string;
  readonly perSecond: string;
  readonly latest: string;
  readonly highest: string;
  readonly period: string;
}

export interface DashboardView {
  readonly title: string;
  readonly verdict: {
    readonly level: Level;
    readonly sentence: string;
    readonly reasons: readonly string[];
  };
  readonly readAt: string;
  readonly sites: readonly SiteView[];
  readonly link: LinkView | null;
  /** `null` when the topology knows of none. */
  readonly array: ArrayPairView | null;
  readonly samples: readonly Sample[];
  /** What can be chosen as the time that the curves show, and which of them they show. */
  readonly periods: readonly string[];
  readonly period: number;
  readonly events: readonly EventView[];
  readonly texts: DashboardTexts;
}

export type ToDashboard = { readonly type: 'view'; readonly view: DashboardView };

export type FromDashboard =
  | { readonly type: 'ready' }
  | { readonly type: 'refresh' }
  | { readonly type: 'exportCsv' }
  | { readonly type: 'period'; readonly index: number }
  | { readonly type: 'openNode'; readonly id: string };
