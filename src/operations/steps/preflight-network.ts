import { t } from '../../base/l10n.ts';
import { connectScript, parseConnectAnswers } from '../connectivity.ts';
import { dssStatus } from '../host/dss.ts';
import { nodeRuns } from '../host/node-query.ts';
import type { NodeLayout } from '../recipes/layout.ts';
import {
  ask,
  failed,
  nearest,
  nodesOn,
  ok,
  warning,
  type PreflightCheck,
} from './preflight-check.ts';

/** Every port that the processes of a node bind, with its use. */
export function portsOf(node: NodeLayout): readonly (readonly [number, string])[] {
  return [
    [node.port, t('{0} (port)', node.id)],
    [node.port + 1, t('{0} (HA port)', node.id)],
    [node.dmsPort, t('{0} (DMS)', node.id)],
    [node.dssPort, t('{0} (DSS)', node.id)],
  ];
}

export const ports: PreflightCheck = {
  id: 'ports',
  title: () => t('Ports are free'),
  ask: async (context, layout, host) => {
    const said = await ask(
      context,
      host,
      'cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk \'$4 == "0A" { n = split($2, a, ":"); print a[n] }\'; echo --; cat /proc/sys/net/ipv4/ip_local_port_range 2>/dev/null',
    );
    const [listening = '', range = ''] = said.split('--');
    const taken = new Set(
      listening
        .trim()
        .split('\n')
        .map((hex) => Number.parseInt(hex, 16)),
    );
    const [from = 0, to = 0] = range.trim().split(/\s+/).map(Number);
    const random: number[] = [];
    for (const node of nodesOn(layout, host)) {
      const mine = {
        server: await nodeRuns(context, node),
        dss: (await dssStatus(context, node)) !== undefined,
      };
      for (const [port, use] of portsOf(node)) {
        if (taken.has(port) && !(port === node.dssPort ? mine.dss : mine.server)) {
          const by = await ask(
            context,
            host,
            `ss -Hltnp 'sport = :${port}' 2>/dev/null | grep -o 'users:.*' | head -n 1`,
          );
          return failed(
            by === ''
              ? t('{0}, wanted for {1}, is taken.', port, use)
              : t('{0}, wanted for {1}, is taken by {2}.', port, use, processes(by)),
            t('Choose another port in the topology, or stop what uses it.'),
          );
        }
        if (port >= from && port <= to && to > 0) {
          random.push(port);
        }
      }
    }
    return random.length > 0
      ? warning(
          t(
            '{0} lie in the range that the system gives out at random ({1} to {2}).',
            random.join(', '),
            from,
            to,
          ),
          t(
            'Choose ports outside of it, so that nobody takes them by chance while a node is down.',
          ),
        )
      : ok(t('all ports are free or ours'));
  },
};

/** `users:(("gaussdb",pid=4711,fd=7))` of ss as `gaussdb (4711)`. */
function processes(text: string): string {
  const found = [...text.matchAll(/"([^"]*)",pid=(\d+)/g)].map(
    ([, name = '', pid = '']) => `${name} (${pid})`,
  );
  return found.length === 0 ? text.trim() : [...new Set(found)].join(', ');
}

export const strangers: PreflightCheck = {
  id: 'strangers',
  title: () => t('Other instances of the account'),
  ask: async (context, layout, host) => {
    const ours = layout.nodes.flatMap((node) => [node.dataDir, node.dssHome]);
    const said = await ask(
      context,
      host,
      'for F in $(grep -laE "gaussdb|dssserver" /proc/[0-9]*/cmdline 2>/dev/null); do P=${F%/cmdline}; test -O "$P" && echo "${P#/proc/} $(tr "\\0" " " < "$F" 2>/dev/null)"; done',
    );
    const others = said
      .split('\n')
      .filter((line) => /^\d+ (?:\S*\/)?(?:gaussdb|dssserver)\b/.test(line))
      .filter((line) => !ours.some((path) => `${line.trim()} `.includes(` ${path} `)));
    return others.length > 0
      ? warning(
          t(
            '{0} that are left alone: {1}',
            others.length,
            others
              .slice(0, 3)
              .map((line) => line.trim().slice(0, 120))
              .join('; ') + (others.length > 3 ? ' …' : ''),
          ),
          t('Nothing to do, unless they use the same ports, folders or shared memory keys.'),
        )
      : ok(t('none'));
  },
};

export const sharing: PreflightCheck = {
  id: 'sharing',
  title: () => t('Shared files'),
  ask: async (context, layout, host) => {
    const words: string[] = [];
    for (const cluster of layout.clusters) {
      const hosts = cluster.nodes.map((node) => node.host);
      if (!hosts.includes(host)) {
        continue;
      }
      const where = async (on: string): Promise<string> =>
        ask(
          context,
          on,
          `${nearest(cluster.base)}; B=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null || hostname); S=$(findmnt -no SOURCE,FSTYPE -T "$D" 2>/dev/null); case "$S" in *:*|*nfs*|*gfs*|*ocfs*|*gpfs*|*ceph*) echo "$S";; *) echo "$B";; esac`,
        );
      const mine = await where(host);
      const first = await where(cluster.first.host);
      if (mine !== first) {
        return failed(
          t(
            '{0} on {1} and on {2} are different file systems.',
            cluster.base,
            cluster.first.host,
            host,
          ),
          t(
            'The plain files that stand in for LUNs must be seen by all nodes of a cluster: put its nodes on one host, or the folder on a shared file system.',
          ),
        );
      }
      words.push(cluster.name);
    }
    if (layout.clusters.some((cluster) => cluster.lockFile === layout.xlogPath)) {
      return failed(
        t('The lock file and the shared redo file are the same.'),
        t('Give xlogLockFile another path.'),
      );
    }
    if (layout.model.sharedXlogFile && layout.primary.lockFile === layout.standby.lockFile) {
      return failed(
        t('Both clusters have the lock file {0}.', layout.primary.lockFile),
        t('Give each cluster an xlogLockFile of its own: whoever starts second cannot lock it.'),
      );
    }
    return ok(t('seen by all nodes of {0}', words.join(', ')));
  },
};

export const peers: PreflightCheck = {
  id: 'peers',
  title: () => t('The other nodes can be reached'),
  ask: async (context, layout, host) => {
    const targets = layout.nodes
      .filter((node) => node.host !== host)
      .flatMap((node) => portsOf(node).map(([port, use]) => ({ node, port, use })));
    if (targets.length === 0) {
      return ok(t('there is only this host'));
    }
    const said = await ask(
      context,
      host,
      connectScript(targets.map(({ node, port }) => ({ address: node.address, port }))),
    );
    const answers = parseConnectAnswers(said, targets.length);
    const untried = answers.find(({ reach }) => reach === 'unknown');
    if (answers.every(({ reach }) => reach === 'unknown')) {
      return warning(
        t('Not tried: {0}', untried?.detail ?? ''),
        t('Make sure that no firewall is between the nodes.'),
      );
    }
    // Refused is an answer too: nobody listens yet, but the way is open.
    const blockedOnes = targets.filter((_, index) => {
      const reach = answers[index]?.reach;
      return reach === 'timeout' || reach === 'unknown';
    });
    return blockedOnes.length > 0
      ? failed(
          t(
            'No answer from {0}',
            blockedOnes.map(({ node, port }) => `${node.address}:${port} (${node.id})`).join(', '),
          ),
          t('A firewall drops the packets; open the ports between the hosts of both sites.'),
        )
      : ok(
          t(
            '{0} ports of {1} nodes answer',
            targets.length,
            new Set(targets.map(({ node }) => node.id)).size,
          ),
        );
  },
};
