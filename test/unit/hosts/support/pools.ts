import type { TestContext } from 'node:test';
import { createHostPool, type HostPoolOptions } from '../../../../src/hosts/pool.ts';
import type { Shell } from '../../../../src/hosts/shell.ts';
import type { TerminalPool } from '../../../../src/hosts/terminal.ts';
import { pause } from '../../../support/sshd.ts';
import { TestPrompts } from './prompts.ts';

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
