const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

/** A number of bytes for people, in binary units with at most three digits: `0 B`, `1.50 KiB`, `64 GiB`. */
export function formatBytes(bytes: bigint | number): string {
  const count = Number(bytes);
  const sign = count < 0 ? '-' : '';
  let rest = Math.abs(count);
  let unit = 0;
  while (rest >= 1024 && unit < units.length - 1) {
    rest /= 1024;
    unit += 1;
  }
  // 1023.6 KiB would print as 1024 KiB.
  if (rest >= 999.5 && Math.round(rest) >= 1024 && unit < units.length - 1) {
    rest /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || Number.isInteger(rest) || rest >= 100 ? 0 : rest >= 10 ? 1 : 2;
  return `${sign}${rest.toFixed(digits)} ${units[unit] ?? 'B'}`;
}
