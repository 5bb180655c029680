import type { Finding, TextRange } from '../../base/finding.ts';
import { t } from '../../base/l10n.ts';
import { type Line, linesOf, removeLine, trimRange } from './lines.ts';

/** One `name:path` line of `dss_vg_conf.ini`. */
export interface VolumeGroup {
  readonly line: Line;
  readonly name: string;
  readonly nameRange: TextRange;
  readonly path: string;
  readonly pathRange: TextRange;
  readonly hasColon: boolean;
}

export interface VgDocument {
  readonly text: string;
  readonly groups: readonly VolumeGroup[];
}

/** Reads `dss_vg_conf.ini`: one `name:entry volume` a line, `#` begins a comment line. The order counts (XLOG_VG_ID is an index). */
export function parseVgConf(text: string): VgDocument {
  const groups: VolumeGroup[] = [];
  for (const line of linesOf(text)) {
    const whole = trimRange(text, line);
    if (whole.start === whole.end || text[whole.start] === '#') {
      continue;
    }
    const colon = text.indexOf(':', whole.start);
    const hasColon = colon >= 0 && colon < whole.end;
    const nameRange = trimRange(text, { start: whole.start, end: hasColon ? colon : whole.end });
    const pathRange = hasColon
      ? trimRange(text, { start: colon + 1, end: whole.end })
      : { start: whole.end, end: whole.end };
    groups.push({
      line,
      name: text.slice(nameRange.start, nameRange.end),
      nameRange,
      path: text.slice(pathRange.start, pathRange.end),
      pathRange,
      hasColon,
    });
  }
  return { text, groups };
}

/** Rules for one `dss_vg_conf.ini`. Source: DSS `dss_diskgroup.c`; stable names: the multipath and dorado guides. */
export function lintVgConf(text: string): Finding[] {
  const findings: Finding[] = [];
  const names = new Map<string, VolumeGroup>();
  const paths = new Map<string, VolumeGroup>();
  for (const group of parseVgConf(text).groups) {
    const whole = {
      start: group.nameRange.start,
      end: Math.max(group.nameRange.end, group.pathRange.end),
    };
    const remove = { title: t('Remove this line'), edits: [removeLine(text, group.line)] };
    if (!group.hasColon || group.name === '' || group.path === '') {
      findings.push({
        code: 'vg-syntax',
        stage: 'start',
        severity: 'error',
        message: t('A line must be name:entry volume, for example data:/dev/mapper/dss_data.'),
        range: whole,
        fixes: [remove],
      });
      continue;
    }
    const sameName = names.get(group.name);
    const samePath = paths.get(group.path);
    if (sameName !== undefined) {
      findings.push({
        code: 'vg-duplicate',
        stage: 'start',
        severity: 'error',
        message: t('The volume group {0} is defined twice.', group.name),
        range: group.nameRange,
        related: [{ range: sameName.nameRange, message: t('first here') }],
        fixes: [remove],
      });
    } else if (samePath !== undefined) {
      findings.push({
        code: 'vg-duplicate',
        stage: 'start',
        severity: 'error',
        message: t('The volume {0} belongs to {1} already.', group.path, samePath.name),
        range: group.pathRange,
        related: [{ range: samePath.pathRange, message: t('first here') }],
        fixes: [remove],
      });
    }
    names.set(group.name, sameName ?? group);
    paths.set(group.path, samePath ?? group);
    checkGroup(text, group, findings);
  }
  return findings;
}

function checkGroup(text: string, group: VolumeGroup, findings: Finding[]): void {
  if (group.name.startsWith('+')) {
    findings.push({
      code: 'vg-plus',
      stage: 'start',
      severity: 'warning',
      message: t('The "+" belongs to paths and parameters (+data), not to the name here.'),
      range: group.nameRange,
      ...(group.name.length > 1
        ? {
            fixes: [
              {
                title: t('Remove the "+"'),
                edits: [
                  {
                    range: { start: group.nameRange.start, end: group.nameRange.start + 1 },
                    newText: '',
                  },
                ],
                preferred: true,
              },
            ],
          }
        : {}),
    });
  }
  const leading = group.nameRange.start > group.line.start;
  const before = { start: group.line.start, end: group.pathRange.start };
  const wanted = `${group.name}:`;
  if (leading || text.slice(before.start, before.end) !== wanted) {
    findings.push({
      code: 'vg-blanks',
      stage: 'style',
      severity: 'hint',
      message: t(
        'Scripts that read this file expect no blanks before the name and around the colon.',
      ),
      range: before,
      fixes: [
        {
          title: t('Remove the blanks'),
          edits: [{ range: before, newText: wanted }],
          preferred: true,
        },
      ],
    });
  }
  if (/^\/dev\/sg/.test(group.path)) {
    findings.push({
      code: 'vg-sg-device',
      stage: 'start',
      severity: 'warning',
      message: t(
        '{0} is a SCSI generic device; DSS needs the block device of the LUN.',
        group.path,
      ),
      range: group.pathRange,
    });
  } else if (/^\/dev\/(sd[a-z]+|dm-\d+)$/.test(group.path)) {
    findings.push({
      code: 'vg-unstable-name',
      stage: 'cluster',
      severity: 'info',
      message: t(
        '{0} may name another disk after a reboot and on another host; use a link in /dev/disk/by-id, /dev/mapper or one made by udev.',
        group.path,
      ),
      range: group.pathRange,
    });
  } else if (!group.path.startsWith('/') && !/^[\w-]+$/.test(group.path)) {
    // A bare word is an RBD image of Ceph.
    findings.push({
      code: 'vg-relative-path',
      stage: 'start',
      severity: 'warning',
      message: t('The entry volume must be an absolute path.'),
      range: group.pathRange,
    });
  }
}
