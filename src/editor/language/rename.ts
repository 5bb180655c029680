import * as vscode from 'vscode';
import type { TextEdit } from '../../base/finding.ts';
import { t } from '../../base/l10n.ts';
import type { FileKey } from '../../config/cluster/deployment.ts';
import { renameConf, renameNode } from '../../config/language/rename.ts';
import type { Rename } from '../../config/language/types.ts';
import { nameAt, portOf } from '../../topology/names.ts';
import type { TopologyName } from '../../topology/names.ts';
import type { Services } from '../services.ts';
import type { TopologyEntry } from '../topology/service.ts';
import { toRange, toWorkspaceEdit } from './edits.ts';
import type { LanguageModel } from './model.ts';
import type { KnownFile } from './node-files.ts';

/** F2 in a `postgresql.conf`: what other nodes know the node by, in the files of all and in the topology. */
export class ConfRename implements vscode.RenameProvider {
  private readonly model: LanguageModel;

  constructor(model: LanguageModel) {
    this.model = model;
  }

  async prepareRename(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<{ range: vscode.Range; placeholder: string }> {
    const { rename } = await this.at(document, position);
    return { range: toRange(document, rename.range), placeholder: rename.placeholder };
  }

  async provideRenameEdits(
    document: vscode.TextDocument,
    position: vscode.Position,
    name: string,
  ): Promise<vscode.WorkspaceEdit | undefined> {
    const { rename, entry } = await this.at(document, position);
    const edits = sound(rename.edits(name));
    const files: ReadonlyMap<FileKey, KnownFile> =
      entry === undefined ? new Map() : this.model.files.known(entry);
    const result = toWorkspaceEdit(document, edits, files);
    if (result !== undefined && entry !== undefined && rename.nodePort !== undefined) {
      await addPort(result, entry, rename.nodePort, rename.placeholder, name);
    }
    return result;
  }

  private async at(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<{ readonly rename: Rename; readonly entry: TopologyEntry | undefined }> {
    const open = await this.model.open(document);
    const place = open && {
      document: open.document,
      text: open.text,
      offset: document.offsetAt(position),
    };
    const rename = place && renameConf(place, open.context);
    if (rename === undefined) {
      throw new Error(
        t('Only the values of application_name and port of a node of the topology can be renamed.'),
      );
    }
    return { rename, entry: open?.scope.entry };
  }
}

/** The port in the topology, where it is the one that is renamed. */
async function addPort(
  edit: vscode.WorkspaceEdit,
  entry: TopologyEntry,
  nodeId: string,
  from: string,
  to: string,
): Promise<void> {
  const topology = await vscode.workspace.openTextDocument(entry.uri);
  const place = await portOf(topology.getText(), nodeId);
  if (place?.text === from) {
    edit.replace(entry.uri, toRange(topology, place.range), to);
  }
}

/** F2 in `opengauss.yaml`: clusters, nodes, hosts and ports wherever the file and those of the nodes name them. */
export class TopologyRename implements vscode.RenameProvider {
  private readonly services: Services;
  private readonly model: LanguageModel;

  constructor(services: Services, model: LanguageModel) {
    this.services = services;
    this.model = model;
  }

  async prepareRename(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<{ range: vscode.Range; placeholder: string }> {
    const name = await nameIn(document, position);
    return { range: toRange(document, name.range), placeholder: name.text };
  }

  async provideRenameEdits(
    document: vscode.TextDocument,
    position: vscode.Position,
    to: string,
  ): Promise<vscode.WorkspaceEdit | undefined> {
    const name = await nameIn(document, position);
    const problem = name.problem(to);
    if (problem !== undefined) {
      throw new Error(problem);
    }
    const entry = this.services.topologies.entries.find(
      ({ uri }) => uri.toString() === document.uri.toString(),
    );
    const own = name.places.map((range): TextEdit => ({ range, newText: to }));
    const others = entry === undefined ? [] : await this.others(entry, name, to);
    const files: ReadonlyMap<FileKey, KnownFile> =
      entry === undefined ? new Map() : this.model.files.known(entry);
    return toWorkspaceEdit(document, [...own, ...others], files);
  }

  /** The edits in the nodes' files, as far as these are known. */
  private async others(
    entry: TopologyEntry,
    name: TopologyName,
    to: string,
  ): Promise<readonly TextEdit[]> {
    if (name.nodeId === undefined || name.kind === 'cluster' || name.kind === 'host') {
      return [];
    }
    await this.model.files.settle(entry);
    const catalogue = await this.model.catalogue('', {
      kind: 'postgresql-conf',
      entry,
      topology: entry.topology,
      node: undefined,
    });
    const deployment = this.model.deployment(entry, catalogue);
    if (deployment === undefined) {
      return [];
    }
    const unknown = deployment.nodes.filter(({ conf }) => conf === undefined);
    if (unknown.length > 0) {
      void vscode.window.showInformationMessage(
        t(
          'The files of {0} are not known here and stay as they are.',
          unknown.map(({ spec }) => spec.id).join(', '),
        ),
      );
    }
    return sound(renameNode(deployment, name.nodeId, name.kind, to));
  }
}

async function nameIn(
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<TopologyName> {
  const name = await nameAt(document.getText(), document.offsetAt(position));
  if ('refusal' in name) {
    throw new Error(name.refusal);
  }
  return name;
}

function sound(edits: ReturnType<Rename['edits']>): readonly TextEdit[] {
  if ('problem' in edits) {
    throw new Error(edits.problem);
  }
  return edits;
}
