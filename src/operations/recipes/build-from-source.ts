import { t } from '../../base/l10n.ts';
import { quote } from '../../hosts/quote.ts';
import type { Topology } from '../../topology/types.ts';
import { blocked, commandFailed, notVerified } from '../errors.ts';
import { runOn } from '../host/command.ts';
import { makeParents } from '../host/folders.ts';
import { runJob } from '../host/job.ts';
import { statePath } from '../host/state-folder.ts';
import { readText } from '../host/text-files.ts';
import { scopeOf } from './layout.ts';
import { planOf } from './recipe.ts';
import type { Plan, Step, StepContext } from '../types.ts';

/** Where and what is built (seed 2.2). */
export interface BuildOptions {
  readonly topology: Topology;
  readonly host: string;
  /** The folder for sources and the third-party binaries, absolute. */
  readonly folder: string;
  /** Where the archive of third-party binaries is had from: a URL, or the path of a file on the host. */
  readonly thirdParty: string;
  /** A branch or tag of all four repositories, for example `master`. */
  readonly branch: string;
  /** Where the repositories are; default is the project's own. */
  readonly repositories?: Readonly<Partial<Record<Component, string>>>;
}

export type Component = 'cbb' | 'dss' | 'dms' | 'openGauss-server';

interface Recipe {
  readonly component: Component;
  readonly repository: string;
  /** The folder below the source in which build.sh is called. */
  readonly place: string;
  readonly mode: string;
}

/** Build modes as the seed has them: DSS and DMS with their test parts, which simulate the cluster manager. */
const components: readonly Recipe[] = [
  {
    component: 'cbb',
    repository: 'https://gitee.com/opengauss/CBB.git',
    place: 'build/linux/opengauss',
    mode: 'Debug',
  },
  {
    component: 'dss',
    repository: 'https://gitee.com/opengauss/DSS.git',
    place: 'build/linux/opengaussDSS',
    mode: 'DebugDsstest',
  },
  {
    component: 'dms',
    repository: 'https://gitee.com/opengauss/DMS.git',
    place: 'build/linux/opengauss',
    mode: 'DMSTest',
  },
  {
    component: 'openGauss-server',
    repository: 'https://gitee.com/opengauss/openGauss-server.git',
    place: '.',
    mode: 'Debug',
  },
];

const patched = 'src/gausskernel/storage/dss/fio_dss.cpp';

/**
 * The change to fio_dss.cpp that the simulation needs: dss_set_server_status_wrapper answers success without asking DSS,
 * which has no cluster manager. undefined when the function is not there as it is known.
 */
export function patchFioDss(text: string): string | undefined {
  const match = /(int\s+dss_set_server_status_wrapper\s*\([^)]*\)\s*\{)([^}]*)(\})/.exec(text);
  if (match === null) {
    return undefined;
  }
  const [whole, head = '', body = '', tail = ''] = match;
  if (/^\s*return\s+GS_SUCCESS\s*;\s*$/m.test(body.replace(/\/\/.*$/gm, ''))) {
    return text;
  }
  const lines = body
    .split('\n')
    .map((line) =>
      line.trim() === '' || /^\s*\/\//.test(line) ? line : line.replace(/^(\s*)/, '$1// '),
    );
  const indent = /\n(\s+)\S/.exec(body)?.[1] ?? '    ';
  const inner = lines.join('\n').replace(/\s*$/, '');
  return text.replace(whole, () => `${head}${inner}\n${indent}return GS_SUCCESS;\n${tail}`);
}

function marker(options: BuildOptions, name: string): string {
  return `${options.folder}/.built-${name}`;
}

function done(options: BuildOptions, name: string, words: string): string {
  // What was built counts for the branch that it was built from.
  return `test "$(cat ${quote(marker(options, name))} 2>/dev/null)" = ${quote(words)}`;
}

