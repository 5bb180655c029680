import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseTopology } from '../../../src/topology/parse.ts';
import { serverVersions } from '../../../src/topology/types.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly definitions?: Readonly<Record<string, Schema>>;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
}

const schema = JSON.parse(
  readFileSync(new URL('../../../schemas/opengauss.schema.json', import.meta.url), 'utf8'),
) as Schema;

/** The keys that the reader names as known when it meets one that it does not know. */
async function knownKeys(text: string): Promise<string[]> {
  const { findings } = await parseTopology(text);
  const message =
    findings.find((finding) => finding.code === 'topology-unknown-key')?.message ?? '';
  return (/Known here: (.*)\.$/.exec(message)?.[1] ?? '').split(', ').sort();
}

const keysOf = (part: Schema | undefined): string[] => Object.keys(part?.properties ?? {}).sort();

describe('the JSON schema of opengauss.yaml', () => {
  it('knows the keys that the reader knows, in every place', async () => {
    const unknown = 'zzzzzzzzzzzzzzzz: 1';
    const hosts = schema.properties?.['hosts']?.additionalProperties;
    assert.deepEqual(keysOf(schema), await knownKeys(unknown));
    assert.deepEqual(
      keysOf(schema.definitions?.['cluster']),
      await knownKeys(`clusters: [{${unknown}}]`),
    );
    assert.deepEqual(
      keysOf(schema.definitions?.['node']),
      await knownKeys(`clusters: [{nodes: [{${unknown}}]}]`),
    );
    assert.deepEqual(keysOf(schema.properties?.['xlog']), await knownKeys(`xlog: {${unknown}}`));
    assert.deepEqual(
      keysOf(schema.properties?.['arrays']?.items),
      await knownKeys(`arrays: [{${unknown}}]`),
    );
    assert.deepEqual(
      keysOf(typeof hosts === 'object' ? hosts : undefined),
      await knownKeys(`hosts: {a: {${unknown}}}`),
    );
  });

  it('offers the versions that we know', () => {
    assert.deepEqual(schema.properties?.['openGauss']?.anyOf?.[0]?.enum, [
      'auto',
      ...serverVersions,
    ]);
  });

  it('explains every key', () => {
    const visit = (part: Schema, path: string): void => {
      for (const [key, value] of Object.entries(part.properties ?? {})) {
        assert.ok(value.description, `${path}/${key}`);
        visit(value, `${path}/${key}`);
      }
    };
    visit(schema, '');
    for (const [name, part] of Object.entries(schema.definitions ?? {})) {
      visit(part, name);
    }
  });
});
