import * as vscode from 'vscode';
import { t } from '../../base/l10n.ts';
import { printTopology, proposeTopology } from '../../topology/print.ts';
import type { ProposalAnswers } from '../../topology/print.ts';
import { serverVersions } from '../../topology/types.ts';
import type { Services } from '../services.ts';
import { setting } from '../settings.ts';
import { askSteps } from './steps.ts';
import type { Choice } from './steps.ts';

/** "Create Topology File": a few questions, then a commented `opengauss.yaml` with the two clusters as the proposal. */
export function registerCreateTopology(services: Services): void {
  services.commands.register('openGauss.createTopology', async () => {
    const folder = await pickFolder();
    if (folder !== undefined) {
      const existing = vscode.Uri.joinPath(folder.uri, 'opengauss.yaml');
      if (await exists(existing)) {
        await vscode.window.showTextDocument(existing);
        void vscode.window.showInformationMessage(
          t('This folder has an opengauss.yaml already; it was opened and not changed.'),
        );
        return;
      }
    }
    const answers = await ask();
    if (answers === undefined) {
      return;
    }
    const text = printTopology(proposeTopology(answers));
    if (folder === undefined) {
      const document = await vscode.workspace.openTextDocument({ language: 'yaml', content: text });
      await vscode.window.showTextDocument(document);
      return;
    }
    const uri = vscode.Uri.joinPath(folder.uri, 'opengauss.yaml');
    if (!(await exists(uri))) {
      await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
    }
    await services.topologies.load(uri);
    await vscode.window.showTextDocument(uri);
  });
}

async function ask(): Promise<ProposalAnswers | undefined> {
  const hosts = await hostChoices();
  const given = await askSteps(t('Create Topology File'), [
    {
      key: 'openGauss',
      kind: 'pick',
      placeholder: t('Which openGauss version runs on the hosts?'),
      choices: [
        {
          label: 'auto',
          description: t('ask the hosts'),
          value: 'auto',
        },
        ...serverVersions.map((version): Choice => ({
          label: version,
          value: version,
          ...(version === '5.0.0' ? { description: t('cluster_run_mode in postgresql.conf') } : {}),
        })),
      ],
    },
    {
      key: 'profile',
      kind: 'pick',
      placeholder: t('What do the clusters share?'),
      choices: [
        {
          label: 'simulation',
          description: t('plain files stand in for LUNs, CM is simulated'),
          value: 'simulation',
        },
        {
          label: 'dorado',
          description: t('LUNs of OceanStor Dorado arrays'),
          value: 'dorado',
        },
      ],
    },
    {
      key: 'production',
      kind: 'hosts',
      placeholder: t('Where do the nodes of the production cluster run? Pick one host or two.'),
      choices: hosts,
    },
    {
      key: 'recovery',
      kind: 'hosts',
      placeholder: t('Where do the nodes of the recovery cluster run? Pick one host or two.'),
      choices: hosts,
    },
    {
      key: 'home',
      kind: 'text',
      placeholder: t('The home folder of the database account on the hosts'),
      initial: '/home/omm',
      validate: (text) =>
        text.startsWith('/') ? undefined : t('An absolute path is needed, such as /home/omm.'),
    },
    {
      key: 'gaussHome',
      kind: 'text',
      placeholder: t('GAUSSHOME: where openGauss is installed on the hosts'),
      initial: '/opt/omm/openGauss-server/mppdb_temp_install',
      validate: (text) =>
        text.startsWith('/') ? undefined : t('An absolute path is needed, such as /home/omm.'),
    },
  ]);
  if (given === undefined) {
    return undefined;
  }
  const version = serverVersions.find((one) => one === given['openGauss']?.[0]) ?? 'auto';
  const profile = given['profile']?.[0] === 'dorado' ? 'dorado' : 'simulation';
  const [home] = given['home'] ?? [];
  const [gaussHome] = given['gaussHome'] ?? [];
  return {
    openGauss: version,
    profile,
    build: profile === 'simulation' ? 'debug' : 'release',
    ...(given['production'] === undefined ? {} : { productionHosts: given['production'] }),
    ...(given['recovery'] === undefined ? {} : { recoveryHosts: given['recovery'] }),
    ...(home === undefined ? {} : { home }),
    ...(gaussHome === undefined ? {} : { gaussHome }),
  };
}

/** This machine and the hosts of the user's ssh configuration, the same that Remote - SSH offers. */
async function hostChoices(): Promise<readonly Choice[]> {
  const local: Choice = {
    label: 'local',
    description: t('the machine that the extension runs on'),
    value: 'local',
    icon: 'vm',
  };
  // Reading the configuration of an untrusted workspace's choice is left out; the user's own is read.
  const { configuredHosts } = await import('../../hosts/ssh-config/hosts.ts');
  const file = vscode.workspace.isTrusted ? setting('openGauss.ssh.configFile') : '';
  const aliases = await configuredHosts(file === '' ? undefined : [file]);
  return [
    local,
    ...aliases.map((alias): Choice => ({ label: alias, value: alias, icon: 'remote' })),
  ];
}

async function pickFolder(): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return folders.length > 1 ? vscode.window.showWorkspaceFolderPick() : folders[0];
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}
