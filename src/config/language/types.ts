import type { TextEdit, TextRange } from '../../base/finding.ts';
import type { Deployment } from '../cluster/deployment.ts';
import type { Catalogue } from '../catalogue.ts';
import type { ConfDocument } from '../document.ts';

/** What language features know beside the text. The less is known, the less they say. */
export interface LanguageContext {
  readonly catalogue: Catalogue;
  /** Both clusters, when the folder has a topology. */
  readonly deployment?: Deployment;
  /** The node whose file this is. */
  readonly nodeId?: string;
  /** A line on a parameter in the user's language. */
  readonly describe?: (name: string) => string | undefined;
}

/** A place in a `postgresql.conf`. */
export interface ConfPosition {
  readonly document: ConfDocument;
  readonly text: string;
  readonly offset: number;
}

export type CompletionKind = 'property' | 'value' | 'enum' | 'node' | 'key' | 'path';

/** One proposal. `range` is replaced by `insertText` (plain text). */
export interface Completion {
  readonly label: string;
  readonly kind: CompletionKind;
  readonly insertText: string;
  readonly range: TextRange;
  /** Short, beside the label. */
  readonly detail?: string;
  /** Markdown. */
  readonly documentation?: string;
  /** Smaller ones come first. */
  readonly rank: number;
  /** The name of a parameter whose documentation is made on demand. */
  readonly parameter?: string;
}

export interface Hover {
  readonly range: TextRange;
  readonly markdown: string;
}

export interface SignatureHelp {
  readonly label: string;
  readonly parameters: readonly { readonly label: string; readonly documentation: string }[];
  readonly active: number;
}

export interface OutlineSymbol {
  readonly name: string;
  readonly detail: string;
  readonly kind: 'section' | 'setting' | 'group';
  readonly range: TextRange;
  readonly selection: TextRange;
  readonly children: readonly OutlineSymbol[];
}

/** Lines count from 0, both inclusive. */
export interface Fold {
  readonly startLine: number;
  readonly endLine: number;
  readonly kind: 'comment' | 'region';
}

/** A place in this file, or in the one that a file key names. */
export interface Target {
  readonly file?: string;
  readonly range: TextRange;
}

/** What a rename would change; `undefined` where nothing can be renamed. */
export interface Rename {
  readonly range: TextRange;
  readonly placeholder: string;
  /** The node whose port it is: the topology names it too. */
  readonly nodePort?: string;
  /** The edits for a new name, or why it cannot be. */
  readonly edits: (name: string) => readonly TextEdit[] | { readonly problem: string };
}

export const tokenTypes = [
  'property',
  'variable',
  'enumMember',
  'number',
  'string',
  'parameter',
  'namespace',
] as const;
export type TokenType = (typeof tokenTypes)[number];
export const tokenModifiers = ['deprecated', 'readonly', 'defaultLibrary'] as const;
export type TokenModifier = (typeof tokenModifiers)[number];

export interface SemanticToken {
  readonly range: TextRange;
  readonly type: TokenType;
  readonly modifiers: readonly TokenModifier[];
}

/** A note above a line. */
export interface Lens {
  readonly range: TextRange;
  readonly title: string;
  /** Where it leads. */
  readonly target?: Target;
}

/** A note behind a value. */
export interface InlayHint {
  readonly offset: number;
  readonly label: string;
}
