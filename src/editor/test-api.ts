import type { Snapshot } from '../status/types.ts';
import type { Health } from '../status/health.ts';
import type { ExplorerItem } from './explorer/item.ts';
import type { ClusterExplorer } from './explorer/view.ts';
import type { Services } from './services.ts';
import type { TopologyEntry } from './topology/service.ts';

/** What tests inside the extension host may look at; users get none of it. */
export interface TestApi {
  /** Resolves when the workspace has been searched for topologies. */
  ready(): Promise<void>;
  topologies(): readonly TopologyEntry[];
  /** The explorer's rows as they are shown. */
  tree(): readonly ExplorerItem[];
  explorerVisible(): boolean;
  snapshot(topology: string): Snapshot | undefined;
  health(topology: string): Health | undefined;
  /** Whether nodes are being read now. */
  reading(): boolean;
}

export function testApi(services: Services, explorer: ClusterExplorer): TestApi {
  return {
    ready: () => services.topologies.ready(),
    topologies: () => services.topologies.entries,
    tree: () => explorer.rows,
    explorerVisible: () => explorer.visible,
    snapshot: (topology) => services.monitors.snapshot(topology),
    health: (topology) => services.monitors.health(topology),
    reading: () => services.monitors.running,
  };
}
