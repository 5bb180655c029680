import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { roleHistory, type JournalRecord } from '../../../src/operations/journal.ts';
import { layoutOf, type ClusterLayout } from '../../../src/operations/recipes/layout.ts';
import { conflictOf, outdatedRole, wrongMode } from '../../../src/operations/steps/mode-guards.ts';
import {
  asPrimary,
  asStandby,
  contextOf,
  dorado,
  refusalOf,
  sitesOf,
  type Case,
  type Site,
} from './support/imagined-sites.ts';
import { seedTopology } from './support/seed-topology.ts';

describe('a cluster is only started as what it is', () => {
  const cases: readonly (Case & { readonly start: 'primary' | 'standby' })[] = [
    {
      what: 'nothing tells what it is',
      version: '6.0.0',
      start: 'standby',
      recovery: { conf: 'ss_enable_dorado = on\n' },
      refused: /Whether recovery is the primary or the standby cluster is not known/,
    },
    {
      what: 'pg_control tells, although no file does',
      version: '6.0.0',
      start: 'standby',
      recovery: { conf: 'ss_enable_dorado = on\n', control: { id: '1', mode: 'standby' } },
      refused: undefined,
    },
    {
      what: 'DSS and pg_control contradict each other',
      version: 'master',
      start: 'standby',
      recovery: { ...asStandby('1'), inst: 'CLUSTER_RUN_MODE = cluster_primary\n' },
      refused: /contradictory what recovery is.*cluster_primary.*standby cluster/s,
    },
    {
      what: 'the standby cluster of the topology has become a primary one',
      version: 'master',
      start: 'standby',
      recovery: asPrimary('1'),
      refused: /recovery is not started as the standby cluster: it is the primary cluster/,
    },
    {
      what: 'a primary cluster beside a standby one that is down',
      version: 'master',
      start: 'primary',
      production: asPrimary('1'),
      recovery: asStandby('1'),
      refused: undefined,
    },
    {
      what: 'both were primary clusters at last',
      version: 'master',
      start: 'primary',
      production: asPrimary('1'),
      recovery: asPrimary('1'),
      refused: /production and recovery both were primary clusters at last/,
    },
    {
      what: 'both were, and the journal knows that the other one was promoted',
      version: 'master',
      start: 'primary',
      production: asPrimary('1'),
      recovery: asPrimary('1'),
      history: { promoted: 'recovery' },
      refused: /recovery was made the primary cluster by the last role change/,
    },
    {
      what: 'both were, and the journal knows that this one was promoted',
      version: 'master',
      start: 'primary',
      production: asPrimary('1'),
      recovery: asPrimary('1'),
      history: { promoted: 'production' },
      refused: undefined,
    },
    {
      what: 'the other one was promoted and its machines do not answer',
      version: 'master',
      start: 'primary',
      production: asPrimary('1'),
      history: { promoted: 'recovery' },
      refused: /recovery was made the primary cluster by the last role change/,
    },
    {
      what: 'the other one is another database',
      version: 'master',
      start: 'primary',
      production: asPrimary('1'),
      recovery: asPrimary('2'),
      refused: undefined,
    },
    {
      what: 'the other one leads as Primary',
      version: 'master',
      start: 'primary',
      production: asPrimary('1'),
      recovery: { ...asPrimary('1'), role: 'Primary' },
      refused: /recovery\/dn0 is the Primary now/,
    },
    {
      what: 'postgresql.conf says so, up to 5.0.0',
      version: '5.0.0',
      start: 'primary',
      production: { conf: "cluster_run_mode = 'cluster_standby'\n" },
      refused: /production is not started as the primary cluster: it is the standby cluster/,
    },
    {
      what: 'disaster recovery was never set up',
      version: '5.0.0',
      start: 'standby',
      recovery: { conf: 'port = 1\n' },
      refused: /recovery is not started as the standby cluster: it is a cluster of its own/,
    },
  ];
  for (const one of cases) {
    it(`${one.what} (${one.version})`, async () => {
      const layout = layoutOf(seedTopology(one.version), undefined);
      const cluster: ClusterLayout = one.start === 'primary' ? layout.primary : layout.standby;
      await refusalOf(
        wrongMode(contextOf(layout, sitesOf(one), one.history), layout, cluster),
        one.refused,
      );
    });
  }
});

