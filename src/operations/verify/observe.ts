import { messageOf } from '../../base/errors.ts';
import { t } from '../../base/l10n.ts';
import { probeNodes } from '../../monitor/probe.ts';
import { parseVersion } from '../../monitor/version.ts';
import { assess } from '../../status/health.ts';
import type { Health } from '../../status/health.ts';
import type { ControlData } from '../../status/pg-controldata.ts';
import { currentRole } from '../../status/replication.ts';
import type { NodeState, NodeStatus, Snapshot } from '../../status/types.ts';
import { hostNames, nodesOf, nodesOnHost } from '../../topology/lookups.ts';
import type { NodeSpec } from '../../topology/types.ts';
import { askControlData } from '../../monitor/control-data.ts';
import { runSql } from '../sql/run.ts';
import { splitScript } from '../sql/split.ts';
import type { VerifyContext } from './types.ts';

/** Milliseconds for `gs_ctl query`; it waits 5 s itself for a server in reform. */
const queryLimit = 12_000;
const toolLimit = 15_000;

export interface Observation {
  readonly snapshot: Snapshot;
  readonly health: Health;
  readonly versions: ReadonlyMap<string, string>;
}

/** Asks every node once. A host that cannot be reached makes its nodes unreachable, it does not reject. */
export async function observe(context: VerifyContext): Promise<Observation> {
  const { topology, pool } = context.options;
  const versions = new Map<string, string>();
  const statuses = await Promise.all(
    hostNames(topology).map(async (host): Promise<NodeStatus[]> => {
      const nodes = nodesOnHost(topology, host);
      try {
        const shell = await pool.shell(host, { signal: context.signal });
        const probes = await probeNodes(shell, nodes, {
          timeout: queryLimit,
          signal: context.signal,
          versionsOf: new Set(nodes.map((node) => node.id)),
          now: Date.now,
        });
        return probes.map(({ node, state, version }) => {
          const parsed = parseVersion(version ?? '');
          if (parsed !== undefined) {
            versions.set(
              node.id,
              parsed.build === undefined ? parsed.name : `${parsed.name} (${parsed.build})`,
            );
          }
          return { id: node.id, state };
        });
      } catch (thrown) {
        context.signal.throwIfAborted();
        const state: NodeState = {
          kind: 'unreachable',
          time: Date.now(),
          reason: messageOf(thrown),
        };
        return nodes.map((node) => ({ id: node.id, state }));
      }
    }),
  );
  const snapshot: Snapshot = {
    sequence: 1,
    time: Date.now(),
    nodes: new Map(statuses.flat().map((status) => [status.id, status])),
  };
  return { snapshot, health: assess(topology, snapshot, { versions }), versions };
}

/** The one node that answers as Primary; undefined when there is none or more than one. */
export function livePrimary(context: VerifyContext, snapshot: Snapshot): NodeSpec | undefined {
  const primaries = nodesOf(context.options.topology).filter(
    (node) => currentRole(snapshot.nodes.get(node.id)?.state) === 'Primary',
  );
  return primaries.length === 1 ? primaries[0] : undefined;
}

/**
 * The control data of a node: that of its volume group when it has DSS (every instance has a page there), else that of
 * its data directory.
 */
export async function controlData(context: VerifyContext, node: NodeSpec): Promise<ControlData> {
  const shell = await context.shell(node);
  return (await askControlData(shell, node, context.signal)).data;
}

/** The rows of one query, or the server's refusal. */
export type Rows =
  | { readonly kind: 'rows'; readonly rows: readonly (readonly (string | null)[])[] }
  | { readonly kind: 'error'; readonly message: string };

/**
 * Runs a script and answers the rows of its last statement. Errors of the server are an answer, and so is a gsql that ended
 * before it had answered every statement, whatever it said.
 */
export async function ask(context: VerifyContext, node: NodeSpec, sql: string): Promise<Rows> {
  const shell = await context.shell(node);
  const outcome = await runSql(shell, node, sql, {
    types: false,
    timeout: toolLimit,
    signal: context.signal,
  });
  if (outcome.error !== undefined) {
    return { kind: 'error', message: `${outcome.error.severity}:  ${outcome.error.message}` };
  }
  if (outcome.cancelled) {
    return { kind: 'error', message: t('No answer within {0} s.', toolLimit / 1000) };
  }
  const statements = splitScript(sql).statements.length;
  return outcome.results.length === statements
    ? { kind: 'rows', rows: outcome.results.at(-1)?.rows ?? [] }
    : {
        kind: 'error',
        message: t(
          'gsql ended after {0} of {1} statements without a message.',
          outcome.results.length,
          statements,
        ),
      };
}
