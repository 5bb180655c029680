import type { Failure } from '../../base/errors.ts';
import { t } from '../../base/l10n.ts';
import { quote } from '../../hosts/quote.ts';
import { blocked } from '../errors.ts';
import { verifiedByCheck } from '../execute-step.ts';
import { asOf } from '../host/servers.ts';
import type { ClusterLayout, Layout } from '../recipes/layout.ts';
import type { CheckAnswer, Step, StepContext, StepScript } from '../types.ts';
import { builtScript } from './build.ts';
import { areCopies, liveMode, nameOf, roleRemedy, type LiveMode } from './live-mode.ts';
import { primariesOf } from './roles-state.ts';

/**
 * Why a cluster must not be started as what its layout says; undefined when it may. A standby cluster that is started
 * without its mode becomes a primary, so that everything that knows of its mode must agree. `later`: who does not say
 * anything yet may do so when DSS is up.
 */
export async function wrongMode(
  context: StepContext,
  layout: Layout,
  cluster: ClusterLayout,
  later = false,
): Promise<Failure | undefined> {
  const as = asOf(cluster);
  const live = await liveMode(context, layout, cluster);
  const place = { host: cluster.first.host };
  if (live.said.length === 0) {
    return later && layout.model.runMode === 'start-option'
      ? undefined
      : blocked(
          t(
            'Whether {0} is the primary or the standby cluster is not known: no server leads it, and no file of it says.',
            cluster.name,
          ),
          {
            ...place,
            remedy: t(
              'A standby cluster that is started without its mode becomes a second primary. Make its hosts and its DSS answer, or write CLUSTER_RUN_MODE into dss_inst.ini of its nodes (cluster_run_mode into postgresql.conf up to 5.0.0).',
            ),
          },
        );
  }
  if (live.mode === undefined) {
    return contradictory(cluster, live);
  }
  if (live.mode !== as) {
    return blocked(
      t(
        '{0} is not started as {1}: it is {2} ({3}).',
        cluster.name,
        nameOf(as),
        nameOf(live.mode),
        live.said.join('; '),
      ),
      { ...place, remedy: roleRemedy(layout) },
    );
  }
  return as === 'primary' ? rivalOf(context, layout, cluster) : undefined;
}

/** As the answer of a check, before DSS need be up; undefined when the cluster may be started. */
export async function wrongModeAnswer(
  context: StepContext,
  layout: Layout,
  cluster: ClusterLayout,
): Promise<CheckAnswer | undefined> {
  const failure = await wrongMode(context, layout, cluster, true);
  return failure === undefined ? undefined : { kind: 'blocked', failure };
}

/**
 * Why a plan that was made when a cluster was the standby one must not stop it: the roles were exchanged since. Of two
 * primary clusters either may be stopped, which is what mends that.
 */
export async function outdatedRole(
  context: StepContext,
  layout: Layout,
  cluster: ClusterLayout,
): Promise<Failure | undefined> {
  const other = layout.clusters.find((one) => one.name !== cluster.name);
  if (cluster.role !== 'standby' || other === undefined) {
    return undefined;
  }
  const live = await liveMode(context, layout, cluster);
  return live.leads === 'primary' && (await liveMode(context, layout, other)).leads === 'standby'
    ? conflict(layout, cluster, live, 'primary')
    : undefined;
}

function contradictory(cluster: ClusterLayout, live: LiveMode): Failure {
  return blocked(t('It is contradictory what {0} is: {1}', cluster.name, live.said.join('; ')), {
    host: cluster.first.host,
    remedy: t(
      'A role change was not finished: resume it. If none was made here, correct the files that are wrong.',
    ),
  });
}

/** Why a cluster must not be started as the primary one: the other one is it, or was made it since. */
async function rivalOf(
  context: StepContext,
  layout: Layout,
  cluster: ClusterLayout,
): Promise<Failure | undefined> {
  const other = layout.clusters.find((one) => one.name !== cluster.name);
  if (other === undefined) {
    return undefined;
  }
  const theirs = await liveMode(context, layout, other);
  const { promoted } = await context.roleHistory();
  const [leader] = primariesOf(theirs.view);
  const place = { host: (leader?.node ?? other.first).host };
  if (leader !== undefined && theirs.mode !== 'independent') {
    return blocked(
      t(
        '{0} is the Primary now: {1} is not started as a second one.',
        leader.node.id,
        cluster.name,
      ),
      { ...place, node: leader.node.id, remedy: roleRemedy(layout) },
    );
  }
  if (promoted === other.name && theirs.mode !== 'standby') {
    return blocked(
      t(
        '{0} was made the primary cluster by the last role change: {1} is not started as a second one.',
        other.name,
        cluster.name,
      ),
      {
        ...place,
        remedy: t('Start {0}, then rebuild {1} (“Rebuild a standby”).', other.name, cluster.name),
      },
    );
  }
  if (
    theirs.mode === 'primary' &&
    promoted !== cluster.name &&
    (await areCopies(context, cluster, other)) !== false
  ) {
    return blocked(
      t(
        '{0} and {1} both were primary clusters at last, and nothing tells which of them holds the right data: {2}',
        cluster.name,
        other.name,
        theirs.said.join('; '),
      ),
      {
        ...place,
        remedy: t(
          'Decide which one is right and use “Fail over” to it; then rebuild the other (“Rebuild a standby”). A deployment that was not finished is resumed.',
        ),
      },
    );
  }
  return undefined;
}

