import type { Finding } from '../../base/finding.ts';
import { t } from '../../base/l10n.ts';
import { type IniDocument, iniEntry, parseIni } from './ini.ts';
import { lintIniShape } from './ini-rules.ts';
import { appendLine } from './lines.ts';

/** The keys of `cm_config.ini`, the file that stands in for the cluster manager in a simulation. */
export const cmKeys = ['REFORMER_ID', 'BITMAP_ONLINE', 'LOCK_OWNER_ID'] as const;

const largestBitmap = (1n << 64n) - 1n;

/** The values of `cm_config.ini` where they are right. */
export function readCmConfig(document: IniDocument): {
  readonly reformer?: number;
  readonly online?: bigint;
} {
  const reformer = iniEntry(document, 'REFORMER_ID')?.value ?? '';
  const online = iniEntry(document, 'BITMAP_ONLINE')?.value ?? '';
  return {
    ...(/^\d{1,2}$/.test(reformer) && Number(reformer) < 64 ? { reformer: Number(reformer) } : {}),
    ...(/^\d{1,20}$/.test(online) && BigInt(online) <= largestBitmap
      ? { online: BigInt(online) }
      : {}),
  };
}

/** Rules for one `cm_config.ini`. Source: DSS `dss_simulation_cm.c` and the cm simulation of the test scripts. */
export function lintCmConfig(text: string): Finding[] {
  const document = parseIni(text);
  const findings = lintIniShape(document, cmKeys);
  const { reformer, online } = readCmConfig(document);
  for (const [key, value, range, proposal] of [
    ['REFORMER_ID', reformer, '0 … 63', '0'],
    ['BITMAP_ONLINE', online, '0 … 18446744073709551615', '3'],
  ] as const) {
    const entry = iniEntry(document, key);
    if (entry === undefined) {
      findings.push({
        code: 'cm-missing-key',
        stage: 'start',
        severity: 'warning',
        message: t('{0} is missing; the simulated cluster manager needs it.', key),
        range: { start: 0, end: document.lines[0]?.end ?? 0 },
        fixes: [
          {
            title: t('Add {0} = {1}', key, key === 'REFORMER_ID' ? bitOf(online) : proposal),
            edits: [
              appendLine(
                text,
                `${key} = ${key === 'REFORMER_ID' ? bitOf(online) : onlineWith(reformer)}`,
              ),
            ],
          },
        ],
      });
    } else if (entry.hasEquals && value === undefined) {
      findings.push({
        code: 'cm-value',
        stage: 'start',
        severity: 'error',
        message: t('{0} must be a whole number of {1}.', key, range),
        range: entry.value === '' ? entry.keyRange : entry.valueRange,
      });
    }
  }
  const bitmap = iniEntry(document, 'BITMAP_ONLINE');
  if (reformer !== undefined && online !== undefined && bitmap !== undefined) {
    if ((online & (1n << BigInt(reformer))) === 0n) {
      findings.push({
        code: 'cm-reformer-offline',
        stage: 'start',
        severity: 'warning',
        message: t(
          'Instance {0} shall lead the reform (REFORMER_ID) but its bit in BITMAP_ONLINE is not set.',
          reformer,
        ),
        range: bitmap.valueRange,
        related: [
          {
            range: iniEntry(document, 'REFORMER_ID')?.valueRange ?? bitmap.valueRange,
            message: t('the reformer'),
          },
        ],
        fixes: [
          {
            title: t('Set BITMAP_ONLINE = {0}', String(online | (1n << BigInt(reformer)))),
            edits: [
              { range: bitmap.valueRange, newText: String(online | (1n << BigInt(reformer))) },
            ],
            preferred: true,
          },
        ],
      });
    }
  }
  return findings;
}

/** The lowest instance that is online. */
function bitOf(online: bigint | undefined): string {
  for (let bit = 0; bit < 64; bit += 1) {
    if (((online ?? 1n) & (1n << BigInt(bit))) !== 0n) {
      return String(bit);
    }
  }
  return '0';
}

/** Two nodes online, and the reformer in any case. */
function onlineWith(reformer: number | undefined): string {
  return String(3n | (1n << BigInt(reformer ?? 0)));
}
