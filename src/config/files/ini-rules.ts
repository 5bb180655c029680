import type { Finding, Fix } from '../../base/finding.ts';
import { t } from '../../base/l10n.ts';
import { nearest } from '../../base/nearest.ts';
import type { IniDocument } from './ini.ts';
import { removeLine } from './lines.ts';

/** The rules that hold for every `KEY = VALUE` file: line shape, byte order mark, duplicates, names that nobody reads. */
export function lintIniShape(document: IniDocument, known: readonly string[]): Finding[] {
  const findings: Finding[] = [];
  const { text } = document;
  if (text.startsWith('\ufeff')) {
    findings.push({
      code: 'ini-byte-order-mark',
      stage: 'read',
      severity: 'error',
      message: t('The byte order mark at the beginning is read as a part of the first name.'),
      range: { start: 0, end: 1 },
      fixes: [
        {
          title: t('Remove the byte order mark'),
          edits: [{ range: { start: 0, end: 1 }, newText: '' }],
          preferred: true,
        },
      ],
    });
  }
  const last = new Map(document.entries.map((entry) => [entry.key, entry]));
  for (const entry of document.entries) {
    const remove: Fix = { title: t('Remove this line'), edits: [removeLine(text, entry.line)] };
    if (!entry.hasEquals) {
      findings.push({
        code: 'ini-syntax',
        stage: 'read',
        severity: 'error',
        message: t('A line must be KEY = VALUE.'),
        range: entry.keyRange,
        fixes: [remove],
      });
      continue;
    }
    if (entry.key === '') {
      findings.push({
        code: 'ini-syntax',
        stage: 'read',
        severity: 'error',
        message: t('The name before "=" is missing.'),
        range: { start: entry.keyRange.start, end: entry.valueRange.end },
        fixes: [remove],
      });
      continue;
    }
    const winner = last.get(entry.key);
    if (winner !== undefined && winner !== entry) {
      findings.push({
        code: 'ini-duplicate',
        stage: 'read',
        severity: 'warning',
        message: t('{0} is set again below; only the last line counts.', entry.key),
        range: { start: entry.keyRange.start, end: entry.valueRange.end },
        related: [{ range: winner.keyRange, message: t('this line wins') }],
        fixes: [{ ...remove, preferred: true }],
      });
      continue;
    }
    if (!known.includes(entry.key) && !entry.key.startsWith('\ufeff')) {
      const meant = nearest(entry.key, known);
      findings.push({
        code: 'ini-unknown-key',
        stage: 'read',
        severity: 'warning',
        message:
          meant === undefined
            ? t('Nobody reads the name {0}.', entry.key)
            : t('Nobody reads the name {0}. Is {1} meant?', entry.key, meant),
        range: entry.keyRange,
        fixes: [
          ...(meant === undefined || last.has(meant)
            ? []
            : [
                {
                  title: t('Change to {0}', meant),
                  edits: [{ range: entry.keyRange, newText: meant }],
                  preferred: true,
                },
              ]),
          remove,
        ],
      });
    }
  }
  return findings;
}
