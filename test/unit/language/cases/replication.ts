import type { Case } from './case.ts';
import { conf, legacy, p0, p1, r0, r1, twoSites } from './case.ts';

/** Replication channels between the clusters, and the names of the nodes. */
export const replicationCases: readonly Case[] = [
  {
    name: 'localport that is another node’s',
    shape: legacy,
    changes: [[p0, conf, 'localport=6600', 'localport=6700']],
    found: [`${p0} postgresql-conf replconninfo-local-port`],
    mends: true,
  },
  {
    name: 'localport that is nobody’s',
    shape: legacy,
    changes: [[p0, conf, 'localport=6600', 'localport=6650']],
    found: [`${p0} postgresql-conf replconninfo-local-port`],
    mends: true,
  },
  {
    name: 'the HA port as localport',
    shape: legacy,
    changes: [[p0, conf, 'localport=6600', 'localport=6601']],
    found: [],
  },
  {
    name: 'localhost that is the other site’s',
    shape: twoSites,
    changes: [[p0, conf, 'localhost=10.0.0.1', 'localhost=10.0.1.1']],
    found: [`${p0} postgresql-conf replconninfo-local-host`],
    mends: true,
  },
  {
    name: 'localhost that nobody knows',
    shape: twoSites,
    changes: [[p0, conf, 'localhost=10.0.0.1', 'localhost=10.9.0.1']],
    found: [`${p0} postgresql-conf replconninfo-local-host`],
    mends: true,
  },
  {
    name: 'localhost that the node listens on',
    shape: twoSites,
    changes: [
      [p0, conf, 'localhost=10.0.0.1', 'localhost=10.9.0.1'],
      [p0, conf, "'*'", "'127.0.0.1, 10.9.0.1'"],
    ],
    found: [],
  },
  {
    name: 'the loopback as localhost between two sites',
    shape: twoSites,
    changes: [[p0, conf, 'localhost=10.0.0.1', 'localhost=127.0.0.1']],
    found: [`${p0} postgresql-conf replconninfo-local-host`],
    mends: true,
  },
  {
    name: 'a remote end where nobody listens',
    shape: legacy,
    changes: [[p0, conf, 'remoteport=9700', 'remoteport=9750']],
    found: [`${p0} postgresql-conf replconninfo-remote-unknown`],
    mends: true,
  },
  {
    name: 'the HA port as remoteport',
    shape: legacy,
    changes: [[p0, conf, 'remoteport=9700', 'remoteport=9701']],
    found: [],
  },
  {
    name: 'an entry that leads into the own cluster',
    shape: legacy,
    changes: [[p0, conf, 'remoteport=9700', 'remoteport=6700']],
    found: [`${p0} postgresql-conf replconninfo-own-cluster`],
    mends: true,
  },
  {
    name: 'an entry that leads to the node itself',
    shape: twoSites,
    changes: [
      [p0, conf, 'remotehost=10.0.1.1 remoteport=9700', 'remotehost=10.0.0.1 remoteport=6600'],
    ],
    found: [`${p0} postgresql-conf replconninfo-own-cluster`],
    mends: true,
  },
  {
    name: 'two entries to the same node',
    shape: legacy,
    changes: [[p0, conf, 'remoteport=9700', 'remoteport=9600']],
    found: [
      `${p0} postgresql-conf replconninfo-duplicate-remote`,
      `${p0} postgresql-conf replconninfo-missing`,
    ],
  },
  {
    name: 'a missing entry',
    shape: legacy,
    changes: [[r1, conf, /cross_cluster_replconninfo2.*\n/, '']],
    found: [`${r1} postgresql-conf replconninfo-missing`],
    mends: true,
  },
  {
    name: 'a node without any entry',
    shape: twoSites,
    changes: [[p1, conf, /cross_cluster_replconninfo1.*\ncross_cluster_replconninfo2.*\n/, '']],
    // The address of the other site is not in a replconninfo any more, so pg_hba.conf is asked.
    found: [`${p1} postgresql-conf replconninfo-missing`, `${p1} pg-hba hba-peer-missing`],
  },
  {
    name: 'an application_name twice',
    shape: legacy,
    changes: [[r0, conf, 'dn_standby_0', 'dn_primary_1']],
    found: [`${r0} postgresql-conf application-name-duplicate`],
    mends: true,
  },
];
