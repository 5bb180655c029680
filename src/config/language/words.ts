import { formatBytes } from '../../base/bytes.ts';
import { t } from '../../base/l10n.ts';
import type { Parameter, ParameterContext } from '../catalogue.ts';
import { type Value, inSmallestUnit } from '../values.ts';

/** Parameters that count bytes although they have no unit. */
const byteParameters = new Set(['xlog_file_size', 'uwal_disk_size', 'cn_send_buffer_size']);

const times = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

/** A time for people: the largest unit in which it is a whole number. */
function formatTime(milliseconds: number): string {
  const [unit, size] = times.find(
    ([, each]) => milliseconds !== 0 && milliseconds % each === 0,
  ) ?? ['ms', 1];
  return `${milliseconds / size} ${unit}`;
}

/** A number of a parameter in units for people, `64 GiB` or `10 min`; undefined when it has no unit. */
export function humanValue(
  parameter: Parameter,
  value: Value | null | undefined,
): string | undefined {
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    return undefined;
  }
  if (byteParameters.has(parameter.name)) {
    return formatBytes(value);
  }
  // Negative values and some zeros mean something else than an amount.
  if (parameter.unit === undefined || value <= 0) {
    return undefined;
  }
  const { kind, amount } = inSmallestUnit(Number(value), parameter.unit);
  return kind === 'memory' ? formatBytes(amount) : formatTime(amount);
}

/** A value as it would be written. */
export function writtenValue(value: Value | null | undefined): string {
  return typeof value === 'boolean'
    ? value
      ? 'on'
      : 'off'
    : value === null || value === undefined
      ? ''
      : String(value);
}

/** When a changed value takes effect. */
export function takesEffect(context: ParameterContext): string {
  switch (context) {
    case 'internal':
      return t('never: it cannot be changed');
    case 'postmaster':
      return t('after a restart');
    case 'sighup':
      return t('after a reload');
    case 'backend':
      return t('after a reload, in new sessions');
    case 'superuser':
      return t('after a reload; administrators can set it in a session');
    case 'user':
      return t('after a reload; everybody can set it in a session');
  }
}

/** A default with its size for people. */
export function defaultText(parameter: Parameter): string {
  const written = writtenValue(parameter.default);
  const human = humanValue(parameter, parameter.default);
  const text = parameter.default === null ? t('unset') : written === '' ? "''" : written;
  return human === undefined
    ? text
    : `${text}${parameter.unit === undefined ? '' : ` × ${parameter.unit}`} (${human})`;
}

/** The range of a number in words. */
export function rangeText(parameter: Parameter): string | undefined {
  if (parameter.min === undefined || parameter.max === undefined) {
    return undefined;
  }
  const human = humanValue(parameter, parameter.max);
  return `${parameter.min} … ${parameter.max}${human === undefined ? '' : ` (${humanValue(parameter, parameter.min) ?? parameter.min} … ${human})`}`;
}

/** The dual cluster's own parameters: they come first and stand out. */
export function isDualClusterName(name: string): boolean {
  return (
    /^(cross_cluster_)?replconninfo\d$|^xlog_(file|lock_file)_|^ss_|cluster_run_mode$/.test(name) ||
    ['application_name', 'port', 'listen_addresses', 'ha_module_debug', 'enable_segment'].includes(
      name,
    )
  );
}
