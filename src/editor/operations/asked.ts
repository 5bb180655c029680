import * as vscode from 'vscode';
import { t } from '../../base/l10n.ts';
import { nodeOfPath } from '../../config/files/node-of.ts';
import { operand } from '../../hosts/quote.ts';
import { applyConfigurationPlan } from '../../operations/recipes/apply-configuration.ts';
import type { EditedFile } from '../../operations/steps/apply-file.ts';
import { buildFromSourcePlan } from '../../operations/recipes/build-from-source.ts';
import type { Layout } from '../../operations/recipes/layout.ts';
import { readMark } from '../../operations/steps/apply-mark.ts';
import {
  scriptDeployPlan,
  scriptDisasterRecoveryPlan,
} from '../../operations/recipes/script-route.ts';
import type { Plan } from '../../operations/types.ts';
import { hostNames, nodesOf } from '../../topology/lookups.ts';
import type { NodeSpec, Topology } from '../../topology/types.ts';
import type { Services } from '../services.ts';
import type { TopologyEntry } from '../topology/service.ts';

/** Plans that need answers which the topology does not hold. Each is undefined when the user gives none. */

const fileNames = ['postgresql.conf', 'pg_hba.conf'] as const;

/** Edited copies in the topology's folder → the nodes. Copies are made first when there are none. */
export async function askForConfiguration(
  services: Services,
  entry: TopologyEntry,
  layout: Layout,
): Promise<Plan | undefined> {
  const { topology } = layout;
  const copies = await copiesOf(entry, topology);
  if (copies.length === 0) {
    await offerCopies(services, entry, topology);
    return undefined;
  }
  const edited: EditedFile[] = [];
  const interrupted = new Set<string>();
  for (const { uri, node, name } of copies) {
    const shell = await services.hosts.shell({ entry, topology, node });
    const remote = await shell.readFile(`${node.dataDir}/${name}`);
    const before = new TextDecoder('utf-8', { ignoreBOM: true }).decode(remote.content);
    const after = (await vscode.workspace.openTextDocument(uri)).getText();
    if (before !== after) {
      edited.push({ nodeId: node.id, name, before, after });
      continue;
    }
    // What an interrupted run has written already may still wait for its restart.
    const mark = await readMark(shell, { scope: layout.scope, nodeId: node.id, name });
    if (mark?.after === after) {
      edited.push({ nodeId: node.id, name, before: mark.before, after });
      interrupted.add(node.id + name);
    }
  }
  if (edited.length === 0) {
    void vscode.window.showInformationMessage(
      t('The copies are the same as the files on the nodes.'),
    );
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(
    edited.map((file) => ({
      label: `${file.nodeId}: ${file.name}`,
      ...(interrupted.has(file.nodeId + file.name) && {
        description: t('written by a run that was interrupted'),
      }),
      picked: true,
      file,
    })),
    { title: t('Apply Configuration'), placeHolder: t('Which files?'), canPickMany: true },
  );
  return picked === undefined || picked.length === 0
    ? undefined
    : applyConfigurationPlan(
        layout,
        picked.map(({ file }) => file),
      );
}

interface Copy {
  readonly uri: vscode.Uri;
  readonly node: NodeSpec;
  readonly name: (typeof fileNames)[number];
}

async function copiesOf(entry: TopologyEntry, topology: Topology): Promise<readonly Copy[]> {
  const folder = vscode.Uri.joinPath(entry.uri, '..');
  const found = await vscode.workspace.findFiles(
    new vscode.RelativePattern(folder, '**/{postgresql.conf,pg_hba.conf}'),
    '**/node_modules/**',
    256,
  );
  return found.flatMap((uri) => {
    const node = nodeOfPath(topology, uri.path.slice(folder.path.length));
    const name = fileNames.find((one) => uri.path.endsWith(`/${one}`));
    return node === undefined || name === undefined ? [] : [{ uri, node, name }];
  });
}

async function offerCopies(
  services: Services,
  entry: TopologyEntry,
  topology: Topology,
): Promise<void> {
  const copy = t('Copy Files Here');
  const answer = await vscode.window.showInformationMessage(
    t(
      'There are no copies of the nodes’ files in this folder, such as {0}. Copy them, edit them, and apply them together.',
      'production/dn0/postgresql.conf',
    ),
    copy,
  );
  if (answer !== copy) {
    return;
  }
  for (const node of nodesOf(topology)) {
    const shell = await services.hosts.shell({ entry, topology, node });
    for (const name of fileNames) {
      const { content } = await shell.readFile(`${node.dataDir}/${name}`);
      const target = vscode.Uri.joinPath(entry.uri, '..', node.cluster, node.name, name);
      await vscode.workspace.fs.writeFile(target, content);
    }
  }
  void vscode.window.showInformationMessage(
    t('The files of {0} nodes were copied.', nodesOf(topology).length),
  );
}

/** openGauss from its sources on one host, in debug mode as the simulation needs it. */
export async function askForBuild(topology: Topology): Promise<Plan | undefined> {
  const title = t('Build From Source');
  const host = await vscode.window.showQuickPick([...hostNames(topology)], {
    title,
    placeHolder: t('On which host?'),
  });
  const folder =
    host &&
    (await ask(title, t('Folder for the sources on {0}, absolute', host), '/opt/omm', absolute));
  const thirdParty =
    folder &&
    (await ask(
      title,
      t('Archive of third-party binaries: an address, or the path of a file on {0}', host),
      '',
      (value) => (value === '' ? t('Something must be given.') : undefined),
    ));
  const branch =
    thirdParty &&
    (await ask(title, t('Branch or tag of the sources'), 'master', (value) =>
      /^[\w][\w./-]*$/.test(value) ? undefined : t('This cannot be a branch or tag.'),
    ));
  return branch === undefined || branch === ''
    ? undefined
    : buildFromSourcePlan({
        topology,
        host: host ?? '',
        folder: folder ?? '',
        thirdParty: thirdParty ?? '',
        branch,
      });
}

/** The user's own scripts of openGauss's sources, changed on a copy. */
export async function askForScripts(layout: Layout): Promise<Plan | undefined> {
  const title = t('Run openGauss’s Own Scripts');
  const route = await vscode.window.showQuickPick(
    [
      {
        label: 'ha_test.sh dual_cluster',
        detail: t('Two independent clusters on one host'),
        make: scriptDeployPlan,
      },
      {
        label: 'standby_full_build_reconnect.sh',
        detail: t('Disaster recovery between them'),
        make: scriptDisasterRecoveryPlan,
      },
    ],
    { title },
  );
  const sources =
    route &&
    (await ask(
      title,
      t('Folder of the sources of openGauss-server on the host, absolute'),
      '/opt/omm/openGauss-server',
      absolute,
    ));
  return route === undefined || sources === undefined || sources === ''
    ? undefined
    : route.make({ layout, sources });
}

function ask(
  title: string,
  prompt: string,
  value: string,
  validateInput: (value: string) => string | undefined,
): Thenable<string | undefined> {
  return vscode.window.showInputBox({ title, prompt, value, ignoreFocusOut: true, validateInput });
}

function absolute(value: string): string | undefined {
  try {
    return operand(value).startsWith('/') ? undefined : t('An absolute path is needed.');
  } catch {
    return t('An absolute path is needed.');
  }
}
