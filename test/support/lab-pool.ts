import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { createHostPool } from '../../src/hosts/pool.ts';
import type { HostPool } from '../../src/hosts/shell.ts';
import { parseTopology } from '../../src/topology/parse.ts';
import type { Topology } from '../../src/topology/types.ts';
import type { Lab } from '../lab/lab.ts';
import { noPrompts } from './no-prompts.ts';

/** The lab's topology and connections to its hosts, made as a user's are. */
export async function openLabPool(lab: Lab): Promise<{ topology: Topology; pool: HostPool }> {
  const { topology } = await parseTopology(
    await readFile(join(lab.workspace, 'opengauss.yaml'), 'utf8'),
  );
  assert.ok(topology);
  const pool = createHostPool({
    hosts: topology.hosts,
    sshConfigFiles: [lab.sshConfig],
    prompts: noPrompts,
    trusted: true,
    log: () => undefined,
  });
  return { topology, pool };
}
