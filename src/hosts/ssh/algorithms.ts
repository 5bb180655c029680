import type { Algorithms } from 'ssh2';

/**
 * What we agree to. SHA-1 in host keys and message authentication and group exchange are left out: they are weak, and
 * group exchange blocks for seconds. Elliptic curves come first, since they are the fastest to agree on. Host key types
 * that are known for the machine come first, as in OpenSSH, so that it shows the key that we can check.
 */
export function algorithms(knownTypes: ReadonlySet<string>): Algorithms {
  const hostKeys = [
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'rsa-sha2-512',
    'rsa-sha2-256',
  ] as const;
  const known = (algorithm: string): boolean =>
    knownTypes.has(algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm);
  return {
    kex: [
      'curve25519-sha256',
      'curve25519-sha256@libssh.org',
      'ecdh-sha2-nistp256',
      'ecdh-sha2-nistp384',
      'ecdh-sha2-nistp521',
      'diffie-hellman-group16-sha512',
      'diffie-hellman-group18-sha512',
      'diffie-hellman-group14-sha256',
    ],
    serverHostKey: [
      ...hostKeys.filter((type) => known(type)),
      ...hostKeys.filter((type) => !known(type)),
    ],
    cipher: [
      'aes128-gcm@openssh.com',
      'aes256-gcm@openssh.com',
      'aes128-ctr',
      'aes192-ctr',
      'aes256-ctr',
      'chacha20-poly1305@openssh.com',
    ],
    hmac: [
      'hmac-sha2-256-etm@openssh.com',
      'hmac-sha2-512-etm@openssh.com',
      'hmac-sha2-256',
      'hmac-sha2-512',
    ],
    compress: ['none'],
  };
}
