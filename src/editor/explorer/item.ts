import type { ContextValue } from '../contributions.ts';
import type { IconName } from './icons.ts';

/** A node of a topology, as commands get it from the tree. */
export interface NodeTarget {
  readonly topology: string;
  /** `<cluster>/<node>`. */
  readonly node: string;
}

/** One row of the cluster explorer, as a value. */
export interface ExplorerItem {
  /** Stays the same from reading to reading, so that selection and expansion do. */
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  readonly icon: IconName;
  readonly contextValue: ContextValue;
  /** What a screen reader says; the label and description when absent. */
  readonly spoken?: string;
  readonly expansion: 'none' | 'collapsed' | 'expanded';
  readonly children: readonly ExplorerItem[];
  /** Markdown, made when it is looked at. */
  readonly tooltip?: () => string;
  readonly target?: NodeTarget;
  /** The topology's id, for its own commands. */
  readonly topology?: string;
  /** The address of the file that it opens. */
  readonly file?: string;
  /** Its host has a question; a click shows it. */
  readonly waits?: true;
  /** What "Copy Value" copies. */
  readonly value?: string;
}
