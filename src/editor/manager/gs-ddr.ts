import * as vscode from 'vscode';
import { t } from '../../base/l10n.ts';
import { configOf, gsDdrCommand, gsDdrMeaning, queryGsDdr } from '../../operations/gs-ddr.ts';
import type { GsDdrConfig, GsDdrRole, GsDdrTask } from '../../operations/gs-ddr.ts';
import { showMarkdown } from '../answers.ts';
import { pickNode } from '../nodes.ts';
import type { Services } from '../services.ts';
import { openNodeTerminal } from '../terminal/register.ts';
import type { NodeRef } from '../topology/service.ts';
import { gsDdrReport } from './report.ts';

/**
 * "Run gs_ddr": the query is run and read; tasks are typed into a terminal of the node, where the person starts them and answers
 * their questions. Nothing is answered for him: the questions are about the storage, which gs_ddr does not see.
 */
export async function runGsDdr(services: Services, argument: unknown): Promise<void> {
  const ref = await pickNode(services, argument, t('Run gs_ddr'));
  if (ref === undefined) {
    return;
  }
  const choice = await pickTask(ref);
  if (choice === 'query') {
    await showQuery(services, ref);
  } else if (choice !== undefined) {
    await typeTask(services, ref, choice);
  }
}

async function showQuery(services: Services, ref: NodeRef): Promise<void> {
  const { node, entry } = ref;
  const { answer, raw, code } = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: t('Querying {0}', node.id) },
    async () => queryGsDdr(await services.hosts.shell(ref), node),
  );
  const name = `/${entry.id}/${node.cluster}-${node.name} gs_ddr query`;
  const text = services.answers.put(`${name}.txt`, raw);
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(text), {
    viewColumn: vscode.ViewColumn.One,
    preview: false,
  });
  await showMarkdown(services.answers.put(`${name}.md`, gsDdrReport(node, answer, code)));
}

async function typeTask(services: Services, ref: NodeRef, task: GsDdrTask): Promise<void> {
  const line = gsDdrCommand(task);
  const type = t('Type It into a Terminal');
  const picked = await vscode.window.showWarningMessage(
    t('gs_ddr on {0}, cluster {1}', ref.node.host, ref.node.cluster),
    {
      modal: true,
      detail: [
        line,
        gsDdrMeaning(task),
        t(
          'The command is typed into a terminal of the node and starts when you press Enter there. Its questions are yours to answer.',
        ),
      ].join('\n\n'),
    },
    type,
  );
  if (picked !== type) {
    return;
  }
  (await openNodeTerminal(services, ref, line)).show();
}

async function pickTask(ref: NodeRef): Promise<GsDdrTask | 'query' | undefined> {
  const title = t('Run gs_ddr on {0}', ref.node.id);
  const picked = await vscode.window.showQuickPick(
    [
      { label: 'query', detail: t('Show the state of the relation and of a running task.') },
      { label: 'start -m primary', detail: t('Set up this cluster as the primary one.') },
      {
        label: 'start -m disaster_standby',
        detail: t('Set up this cluster as the standby one. Its data is replaced.'),
      },
      {
        label: 'switchover -m disaster_standby',
        detail: t('First half, on the primary cluster: it becomes the standby one.'),
      },
      {
        label: 'switchover -m primary',
        detail: t('Second half, on the standby cluster: it becomes the primary one.'),
      },
      { label: 'failover', detail: t('The standby cluster becomes primary without the other.') },
      { label: 'stop', detail: t('End the relation, on the primary cluster.') },
    ],
    { title, placeHolder: t('Which task?'), matchOnDetail: true, ignoreFocusOut: true },
  );
  if (picked === undefined || picked.label === 'query') {
    return picked === undefined ? undefined : 'query';
  }
  const [task = '', , role] = picked.label.split(' ');
  switch (task) {
    case 'start':
    case 'stop': {
      const config = await askConfig(title);
      if (config === undefined) {
        return undefined;
      }
      return task === 'stop'
        ? { task, config }
        : {
            task,
            role: roleNamed(role),
            config,
            disasterType: ref.topology.profile === 'dorado' ? 'dorado' : 'stream',
          };
    }
    case 'switchover':
      return { task, role: roleNamed(role) };
    default:
      return { task: 'failover' };
  }
}

function roleNamed(word: string | undefined): GsDdrRole {
  return word === 'primary' ? 'primary' : 'disaster_standby';
}

async function askConfig(title: string): Promise<GsDdrConfig | undefined> {
  const path = await vscode.window.showInputBox({
    title,
    prompt: t('The JSON or XML file on the node that names the nodes of both clusters'),
    placeHolder: '/home/omm/dual_cluster.json',
    ignoreFocusOut: true,
    validateInput: (value) =>
      /^\/.+\.(json|xml)$/i.test(value.trim())
        ? undefined
        : t('An absolute path on the node that ends with .json or .xml'),
  });
  return path === undefined ? undefined : configOf(path.trim());
}
