import type { LabVersion } from '../host.ts';

/** The version as the programs of that release name it. */
export function releaseName(version: LabVersion): string {
  return version === '5.0.0' ? '5.0.0' : '7.0.0-RC1';
}

/** What `select version()` and `gaussdb -V` tell. */
export function versionText(version: LabVersion): string {
  const build = version === '5.0.0' ? 'a07d57c3' : '10d38387';
  return `(openGauss ${releaseName(version)} build ${build}) compiled at 2026-11-22 07:36:05 commit 0 last mr  release`;
}
