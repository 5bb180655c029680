import { t } from '../../base/l10n.ts';
import { currentReading } from '../../status/replication.ts';
import type { NodeState } from '../../status/types.ts';
import { nodesOf } from '../../topology/lookups.ts';
import type { NodeSpec } from '../../topology/types.ts';
import type { Observation } from './observe.ts';
import type { Outcome } from './recorder.ts';
import type { VerifyContext } from './types.ts';

/** The node's state in openGauss's own words. */
export function stateOutcome(state: NodeState | undefined): Outcome {
  const ha = currentReading(state)?.query.haState;
  const evidence =
    ha === undefined || ha === null
      ? []
      : [
          `local_role: ${ha.localRole}`,
          `db_state: ${ha.dbState}`,
          `detail_information: ${ha.detailInformation}`,
        ];
  if (state?.kind === 'ok') {
    return { status: 'passed', evidence };
  }
  return {
    status: 'failed',
    evidence,
    reason: state === undefined ? t('Not asked.') : state.reason,
  };
}

/** Both clusters together: the rules of health. */
export function healthOutcome({ health }: Observation): Outcome {
  const [worst, ...more] = health.problems;
  return worst === undefined && health.level === 'ok'
    ? { status: 'passed', evidence: [health.sentence] }
    : {
        status: 'failed',
        reason: worst?.message ?? health.sentence,
        evidence: more.map((problem) => problem.message),
      };
}

/** All nodes but one. */
export function others(context: VerifyContext, primary: NodeSpec): readonly NodeSpec[] {
  return nodesOf(context.options.topology).filter((node) => node.id !== primary.id);
}
