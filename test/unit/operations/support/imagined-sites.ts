import assert from 'node:assert/strict';

import { Failure } from '../../../../src/base/errors.ts';
import type { Shell } from '../../../../src/hosts/shell.ts';
import type { Layout } from '../../../../src/operations/recipes/layout.ts';
import type { RoleHistory, StepContext } from '../../../../src/operations/types.ts';
import type { ServerVersion } from '../../../../src/topology/types.ts';

/** What a cluster's machine holds and answers. Nothing given: bare, nothing runs. */
export interface Site {
  /** postgresql.conf of all nodes. */
  readonly conf?: string;
  /** dss_inst.ini of all nodes. */
  readonly inst?: string;
  /** pg_controldata, while DSS is up. */
  readonly control?: { readonly id: string; readonly mode: 'primary' | 'standby' };
  /** The role with which the first node answers. */
  readonly role?: 'Primary' | 'Main Standby';
}

export const dorado = "ss_disaster_mode = 'dorado'\n";

/** A step's context on machines that answer as they are imagined; nothing can be changed there. */
export function contextOf(
  layout: Layout,
  sites: Readonly<Record<string, Site>>,
  history: RoleHistory = {},
): StepContext {
  const siteOf = (text: string): Site =>
    sites[text.includes('ss_hatest1/') ? 'recovery' : 'production'] ?? {};
  const answer = (stdout: string, code = 0): { code: number; stdout: string; stderr: string } => ({
    code,
    stdout,
    stderr: '',
  });
  const shell: Pick<Shell, 'host' | 'run' | 'readFile'> = {
    host: 'local',
    run: (command) => {
      const site = siteOf(command);
      const first = /dn0(?!\d)/.test(command);
      if (command.includes('pg_controldata')) {
        return Promise.resolve(
          site.control === undefined
            ? answer('', 2)
            : answer(
                `pg_control data (pageid: 0)\npg_control version number: 923\nDatabase system identifier: ${site.control.id}\nreformer data (last page id 64)\nCluster run mode: ${site.control.mode} cluster\n`,
              ),
        );
      }
      if (command.includes('gs_ctl query')) {
        return Promise.resolve(
          answer(
            ` HA state:           \n\tlocal_role                     : ${first ? (site.role ?? '') : 'Standby'}\n\tstatic_connections             : 2\n\tdb_state                       : Normal\n\tdetail_information             : Normal\n\n Senders info:       \nNo information \n Receiver info:      \nNo information \n`,
          ),
        );
      }
      if (command.includes('postmaster.pid')) {
        return Promise.resolve(answer('', site.role === undefined ? 1 : 0));
      }
      throw new Error(`not expected: ${command}`);
    },
    readFile: (path) => {
      const site = siteOf(path);
      const text = path.endsWith('postgresql.conf') ? site.conf : site.inst;
      return text === undefined
        ? Promise.reject(new Failure('file-not-found', path))
        : Promise.resolve({
            content: new TextEncoder().encode(text),
            version: { size: text.length, mtime: 0, hash: '' },
          });
    },
  };
  const refuse = (): Promise<never> => Promise.reject(new Error('nothing may be changed'));
  return {
    topology: layout.topology,
    signal: new AbortController().signal,
    cancel: new AbortController().signal,
    shell: () => Promise.resolve(shell as Shell),
    output: () => undefined,
    secret: refuse,
    recordCreated: refuse,
    recordRemoved: refuse,
    created: () => Promise.resolve(undefined),
    createdItems: () => Promise.resolve([]),
    roleHistory: () => Promise.resolve(history),
  };
}

/** What is to be done or refused where the clusters are so. */
export interface Case {
  readonly what: string;
  readonly version: ServerVersion;
  readonly production?: Site;
  readonly recovery?: Site;
  readonly history?: RoleHistory;
  /** undefined: it may be done. */
  readonly refused: RegExp | undefined;
}

export function sitesOf({ production = {}, recovery = {} }: Case): Readonly<Record<string, Site>> {
  return { production, recovery };
}

export const asPrimary = (id: string): Site => ({
  conf: dorado,
  inst: 'CLUSTER_RUN_MODE = cluster_primary\n',
  control: { id, mode: 'primary' },
});
export const asStandby = (id: string): Site => ({
  conf: dorado,
  inst: 'CLUSTER_RUN_MODE = cluster_standby\n',
  control: { id, mode: 'standby' },
});

/** Passes when the work is refused in such words and with a remedy, or not at all where nothing is expected. */
export async function refusalOf(
  work: Promise<Failure | undefined>,
  expected: RegExp | undefined,
): Promise<void> {
  const failure = await work;
  if (expected === undefined) {
    assert.equal(failure?.message, undefined);
  } else {
    assert.match(failure?.message ?? 'nothing was refused', expected);
    assert.notEqual(failure?.remedy ?? '', '');
  }
}
