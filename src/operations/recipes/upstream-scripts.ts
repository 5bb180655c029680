import { t } from '../../base/l10n.ts';
import { refused } from '../errors.ts';
import type { Layout } from './layout.ts';

/** A copy of one of openGauss's test scripts with what had to be changed. */
export interface AdaptedScript {
  readonly text: string;
  /** What was changed and why, for people. */
  readonly changes: readonly string[];
}

interface Change {
  readonly pattern: RegExp;
  readonly replacement: string;
  readonly why: () => string;
  /** The script is another than we know when the pattern is not in it. */
  readonly needed?: boolean;
}

function adapt(name: string, text: string, changes: readonly Change[]): AdaptedScript {
  let result = text;
  const made: string[] = [];
  for (const change of changes) {
    const before = result;
    result = result.replace(change.pattern, (...groups: readonly string[]) =>
      change.replacement.replace(/\$(\d)/g, (_whole, index: string) => groups[Number(index)] ?? ''),
    );
    if (result !== before) {
      made.push(change.why());
    } else if (change.needed === true && !change.pattern.test(before)) {
      throw refused(
        t('{0} does not look like the script that is known: {1}', name, change.why()),
        t('Use “Deploy” and “Set up disaster recovery”, which do the same in checked steps.'),
      );
    }
  }
  return { text: result, changes: made };
}

function ports(layout: Layout, which: 'primary' | 'standby'): string {
  return layout[which].nodes.map((node) => node.port).join(' ');
}

function portChanges(layout: Layout): Change[] {
  const why = (): string => t('the ports of the topology');
  return [
    {
      pattern: /^PGPORT=\([^)]*\)/m,
      replacement: `PGPORT=(${ports(layout, 'primary')})`,
      why,
      needed: true,
    },
    {
      pattern: /^STANDBY_PGPORT=\([^)]*\)/m,
      replacement: `STANDBY_PGPORT=(${ports(layout, 'standby')})`,
      why,
    },
    {
      pattern: /^nodedata_cfg="[^"]*"/m,
      replacement: `nodedata_cfg="${layout.primary.dmsUrl}"`,
      why,
    },
    {
      pattern: /^standby_nodedata_cfg="[^"]*"/m,
      replacement: `standby_nodedata_cfg="${layout.standby.dmsUrl}"`,
      why,
    },
  ];
}

/** `ha_test.sh`: ports of the topology; the test cases that kill and switch nodes are not called. */
export function adaptHaTest(text: string, layout: Layout): AdaptedScript {
  if (!text.includes('dual_cluster')) {
    throw refused(
      t('This ha_test.sh does not know dual_cluster.'),
      t('Take the sources of openGauss 5.0.0 or later.'),
    );
  }
  return adapt('ha_test.sh', text, [
    ...portChanges(layout),
    {
      // By content: the number of lines at the end differs between versions.
      pattern: /^[ \t]*testcase[ \t]*$/m,
      replacement: '# testcase',
      why: () => t('the test cases at the end, which kill, restart and switch nodes, are not run'),
    },
  ]);
}

/** `conf_start_dss_inst.sh`: port of DSS, instance ids that cannot be negative, a test that works without an argument. */
export function adaptDssScript(text: string, layout: Layout): AdaptedScript {
  return adapt('conf_start_dss_inst.sh', text, [
    {
      pattern: /^DSS_PORT_BASE=\d+/m,
      replacement: `DSS_PORT_BASE=${layout.primary.first.dssPort}`,
      why: () => t('the DSS port of the topology'),
      needed: true,
    },
    {
      pattern: /^INST_OFFSET=.*$/m,
      replacement: 'INST_OFFSET=`expr $UID % 60 + 2`',
      why: () => t('INST_ID of the standby cluster becomes negative for some users'),
    },
    {
      pattern: /\[ \$\{cluster_mode\} ==/g,
      replacement: '[ "${cluster_mode}" ==',
      why: () => t('the comparison fails when no mode is given'),
    },
  ]);
}

/** `common_function.sh` of the disaster recovery scripts, with its known mistakes corrected. */
export function adaptCommonFunctions(text: string, layout: Layout): AdaptedScript {
  const changed = adapt('common_function.sh', text, [
    ...portChanges(layout),
    {
      pattern: /(function kill_dn\(\)\s*\{)[\s\S]*?\n\}/,
      replacement:
        '$1\n    data_dir=@1@\n    if gs_ctl status -D "$data_dir" > /dev/null; then gs_ctl stop -D "$data_dir" -m fast || exit 1; fi\n}',
      why: () =>
        t(
          'a node is stopped by gs_ctl; the script kills every process whose command line names the folder',
        ),
      needed: true,
    },
    {
      pattern: /nohup (\S+\/gaussdb -D \$data_dir(?: -z \S+)?)[^\n]*/g,
      replacement: 'nohup $1 >> "$data_dir.log" 2>&1 < /dev/null &',
      why: () =>
        t('the output of gaussdb goes to a file; the redirection of the script has no effect'),
    },
    {
      pattern: /echo"/g,
      replacement: 'echo "',
      why: () => t('a blank is missing after echo'),
    },
    {
      pattern:
        /(function start_standby_cluster\(\)\s*\{[\s\S]*?)start_dn \$main_standby_dn\s*\n\s*start_dn \$standby_dn/,
      replacement:
        '$1export DSS_HOME=@3@/dss_home0\n  start_dn $main_standby_dn\n  export DSS_HOME=@3@/dss_home1\n  start_dn $standby_dn',
      why: () => t('each node of the standby cluster gets its own DSS_HOME'),
    },
    {
      pattern:
        /(function assign_dorado_master_parameter\(\)[\s\S]*?)\$\{SS_DATA_STANDBY\}(\/dn\$\{id\} -c "xlog_file_path)/,
      replacement: '$1${SS_DATA}$2',
      why: () => t('xlog_file_path of the primary cluster was written into the standby cluster'),
    },
  ]);
  // The script's own arguments, kept apart from the groups of the patterns until here.
  return {
    ...changed,
    text: changed.text.replaceAll('@1@', '$1').replaceAll('@3@', '$3'),
  };
}

/** `standby_full_build_reconnect.sh`, with its known mistakes corrected. */
export function adaptBuildScript(text: string, layout: Layout): AdaptedScript {
  return adapt('standby_full_build_reconnect.sh', text, [
    {
      pattern: /^source \.\/common_function\.sh/m,
      replacement: '. "${CURPATH}/common_function.sh"',
      why: () => t('it can be called from any folder'),
      needed: true,
    },
    {
      pattern: / -g 0(?= )/g,
      replacement: '',
      why: () => t('gs_ctl has no option -g and would end at once'),
    },
    {
      pattern: /^([ \t]*gs_ctl build .*-q)[ \t]*$/m,
      replacement: '$1 || exit 1',
      why: () => t('a build that failed was reported as success'),
      needed: true,
    },
    ...[layout.primary, layout.standby].map((cluster, index): Change => ({
      pattern:
        index === 0
          ? /CM_CONFIG_PATH=\$\{CURPATH\}\/\.\.\/cm_config\.ini/
          : /CM_CONFIG_PATH=\$\{CURPATH\}\/\.\.\/cm_config_standby\.ini/,
      replacement: `CM_CONFIG_PATH=${cluster.cmConfig ?? ''}`,
      why: () => t('the files of the cluster manager simulation that the topology names'),
    })),
  ]);
}
