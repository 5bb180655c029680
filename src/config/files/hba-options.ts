import type { Finding } from '../../base/finding.ts';
import type { HbaEntry } from './hba.ts';

/** Which methods take an option: the server's own list in its words. */
const optionsOf: Readonly<Record<string, readonly [readonly string[], string]>> = {
  map: [
    ['ident', 'peer', 'krb5', 'gss', 'sspi', 'cert'],
    'ident, peer, krb5, gssapi, sspi, and cert',
  ],
  pamservice: [['pam'], 'pam'],
  krb_server_hostname: [['krb5'], 'krb5'],
  krb_realm: [['krb5', 'gss', 'sspi'], 'krb5, gssapi, and sspi'],
  include_realm: [['krb5', 'gss', 'sspi'], 'krb5, gssapi, and sspi'],
  ...Object.fromEntries(
    [
      'ldaptls',
      'ldapserver',
      'ldapport',
      'ldapbinddn',
      'ldapbindpasswd',
      'ldapsearchattribute',
      'ldapbasedn',
      'ldapprefix',
      'ldapsuffix',
    ].map((name) => [name, [['ldap'], 'ldap']] as const),
  ),
};

/** Checks what stands behind the method. */
export function checkOptions(entry: HbaEntry, method: string, findings: Finding[]): void {
  for (const token of entry.options.flatMap((field) => field.tokens)) {
    const message = optionMessage(token.text, method, entry.type.text);
    if (message !== undefined) {
      findings.push({
        code: 'hba-option',
        stage: 'start',
        severity: 'error',
        message,
        range: token.range,
      });
    }
  }
}

function optionMessage(text: string, method: string, type: string): string | undefined {
  const equals = text.indexOf('=');
  if (equals < 0) {
    return `authentication option not in name=value format: ${text}`;
  }
  const name = text.slice(0, equals);
  const value = text.slice(equals + 1);
  if (name === 'clientcert') {
    if (type !== 'hostssl') {
      return 'clientcert can only be configured for "hostssl" rows';
    }
    return method === 'cert' && value !== '1'
      ? 'clientcert can not be set to 0 when using "cert" authentication'
      : undefined;
  }
  const option = optionsOf[name];
  if (option === undefined) {
    return `unrecognized authentication option name: "${name}"`;
  }
  return option[0].includes(method)
    ? undefined
    : `authentication option "${name}" is only valid for authentication methods ${option[1]}`;
}
