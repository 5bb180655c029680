import { t } from '../../base/l10n.ts';
import { quote } from '../../hosts/quote.ts';
import { nodePrelude } from '../../hosts/node-command.ts';
import { blocked, commandFailed, foreignPath, notVerified, refused } from '../errors.ts';
import { mustRun, runOn } from '../host/command.ts';
import { folderState, makeFolder } from '../host/folders.ts';
import { runJob } from '../host/job.ts';
import { isUp, queryCluster, describeAll } from '../host/servers.ts';
import { readText } from '../host/text-files.ts';
import { replicationState } from '../steps/replication.ts';
import type { CheckAnswer, Plan, PreviewPart, Step, StepContext } from '../types.ts';
import type { Layout } from './layout.ts';
import { planOf } from './recipe.ts';
import {
  adaptBuildScript,
  adaptCommonFunctions,
  adaptDssScript,
  adaptHaTest,
  type AdaptedScript,
} from './upstream-scripts.ts';

/** Where openGauss's own test scripts are: the root of the server's sources on the host. */
export interface ScriptRoute {
  readonly layout: Layout;
  readonly sources: string;
}

type Adapter = (text: string, layout: Layout) => AdaptedScript;

const deployFiles: readonly (readonly [string, Adapter])[] = [
  ['ha_test.sh', adaptHaTest],
  ['conf_start_dss_inst.sh', adaptDssScript],
];
const folder = 'dual_cluster_single_shared_storage';
const buildFiles: readonly (readonly [string, Adapter])[] = [
  [`${folder}/common_function.sh`, adaptCommonFunctions],
  [`${folder}/standby_full_build_reconnect.sh`, adaptBuildScript],
];

function hostOf(layout: Layout): string {
  const [host, ...others] = layout.hosts;
  if (host === undefined || others.length > 0) {
    throw refused(
      t(
        'The scripts of openGauss set up both clusters on one host, and the topology has {0}.',
        layout.hosts.length,
      ),
      t('Use “Deploy”, which does the same in checked steps on any number of hosts.'),
    );
  }
  if (layout.clusters.some((cluster) => cluster.nodes.length !== 2)) {
    throw refused(t('The scripts of openGauss know clusters of two nodes.'), t('Use “Deploy”.'));
  }
  return host;
}

/** The scripts write below the home folder, wherever the topology says that the nodes are. */
async function placesDiffer(
  context: StepContext,
  layout: Layout,
  host: string,
): Promise<CheckAnswer | undefined> {
  const home = (
    await runOn(context, host, 'cd -P -- "$HOME" && pwd', { quiet: true })
  ).stdout.trim();
  const wanted = [`${home}/ss_hatest`, `${home}/ss_hatest1`];
  const bases = layout.clusters.map((cluster) => cluster.base);
  return bases.every((base, index) => base === wanted[index])
    ? undefined
    : {
        kind: 'blocked',
        failure: blocked(
          t('The scripts use {0}, and the topology says {1}.', wanted.join(', '), bases.join(', ')),
          {
            host,
            remedy: t('Write the folders of the scripts into the topology, or use “Deploy”.'),
          },
        ),
      };
}

/** The scripts kill every gaussdb, gsql and dssserver of the account and clear its shared memory. */
async function strangers(context: StepContext, host: string): Promise<CheckAnswer | undefined> {
  const said = await runOn(
    context,
    host,
    'for F in $(grep -laE "gaussdb|gsql|dssserver" /proc/[0-9]*/cmdline 2>/dev/null); do P=${F%/cmdline}; test -O "$P" && echo "${P#/proc/} $(tr "\\0" " " < "$F" 2>/dev/null)"; done',
    { quiet: true },
  );
  const others = said.stdout
    .split('\n')
    .filter((line) => /^\d+ (?:\S*\/)?(?:gaussdb|gsql|dssserver)\b/.test(line));
  return others.length === 0
    ? undefined
    : {
        kind: 'blocked',
        failure: blocked(
          t(
            'The script kills all of these, and clears all shared memory of the account: {0}',
            others.map((line) => line.trim().slice(0, 100)).join('; '),
          ),
          {
            host,
            remedy: t(
              'Stop them yourself if nobody needs them, use another account, or use “Deploy”, which touches only its own.',
            ),
          },
        ),
      };
}

function copyFolder(layout: Layout): string {
  return `$HOME/.opengauss-dual-cluster/scripts-${layout.scope}`;
}

async function adapted(
  context: StepContext,
  route: ScriptRoute,
  host: string,
  files: readonly (readonly [string, Adapter])[],
): Promise<{ path: string; before: string; script: AdaptedScript }[]> {
  const list = [];
  for (const [name, adapter] of files) {
    const path = `${route.sources}/src/test/ss/${name}`;
    const current = await readText(context, host, path);
    if (current === undefined) {
      throw blocked(t('There is no {0} on {1}.', path, host), {
        host,
        file: path,
        remedy: t('Name the root of the sources of openGauss-server.'),
      });
    }
    list.push({ path: name, before: current.text, script: adapter(current.text, route.layout) });
  }
  return list;
}

async function diffs(
  context: StepContext,
  route: ScriptRoute,
  host: string,
  files: readonly (readonly [string, Adapter])[],
): Promise<PreviewPart[]> {
  return (await adapted(context, route, host, files)).flatMap(({ path, before, script }) => [
    { kind: 'note' as const, text: `${path}: ${script.changes.join('; ')}` },
    { kind: 'file' as const, path, before, after: script.text },
  ]);
}

