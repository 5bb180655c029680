import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import * as vscode from 'vscode';
import type { NodeSpec } from '../../src/topology/types.ts';
import { closeEditors, eventually, openExplorer } from './support/extension.ts';

/** Changes files for the length of the tests. */
class Planted {
  private readonly texts = new Map<string, string>();

  change(path: string, from: string | RegExp, to: string): void {
    const text = readFileSync(path, 'utf8');
    if (!this.texts.has(path)) {
      this.texts.set(path, text);
    }
    const changed = text.replace(from, to);
    assert.notEqual(changed, text, `${path} has no ${String(from)}`);
    writeFileSync(path, changed);
  }

  restore(): void {
    for (const [path, text] of this.texts) {
      writeFileSync(path, text);
    }
  }
}

const conf = (node: NodeSpec): string => `${node.dataDir}/postgresql.conf`;

describe('Check All Nodes', () => {
  const planted = new Planted();
  let topologyFile = '';
  let topologyText = '';
  let production: readonly NodeSpec[] = [];
  let recovery: readonly NodeSpec[] = [];

  before(async () => {
    const { api } = await openExplorer();
    const [entry] = api.topologies();
    assert.ok(entry?.topology);
    [production = [], recovery = []] = entry.topology.clusters.map(({ nodes }) => nodes);
    topologyFile = entry.uri.fsPath;
    topologyText = readFileSync(topologyFile, 'utf8');
    const [main, second] = production;
    const [other, last] = recovery;
    assert.ok(main && second && other && last);
    planted.change(conf(other), `remoteport=${main.port}`, `remoteport=${main.port + 50}`);
    const lock = /^xlog_lock_file_path = .*$/m.exec(readFileSync(conf(main), 'utf8'))?.[0] ?? '';
    for (const node of recovery) {
      planted.change(conf(node), /^xlog_lock_file_path = .*$/m, lock);
      planted.change(conf(node), "'cluster_standby'", "'cluster_primary'");
    }
    planted.change(conf(last), 'xlog_file_size = 68719476736', 'xlog_file_size = 34359738368');
    // Peers on machines of their own: pg_hba.conf must let them in.
    writeFileSync(
      topologyFile,
      topologyText.replace(
        /^( {8})port: (\d+)$/gm,
        (line, indent: string, port: string) =>
          `${line}\n${indent}address: ${production.some((node) => String(node.port) === port) ? '10.9.0.1' : '10.9.0.2'}`,
      ),
    );
    await eventually('the topology with addresses', () =>
      api.topologies()[0]?.topology?.clusters[1]?.nodes[0]?.address === '10.9.0.2'
        ? true
        : undefined,
    );
    await vscode.commands.executeCommand('openGauss.checkConfiguration');
  });

  after(async () => {
    planted.restore();
    writeFileSync(topologyFile, topologyText);
    const { api } = await openExplorer();
    await eventually('the topology as it was', () =>
      api.topologies()[0]?.topology?.clusters[1]?.nodes[0]?.address === '10.9.0.2'
        ? undefined
        : true,
    );
    await vscode.commands.executeCommand('openGauss.checkConfiguration');
    // The editor keeps texts of documents for a while after they were closed; the next tests want those of now.
    for (const document of vscode.workspace.textDocuments) {
      if (document.uri.scheme === 'opengauss') {
        await vscode.window.showTextDocument(document);
        await vscode.commands.executeCommand('workbench.action.files.revert');
      }
    }
    await closeEditors();
  });

  const faults: readonly (readonly [
    what: string,
    code: string,
    node: () => NodeSpec | undefined,
    file: string,
    line: RegExp,
    linked: () => NodeSpec | undefined,
  ])[] = [
    [
      'a port pair that is not mirrored',
      'replconninfo-remote-unknown',
      () => recovery[0],
      'postgresql.conf',
      /^cross_cluster_replconninfo1\b/,
      () => production[0],
    ],
    [
      'one lock file for both clusters',
      'xlog-lock-shared',
      () => recovery[0],
      'postgresql.conf',
      /^xlog_lock_file_path\b/,
      () => production[0],
    ],
    [
      'two primary clusters',
      'cluster-role-same',
      () => recovery[0],
      'postgresql.conf',
      /^cluster_run_mode\b/,
      () => production[0],
    ],
    [
      'a pg_hba.conf that keeps a peer out',
      'hba-peer-missing',
      () => production[0],
      'pg_hba.conf',
      /^\w/,
      () => recovery[0],
    ],
    [
      'another size of the redo log',
      'xlog-file-size-differs',
      () => recovery[1],
      'postgresql.conf',
      /^xlog_file_size\b/,
      () => production[0],
    ],
  ];
  for (const [what, code, node, file, line, linked] of faults) {
    it(`finds ${what}, on its line, with a link to the other node`, async () => {
      const path = `${node()?.dataDir ?? ''}/${file}`;
      const found = (): { uri: vscode.Uri; diagnostic: vscode.Diagnostic }[] =>
        vscode.languages
          .getDiagnostics()
          .filter(([uri]) => uri.scheme === 'opengauss' && uri.path.endsWith(path))
          .flatMap(([uri, list]) => list.map((diagnostic) => ({ uri, diagnostic })));
      const hit = await eventually(code, () =>
        found().find(({ diagnostic }) => diagnostic.code === code),
      ).catch(() => undefined);
      const codes = found().map(({ diagnostic }) => JSON.stringify(diagnostic.code));
      assert.ok(hit, `${path}: ${codes.join(', ')}`);
      const document = await vscode.workspace.openTextDocument(hit.uri);
      assert.match(document.lineAt(hit.diagnostic.range.start.line).text, line);
      const links = (hit.diagnostic.relatedInformation ?? []).map(
        ({ location }) => location.uri.path,
      );
      assert.ok(
        links.some((link) => link.endsWith(conf(linked() ?? production[0] ?? ({} as NodeSpec)))),
        `linked are ${links.join(', ')}`,
      );
    });
  }
});
