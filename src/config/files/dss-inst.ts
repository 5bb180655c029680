import type { Finding, TextRange } from '../../base/finding.ts';
import { t } from '../../base/l10n.ts';
import { nearest } from '../../base/nearest.ts';
import { type ServerVersion, serverVersions } from '../../topology/types.ts';
import { type DssKey, dssKeys, dssRange, dssSize } from './dss-inst-keys.ts';
import { type IniDocument, type IniEntry, iniEntry, parseIni } from './ini.ts';
import { lintIniShape } from './ini-rules.ts';
import type { FileContext } from './kinds.ts';
import { parseNodesList } from './nodes-list.ts';

/** A socket's address holds 108 bytes, the last of them zero; DSS adds this name to LSNR_PATH. */
const socketName = '/.dss_unix_d_socket';
const longestSocketPath = 107;

/** Rules for one `dss_inst.ini`. Source: DSS `dss_param.c`. */
export function lintDssInst(text: string, context: FileContext = {}): Finding[] {
  const document = parseIni(text);
  const findings = lintIniShape(document, [...dssKeys.keys()]);
  for (const entry of document.entries) {
    const key = dssKeys.get(entry.key);
    if (key !== undefined && entry.hasEquals && iniEntry(document, entry.key) === entry) {
      checkValue(entry, key, findings);
    }
  }
  checkOwnEntry(document, findings);
  checkLockPathName(document, context.version, findings);
  checkWaterMarks(document, findings);
  return findings;
}

function wrong(entry: IniEntry, message: string, replacement?: string): Finding {
  return {
    code: 'dss-value',
    stage: 'start',
    severity: 'error',
    message,
    range: entry.value === '' ? entry.keyRange : entry.valueRange,
    ...(replacement === undefined
      ? {}
      : {
          fixes: [
            {
              title: t('Change to {0}', replacement),
              edits: [{ range: entry.valueRange, newText: replacement }],
              preferred: true,
            },
          ],
        }),
  };
}

function checkValue(entry: IniEntry, key: DssKey, findings: Finding[]): void {
  const { check } = key;
  const { value } = entry;
  switch (check.type) {
    case 'integer': {
      const number = /^-?\d+$/.test(value) ? Number(value) : undefined;
      if (number === undefined || number < check.min || number > check.max) {
        findings.push(
          wrong(
            entry,
            t('{0} must be a whole number of {1}.', key.name, dssRange(check)),
            number === undefined ? undefined : String(number < check.min ? check.min : check.max),
          ),
        );
      }
      return;
    }
    case 'size': {
      const bytes = dssSize(value);
      if (bytes === undefined || bytes < check.min || bytes > check.max) {
        findings.push(
          wrong(
            entry,
            t(
              '{0} must be a size of {1}, for example {2}.',
              key.name,
              dssRange(check),
              key.defaultValue,
            ),
            /^\d+\s*[kmg]i?b$/i.test(value) ? value.replace(/i?b$/i, '') : undefined,
          ),
        );
      }
      return;
    }
    case 'enum':
      checkWord(entry, key, check.words, check.exact, findings);
      return;
    case 'path':
      checkPath(entry, key, findings);
      return;
    case 'nodes':
      checkNodes(entry, findings);
      return;
    case 'text':
      return;
  }
}

function checkWord(
  entry: IniEntry,
  key: DssKey,
  words: readonly string[],
  exact: boolean,
  findings: Finding[],
): void {
  const { value } = entry;
  if (words.some((word) => (exact ? word === value : word === value.toUpperCase()))) {
    return;
  }
  if (key.name === 'STORAGE_MODE' && value.toUpperCase() === 'RAID') {
    findings.push({
      ...wrong(
        entry,
        t(
          'DSS of 5.0 took RAID; later ones refuse it and want SHARE_DISK or, for a replicated LUN, CLUSTER_RAID.',
        ),
        'SHARE_DISK',
      ),
      code: 'dss-storage-mode-raid',
      severity: 'warning',
    });
    return;
  }
  const meant =
    nearest(value, words) ?? words.find((word) => word.toUpperCase() === value.toUpperCase());
  findings.push(wrong(entry, t('{0} must be one of {1}.', key.name, words.join(', ')), meant));
}

