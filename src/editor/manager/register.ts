import type { Services } from '../services.ts';

/** Commands for clusters with openGauss's cluster manager. */
export function registerManager(services: Services): void {
  services.commands.register('openGauss.runGsDdr', async (argument) => {
    const { runGsDdr } = await import('./gs-ddr.ts');
    await runGsDdr(services, argument);
  });
}
