import type { Finding, TextRange } from '../base/finding.ts';
import { t } from '../base/l10n.ts';
import type { Document, Node } from './lazy/yaml.ts';
import type * as Yaml from './lazy/yaml.ts';

/** A YAML text as plain values that know where they stand. Aliases and merged mappings are already put in. */
export type Tree = TreeMap | TreeList | TreeScalar;

export interface TreeMap {
  readonly kind: 'map';
  readonly range: TextRange;
  readonly entries: readonly TreeEntry[];
}

export interface TreeEntry {
  readonly key: string;
  readonly keyRange: TextRange;
  readonly value: Tree;
}

export interface TreeList {
  readonly kind: 'list';
  readonly range: TextRange;
  readonly items: readonly Tree[];
}

export interface TreeScalar {
  readonly kind: 'scalar';
  readonly range: TextRange;
  /** As written, without quotes. */
  readonly text: string;
  readonly value: string | number | bigint | boolean | null;
}

/** No sensible file comes near; aliases of aliases would (a few lines can stand for billions of values). */
const maximumValues = 20_000;
const maximumDepth = 50;

class TooLarge extends Error {}

/** Turns the library's document into a tree. Undefined when the text holds nothing or far too much. */
export function toTree(
  yaml: typeof Yaml,
  document: Document.Parsed,
  findings: Finding[],
): Tree | undefined {
  let count = 0;

  const rangeOf = (node: Node, fallback: TextRange): TextRange =>
    node.range ? { start: node.range[0], end: node.range[1] } : fallback;

  const convert = (node: unknown, fallback: TextRange, depth: number): Tree => {
    count += 1;
    if (count > maximumValues || depth > maximumDepth) {
      throw new TooLarge();
    }
    if (yaml.isAlias(node)) {
      const target = node.resolve(document);
      const range = rangeOf(node, fallback);
      return target === undefined ? emptyAt(range) : convert(target, range, depth + 1);
    }
    if (yaml.isMap(node)) {
      const range = rangeOf(node, fallback);
      const entries = new Map<string, TreeEntry>();
      const merged: TreeEntry[] = [];
      for (const pair of node.items) {
        const keyNode = yaml.isScalar(pair.key) ? pair.key : undefined;
        const key = keyNode === undefined ? '' : scalarText(keyNode.value, keyNode.source);
        const keyRange = keyNode === undefined ? range : rangeOf(keyNode, range);
        const value = convert(pair.value, { start: keyRange.end, end: keyRange.end }, depth + 1);
        if (key === '<<') {
          merged.push(...mergedEntries(value));
        } else if (!entries.has(key)) {
          entries.set(key, { key, keyRange, value });
        }
      }
      for (const entry of merged) {
        if (!entries.has(entry.key)) {
          entries.set(entry.key, entry);
        }
      }
      return { kind: 'map', range, entries: [...entries.values()] };
    }
    if (yaml.isSeq(node)) {
      const range = rangeOf(node, fallback);
      return {
        kind: 'list',
        range,
        items: node.items.map((item) => convert(item, range, depth + 1)),
      };
    }
    if (yaml.isScalar(node)) {
      const range = rangeOf(node, fallback);
      return {
        kind: 'scalar',
        range,
        text: scalarText(node.value, node.source),
        value: plainValue(node.value),
      };
    }
    return emptyAt(fallback);
  };

  if (document.contents === null) {
    return undefined;
  }
  try {
    return convert(document.contents, { start: 0, end: 0 }, 0);
  } catch (thrown) {
    if (!(thrown instanceof TooLarge)) {
      throw thrown;
    }
    findings.push({
      code: 'topology-syntax',
      stage: 'read',
      severity: 'error',
      message: t('This file stands for far too many values. Are its aliases right?'),
      range: { start: 0, end: 0 },
    });
    return undefined;
  }
}

function emptyAt(range: TextRange): TreeScalar {
  return { kind: 'scalar', range, text: '', value: null };
}

function mergedEntries(value: Tree): readonly TreeEntry[] {
  switch (value.kind) {
    case 'map':
      return value.entries;
    case 'list':
      return value.items.flatMap((item) => (item.kind === 'map' ? item.entries : []));
    case 'scalar':
      return [];
  }
}

function plainValue(value: unknown): TreeScalar['value'] {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'bigint':
    case 'boolean':
      return value;
    default:
      return null;
  }
}

function scalarText(value: unknown, source: string | undefined): string {
  const plain = plainValue(value);
  return typeof plain === 'string' ? plain : (source ?? (plain === null ? '' : String(plain)));
}
