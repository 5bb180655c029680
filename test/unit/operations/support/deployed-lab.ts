import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { liveLayout } from '../../../../src/operations/live-layout.ts';
import { recipeNamed } from '../../../../src/operations/recipes/catalogue.ts';
import { layoutOf, type Layout } from '../../../../src/operations/recipes/layout.ts';
import type { Target } from '../../../../src/operations/recipes/lifecycle.ts';
import type { Plan, RecipeName } from '../../../../src/operations/types.ts';
import type { BareLab } from './bare-lab.ts';
import type { WatchedNode } from './role-lab.ts';

/** The nodes of a deployment, to be watched. */
export function nodesOf(bare: BareLab): readonly WatchedNode[] {
  return bare.layout.nodes.map(({ spec, id, dataDir, port }) => ({
    id,
    cluster: spec.cluster,
    dataDir,
    port,
  }));
}

/** The plan of a recipe as the editor and the command line make it: with the roles of now where it starts servers. */
export async function planFor(
  bare: BareLab,
  recipe: RecipeName,
  target: Target = { kind: 'both' },
  layout: Layout = bare.layout,
): Promise<Plan> {
  const entry = recipeNamed(recipe);
  return entry.plan(entry.wantsLiveRoles === true ? await live(bare, layout) : layout, target);
}

/** The layout with the roles of now. */
export function live(bare: BareLab, layout: Layout = bare.layout): Promise<Layout> {
  return liveLayout(layout, { pool: bare.pool, folder: join(bare.lab.dir, '.opengauss') });
}

/** The topology as a person corrects it after a role change. */
export function exchangedLayout(bare: BareLab): Layout {
  const { topology } = bare;
  return layoutOf(
    {
      ...topology,
      clusters: topology.clusters.map((cluster) => ({
        ...cluster,
        role: cluster.role === 'primary' ? ('standby' as const) : ('primary' as const),
      })),
    },
    undefined,
  );
}

/** What the configuration files of all nodes hold, to be compared. */
export async function configuration(bare: BareLab): Promise<Readonly<Record<string, string>>> {
  const entries: [string, string][] = [];
  for (const node of bare.layout.nodes) {
    const folders = [node.dataDir, join(node.dssHome, 'cfg')];
    for (const folder of folders) {
      for (const name of (await readdir(folder)).filter((one) => /\.(?:conf|ini)$/.test(one))) {
        const path = join(folder, name);
        entries.push([
          path,
          createHash('sha256')
            .update(await readFile(path))
            .digest('hex'),
        ]);
      }
    }
  }
  return Object.fromEntries(entries);
}
