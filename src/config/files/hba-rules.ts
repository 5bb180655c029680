import type { Finding, TextRange } from '../../base/finding.ts';
import { t } from '../../base/l10n.ts';
import { nearest } from '../../base/nearest.ts';
import { parseAddress, prefixMask } from './addresses.ts';
import {
  type HbaEntry,
  type HbaField,
  type HbaLine,
  hbaEntry,
  hbaRange,
  hbaTypes,
  isNumericAddress,
  parseHba,
} from './hba.ts';
import { checkOptions } from './hba-options.ts';
import { shadowedLines } from './hba-match.ts';
import { removeLine } from './lines.ts';

/** Methods that every build of openGauss has. */
export const hbaMethods = ['trust', 'reject', 'md5', 'sha256', 'sm3', 'cert', 'gss'] as const;
/** Methods that the parser knows and ordinary builds leave out. */
const builtSeldom = ['ident', 'peer', 'krb5', 'sspi', 'pam', 'ldap', 'iam'];

/** Makes a finding in the words of the server: it refuses the whole file for one wrong line. */
function refused(message: string, range: TextRange, code = 'hba-syntax'): Finding {
  return { code, stage: 'start', severity: 'error', message, range };
}

/** Rules for one `pg_hba.conf`. Source: server `hba.cpp`, parse_hba_line. */
export function lintHba(text: string): Finding[] {
  const document = parseHba(text);
  const findings: Finding[] = [];
  const entries: HbaEntry[] = [];
  for (const line of document.lines) {
    const before = findings.length;
    const entry = checkLine(line, findings);
    if (entry !== undefined && findings.length === before) {
      entries.push(entry);
      adviseLine(entry, findings);
    }
  }
  if (document.lines.length === 0) {
    findings.push({
      code: 'hba-no-entries',
      stage: 'start',
      severity: 'warning',
      message: t('There is no line that lets anybody in.'),
      range: { start: 0, end: text.length },
    });
  }
  for (const { later, earlier } of shadowedLines(entries)) {
    findings.push({
      code: 'hba-shadowed',
      stage: 'cluster',
      severity: 'hint',
      message: t('This line is never reached: an earlier one matches everything that it matches.'),
      range: later.source.range,
      related: [{ range: earlier.source.range, message: t('this line matches first') }],
      fixes: [{ title: t('Remove this line'), edits: [removeLine(text, later.source.line)] }],
    });
  }
  return findings;
}

function checkLine(line: HbaLine, findings: Finding[]): HbaEntry | undefined {
  const entry = hbaEntry(line);
  if (entry === undefined) {
    return undefined;
  }
  const { type } = entry;
  const whole = line.range;
  if ((line.fields[0]?.tokens.length ?? 0) > 1) {
    findings.push(refused('multiple values specified for connection type', whole));
    return undefined;
  }
  if (!hbaTypes.some((known) => known === type.text)) {
    const meant = nearest(type.text, hbaTypes);
    findings.push({
      ...refused(`invalid connection type "${type.text}"`, type.range),
      ...(meant === undefined ? {} : { fixes: [replaceWith(type.range, meant)] }),
    });
    return undefined;
  }
  if (entry.databases === undefined) {
    findings.push(refused('end-of-line before database specification', whole));
  } else if (entry.users === undefined) {
    findings.push(refused('end-of-line before role specification', whole));
  } else if (type.text !== 'local' && entry.address === undefined) {
    findings.push(refused('end-of-line before IP address specification', whole));
  } else if (type.text === 'local' || checkAddress(entry, findings)) {
    checkMethod(entry, findings, whole);
  }
  return entry;
}

function replaceWith(range: TextRange, word: string) {
  return {
    title: t('Change to {0}', word),
    edits: [{ range, newText: word }],
    preferred: true,
  };
}

