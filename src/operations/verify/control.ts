import { t } from '../../base/l10n.ts';
import { systemIdentifiers } from '../../status/pg-controldata.ts';
import type { ControlData } from '../../status/pg-controldata.ts';
import type { NodeSpec } from '../../topology/types.ts';
import { controlData } from './observe.ts';
import type { Outcome } from './recorder.ts';
import type { VerifyContext } from './types.ts';

interface Answer {
  readonly node: NodeSpec;
  readonly data: ControlData;
}

/** One system identifier everywhere, and a cluster run mode that fits the live roles where the control file has one. */
export async function controlDataOutcome(
  context: VerifyContext,
  primary: NodeSpec | undefined,
): Promise<Outcome> {
  const { topology } = context.options;
  // The nodes of a cluster with DSS share one control file; without DSS each node has its own.
  const asked = topology.clusters.flatMap((cluster) =>
    cluster.nodes.filter((node, index) => index === 0 || node.dssHome === undefined),
  );
  const answers = await Promise.all(
    asked.map(async (node): Promise<Answer> => {
      const data = await controlData(context, node);
      // The file is read while the server writes it, so that a sum may be wrong once.
      return { node, data: doubt(data) === undefined ? data : await controlData(context, node) };
    }),
  );
  const evidence = answers.map(
    ({ node, data }) =>
      `${node.id}: ${systemIdentifiers(data).join(', ') || data.message}${data.clusterRunMode === null ? '' : `, ${data.clusterRunMode}`}`,
  );
  const reason = fault(answers, primary);
  return reason === undefined
    ? { status: 'passed', evidence }
    : { status: 'failed', evidence, reason };
}

/** What the tool itself says against its answer, such as a checksum that is wrong. */
function doubt(data: ControlData): string | undefined {
  return data.message.split('\n').find((line) => /^\s*WARNING\b/.test(line));
}

function fault(answers: readonly Answer[], primary: NodeSpec | undefined): string | undefined {
  for (const { node, data } of answers) {
    if (data.systemIdentifier === null) {
      return t(
        'pg_controldata gave no system identifier for {0}: {1}',
        node.id,
        data.message.trim() || t('the field is empty'),
      );
    }
    const warning = doubt(data);
    if (warning !== undefined) {
      return t('pg_controldata does not trust what it read for {0}: {1}', node.id, warning.trim());
    }
  }
  if (new Set(answers.flatMap(({ data }) => systemIdentifiers(data))).size > 1) {
    return t(
      'The system identifiers differ: the standby cluster was not built from the primary cluster.',
    );
  }
  const wrong = answers.find(({ node, data }) => {
    const wanted = node.cluster === primary?.cluster ? 'primary cluster' : 'standby cluster';
    return primary !== undefined && data.clusterRunMode !== null && data.clusterRunMode !== wanted;
  });
  return wrong === undefined
    ? undefined
    : t(
        'The control file of {0} says "{1}", but the live primary is in {2}.',
        wrong.node.cluster,
        wrong.data.clusterRunMode ?? '?',
        primary?.cluster ?? '?',
      );
}
