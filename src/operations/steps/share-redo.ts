import { t } from '../../base/l10n.ts';
import { quote } from '../../hosts/quote.ts';
import { notVerified } from '../errors.ts';
import { dssCommand, dssStatus, startDss, stopDss } from '../host/dss.ts';
import { readText, writeText } from '../host/text-files.ts';
import type { Layout, NodeLayout } from '../recipes/layout.ts';
import type { Step, StepContext } from '../types.ts';
import { dssInstText, dssVgText } from './dss.ts';

/**
 * Lets the recovery cluster read the redo log of the production cluster, after its build and never before: a build
 * empties the redo volume group that it finds (deploy-flow C5). Its redo volume group becomes the other's image, and
 * CLUSTER_RUN_MODE = cluster_standby makes DSS open it read-only.
 */
export function shareRedoStep(layout: Layout, node: NodeLayout, after: readonly string[]): Step {
  const cluster = layout.standby;
  const inst = `${node.dssHome}/cfg/dss_inst.ini`;
  const groups = `${node.dssHome}/cfg/dss_vg_conf.ini`;
  const expected = dssVgText(cluster, layout.primary);
  /** After role changes the redo log of both is where the first build has put it. */
  const wantedNow = async (
    context: StepContext,
  ): Promise<readonly (readonly [path: string, content: string])[]> => {
    const { first } = layout.primary;
    const theirs = await readText(context, first.host, `${first.dssHome}/cfg/dss_vg_conf.ini`);
    const own = dssVgText(cluster);
    const stays =
      theirs?.text.split('\n').slice(1).join('\n') === own.split('\n').slice(1).join('\n');
    return [
      [inst, dssInstText(layout, cluster, node, true)],
      [groups, stays ? own : expected],
    ];
  };
  const isWanted = async (context: StepContext): Promise<boolean> => {
    for (const [path, content] of await wantedNow(context)) {
      if ((await readText(context, node.host, path))?.text !== content) {
        return false;
      }
    }
    return true;
  };
  return {
    id: `share-redo.${node.id}`,
    title: t('{0} reads the replicated redo log', node.id),
    hosts: [node.host],
    node: node.id,
    after,
    restarts: t('the dssserver of {0}', node.id),
    timeout: 180_000,
    estimate: 5,
    scripts: [
      {
        host: node.host,
        check: `printf '%s' ${quote(expected)} | cmp -s - ${quote(groups)}`,
        run: [
          `(. ${quote(node.envFile)}; dsscmd stopdss -U ${quote(node.socket)})`,
          `printf '%s' ${quote(dssInstText(layout, cluster, node, true))} > ${quote(inst)}`,
          `printf '%s' ${quote(expected)} > ${quote(groups)}`,
          `(. ${quote(node.envFile)}; nohup ${dssCommand(node)} >> ${quote(`${node.dssHome}/log/dssserver.out`)} 2>&1 < /dev/null &)`,
        ].join('\n'),
      },
    ],
    check: async (context) => {
      const status = await dssStatus(context, node);
      return (await isWanted(context)) && status !== undefined && /\bis open\b/.test(status)
        ? { kind: 'done', evidence: status }
        : { kind: 'needed' };
    },
    preview: async (context) => {
      const parts = [];
      for (const [path, content] of await wantedNow(context)) {
        const before = (await readText(context, node.host, path))?.text;
        parts.push({ kind: 'file', path, before, after: content } as const);
      }
      return [
        { kind: 'command', command: `dsscmd stopdss -U ${quote(node.socket)}` },
        ...parts,
        { kind: 'command', command: dssCommand(node) },
      ];
    },
    run: async (context) => {
      await stopDss(context, node);
      for (const [path, content] of await wantedNow(context)) {
        await writeText(context, node.host, path, content);
      }
      await startDss(context, node);
    },
    verify: async (context) => {
      const status = await dssStatus(context, node);
      if (!(await isWanted(context)) || status === undefined) {
        throw notVerified(
          t('The dssserver of {0} does not run with the new configuration.', node.id),
          {
            host: node.host,
          },
        );
      }
      return status;
    },
  };
}
