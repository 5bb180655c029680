import { applyEdits } from '../../base/edits.ts';
import { Failure } from '../../base/errors.ts';
import { t } from '../../base/l10n.ts';
import type { Catalogue } from '../../config/catalogue.ts';
import { parseConf } from '../../config/document.ts';
import { removeParameter, setParameter, writeValue } from '../../config/edit.ts';
import type { Shell } from '../../hosts/shell.ts';
import type { NodeSpec } from '../../topology/types.ts';

/** A parameter and the value that its line is to have; `undefined`: no line. */
export interface Change {
  readonly name: string;
  readonly value: string | undefined;
}

/** The text of a postgresql.conf with a parameter set as another node has it; `undefined`: that node says nothing. */
export function withValue(
  text: string,
  catalogue: Catalogue,
  name: string,
  value: string | undefined,
): string {
  const document = parseConf(text);
  return applyEdits(
    text,
    value === undefined
      ? removeParameter(document, name)
      : setParameter(document, name, writeValue(catalogue.get(name), value)),
  );
}

/**
 * Writes a value into a node's postgresql.conf: the file is read, changed in that one place and replaced whole, unless
 * somebody has changed it meanwhile (`file-changed`). Answers false when it was so already.
 */
export async function copyValue(
  shell: Shell,
  node: NodeSpec,
  catalogue: Catalogue,
  change: Change,
  signal?: AbortSignal,
): Promise<boolean> {
  const path = `${node.dataDir}/postgresql.conf`;
  const file = await shell.readFile(path, signal === undefined ? {} : { signal });
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(file.content);
  } catch (cause) {
    throw new Failure('not-utf8', t('{0} on {1} is not UTF-8.', path, node.id), {
      place: { file: path, node: node.id, host: node.host },
      remedy: t('Change it on the node.'),
      cause,
    });
  }
  const changed = withValue(text, catalogue, change.name, change.value);
  if (changed === text) {
    return false;
  }
  await shell.writeFile(path, changed, {
    expected: file.version,
    ...(signal === undefined ? {} : { signal }),
  });
  return true;
}

/** What became of writing a value to several nodes. */
export interface Copied {
  /** The nodes whose files have the value now. */
  readonly written: readonly NodeSpec[];
  /** The nodes that were not reached; the first of them is the one that failed, unless it was cancelled. */
  readonly left: readonly NodeSpec[];
  /** Why it ended before the last node; undefined when it did not, or was cancelled. */
  readonly failure?: unknown;
}

/** Writes a value to one node after the other, and stops at the first that fails or when it is cancelled. Never rejects. */
export async function copyToNodes(
  nodes: readonly NodeSpec[],
  change: Change,
  how: {
    readonly catalogue: Catalogue;
    readonly signal: AbortSignal;
    readonly shell: (node: NodeSpec) => Promise<Shell>;
    readonly begin?: (node: NodeSpec) => void;
  },
): Promise<Copied> {
  const { catalogue, signal } = how;
  const cancelled = (): boolean => signal.aborted;
  for (const [index, node] of nodes.entries()) {
    const before = { written: nodes.slice(0, index), left: nodes.slice(index) };
    if (cancelled()) {
      return before;
    }
    how.begin?.(node);
    try {
      await copyValue(await how.shell(node), node, catalogue, change, signal);
    } catch (failure) {
      // Whether a file that was just being written has the value is seen when the table is read again.
      return cancelled() ? before : { ...before, failure };
    }
  }
  return { written: nodes, left: [] };
}
