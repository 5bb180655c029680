import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  commands,
  contextKeys,
  contextValues,
  nodeScheme,
  settings,
  viewContainer,
  views,
} from '../../../src/editor/contributions.ts';

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] };
  };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[];
    readonly configuration: {
      readonly properties: Readonly<Record<string, { readonly default: unknown }>>;
    };
    readonly viewsContainers: { readonly activitybar: readonly { readonly id: string }[] };
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly menus: Readonly<
      Record<string, readonly { readonly command: string; readonly when?: string }[]>
    >;
    readonly keybindings: readonly { readonly command: string }[];
  };
}

const root = new URL('../../../', import.meta.url);
const text = readFileSync(new URL('package.json', root), 'utf8');
const manifest = JSON.parse(text) as Manifest;
const { contributes } = manifest;
const ids = Object.keys(commands).sort();

describe('The manifest and the table of contributions', () => {
  it('name the same commands', () => {
    assert.deepEqual(contributes.commands.map((one) => one.command).sort(), ids);
  });

  it('use only known commands in menus, keys, welcome texts and walkthroughs', () => {
    const used = [
      ...Object.values(contributes.menus).flatMap((items) => items.map((item) => item.command)),
      ...contributes.keybindings.map((key) => key.command),
    ];
    assert.deepEqual(
      used.filter((id) => !ids.includes(id)),
      [],
    );
    for (const name of ['package.nls.json', 'package.nls.zh-cn.json']) {
      const links = [...readFileSync(new URL(name, root), 'utf8').matchAll(/\(command:([\w.]+)/g)];
      const builtIn = (id: string): boolean =>
        id.startsWith('vscode.') || Object.values(views).some((view) => id === `${view}.focus`);
      assert.ok(links.length > 0);
      assert.deepEqual(
        links.map((link) => link[1] ?? '').filter((id) => !ids.includes(id) && !builtIn(id)),
        [],
        name,
      );
    }
  });

  it('keep commands that need a tree item out of the palette', () => {
    const hidden = Object.entries(commands)
      .filter(([, entry]) => 'hidden' in entry)
      .map(([id]) => id);
    const palette = (contributes.menus['commandPalette'] ?? [])
      .filter((item) => item.when === 'false')
      .map((item) => item.command);
    assert.deepEqual(palette.sort(), hidden.sort());
  });

  it('name the same settings with the same defaults', () => {
    const { properties } = contributes.configuration;
    assert.deepEqual(
      Object.entries(properties)
        .map(([id, property]) => [id, property.default])
        .sort(),
      Object.entries(settings)
        .map(([id, entry]) => [id, entry.default])
        .sort(),
    );
  });

  it('restrict the same settings in untrusted workspaces', () => {
    assert.deepEqual(
      [...manifest.capabilities.untrustedWorkspaces.restrictedConfigurations].sort(),
      Object.entries(settings)
        .filter(([, entry]) => entry.restricted)
        .map(([id]) => id)
        .sort(),
    );
  });

  it('name the same views', () => {
    assert.deepEqual(
      contributes.viewsContainers.activitybar.map((one) => one.id),
      [viewContainer],
    );
    assert.deepEqual(
      Object.values(contributes.views).flatMap((list) => list.map((one) => one.id)),
      Object.values(views),
    );
  });

  it('use only known names in when clauses', () => {
    const known = [...Object.keys(contextKeys), ...Object.values(views), ...Object.keys(settings)];
    const whens = [...text.matchAll(/"(?:when|enablement)": "([^"]*)"/g)].map(
      (one) => one[1] ?? '',
    );
    const names = whens.flatMap((when) => when.match(/openGauss\.[\w.]+/g) ?? []);
    assert.ok(names.length > 10);
    assert.deepEqual(
      names.filter((name) => !known.includes(name)),
      [],
    );
    const items = whens.flatMap((when) =>
      [...when.matchAll(/viewItem (?:==|=~) (?:\/\^\(([\w|]+)\)\$\/|(\w+))/g)].flatMap((match) =>
        (match[1] ?? match[2] ?? '').split('|'),
      ),
    );
    assert.deepEqual(
      items.filter((item) => !(contextValues as readonly string[]).includes(item)),
      [],
    );
    assert.equal(
      whens.filter((when) => when.includes('viewItem')).length,
      whens.filter((when) => /viewItem (==|=~) (\/\^\([\w|]+\)\$\/|\w+)/.test(when)).length,
    );
  });

  it('wake the extension for files on nodes and for topologies', () => {
    assert.ok(manifest.activationEvents.includes(`onFileSystem:${nodeScheme}`));
    assert.ok(manifest.activationEvents.some((event) => event.includes('opengauss.yaml')));
    assert.ok(!manifest.activationEvents.includes('*'));
  });

  it('point only at files that exist', () => {
    const files = [...text.matchAll(/"((?:\.\/)?(?:media|syntaxes|snippets|schemas)\/[^"]+)"/g)];
    assert.ok(files.length > 0);
    assert.deepEqual(
      files.map((file) => file[1] ?? '').filter((file) => !existsSync(new URL(file, root))),
      [],
    );
  });
});
