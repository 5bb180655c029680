import { t } from '../../base/l10n.ts';
import { pickTopology } from '../nodes.ts';
import type { Services } from '../services.ts';
import { DriftPanel } from './panel.ts';

/** "Compare parameters of all nodes": the drift table, one panel for each topology. */
export function registerDrift(services: Services): void {
  const panels = new Map<string, DriftPanel>();
  services.commands.register('openGauss.compareParameters', async (argument) => {
    const entry = await pickTopology(services, argument, t('Compare Parameters'));
    if (entry === undefined) {
      return;
    }
    const open = panels.get(entry.id);
    if (open !== undefined) {
      open.reveal();
      return;
    }
    panels.set(entry.id, new DriftPanel(services, entry, () => panels.delete(entry.id)));
  });
  services.add({
    dispose: () => {
      for (const panel of [...panels.values()]) {
        panel.dispose();
      }
    },
  });
}