function jobStep(
  options: BuildOptions,
  step: {
    readonly id: string;
    readonly title: string;
    readonly after: readonly string[];
    readonly script: string;
    readonly words: string;
    readonly estimate: number;
    readonly result: string;
  },
): Step {
  const { host, folder } = options;
  const scope = scopeOf(options.topology);
  const isDone = async (context: StepContext): Promise<boolean> =>
    (
      await runOn(
        context,
        host,
        `${done(options, step.id, step.words)} && test -e ${quote(step.result)}`,
        { quiet: true },
      )
    ).code === 0;
  return {
    id: `build.${step.id}`,
    title: step.title,
    hosts: [host],
    after: step.after,
    timeout: 4 * 3_600_000,
    estimate: step.estimate,
    scripts: [
      {
        host,
        check: `${done(options, step.id, step.words)} && test -e ${quote(step.result)}`,
        run: `${step.script}\nprintf '%s' ${quote(step.words)} > ${quote(marker(options, step.id))}`,
      },
    ],
    check: async (context) =>
      (await isDone(context))
        ? { kind: 'done', evidence: t('{0} is built from {1}.', step.id, step.words) }
        : { kind: 'needed' },
    preview: () =>
      Promise.resolve(
        step.script.split('\n').map((command) => ({ kind: 'command' as const, command })),
      ),
    run: async (context) => {
      await makeParents(context, host, folder);
      const result = await runJob(context, host, {
        id: `${scope}-source-${step.id}`,
        tool: step.title,
        script: `set -e\nrm -f -- ${quote(marker(options, step.id))}\n${step.script}\nprintf '%s' ${quote(step.words)} > ${quote(marker(options, step.id))}`,
      });
      if (result.code !== 0) {
        const first = await firstError(context, host, `${scope}-source-${step.id}`);
        throw commandFailed(
          step.title,
          host,
          result.code,
          [...first, ...result.output.trimEnd().split('\n').slice(-8)].join('\n'),
        );
      }
    },
    verify: async (context) => {
      if (!(await isDone(context))) {
        throw notVerified(t('{0} is not there after the build.', step.result), { host });
      }
      return t('{0} is there.', step.result);
    },
  };
}

/** The first line of a job's log that tells of an error, and where it stands; what comes after follows from it. */
async function firstError(
  context: StepContext,
  host: string,
  job: string,
): Promise<readonly string[]> {
  const log = `${await statePath(await context.shell(host))}/jobs/${job}/log`;
  const words =
    '(^|[[:space:]:])(fatal )?[Ee]rror( at|:)|undefined reference|command not found|No such file or directory|^make.*[*][*][*]|^fatal:';
  const answer = await runOn(context, host, `grep -m 1 -nE ${quote(words)} -- ${quote(log)}`, {
    quiet: true,
  });
  const [, line, text] = /^(\d+):(.*)/.exec(answer.stdout) ?? [];
  return line === undefined || text === undefined
    ? []
    : [t('The first error, in line {0} of {1}: {2}', line, log, text.trim()), '…'];
}

function thirdPartyStep(options: BuildOptions): Step {
  const { folder, thirdParty } = options;
  const binaries = `${folder}/binarylibs`;
  const fetched = /^https?:\/\//.test(thirdParty)
    ? {
        command: `curl -fL --retry 3 -o archive.part ${quote(thirdParty)} && mv archive.part archive`,
        archive: 'archive',
      }
    : { command: `test -f ${quote(thirdParty)}`, archive: thirdParty };
  return jobStep(options, {
    id: 'third-party',
    title: t('Third-party binaries'),
    after: [],
    words: thirdParty,
    estimate: 300,
    result: `${binaries}/kernel`,
    script: [
      `cd ${quote(folder)}`,
      fetched.command,
      `rm -rf binarylibs.new && mkdir binarylibs.new`,
      `tar -xf ${quote(fetched.archive)} -C binarylibs.new --strip-components=1`,
      `rm -rf binarylibs && mv binarylibs.new binarylibs`,
    ].join('\n'),
  });
}

function cloneScript(options: BuildOptions, recipe: Recipe): string[] {
  const source = `${options.folder}/${recipe.component}`;
  const repository = options.repositories?.[recipe.component] ?? recipe.repository;
  return [
    `cd ${quote(options.folder)}`,
    // A clone that was interrupted is thrown away; a whole one is kept, with its changes.
    `if ! test -e ${quote(`${source}/.git/opengauss-complete`)}; then rm -rf ${quote(source)} && git clone --depth 1 -b ${quote(options.branch)} -- ${quote(repository)} ${quote(source)} && : > ${quote(`${source}/.git/opengauss-complete`)}; fi`,
  ];
}

