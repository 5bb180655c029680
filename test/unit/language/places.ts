import assert from 'node:assert/strict';
import { loadCatalogue } from '../../../src/config/catalogue.ts';
import type { DeploymentInput } from '../../../src/config/cluster/deployment.ts';
import { DeploymentLinter } from '../../../src/config/cluster/lint.ts';
import { parseConf } from '../../../src/config/document.ts';
import { applyEdits } from '../../../src/base/edits.ts';
import { completeConf } from '../../../src/config/language/completion.ts';
import type { ConfPosition, LanguageContext } from '../../../src/config/language/types.ts';

/** A text with `|` where the cursor is. */
export function cursor(marked: string): ConfPosition {
  const offset = marked.indexOf('|');
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  return { document: parseConf(text), text, offset };
}

/** What is known of a file without a topology. */
export async function aloneContext(): Promise<LanguageContext> {
  return { catalogue: await loadCatalogue('5.0.0', 'release') };
}

/** The context of a node of a deployment, with a text in the place of its file. */
export function inside(input: DeploymentInput, nodeId: string, text: string): LanguageContext {
  const files = new Map(input.files);
  files.set(nodeId, { ...files.get(nodeId), postgresqlConf: text });
  return {
    catalogue: input.catalogue,
    deployment: new DeploymentLinter().read({ ...input, files }),
    nodeId,
  };
}

/** The text after a proposal is taken. */
export function taken(place: ConfPosition, label: string, context: LanguageContext): string {
  const all = completeConf(place, context);
  const found = all.find((each) => each.label === label);
  assert.ok(
    found,
    `${label} among ${all
      .slice(0, 20)
      .map((each) => each.label)
      .join(', ')}`,
  );
  return applyEdits(place.text, [{ range: found.range, newText: found.insertText }]);
}

/** The node whose file is written. */
export const node = 'production/dn0';