function checkAddress(entry: HbaEntry, findings: Finding[]): boolean {
  const field = entry.address as HbaField;
  const token = field.tokens[0];
  if (token === undefined) {
    return false;
  }
  if (field.tokens.length > 1) {
    findings.push(refused('multiple values specified for host address', field.range));
    return false;
  }
  const { text, range } = token;
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  const parsed = parseAddress(address);
  if (parsed === undefined && isNumericAddress(address)) {
    findings.push(refused(`invalid IP address "${address}"`, range, 'hba-address'));
    return false;
  }
  if (slash >= 0) {
    if (parsed === undefined) {
      findings.push({
        ...refused(
          `specifying both host name and CIDR mask is invalid: "${text}"`,
          range,
          'hba-address',
        ),
        fixes: [replaceWith(range, address)],
      });
      return false;
    }
    if (prefixMask(parsed.family, text.slice(slash + 1)) === undefined) {
      findings.push({
        ...refused(`invalid CIDR mask in address "${text}"`, range, 'hba-address'),
        fixes: [replaceWith(range, `${address}/${parsed.family === 4 ? 32 : 128}`)],
      });
      return false;
    }
    return true;
  }
  if (parsed === undefined) {
    return true;
  }
  return checkMask(entry, address, range, parsed.family, findings);
}

function checkMask(
  entry: HbaEntry,
  address: string,
  range: TextRange,
  family: 4 | 6,
  findings: Finding[],
): boolean {
  const single = `${address}/${family === 4 ? 32 : 128}`;
  const fixes = [replaceWith(range, single)];
  const mask = entry.mask?.tokens[0];
  if (mask === undefined) {
    findings.push({
      ...refused('end-of-line before netmask specification', range, 'hba-address'),
      fixes,
    });
    return false;
  }
  const parsed = parseAddress(mask.text);
  if (parsed === undefined) {
    findings.push({
      ...refused(`invalid IP mask "${mask.text}"`, mask.range, 'hba-address'),
      fixes,
    });
    return false;
  }
  if (parsed.family !== family) {
    findings.push(refused('IP address and mask do not match', mask.range, 'hba-address'));
    return false;
  }
  return true;
}

function checkMethod(entry: HbaEntry, findings: Finding[], whole: TextRange): void {
  const { method, type } = entry;
  const token = method?.tokens[0];
  if (method === undefined || token === undefined) {
    findings.push(refused('end-of-line before authentication method', whole));
    return;
  }
  if (method.tokens.length > 1) {
    findings.push(refused('multiple values specified for authentication type', method.range));
    return;
  }
  const name = token.text;
  if (builtSeldom.includes(name)) {
    findings.push({
      ...refused(
        `invalid authentication method "${name}": not supported by this build`,
        token.range,
        'hba-method',
      ),
      // A build with the library takes it.
      severity: 'warning',
    });
    return;
  }
  if (!hbaMethods.some((known) => known === name)) {
    const meant =
      name === 'password' || name === 'scram-sha-256' ? 'sha256' : nearest(name, hbaMethods);
    findings.push({
      ...refused(`invalid authentication method "${name}"`, token.range, 'hba-method'),
      ...(meant === undefined ? {} : { fixes: [replaceWith(token.range, meant)] }),
    });
    return;
  }
  if (name === 'gss' && type.text === 'local') {
    findings.push(
      refused('gssapi authentication is not supported on local sockets', token.range, 'hba-method'),
    );
  } else if (name === 'cert' && type.text !== 'hostssl') {
    findings.push({
      ...refused(
        'cert authentication is only supported on hostssl connections',
        token.range,
        'hba-method',
      ),
      fixes: type.text === 'local' ? [] : [replaceWith(type.range, 'hostssl')],
    });
  } else {
    checkOptions(entry, name, findings);
  }
}

function adviseLine(entry: HbaEntry, findings: Finding[]): void {
  const method = entry.method?.tokens[0];
  const address = entry.address?.tokens[0];
  if (
    method?.text === 'trust' &&
    address !== undefined &&
    (address.text === 'all' || hbaRange(entry)?.mask === 0n)
  ) {
    findings.push({
      code: 'hba-trust-everyone',
      stage: 'cluster',
      severity: 'warning',
      message: t('Everybody who reaches this port comes in without a password.'),
      range: { start: address.range.start, end: method.range.end },
      fixes: [replaceWith(method.range, 'sha256')],
    });
  }
}
