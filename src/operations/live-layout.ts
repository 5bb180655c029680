import { asError } from '../base/async.ts';
import { lookingAt, type PreviewOptions } from './preview.ts';
import type { ClusterLayout, Layout } from './recipes/layout.ts';
import { liveMode, type LiveMode } from './steps/live-mode.ts';
import { orientedTo } from './steps/roles-state.ts';
import type { StepContext } from './types.ts';

/** Milliseconds for asking all hosts. */
const askingLimit = 120_000;

async function modeOf(
  context: StepContext,
  layout: Layout,
  cluster: ClusterLayout,
): Promise<LiveMode | undefined> {
  try {
    return await liveMode(context, layout, cluster);
  } catch {
    if (context.signal.aborted) {
      throw asError(context.signal.reason);
    }
    // A host that cannot be asked does not keep a plan from being made: its own steps will say why.
    return undefined;
  }
}

/**
 * The layout with the roles that the clusters have now, whatever the topology calls them: for plans that start and stop
 * servers, also after a role change. Where nothing is known it stays as it is; the steps refuse what they cannot prove.
 */
export async function liveLayout(layout: Layout, options: PreviewOptions): Promise<Layout> {
  const context = await lookingAt(layout, askingLimit, options);
  const { primary, standby } = layout;
  const [ours, theirs] = await Promise.all([
    modeOf(context, layout, primary),
    modeOf(context, layout, standby),
  ]);
  const { promoted } = await context.roleHistory();
  const marked = (cluster: ClusterLayout, live: LiveMode | undefined): ClusterLayout =>
    live?.mode === 'independent' ? { ...cluster, independent: true } : cluster;
  const [first, second] = [marked(primary, ours), marked(standby, theirs)];
  const known: Layout = { ...layout, primary: first, standby: second, clusters: [first, second] };
  const exchanged =
    (ours?.mode === 'standby' && theirs?.mode !== 'standby') ||
    (theirs?.mode === 'primary' &&
      ((ours?.mode !== 'primary' && ours?.mode !== 'independent') ||
        promoted === standby.name ||
        (theirs.leads === 'primary' && ours.leads !== 'primary')));
  return exchanged ? orientedTo(known, second) : known;
}
