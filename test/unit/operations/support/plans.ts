import { readFile } from 'node:fs/promises';

import { quote } from '../../../../src/hosts/quote.ts';
import { runJob } from '../../../../src/operations/host/job.ts';
import type { Plan, Step, StepContext } from '../../../../src/operations/types.ts';
import type { Topology } from '../../../../src/topology/types.ts';

export const emptyTopology: Topology = {
  openGauss: '5.0.0',
  build: 'release',
  profile: 'simulation',
  clusters: [],
  hosts: {},
  arrays: [],
};

export function plan(steps: readonly Step[], words: Partial<Plan> = {}): Plan {
  return {
    id: 'deploy-0123456789ab',
    scope: '0123456789ab',
    recipe: 'deploy',
    title: 'Deploy',
    topology: emptyTopology,
    steps,
    confirmNames: [],
    notes: [],
    ...words,
  };
}

/** A step that makes a file whose content counts how often it was made; `work` is a job of `sh` on the host. */
export function jobStep(
  id: string,
  host: string,
  folder: string,
  words: Partial<Step> & { readonly work?: string } = {},
): Step {
  const file = `${folder}/${id}.made`;
  const { work = 'true', ...rest } = words;
  const check = async (context: StepContext): Promise<boolean> =>
    (await (await context.shell(host)).stat(file)) !== undefined;
  return {
    id,
    title: `Make ${id}`,
    hosts: [host],
    after: [],
    timeout: 20_000,
    estimate: 1,
    check: async (context) =>
      (await check(context)) ? { kind: 'done', evidence: `${file} is there` } : { kind: 'needed' },
    preview: () => Promise.resolve([{ kind: 'command', command: `touch ${file}` }]),
    run: async (context) => {
      const script = `echo started ${id}\n${work}\necho made >> ${quote(`${file}.count`)}\n: > ${quote(file)}\necho ended ${id}`;
      const result = await runJob(context, host, { id, tool: 'make', script });
      if (result.code !== 0) {
        throw new Error(`make failed: ${result.output}`);
      }
    },
    verify: async (context) => {
      if (!(await check(context))) {
        throw new Error('not there');
      }
      return `${file} is there`;
    },
    ...rest,
  };
}

/** How often the step's work has run to its end. */
export async function timesMade(folder: string, id: string): Promise<number> {
  try {
    return (await readFile(`${folder}/${id}.made.count`, 'utf8')).trim().split('\n').length;
  } catch {
    return 0;
  }
}