/** Copies the scripts and brings the changes into the copy; the user's own files stay as they are. */
async function copy(
  context: StepContext,
  route: ScriptRoute,
  host: string,
  files: readonly (readonly [string, Adapter])[],
): Promise<void> {
  const target = copyFolder(route.layout);
  await mustRun(
    context,
    host,
    'cp',
    `rm -rf -- "${target}" && mkdir -p -- "${target}" && cp -R -- ${quote(`${route.sources}/src/test/ss/.`)} "${target}"`,
  );
  const real = (
    await runOn(context, host, `cd -P -- "${target}" && pwd`, { quiet: true })
  ).stdout.trim();
  const shell = await context.shell(host);
  for (const { path, script } of await adapted(context, route, host, files)) {
    await shell.writeFile(`${real}/${path}`, script.text, {
      backup: false,
      signal: context.signal,
    });
  }
}

function scriptStep(
  route: ScriptRoute,
  step: {
    readonly id: string;
    readonly title: string;
    readonly destructive: string;
    readonly files: readonly (readonly [string, Adapter])[];
    readonly command: string;
    readonly proof: (context: StepContext) => Promise<string | undefined>;
    readonly guard: (context: StepContext) => Promise<CheckAnswer | undefined>;
  },
): Step {
  const { layout } = route;
  const host = hostOf(layout);
  return {
    id: step.id,
    title: step.title,
    hosts: [host],
    after: [],
    destructive: step.destructive,
    timeout: 3 * 3_600_000,
    estimate: 600,
    check: async (context) => {
      const evidence = await step.proof(context);
      return evidence === undefined
        ? ((await placesDiffer(context, layout, host)) ??
            (await step.guard(context)) ?? { kind: 'needed' })
        : { kind: 'done', evidence };
    },
    preview: async (context) => [
      ...(await diffs(context, route, host, step.files)),
      { kind: 'command', command: step.command },
    ],
    run: async (context) => {
      for (const cluster of layout.clusters) {
        // Into the journal, so that a tear-down finds what the script makes.
        await makeFolder(context, host, cluster.base);
      }
      await copy(context, route, host, step.files);
      const result = await runJob(context, host, {
        id: `${layout.scope}-${step.id}`,
        tool: step.title,
        script: `${nodePrelude(layout.primary.first.spec)}\ncd -- "${copyFolder(layout)}" && ${step.command}`,
      });
      if (result.code !== 0) {
        throw commandFailed(step.title, host, result.code, result.output);
      }
    },
    verify: async (context) => {
      // The scripts report success whatever has happened.
      const evidence = await step.proof(context);
      if (evidence === undefined) {
        const words: string[] = [];
        for (const cluster of layout.clusters) {
          words.push(describeAll(cluster, await queryCluster(context, cluster)));
        }
        throw notVerified(t('The script has ended, but: {0}', words.join('; ')), { host });
      }
      return evidence;
    },
  };
}

/** Runs the user's own `ha_test.sh dual_cluster` on a changed copy (seed 2.4). */
export function scriptDeployPlan(route: ScriptRoute): Plan {
  const { layout } = route;
  const host = hostOf(layout);
  const step = scriptStep(route, {
    id: 'ha-test',
    title: t('ha_test.sh dual_cluster'),
    destructive: t(
      'The script kills every gaussdb, gsql and dssserver of the account, clears all its shared memory, and deletes {0}.',
      layout.clusters.map((cluster) => cluster.base).join(', '),
    ),
    files: deployFiles,
    command: 'bash ha_test.sh dual_cluster',
    proof: async (context) => {
      const words: string[] = [];
      for (const cluster of layout.clusters) {
        const queries = await queryCluster(context, cluster);
        if (!isUp(queries, 'independent')) {
          return undefined;
        }
        words.push(describeAll(cluster, queries));
      }
      return words.join('; ');
    },
    guard: async (context) => {
      for (const cluster of layout.clusters) {
        const state = await folderState(context, host, cluster.base);
        if (state.kind === 'foreign') {
          return { kind: 'blocked', failure: foreignPath(host, cluster.base, state.what) };
        }
      }
      return strangers(context, host);
    },
  });
  return planOf('script-deploy', layout, {
    title: t('Run openGauss’s ha_test.sh'),
    steps: [step],
    confirmNames: layout.clusters.map((cluster) => cluster.name),
    notes: [
      t(
        'The script gives the password of the initial user on command lines. It waits fixed times instead of looking, and reports success whatever has happened; what it did is verified by queries afterwards.',
      ),
    ],
  });
}

/** Runs the user's own `standby_full_build_reconnect.sh`, corrected on a copy (seed 2.5.2). */
export function scriptDisasterRecoveryPlan(route: ScriptRoute): Plan {
  const { layout } = route;
  if (!layout.model.sharedXlogFile) {
    throw refused(
      t(
        'The script does not set {0}, without which {1} refuses the build.',
        layout.model.disasterParameters.map(([name]) => name).join(', '),
        layout.model.version,
      ),
      t('Use “Set up disaster recovery”, which does the same in checked steps.'),
    );
  }
  const step = scriptStep(route, {
    id: 'full-build-reconnect',
    title: t('standby_full_build_reconnect.sh'),
    destructive: t(
      'The data of the whole cluster {0} is deleted and replaced by that of {1}.',
      layout.standby.name,
      layout.primary.name,
    ),
    files: buildFiles,
    command: `bash ${folder}/standby_full_build_reconnect.sh`,
    proof: async (context) => {
      const state = await replicationState(context, layout);
      return state.ok ? state.words : undefined;
    },
    guard: () => Promise.resolve(undefined),
  });
  return planOf('script-disaster-recovery', layout, {
    title: t('Run openGauss’s standby_full_build_reconnect.sh'),
    steps: [step],
    confirmNames: [layout.standby.name],
  });
}
