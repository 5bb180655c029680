import { readFile, writeFile } from 'node:fs/promises';
import type { TestContext } from 'node:test';
import { createHostPool, type HostPoolOptions } from '../../../../src/hosts/pool.ts';
import type { Shell } from '../../../../src/hosts/shell.ts';
import type { TerminalPool } from '../../../../src/hosts/terminal.ts';
import { DelayLink } from '../../../support/delay-link.ts';
import { pause } from '../../../support/sshd.ts';
import { TestPrompts } from './prompts.ts';
import type { FaultTarget } from './targets.ts';

/** A pool that is closed when the test ends. */
export function poolOf(
  context: Pick<TestContext, 'after'>,
  configuration: string,
  options: Partial<HostPoolOptions> = {},
): TerminalPool {
  const pool = createHostPool({
    hosts: {},
    sshConfigFiles: [configuration],
    prompts: new TestPrompts(),
    trusted: true,
    log: () => undefined,
    pauses: { first: 10, longest: 20 },
    ...options,
  });
  context.after(async () => pool.close());
  return pool;
}

/** A pool whose connections go through a link. */
export async function linked(
  context: Pick<TestContext, 'after'>,
  target: Pick<FaultTarget, 'port' | 'clientConfig'>,
  delay: number,
  lines: readonly string[] = [],
): Promise<{ link: DelayLink; pool: TerminalPool }> {
  const link = await new DelayLink(target.port, delay).start();
  context.after(async () => link.stop());
  const file = await target.clientConfig(
    ['h'],
    ['HostKeyAlias linked', 'StrictHostKeyChecking accept-new', ...lines],
  );
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(`Port ${target.port}`, `Port ${link.port}`));
  return { link, pool: poolOf(context, file) };
}

/** The shell of "h" once it answers. */
export async function reconnected(pool: TerminalPool): Promise<Shell> {
  for (;;) {
    try {
      const shell = await pool.shell('h');
      await shell.run('true');
      return shell;
    } catch {
      await pause(50);
    }
  }
}
