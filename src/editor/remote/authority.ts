import type { HostSpec } from '../../topology/types.ts';

/**
 * How Remote - SSH names a host in an address: the plain alias, or, when the topology says more or the name has capital
 * letters (addresses do not keep them), the hexadecimal form of a JSON object. Both forms are its own.
 */
export function remoteAuthority(host: string, spec: HostSpec | undefined): string {
  const plain = spec === undefined || Object.keys(spec).length === 0;
  if (plain && /^[a-z0-9._-]+$/.test(host)) {
    return `ssh-remote+${host}`;
  }
  const described = {
    hostName: spec?.hostName ?? host,
    ...(spec?.user === undefined ? {} : { user: spec.user }),
    ...(spec?.port === undefined ? {} : { port: spec.port }),
  };
  return `ssh-remote+${Buffer.from(JSON.stringify(described)).toString('hex')}`;
}