describe('a deployment', () => {
  const cases: readonly Case[] = [
    { what: 'begins on bare machines', version: 'master', refused: undefined },
    {
      what: 'goes on before the build, when both call themselves primary clusters',
      version: 'master',
      production: asPrimary('1'),
      recovery: asPrimary('2'),
      refused: undefined,
    },
    {
      what: 'goes on with two clusters of their own that run',
      version: '5.0.0',
      production: { conf: 'port = 1\n', role: 'Primary' },
      recovery: { conf: 'port = 2\n', role: 'Primary' },
      refused: undefined,
    },
    {
      what: 'goes on after the build, whatever pg_control says of the copy',
      version: 'master',
      production: { ...asPrimary('1'), role: 'Primary' },
      recovery: asPrimary('1'),
      history: { built: 'recovery' },
      refused: undefined,
    },
    {
      what: 'goes on when the standby cluster is half configured',
      version: 'master',
      production: { ...asPrimary('1'), role: 'Primary' },
      recovery: { ...asStandby('1'), inst: 'CLUSTER_RUN_MODE = cluster_primary\n' },
      refused: undefined,
    },
    {
      what: 'goes on when the standby cluster is configured and still runs on its own',
      version: '5.0.0',
      production: {
        conf: "cluster_run_mode = 'cluster_primary'\n",
        control: { id: '1', mode: 'primary' },
      },
      recovery: {
        conf: "cluster_run_mode = 'cluster_standby'\n",
        control: { id: '2', mode: 'primary' },
        role: 'Primary',
      },
      refused: undefined,
    },
    {
      what: 'is refused when the copy runs as a primary cluster against its files',
      version: '5.0.0',
      production: {
        conf: "cluster_run_mode = 'cluster_primary'\n",
        control: { id: '1', mode: 'primary' },
      },
      recovery: {
        conf: "cluster_run_mode = 'cluster_standby'\n",
        control: { id: '1', mode: 'primary' },
        role: 'Primary',
      },
      refused: /recovery is the primary cluster now/,
    },
    {
      what: 'is refused after a switchover',
      version: 'master',
      production: { ...asStandby('1'), role: 'Main Standby' },
      recovery: { ...asPrimary('1'), role: 'Primary' },
      refused:
        /production is the standby cluster now, and the topology calls it the primary cluster/,
    },
    {
      what: 'is refused after a failover, with everything down',
      version: 'master',
      production: asPrimary('1'),
      recovery: asPrimary('1'),
      refused: /recovery is the primary cluster now, and the topology calls it the standby cluster/,
    },
    {
      what: 'is refused after a failover when the lost site is bare again',
      version: 'master',
      recovery: { ...asPrimary('1'), role: 'Primary' },
      refused: /recovery is the primary cluster now/,
    },
    {
      what: 'is refused after a failover that the journal knows, with DSS down',
      version: 'master',
      production: { conf: dorado, inst: 'CLUSTER_RUN_MODE = cluster_primary\n' },
      recovery: { conf: dorado, inst: 'CLUSTER_RUN_MODE = cluster_primary\n' },
      history: { promoted: 'recovery' },
      refused: /recovery is the primary cluster now/,
    },
    {
      what: 'is refused after a failover',
      version: '5.0.0',
      recovery: { conf: "cluster_run_mode = 'cluster_primary'\n" },
      refused: /recovery is the primary cluster now/,
    },
    {
      what: 'is refused in the middle of a role change',
      version: 'master',
      production: { ...asPrimary('1'), inst: 'CLUSTER_RUN_MODE = cluster_standby\n' },
      recovery: { ...asStandby('1'), role: 'Main Standby' },
      refused: /contradictory what production is/,
    },
  ];
  for (const one of cases) {
    it(`${one.what} (${one.version})`, async () => {
      const layout = layoutOf(seedTopology(one.version), undefined);
      await refusalOf(
        conflictOf(contextOf(layout, sitesOf(one), one.history), layout, 'related'),
        one.refused,
      );
    });
  }

  it('of two clusters of their own is refused where they replicate', async () => {
    const layout = layoutOf(seedTopology('master'), undefined);
    const context = contextOf(layout, { production: {}, recovery: asStandby('1') });
    await refusalOf(
      conflictOf(context, layout, 'independent'),
      /recovery is set up for disaster recovery already/,
    );
  });
});

describe('the standby cluster of a plan', () => {
  const layout = layoutOf(seedTopology('master'), undefined);
  const primary: Site = { ...asPrimary('1'), role: 'Primary' };
  it('is not stopped when roles were exchanged since', async () => {
    const production: Site = { ...asStandby('1'), role: 'Main Standby' };
    await refusalOf(
      outdatedRole(contextOf(layout, { production, recovery: primary }), layout, layout.standby),
      /recovery is the primary cluster now/,
    );
  });
  it('is stopped when there are two primary clusters', async () => {
    await refusalOf(
      outdatedRole(
        contextOf(layout, { production: primary, recovery: primary }),
        layout,
        layout.standby,
      ),
      undefined,
    );
  });
});

describe('what the journal knows of roles', () => {
  const scope = '0123456789ab';
  function records(
    ...steps: readonly (readonly [recipe: string, step: string])[]
  ): JournalRecord[] {
    return steps.flatMap(([recipe, step], index): JournalRecord[] => {
      const base = { time: `2026-01-01T00:00:0${index}.000Z`, run: String(index) };
      return [
        {
          ...base,
          type: 'run-start',
          plan: recipe,
          scope,
          recipe: recipe as 'deploy',
          title: '',
          user: '',
          machine: '',
          pid: 1,
        },
        { ...base, type: 'step-end', step, outcome: 'done' },
      ];
    });
  }
  it('is the last role change, until the clusters replicate or are torn down', () => {
    const built = ['deploy', 'build.recovery'] as const;
    const promoted = ['failover', 'promote.recovery'] as const;
    const both = ['deploy', 'replication'] as const;
    assert.deepEqual(roleHistory(records(built), scope), { built: 'recovery' });
    assert.deepEqual(roleHistory(records(built, both), scope), {});
    assert.deepEqual(roleHistory(records(built, both, promoted), scope), { promoted: 'recovery' });
    assert.deepEqual(roleHistory(records(promoted, ['tear-down', 'remove.local']), scope), {});
    assert.deepEqual(roleHistory(records(promoted), 'another'), {});
  });
});
