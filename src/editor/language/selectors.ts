import type { FileKind } from '../../config/files/kinds.ts';

/** Our language ids. They say openGauss, so that they never clash with those for PostgreSQL. */
export const languages: Readonly<Record<FileKind, string>> = {
  'postgresql-conf': 'opengauss-conf',
  'pg-hba': 'opengauss-hba',
  'dss-inst': 'opengauss-dss-inst',
  'dss-vg-conf': 'opengauss-dss-vg',
  'cm-config': 'opengauss-cm-config',
};

/** The language id that another extension gives every `postgresql.conf`. */
export const foreignConf = 'postgresql-conf';

/** Language ids of documents that may become ours: VS Code's own for texts of which it knows nothing better. */
export const neutral: ReadonlySet<string> = new Set([
  'plaintext',
  'properties',
  'ini',
  'log',
  'conf',
]);

export const confSelector = [{ language: languages['postgresql-conf'] }, { language: foreignConf }];
export const smallSelector = (['pg-hba', 'dss-inst', 'dss-vg-conf', 'cm-config'] as const).map(
  (kind) => ({
    language: languages[kind],
  }),
);
export const allSelector = [...confSelector, ...smallSelector];
