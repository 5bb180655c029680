import * as vscode from 'vscode';
import { commentedVersion } from '../../config/version.ts';
import { type FileKind, fileKindOf } from '../../config/files/kinds.ts';
import { nodeOfPath } from '../../config/files/node-of.ts';
import type { NodeSpec, Topology } from '../../topology/types.ts';
import { nodeById } from '../../topology/lookups.ts';
import { nodeScheme } from '../contributions.ts';
import { parseNodePath } from '../files/node-uri.ts';
import type { TopologyEntry, TopologyService } from '../topology/service.ts';
import { foreignConf, languages } from './selectors.ts';

/** What a document is to us. */
export interface DocumentScope {
  readonly kind: FileKind;
  readonly entry: TopologyEntry | undefined;
  readonly topology: Topology | undefined;
  readonly node: NodeSpec | undefined;
}

const kindOfLanguage: Readonly<Record<string, FileKind>> = Object.fromEntries(
  Object.entries(languages).map(([kind, language]) => [language, kind as FileKind]),
);

/**
 * Which configuration file a document is, and of which node. Undefined for documents that are none of our business: a
 * plain PostgreSQL `postgresql.conf` in a folder without a topology is left alone.
 */
export function scopeOf(
  document: Pick<vscode.TextDocument, 'uri' | 'languageId' | 'getText'>,
  topologies: TopologyService,
): DocumentScope | undefined {
  const byName = fileKindOf(document.uri.path);
  const ours = kindOfLanguage[document.languageId];
  // Our own file systems' answers, comparisons and the like are texts to look at.
  if (
    !['file', 'untitled', nodeScheme, 'vscode-remote', 'vscode-vfs'].includes(document.uri.scheme)
  ) {
    return undefined;
  }
  const entry = entryOf(document.uri, topologies);
  const kind = ours ?? (document.languageId === foreignConf ? 'postgresql-conf' : byName);
  if (kind === undefined || (ours === undefined && entry === undefined)) {
    return undefined;
  }
  const topology = entry?.topology;
  return { kind, entry, topology, node: nodeOf(document.uri, topology) };
}

/** The topology of a document: the one that its address names, else the nearest one above it, else the only one of its workspace folder. */
export function entryOf(uri: vscode.Uri, topologies: TopologyService): TopologyEntry | undefined {
  if (uri.scheme === nodeScheme) {
    return topologies.entry(uri.authority);
  }
  const above = topologies.entries
    .filter((entry) => {
      const folder = vscode.Uri.joinPath(entry.uri, '..');
      return (
        folder.scheme === uri.scheme && uri.path.startsWith(`${folder.path.replace(/\/$/, '')}/`)
      );
    })
    .sort((one, other) => other.uri.path.length - one.uri.path.length);
  if (above[0] !== undefined) {
    return above[0];
  }
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  const inFolder = topologies.entries.filter(
    (entry) =>
      folder !== undefined &&
      vscode.workspace.getWorkspaceFolder(entry.uri)?.index === folder.index,
  );
  return inFolder.length === 1 ? inFolder[0] : undefined;
}

function nodeOf(uri: vscode.Uri, topology: Topology | undefined): NodeSpec | undefined {
  if (topology === undefined) {
    return undefined;
  }
  if (uri.scheme === nodeScheme) {
    const place = parseNodePath(uri.authority, uri.path);
    return place === undefined ? undefined : nodeById(topology, place.node);
  }
  return nodeOfPath(topology, uri.path);
}

/** Whether a text says by its first line that it is openGauss's. */
export function saysOpenGauss(text: string): boolean {
  return commentedVersion(text) !== undefined;
}
