import type { NodeSpec, ServerVersion, Topology } from '../../topology/types.ts';

/** The files that configure a node, beside `opengauss.yaml`. */
export type FileKind = 'postgresql-conf' | 'pg-hba' | 'dss-inst' | 'dss-vg-conf' | 'cm-config';

/** All but `postgresql.conf`, which has a room of its own. */
export type SmallFileKind = Exclude<FileKind, 'postgresql-conf'>;

const names: readonly (readonly [RegExp, FileKind])[] = [
  // Copies such as postgresql.conf.bak, dn0-postgresql.conf or postgresql.base.conf are read as the file they are a copy of.
  [/postgresql([.-][\w-]+)*\.conf(\.\w+)?$/i, 'postgresql-conf'],
  [/pg_hba([.-][\w-]+)*\.conf(\.\w+)?$/i, 'pg-hba'],
  [/dss_inst([.-][\w-]+)*\.ini(\.\w+|_bak)?$/i, 'dss-inst'],
  [/dss_vg_conf([.-][\w-]+)*\.ini(\.\w+|_bak)?$/i, 'dss-vg-conf'],
  [/cm_config[\w.-]*\.ini(\.\w+|_bak)?$/i, 'cm-config'],
];

/** Which configuration file a path or URI names, by its last part. */
export function fileKindOf(path: string): FileKind | undefined {
  const base = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return names.find(([pattern]) => pattern.test(base))?.[1];
}

/** What a rule may know beside the text. All of it is optional: less is found when less is known. */
export interface FileContext {
  readonly version?: ServerVersion;
  readonly topology?: Topology;
  readonly node?: NodeSpec;
}
