import { t } from '../../base/l10n.ts';
import { readCmConfig } from '../../config/files/cm-config.ts';
import { parseIni } from '../../config/files/ini.ts';
import { quote } from '../../hosts/quote.ts';
import { blocked, commandFailed, notVerified } from '../errors.ts';
import { runForNode } from '../host/command.ts';
import { startNode } from '../host/servers.ts';
import { readText, writeText } from '../host/text-files.ts';
import { hostsOf, type ClusterLayout, type Layout, type NodeLayout } from '../recipes/layout.ts';
import type { CheckAnswer, Step, StepContext } from '../types.ts';
import { bringUpDss, stopByForce } from './roles-act.ts';
import { awaitLead, leadProof, leads, no, switchoverAnswer } from './roles-lead.ts';
import {
  answeredRole,
  isNormal,
  leaderIn,
  viewCluster,
  wordsOf,
  type ClusterView,
} from './roles-state.ts';

/** The step that makes a node the leader of its cluster while the present one lives (`gs_ctl switchover`). */
export function switchoverStep(layout: Layout, cluster: ClusterLayout, node: NodeLayout): Step {
  const command = `gs_ctl switchover -D ${quote(node.dataDir)}`;
  const answer = (context: StepContext): Promise<CheckAnswer> =>
    switchoverAnswer(context, layout, cluster, node);
  return {
    id: `switchover.${node.id}`,
    title: t('{0} leads {1}', node.id, cluster.name),
    hosts: hostsOf(cluster),
    node: node.id,
    cluster: cluster.name,
    after: [],
    restarts: t('sessions on the node that leads now end'),
    timeout: 400_000,
    estimate: 15,
    check: answer,
    preview: () =>
      Promise.resolve([
        { kind: 'command', command },
        ...(cluster.cmConfig === undefined
          ? []
          : [
              {
                kind: 'note' as const,
                text: t(
                  'The server writes REFORMER_ID = {0} into {1} and keeps the old text beside it.',
                  node.spec.instanceId,
                  cluster.cmConfig,
                ),
              },
            ]),
      ]),
    run: async (context) => {
      const now = await answer(context);
      if (now.kind === 'blocked') {
        throw now.failure;
      }
      const said = await runForNode(context, node.spec, command, { timeout: 120_000 });
      if (said.code !== 0) {
        throw commandFailed('gs_ctl switchover', node.host, said.code, said.stdout + said.stderr);
      }
      // It exits with 0 also after its own time limit.
      await awaitLead(context, cluster, node);
    },
    verify: (context) => leadProof(context, cluster, node),
  };
}

/** The steps that make a node the leader after the one that led is lost: fence it, tell the simulated CM, wait. */
export function insideFailoverSteps(cluster: ClusterLayout, node: NodeLayout): Step[] {
  const fenced = async (context: StepContext): Promise<CheckAnswer> => {
    const view = await viewCluster(context, cluster);
    const leader = leaderIn(view);
    if (leader?.node === node) {
      return { kind: 'done', evidence: wordsOf(view) };
    }
    if (leader !== undefined) {
      return no(
        view,
        node,
        t('{0} leads and answers.', leader.node.id),
        t('Nothing is lost yet: use the switchover instead.'),
      );
    }
    if (view.nodes.find((one) => one.node === node)?.kind !== 'running') {
      return no(view, node, t('{0} does not run.', node.id), t('Start it first.'));
    }
    return view.nodes.some((one) => isHung(one, node))
      ? { kind: 'needed' }
      : { kind: 'done', evidence: wordsOf(view) };
  };
  const fence: Step = {
    id: `fence-nodes.${cluster.name}`,
    title: t('The node that led {0} is down', cluster.name),
    hosts: [node.host],
    cluster: cluster.name,
    after: [],
    restarts: t('a node that runs and does not answer is stopped, at last by force'),
    timeout: 300_000,
    estimate: 5,
    check: fenced,
    preview: () =>
      Promise.resolve([
        {
          kind: 'note',
          text: t(
            'A node whose host cannot be reached counts as down: you confirm it by typing the name.',
          ),
        },
      ]),
    run: async (context) => {
      const now = await fenced(context);
      if (now.kind === 'blocked') {
        throw now.failure;
      }
      const view = await viewCluster(context, cluster);
      for (const one of view.nodes) {
        if (isHung(one, node)) {
          await stopByForce(context, one.node);
        }
      }
    },
    verify: async (context) => {
      const now = await fenced(context);
      if (now.kind !== 'done') {
        throw now.kind === 'blocked' ? now.failure : notVerified(t('It still runs.'));
      }
      return now.evidence;
    },
  };
  return [fence, takeLeadStep(cluster, node, fenced, [fence.id])];
}

function isHung(one: ClusterView['nodes'][number], survivor: NodeLayout): boolean {
  return one.node !== survivor && one.kind === 'running' && answeredRole(one) === undefined;
}

function cmText(text: string, node: NodeLayout, online: bigint): string {
  let result = text;
  for (const line of [`BITMAP_ONLINE = ${online}`, `REFORMER_ID = ${node.spec.instanceId}`]) {
    const pattern = new RegExp(`^[ \\t]*${line.split(' ')[0] ?? ''}[ \\t]*=.*$`, 'm');
    result = pattern.test(result)
      ? result.replace(pattern, line)
      : `${result === '' || result.endsWith('\n') ? result : `${result}\n`}${line}\n`;
  }
  return result;
}

