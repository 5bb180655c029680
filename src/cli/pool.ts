import { resolve } from 'node:path';
import type { HostPool } from '../hosts/shell.ts';
import type { Topology } from '../topology/types.ts';
import type { CliIo } from './io.ts';
import { terminalPrompts } from './prompts.ts';

/** Connections to the hosts of a topology; questions are asked on the terminal, when there is one. `sshConfig`: read instead of ~/.ssh/config. */
export async function openPool(
  topology: Topology,
  io: CliIo,
  sshConfig: string | undefined,
): Promise<HostPool> {
  const { createHostPool } = await import('../hosts/pool.ts');
  return createHostPool({
    hosts: topology.hosts,
    ...(sshConfig === undefined ? {} : { sshConfigFiles: [resolve(io.cwd, sshConfig)] }),
    prompts: terminalPrompts(io),
    // Who runs a command on a file of his trusts it.
    trusted: true,
    log: () => undefined,
  });
}
