import type { ServerVersion } from '../../topology/types.ts';
import { t } from '../../base/l10n.ts';

/** What to use instead of a parameter that a version does not have. */
export interface Replacement {
  /** The parameter that took its place, where one did. */
  readonly name?: string;
  /** The value to write, when the old one cannot be kept. */
  readonly value?: string;
  /** What to do, in the user's language. */
  readonly hint: string;
}

const before510: ReadonlySet<ServerVersion> = new Set<ServerVersion>(['5.0.0']);
const before600: ReadonlySet<ServerVersion> = new Set<ServerVersion>(['5.0.0', '5.1.0']);
const before700: ReadonlySet<ServerVersion> = new Set<ServerVersion>(['5.0.0', '5.1.0', '6.0.0']);

/** How dorado or stream mode is switched on in a version. */
function disasterMode(mode: 'dorado' | 'stream', version: ServerVersion): Replacement {
  if (before510.has(version)) {
    return { hint: t('openGauss 5.0.0 uses xlog_file_path and cluster_run_mode instead.') };
  }
  if (before700.has(version)) {
    return mode === 'stream' && before600.has(version)
      ? { hint: t('Streaming between pooled clusters needs openGauss 6.0.0 or later.') }
      : {
          name: mode === 'dorado' ? 'ss_enable_dorado' : 'ss_stream_cluster',
          value: 'on',
          hint: t(
            'Use {0} = on, and start gaussdb with -z cluster_primary or -z cluster_standby.',
            mode === 'dorado' ? 'ss_enable_dorado' : 'ss_stream_cluster',
          ),
        };
  }
  return {
    name: 'ss_disaster_mode',
    value: mode,
    hint: t(
      'Use ss_disaster_mode = {0}, and start gaussdb with -z cluster_primary or -z cluster_standby.',
      mode,
    ),
  };
}

/** What takes the place of a name (in lower case) in a version; undefined when nothing is known. */
export function replacementOf(name: string, version: ServerVersion): Replacement | undefined {
  switch (name) {
    case 'cluster_run_mode':
    case 'ss_enable_dorado':
      return disasterMode('dorado', version);
    case 'ss_stream_cluster':
      return disasterMode('stream', version);
    case 'ss_disaster_mode':
      return disasterMode('dorado', version);
    case 'ss_dss_vg_name':
      return {
        name: 'ss_dss_data_vg_name',
        hint: t('It is called {0} now.', 'ss_dss_data_vg_name'),
      };
    case 'ss_dss_data_vg_name':
      return { name: 'ss_dss_vg_name', hint: t('It was called {0} then.', 'ss_dss_vg_name') };
    case 'enable_remote_excute':
      return {
        name: 'enable_remote_execute',
        hint: t('It is called {0} now.', 'enable_remote_execute'),
      };
    case 'enable_remote_execute':
      return {
        name: 'enable_remote_excute',
        hint: t('It was called {0} then.', 'enable_remote_excute'),
      };
    case 'ss_enable_reform':
      return { hint: t('Reform is always on in this version. Remove the line.') };
    default:
      return undefined;
  }
}