function buildScript(options: BuildOptions, recipe: Recipe): string[] {
  return [
    `cd ${quote(`${options.folder}/${recipe.component}/${recipe.place}`)}`,
    `sh build.sh -3rd ${quote(`${options.folder}/binarylibs`)} -m ${recipe.mode}`,
  ];
}

function patchStep(options: BuildOptions, after: readonly string[]): Step {
  const { host, folder } = options;
  const path = `${folder}/openGauss-server/${patched}`;
  return {
    id: 'build.patch',
    title: t('Change of fio_dss.cpp for the simulation'),
    hosts: [host],
    after,
    timeout: 60_000,
    estimate: 1,
    check: async (context) => {
      const current = await readText(context, host, path);
      if (current === undefined) {
        return { kind: 'needed' };
      }
      const wanted = patchFioDss(current.text);
      return wanted === current.text
        ? { kind: 'done', evidence: t('{0} is changed already.', path) }
        : wanted === undefined
          ? {
              kind: 'blocked',
              failure: blocked(t('dss_set_server_status_wrapper is not found in {0}.', path), {
                host,
                file: path,
                remedy: t('Make it return GS_SUCCESS by hand, then resume.'),
              }),
            }
          : { kind: 'needed' };
    },
    preview: async (context) => {
      const current = await readText(context, host, path);
      const after = current === undefined ? undefined : patchFioDss(current.text);
      return current === undefined || after === undefined
        ? [
            {
              kind: 'note',
              text: t(
                'In {0} the function dss_set_server_status_wrapper is made to return GS_SUCCESS: in the simulation DSS has no cluster manager to ask.',
                path,
              ),
            },
          ]
        : [{ kind: 'file', path, before: current.text, after }];
    },
    run: async (context) => {
      const current = await readText(context, host, path);
      const wanted = current === undefined ? undefined : patchFioDss(current.text);
      if (current === undefined || wanted === undefined) {
        throw blocked(t('dss_set_server_status_wrapper is not found in {0}.', path), {
          host,
          file: path,
        });
      }
      const shell = await context.shell(host);
      await shell.writeFile(path, wanted, {
        expected: current.file.version,
        signal: context.signal,
      });
    },
    verify: async (context) => {
      const current = await readText(context, host, path);
      if (current === undefined || patchFioDss(current.text) !== current.text) {
        throw notVerified(t('{0} is not changed.', path), { host });
      }
      return t('{0} is changed.', path);
    },
  };
}

/** Builds CBB, DSS, DMS and the server from source, in this order; each part is resumed by itself. */
export function buildFromSourcePlan(options: BuildOptions): Plan {
  const steps: Step[] = [thirdPartyStep(options)];
  for (const recipe of components) {
    const before = steps.map((step) => step.id).slice(-1);
    const server = recipe.component === 'openGauss-server';
    if (server) {
      const clone = jobStep(options, {
        id: 'openGauss-server-source',
        title: t('Source of {0}', recipe.component),
        after: before,
        words: options.branch,
        estimate: 120,
        result: `${options.folder}/openGauss-server/.git/opengauss-complete`,
        script: cloneScript(options, recipe).join('\n'),
      });
      steps.push(clone, patchStep(options, [clone.id]));
    }
    steps.push(
      jobStep(options, {
        id: recipe.component,
        title: t('Build {0}', recipe.component),
        after: steps.map((step) => step.id).slice(-1),
        words: options.branch,
        estimate: server ? 3600 : 300,
        result: server
          ? `${options.folder}/openGauss-server/mppdb_temp_install/bin`
          : `${options.folder}/${recipe.component}/.git/opengauss-complete`,
        script: [
          ...(server ? [] : cloneScript(options, recipe)),
          ...buildScript(options, recipe),
        ].join('\n'),
      }),
    );
  }
  return planOf(
    'build-from-source',
    { topology: options.topology },
    {
      title: t('Build openGauss from source on {0}', options.host),
      steps,
      variant: options.host,
      notes: [
        t(
          'The result is in {0}; name it as GAUSSHOME in the topology.',
          `${options.folder}/openGauss-server/mppdb_temp_install`,
        ),
      ],
    },
  );
}