function bitsOf(nodes: readonly NodeLayout[]): bigint {
  return nodes.reduce((bits, node) => bits | (1n << BigInt(node.spec.instanceId)), 0n);
}

function takeLeadStep(
  cluster: ClusterLayout,
  node: NodeLayout,
  fenced: (context: StepContext) => Promise<CheckAnswer>,
  after: readonly string[],
): Step {
  const path = cluster.cmConfig ?? '';
  return {
    id: `failover.${node.id}`,
    title: t('{0} leads {1}', node.id, cluster.name),
    hosts: [node.host],
    node: node.id,
    cluster: cluster.name,
    after,
    destructive: t('Transactions that were under way on the lost node are gone.'),
    timeout: 300_000,
    estimate: 10,
    check: async (context) => {
      const view = await viewCluster(context, cluster);
      return leads(view, node) ? { kind: 'done', evidence: wordsOf(view) } : { kind: 'needed' };
    },
    preview: async (context) => {
      const before = (await readText(context, node.host, path))?.text;
      return [{ kind: 'file', path, before, after: cmText(before ?? '', node, bitsOf([node])) }];
    },
    run: async (context) => {
      const now = await fenced(context);
      if (now.kind !== 'done') {
        throw now.kind === 'blocked'
          ? now.failure
          : blocked(t('A node of {0} runs and does not answer.', cluster.name), {
              remedy: t('Resume; it is stopped first.'),
            });
      }
      const view = await viewCluster(context, cluster);
      const online = view.nodes.filter((one) => one.kind === 'running').map((one) => one.node);
      const hosts = new Set(
        view.nodes.flatMap((one) => (one.kind === 'silent' ? [] : [one.node.host])),
      );
      for (const host of hosts) {
        const current = await readText(context, host, path);
        if (current !== undefined || host === node.host) {
          // Both keys at once: a reader between two writes would see a reformer that is offline.
          await writeText(context, host, path, cmText(current?.text ?? '', node, bitsOf(online)), {
            backup: true,
          });
        }
      }
      await awaitLead(context, cluster, node);
    },
    verify: (context) => leadProof(context, cluster, node),
  };
}

/** The step that takes a follower back: its bit in the simulated CM first, then its start in its cluster's mode. */
export function rejoinStep(layout: Layout, cluster: ClusterLayout, node: NodeLayout): Step {
  const path = cluster.cmConfig;
  const answer = async (context: StepContext): Promise<CheckAnswer> => {
    const view = await viewCluster(context, cluster);
    const own = view.nodes.find((one) => one.node === node);
    if (own !== undefined && isNormal(own, 'Standby')) {
      return { kind: 'done', evidence: wordsOf(view) };
    }
    const leader = leaderIn(view);
    if (leader === undefined) {
      return no(
        view,
        node,
        t('{0} has no node that leads.', cluster.name),
        t('Start the cluster, fail over inside it, or rebuild the whole of it.'),
      );
    }
    return leader.node === node
      ? no(
          view,
          node,
          t('{0} leads {1}: it is never rebuilt while it does.', node.id, cluster.name),
          t('Rebuild the standby cluster as a whole, or switch over first.'),
        )
      : { kind: 'needed' };
  };
  return {
    id: `rejoin.${node.id}`,
    title: t('{0} follows again', node.id),
    hosts: hostsOf(cluster),
    node: node.id,
    cluster: cluster.name,
    after: [],
    restarts: node.id,
    timeout: 700_000,
    estimate: 15,
    check: answer,
    preview: () =>
      Promise.resolve([
        {
          kind: 'note',
          text: t(
            'The nodes of a cluster share their data: a follower is not copied, but started again. BITMAP_ONLINE gets its bit first.',
          ),
        },
      ]),
    run: async (context) => {
      const now = await answer(context);
      if (now.kind === 'blocked') {
        throw now.failure;
      }
      const view = await viewCluster(context, cluster);
      const role = leaderIn(view)?.query.haState?.localRole === 'Primary' ? 'primary' : 'standby';
      if (view.nodes.some((one) => one.node === node && one.kind === 'running')) {
        await stopByForce(context, node);
      }
      for (const host of path === undefined ? [] : hostsOf(cluster)) {
        const text = (await readText(context, host, path ?? ''))?.text;
        const { online, reformer } = readCmConfig(parseIni(text ?? ''));
        const leader = cluster.nodes.find((one) => one.spec.instanceId === reformer);
        if (text !== undefined && online !== undefined && leader !== undefined) {
          await writeText(
            context,
            host,
            path ?? '',
            cmText(text, leader, online | bitsOf([node])),
            {
              backup: true,
            },
          );
        }
      }
      const live = { ...cluster, role } as const;
      await bringUpDss(context, { ...cluster, nodes: [node] });
      await startNode(context, layout, live, node);
    },
    verify: async (context) => {
      const view = await viewCluster(context, cluster);
      const own = view.nodes.find((one) => one.node === node);
      if (own === undefined || !isNormal(own, 'Standby')) {
        throw notVerified(t('{0} does not follow: {1}', node.id, wordsOf(view)), {
          host: node.host,
          node: node.id,
        });
      }
      return wordsOf(view);
    },
  };
}
