import { Failure } from '../../base/errors.ts';
import { t } from '../../base/l10n.ts';
import type { Catalogue } from '../../config/catalogue.ts';
import { parseConf } from '../../config/document.ts';
import { applyEdits } from '../../base/edits.ts';
import { removeParameter, setParameter, writeValue } from '../../config/edit.ts';
import type { Shell } from '../../hosts/shell.ts';
import type { NodeSpec } from '../../topology/types.ts';

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
  change: { readonly name: string; readonly value: string | undefined },
): Promise<boolean> {
  const path = `${node.dataDir}/postgresql.conf`;
  const file = await shell.readFile(path);
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
  await shell.writeFile(path, changed, { expected: file.version });
  return true;
}