function checkPath(entry: IniEntry, key: DssKey, findings: Finding[]): void {
  if (!entry.value.startsWith('/')) {
    // Variables are not expanded either: dssserver takes "$DSS_HOME" as a name.
    findings.push(
      wrong(entry, t('{0} must be an absolute path; variables are not expanded.', key.name)),
    );
  } else if (
    key.name === 'LSNR_PATH' &&
    new TextEncoder().encode(entry.value + socketName).length > longestSocketPath
  ) {
    findings.push(
      wrong(
        entry,
        t(
          'LSNR_PATH is too long: the socket {0} may have {1} bytes with its folder.',
          socketName.slice(1),
          longestSocketPath,
        ),
      ),
    );
  }
}

function checkNodes(entry: IniEntry, findings: Finding[]): void {
  const list = parseNodesList(entry.value);
  const place = (at: TextRange): TextRange => ({
    start: entry.valueRange.start + at.start,
    end: entry.valueRange.start + at.end,
  });
  for (const piece of list.wrong) {
    findings.push({
      ...wrong(entry, t('"{0}" is no id:ip:port.', piece.text)),
      range:
        piece.end > piece.start
          ? place(piece)
          : entry.valueRange.end > entry.valueRange.start
            ? entry.valueRange
            : entry.keyRange,
    });
  }
  const ids = new Map<number, TextRange>();
  const ends = new Map<string, TextRange>();
  for (const node of list.nodes) {
    const firstId = ids.get(node.id);
    const address = `${node.address}:${node.port}`;
    const firstEnd = ends.get(address);
    if (node.id > 63) {
      findings.push({ ...wrong(entry, t('Instance ids are 0 … 63.')), range: place(node) });
    } else if (firstId !== undefined) {
      findings.push({
        ...wrong(entry, t('Instance {0} is listed twice.', node.id)),
        range: place(node),
        related: [{ range: firstId, message: t('first here') }],
      });
    } else if (firstEnd !== undefined) {
      findings.push({
        ...wrong(entry, t('{0} is listed for two instances.', address)),
        range: place(node),
        related: [{ range: firstEnd, message: t('first here') }],
      });
    }
    ids.set(node.id, firstId ?? place(node));
    ends.set(address, firstEnd ?? place(node));
  }
}

function checkOwnEntry(document: IniDocument, findings: Finding[]): void {
  const list = iniEntry(document, 'DSS_NODES_LIST');
  const own = iniEntry(document, 'INST_ID');
  if (list === undefined || !/^\d+$/.test(own?.value ?? '0')) {
    return;
  }
  const id = Number(own?.value ?? '0');
  const { nodes, wrong: pieces } = parseNodesList(list.value);
  if (pieces.length === 0 && id < 64 && !nodes.some((node) => node.id === id)) {
    findings.push({
      code: 'dss-own-id-missing',
      stage: 'start',
      severity: 'error',
      message: t('DSS_NODES_LIST has no entry for this instance (INST_ID {0}).', id),
      range: own?.valueRange ?? list.valueRange,
      related: [{ range: list.valueRange, message: t('the list') }],
    });
  }
}

function checkLockPathName(
  document: IniDocument,
  version: ServerVersion | undefined,
  findings: Finding[],
): void {
  if (version === undefined) {
    return;
  }
  const withUnderscore = serverVersions.indexOf(version) >= serverVersions.indexOf('6.0.0');
  const [wanted, other] = withUnderscore
    ? ['_DISK_LOCK_FILE_PATH', 'DISK_LOCK_FILE_PATH']
    : ['DISK_LOCK_FILE_PATH', '_DISK_LOCK_FILE_PATH'];
  const entry = iniEntry(document, other);
  if (entry !== undefined && iniEntry(document, wanted) === undefined) {
    findings.push({
      code: 'dss-lock-path-name',
      stage: 'start',
      severity: 'warning',
      message: t(
        'DSS of openGauss {0} reads {1}; this line has no effect and locks go to /tmp.',
        version,
        wanted,
      ),
      range: entry.keyRange,
      fixes: [
        {
          title: t('Change to {0}', wanted),
          edits: document.entries
            .filter((each) => each.key === other)
            .map((each) => ({ range: each.keyRange, newText: wanted })),
          preferred: true,
        },
      ],
    });
  }
}

function checkWaterMarks(document: IniDocument, findings: Finding[]): void {
  const high = iniEntry(document, 'VG_SPACE_USAGE_HWM');
  const low = iniEntry(document, 'VG_SPACE_USAGE_LWM');
  const shown = low ?? high;
  if (shown !== undefined && Number(low?.value ?? '75') > Number(high?.value ?? '80')) {
    findings.push({
      code: 'dss-water-marks',
      stage: 'start',
      severity: 'warning',
      message: t('VG_SPACE_USAGE_LWM is above VG_SPACE_USAGE_HWM.'),
      range: shown.valueRange,
    });
  }
}