/** What must hold before a deployment changes anything: see `conflictOf`. */
export type Intent = 'related' | 'independent';

function conflict(
  layout: Layout,
  cluster: ClusterLayout,
  live: LiveMode,
  as: 'primary' | 'standby',
): Failure {
  return blocked(
    t(
      '{0} is {1} now, and the topology calls it {2}: {3}',
      cluster.name,
      nameOf(as),
      nameOf(cluster.role),
      live.said.join('; '),
    ),
    { host: cluster.first.host, remedy: roleRemedy(layout) },
  );
}

/**
 * Why a deployment must not touch the clusters; undefined when it may. Since the deployment, roles may have changed:
 * what it would write then makes the new primary cluster a standby one and loses its data. For independent clusters:
 * one that has a relation already would become a second primary.
 */
export async function conflictOf(
  context: StepContext,
  layout: Layout,
  intent: Intent,
): Promise<Failure | undefined> {
  const { primary, standby } = layout;
  const [ours, theirs] = [
    await liveMode(context, layout, primary),
    await liveMode(context, layout, standby),
  ];
  if (intent === 'independent') {
    const related = [ours, theirs].find((live) => live.related === true);
    return related === undefined
      ? undefined
      : blocked(t('{0} is set up for disaster recovery already.', related.view.cluster.name), {
          host: related.view.cluster.first.host,
          remedy: t(
            'Without its mode a standby cluster becomes a second primary. Use “Start”, or tear down what is there first.',
          ),
        });
  }
  if (ours.mode === 'standby' || ours.leads === 'standby') {
    return conflict(layout, primary, ours, 'standby');
  }
  if (ours.mode === undefined && ours.said.length > 0) {
    return contradictory(primary, ours);
  }
  const { promoted, built } = await context.roleHistory();
  if (theirs.mode !== 'primary' && theirs.leads !== 'primary') {
    return undefined;
  }
  // Nobody but a role change writes cluster_run_mode = cluster_primary there.
  if (
    promoted === standby.name ||
    (layout.model.runMode === 'parameter' && theirs.mode === 'primary')
  ) {
    return conflict(layout, standby, theirs, 'primary');
  }
  // Until it was built it calls itself a primary cluster, and it is no copy of the other one.
  const copies = built === standby.name ? false : await areCopies(context, primary, standby);
  return (copies ?? theirs.leads === 'primary')
    ? conflict(layout, standby, theirs, 'primary')
    : undefined;
}

/** The first step of a deployment: nothing is changed when roles are not as the topology says. */
export function rolesStep(layout: Layout, intent: Intent, after: readonly string[]): Step {
  const answer = async (context: StepContext): Promise<CheckAnswer> => {
    const failure = await conflictOf(context, layout, intent);
    return failure === undefined
      ? { kind: 'done', evidence: t('No server and no file says otherwise.') }
      : { kind: 'blocked', failure };
  };
  return {
    id: 'roles',
    title:
      intent === 'independent'
        ? t('{0} and {1} have no relation yet', layout.primary.name, layout.standby.name)
        : t(
            '{0} is to be the primary cluster, {1} the standby one',
            layout.primary.name,
            layout.standby.name,
          ),
    hosts: layout.hosts,
    after,
    timeout: 180_000,
    estimate: 3,
    scripts: intent === 'independent' ? [] : roleScripts(layout),
    check: answer,
    preview: () => Promise.resolve([]),
    // Its check answers: nothing is left to run.
    run: () => Promise.resolve(),
    verify: async (context) => verifiedByCheck(await answer(context)),
  };
}

/** The same question for the exported script, by the files and by who answers as what. */
function roleScripts(layout: Layout): StepScript[] {
  return layout.clusters.flatMap((cluster) => {
    const wrong = cluster.role === 'primary' ? 'standby' : 'primary';
    const leader = cluster.role === 'primary' ? 'Main Standby' : 'Primary';
    return cluster.nodes.map((node): StepScript => {
      const inFile =
        layout.model.runMode === 'parameter'
          ? `refuse_mode ${quote(`${node.dataDir}/postgresql.conf`)} cluster_run_mode cluster_${wrong}`
          : cluster.role === 'primary'
            ? `refuse_mode ${quote(`${node.dssHome}/cfg/dss_inst.ini`)} CLUSTER_RUN_MODE cluster_${wrong}`
            : '';
      return {
        host: node.host,
        ...(cluster.role === 'standby' ? { given: builtScript(layout).given } : {}),
        run: [
          inFile,
          `if test -e ${quote(node.envFile)} && has_role ${quote(node.envFile)} ${quote(node.dataDir)} ${quote(leader)}${
            cluster.role === 'standby'
              ? ` && test "$(system_identifier ${quote(node.envFile)} ${quote(node.socket)})" = "$PRIMARY_ID"`
              : ''
          }; then fail ${quote(`${node.id} is ${leader} now: the roles are not as the topology says.`)}; fi`,
        ]
          .filter((line) => line !== '')
          .join('\n'),
      };
    });
  });
}
