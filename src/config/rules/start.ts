/**
 * What the reader takes and the server's start refuses (postmaster.cpp: CheckGUCConflicts and its parts). A rule speaks
 * only when the file sets what it blames: a file may be a piece that is appended to another.
 */
import { t } from '../../base/l10n.ts';
import { lineRange } from '../document.ts';
import { setParameter, writeValue } from '../edit.ts';
import { splitIdentifiers } from '../values.ts';
import { crossNames, effective, fix, isOn, replNames, setting, since, textOf } from './rule.ts';
import type { Report, Rule, RuleInput } from './rule.ts';

type Candidate = ReturnType<NonNullable<Report['fixes']>>[number];

function startRule(code: string, check: (input: RuleInput) => Iterable<Report>): Rule {
  return { code, stage: 'start', severity: 'error', check };
}

/** A fix that sets a parameter in this file. */
function set(input: RuleInput, name: string, value: string): Candidate {
  const literal = writeValue(input.catalogue.get(name), value);
  return fix(t('Set {0} = {1}', name, value), ...setParameter(input.document, name, literal));
}

const numberOf = (input: RuleInput, name: string): number => {
  const value = effective(input, name);
  return typeof value === 'number' ? value : 0;
};

const mebibytes16 = 16777216n;
const gibibyte = 1073741824n;

const sizeMultiple = startRule('xlog-file-size-multiple', function* (input) {
  const size = setting(input, 'xlog_file_size');
  if (typeof size?.value !== 'bigint' || setting(input, 'xlog_file_path')?.value === undefined) {
    return;
  }
  const { value, valueRange } = size;
  const segment = isOn(input, 'ss_enable_dss') ? gibibyte : mebibytes16;
  if (value % segment === 0n) {
    return;
  }
  const down = (value / segment) * segment;
  const up = down + segment;
  yield {
    message: `value of "xlog_file_size" ${value} must be an integer multiple of ${segment}`,
    range: valueRange,
    fixes: () =>
      (value - down <= up - value ? [down, up] : [up, down]).map((size) =>
        fix(t('Write {0}', String(size)), { range: valueRange, newText: String(size) }),
      ),
  };
});

const emptyPath = startRule('xlog-file-path-empty', function* (input) {
  const path = setting(input, 'xlog_file_path');
  if (path?.value === '') {
    yield {
      message: `could not open xlog file "" : No such file or directory\n${t('An empty path counts as set.')}`,
      range: path.valueRange,
    };
  }
  const lock = setting(input, 'xlog_lock_file_path');
  if (lock?.value === '' && path?.value !== undefined) {
    yield {
      message: `could not open file "": No such file or directory\n${t('An empty path counts as set.')}`,
      range: lock.valueRange,
    };
  }
});

const dssWithDms = startRule('dss-dms-together', function* (input) {
  const dss = setting(input, 'ss_enable_dss');
  const dms = setting(input, 'ss_enable_dms');
  const on = dss?.value === true ? dss : dms?.value === true ? dms : undefined;
  if (on === undefined || (dss?.value === true && dms?.value === true)) {
    return;
  }
  const other = on === dss ? dms : dss;
  // Without the other line the default, off, holds; one that the server refuses is told of already.
  if (other !== undefined && other.value === undefined) {
    return;
  }
  const otherName = on === dss ? 'ss_enable_dms' : 'ss_enable_dss';
  yield {
    message: 'ss_enable_dms and ss_enable_dss must be turned on or off simultaneously.',
    range: on.valueRange,
    ...(other === undefined
      ? {}
      : { related: [{ range: other.valueRange, message: t('The other one is off here.') }] }),
    fixes: () => [set(input, otherName, 'on'), set(input, on.name, 'off')],
  };
});

const temporaryTablespaces = startRule('dss-temp-tablespaces', function* (input) {
  const spaces = setting(input, 'temp_tablespaces');
  if (typeof spaces?.value === 'string' && spaces.value !== '' && isOn(input, 'ss_enable_dss')) {
    yield {
      message:
        'shared storage mode could not support specifics tablespace(s).\nEither set temp_tablespaces to NULL, or turn off ss_enable_dss.',
      range: spaces.valueRange,
      fixes: () => [set(input, 'temp_tablespaces', '')],
    };
  }
});

const portRange = startRule('port-without-ha-port', function* (input) {
  const port = setting(input, 'port');
  if (port?.value === 65535) {
    yield {
      message: t('The server also needs the port above this one, and there is none above 65535.'),
      range: port.valueRange,
      fixes: () => [set(input, 'port', '65534')],
    };
  }
});

function* belowConnections(input: RuleInput, name: string): Iterable<Report> {
  const blamed = setting(input, name) ?? setting(input, 'max_connections');
  if (blamed?.value === undefined) {
    return;
  }
  const value = numberOf(input, name);
  const connections = numberOf(input, 'max_connections');
  if (value >= connections) {
    yield {
      message: `${name} must be less than max_connections`,
      range: blamed.valueRange,
      fixes: () => [
        setting(input, name) === undefined
          ? set(input, 'max_connections', String(value + 1))
          : set(input, name, String(connections - 1)),
      ],
    };
  }
}

const connections = startRule('connections-reserved', function* (input) {
  yield* belowConnections(input, 'sysadmin_reserved_connections');
  yield* belowConnections(input, 'max_wal_senders');
});

