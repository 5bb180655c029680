import { hostname, networkInterfaces, userInfo } from 'node:os';
import type { SshSettings } from './ssh-config/settings.ts';

/**
 * Whether a host is the machine that this code runs on, as it is in a Remote-SSH window: reached directly, on the usual
 * port, by the current user, under this machine's name or one of its addresses. Tunnels and containers listen on other
 * ports, so these are never taken for this machine.
 */
export function isThisMachine(settings: SshSettings): boolean {
  if (
    settings.port !== 22 ||
    settings.proxyJump.length > 0 ||
    settings.proxyCommand !== undefined ||
    settings.hostKeyAlias !== undefined ||
    settings.user !== userInfo().username
  ) {
    return false;
  }
  const wanted = settings.hostName.toLowerCase();
  const own = hostname().toLowerCase();
  const addresses = Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).map(({ address }) => address.toLowerCase()),
  );
  return (
    wanted === own ||
    wanted === own.split('.')[0] ||
    wanted === 'localhost' ||
    addresses.includes(wanted.replace(/%.*$/, ''))
  );
}