const walLevel = startRule('wal-level', function* (input) {
  const level = setting(input, 'wal_level');
  if (level?.value !== 'minimal' && level?.value !== 'archive') {
    return;
  }
  const fixes = (): readonly Candidate[] => [set(input, 'wal_level', 'hot_standby')];
  const archive = setting(input, 'archive_mode');
  const range = level.valueRange;
  if (level.value === 'minimal' && archive?.value === true) {
    yield {
      message:
        'WAL archival (archive_mode=on) requires wal_level "archive", "hot_standby" or "logical"',
      range,
      related: [{ range: archive.valueRange, message: t('Archiving is on here.') }],
      fixes,
    };
  } else if (level.value === 'minimal' && numberOf(input, 'max_wal_senders') > 0) {
    yield {
      message:
        'WAL streaming (max_wal_senders > 0) requires wal_level "archive", "hot_standby" or "logical"',
      range,
      fixes,
    };
  } else if (setting(input, 'hot_standby')?.value === true) {
    yield {
      message:
        'hot standby is not possible because wal_level was not set to "hot_standby"\nEither set wal_level to "hot_standby", or turn off hot_standby.',
      range,
      fixes,
    };
  }
});

const onDemand = startRule('ondemand-recovery', function* (input) {
  const recovery = setting(input, 'ss_enable_ondemand_recovery');
  if (recovery?.value === true) {
    const dms = setting(input, 'ss_enable_dms');
    if (!isOn(input, 'ss_enable_dms') && dms?.value !== undefined) {
      yield {
        message:
          'ondemand extreme rto only support in shared storage mode.\nEither turn on ss_enable_dms, or turn off ss_enable_ondemand_recovery.',
        range: recovery.valueRange,
        fixes: () => [set(input, 'ss_enable_ondemand_recovery', 'off')],
      };
    } else if (
      numberOf(input, 'recovery_parse_workers') <= 1 &&
      since(input.catalogue.version, '5.1.0')
    ) {
      yield {
        message:
          'extreme rto param should be set in ondemand extreme rto mode.\nEither turn off ss_enable_ondemand_recovery, or set extreme rto param.',
        range: recovery.valueRange,
        fixes: () => [
          set(input, 'recovery_parse_workers', '2'),
          set(input, 'ss_enable_ondemand_recovery', 'off'),
        ],
      };
    }
  }
  const build = setting(input, 'ss_enable_ondemand_realtime_build');
  if (build?.value === true && !isOn(input, 'ss_enable_ondemand_recovery')) {
    yield {
      message:
        'ondemand realtime build only support in ondemand recovery mode.\nEither turn on ss_enable_ondemand_recovery, or turn off ss_enable_ondemand_realtime_build.',
      range: build.valueRange,
      fixes: () => [set(input, 'ss_enable_ondemand_realtime_build', 'off')],
    };
  }
});

/** DMS reads the entries when it starts (ss_init.cpp), whatever the reader made of them. */
const interconnect = startRule('interconnect-url', function* (input) {
  const url = setting(input, 'ss_interconnect_url');
  const text = textOf(input, 'ss_interconnect_url');
  if (url === undefined || text === undefined || !isOn(input, 'ss_enable_dms')) {
    return;
  }
  const entries = splitIdentifiers(text) ?? [];
  const bad = entries.find((entry) => {
    const [, id, octets, port] = /^(\d+):(\d{1,3}(?:\.\d{1,3}){3}):(\d{1,5})$/.exec(entry) ?? [];
    const address = octets?.split('.').every((octet) => Number(octet) <= 255) === true;
    return id === undefined || !address || Number(port) < 1 || Number(port) > 65535;
  });
  if (entries.length === 0 || bad !== undefined) {
    yield {
      message: `invalid ip:port syntax ${bad ?? text}\n${t('Expected id:ip:port entries with commas between, IPv4 only.')}`,
      range: url.valueRange,
    };
    return;
  }
  const long = entries.find((entry) => /^\d\d/.test(entry));
  if (long !== undefined) {
    yield {
      severity: 'warning',
      message: t(
        'The server reads only the first digit of an instance id, so {0} goes wrong.',
        long,
      ),
      range: url.valueRange,
    };
  }
});

/** ParseReplConnInfo copies the local host into 63 bytes without a check and aborts; missing ends run past the string. */
const channelAborts = startRule('replconninfo-host-length', function* (input) {
  for (const name of [...crossNames, ...replNames]) {
    const { value, valueRange } = setting(input, name) ?? {};
    if (typeof value !== 'string' || valueRange === undefined) {
      continue;
    }
    const host = /localhost[ =]*([^ ]*?)(?: |localport|$)/.exec(value)?.[1] ?? '';
    if (host.length > 62) {
      yield {
        message: t('A localhost of more than 62 characters makes the server abort.'),
        range: valueRange,
      };
    }
  }
});

const included: Rule = {
  code: 'include-and-build',
  stage: 'tool',
  severity: 'warning',
  *check({ document, reading }): Iterable<Report> {
    for (const line of reading.includes) {
      yield {
        message: t(
          'gs_ctl build refuses a postgresql.conf with an include, and gs_ctl and gs_guc never look into the included file.',
        ),
        range: lineRange(document, line),
      };
    }
  },
};

export const startRules: readonly Rule[] = [
  sizeMultiple,
  emptyPath,
  dssWithDms,
  temporaryTablespaces,
  portRange,
  connections,
  walLevel,
  onDemand,
  interconnect,
  channelAborts,
  included,
];
