import { dirname } from 'node:path/posix';

import { formatBytes } from '../../base/bytes.ts';
import { t } from '../../base/l10n.ts';
import { nodePrelude } from '../../hosts/nodeCommand.ts';
import { quote } from '../../hosts/quote.ts';
import { parseVersion } from '../../monitor/version.ts';
import { runOn } from '../host/command.ts';
import { nodeRuns } from '../host/node-query.ts';
import type { Layout, NodeLayout } from '../recipes/layout.ts';
import type { StepContext } from '../types.ts';
import { dssStatus } from './dss.ts';

/** What a check found. `warning`: it works, with a danger. */
export interface CheckResult {
  readonly level: 'ok' | 'warning' | 'failed';
  readonly found: string;
  readonly remedy?: string;
}

/** One question to a host before anything is done to it. Nothing is changed. */
export interface PreflightCheck {
  readonly id: string;
  /** In the user's language, when it is asked for. */
  title(): string;
  ask(context: StepContext, layout: Layout, host: string): Promise<CheckResult>;
}

const ok = (found: string): CheckResult => ({ level: 'ok', found });
const warning = (found: string, remedy: string): CheckResult => ({
  level: 'warning',
  found,
  remedy,
});
const failed = (found: string, remedy: string): CheckResult => ({ level: 'failed', found, remedy });

const gib = 1024 ** 3;

function nodesOn(layout: Layout, host: string): NodeLayout[] {
  return layout.nodes.filter((node) => node.host === host);
}

async function ask(context: StepContext, host: string, command: string): Promise<string> {
  return (await runOn(context, host, command, { quiet: true })).stdout.trim();
}

/** `sh` that prints the nearest folder above a path that exists. */
function nearest(path: string): string {
  return `D=${quote(path)}; while ! test -e "$D"; do D=$(dirname -- "$D"); done`;
}

const user: PreflightCheck = {
  id: 'user',
  title: () => t('User'),
  ask: async (context, _layout, host) => {
    const [id, name] = (await ask(context, host, 'echo "$(id -u) $(id -un)"')).split(' ');
    return id === '0'
      ? failed(
          t('The connection is made as root.'),
          t('openGauss refuses to run as root; connect as the user of the database.'),
        )
      : ok(t('user {0}', name ?? ''));
  },
};

const programs = [
  'gaussdb',
  'gs_ctl',
  'gs_initdb',
  'gsql',
  'pg_controldata',
  'dssserver',
  'dsscmd',
];

const tools: PreflightCheck = {
  id: 'tools',
  title: () => t('Programs'),
  ask: async (context, layout, host) => {
    const missing: string[] = [];
    const libraries: string[] = [];
    for (const node of nodesOn(layout, host)) {
      const said = await ask(
        context,
        host,
        `${nodePrelude(node.spec)}for P in ${programs.join(' ')}; do F=$(command -v "$P") || { echo "missing $P"; continue; }; ldd "$F" 2>/dev/null | grep 'not found' | sed "s/^/library $P /"; done; true`,
      );
      for (const line of said.split('\n')) {
        if (line.startsWith('missing ')) {
          missing.push(line.slice(8));
        } else if (line.startsWith('library ')) {
          libraries.push(line.slice(8).trim());
        }
      }
    }
    if (missing.length > 0) {
      return failed(
        t('Not found: {0}', [...new Set(missing)].join(', ')),
        t('Set GAUSSHOME under env in the topology to the folder that holds bin and lib.'),
      );
    }
    return libraries.length > 0
      ? failed(
          t('Libraries are missing: {0}', libraries.join('; ')),
          t('Check LD_LIBRARY_PATH and the installation.'),
        )
      : ok(t('all programs are there'));
  },
};

const versions: PreflightCheck = {
  id: 'versions',
  title: () => t('Version of openGauss'),
  ask: async (context, layout, host) => {
    const wanted = layout.model.version;
    const names = new Set<string>();
    for (const node of nodesOn(layout, host)) {
      const said = await ask(context, host, `${nodePrelude(node.spec)}gaussdb -V`);
      const version = parseVersion(said);
      if (version === undefined) {
        return failed(
          t('{0} does not tell its version: {1}', node.id, said.slice(0, 200)),
          t('Check GAUSSHOME.'),
        );
      }
      names.add(version.name);
      if (version.rules !== wanted) {
        return failed(
          t('{0} has openGauss {1}, and the topology says {2}.', node.id, version.name, wanted),
          t(
            'All nodes of both clusters need the same version: correct GAUSSHOME of the node, or openGauss in the topology.',
          ),
        );
      }
    }
    return names.size > 1
      ? failed(
          t('Different versions: {0}', [...names].join(', ')),
          t('Let all nodes use the same build.'),
        )
      : ok([...names].join());
  },
};

const places: PreflightCheck = {
  id: 'places',
  title: () => t('Folders can be made'),
  ask: async (context, layout, host) => {
    for (const node of nodesOn(layout, host)) {
      for (const path of [node.dataDir, node.dssHome]) {
        const bad = /[|;&$<>`\\!\s]/.exec(path);
        if (bad !== null) {
          return failed(
            t('{0} holds {1}, which the tools of openGauss refuse.', path, JSON.stringify(bad[0])),
            t('Choose another path.'),
          );
        }
        const said = await ask(
          context,
          host,
          `${nearest(dirname(path))}; test -d "$D" && test -w "$D" && test -x "$D" && echo fine; echo "$D $(stat -c %U -- "$D") $(id -un)"`,
        );
        if (!said.startsWith('fine')) {
          const [folder = '', owner = '', me = ''] = said.split(' ');
          return failed(
            t(
              '{0} cannot be made: {1} belongs to {2} and {3} may not write there.',
              path,
              folder,
              owner,
              me,
            ),
            t('Give the folder to the user (chown {0} {1}) or choose another one.', me, folder),
          );
        }
      }
    }
    return ok(t('all folders are there or can be made'));
  },
};

/** Below it nothing can work; a cluster wants far more. */
const leastSpace = 2 * gib;
const comfortableSpace = 20 * gib;

const space: PreflightCheck = {
  id: 'space',
  title: () => t('Disk space'),
  ask: async (context, layout, host) => {
    let least = Number.POSITIVE_INFINITY;
    let where = '';
    for (const path of new Set(nodesOn(layout, host).map((node) => dirname(node.dataDir)))) {
      const said = await ask(context, host, `${nearest(path)}; df -Pk -- "$D" | tail -n 1`);
      const free = Number(said.split(/\s+/)[3]) * 1024;
      if (free < least) {
        [least, where] = [free, path];
      }
    }
    const found = t('{0} free in {1}', formatBytes(least), where);
    if (least < leastSpace) {
      return failed(
        found,
        t('Make room: at least {0} are needed to begin with.', formatBytes(leastSpace)),
      );
    }
    return least < comfortableSpace
      ? warning(
          found,
          t(
            'The files of the simulation grow as they are used; {0} are comfortable.',
            formatBytes(comfortableSpace),
          ),
        )
      : ok(found);
  },
};

/** Every port that the processes of a node bind, with its use. */
export function portsOf(node: NodeLayout): readonly (readonly [number, string])[] {
  return [
    [node.port, t('{0} (port)', node.id)],
    [node.port + 1, t('{0} (HA port)', node.id)],
    [node.dmsPort, t('{0} (DMS)', node.id)],
    [node.dssPort, t('{0} (DSS)', node.id)],
  ];
}

const ports: PreflightCheck = {
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
              : t('{0}, wanted for {1}, is taken by {2}.', port, use, by),
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

const strangers: PreflightCheck = {
  id: 'strangers',
  title: () => t('Other instances of the account'),
  ask: async (context, layout, host) => {
    const ours = nodesOn(layout, host).flatMap((node) => [node.dataDir, node.dssHome]);
    const said = await ask(
      context,
      host,
      'for P in /proc/[0-9]*; do test -O "$P" || continue; C=$(tr "\\0" " " < "$P/cmdline" 2>/dev/null); case "$C" in *gaussdb\\ *|*dssserver\\ *) echo "${P#/proc/} $C";; esac; done',
    );
    const others = said
      .split('\n')
      .filter((line) => /^\d+ (?:\S*\/)?(?:gaussdb|dssserver)\b/.test(line))
      .filter((line) => !ours.some((path) => `${line.trim()} `.includes(` ${path} `)));
    return others.length > 0
      ? warning(
          t('They are left alone: {0}', others.map((line) => line.trim().slice(0, 120)).join('; ')),
          t('Nothing to do, unless they use the same ports, folders or shared memory keys.'),
        )
      : ok(t('none'));
  },
};

const clock: PreflightCheck = {
  id: 'clock',
  title: () => t('Clock'),
  ask: async (context, _layout, host) => {
    const before = Date.now();
    const there = Number(await ask(context, host, 'date +%s')) * 1000;
    const off = Math.round((there - (before + Date.now()) / 2) / 1000);
    if (Math.abs(off) <= 3) {
      return ok(t('right within {0} s', 3));
    }
    const found = t('{0} s off from this machine', off);
    const remedy = t('Let NTP or chrony keep the clocks of all hosts.');
    return Math.abs(off) > 60 ? failed(found, remedy) : warning(found, remedy);
  },
};

const system: PreflightCheck = {
  id: 'system',
  title: () => t('Memory and limits'),
  ask: async (context, layout, host) => {
    const said = await ask(
      context,
      host,
      'echo "$(ulimit -n) $(awk \'/^MemAvailable/ {print $2}\' /proc/meminfo 2>/dev/null) $(cat /proc/sys/kernel/shmmax 2>/dev/null) $(cat /proc/sys/kernel/sem 2>/dev/null | awk \'{print $4}\') $(grep -hiE "^ *RemoveIPC *= *(yes|true|1|on)" /etc/systemd/logind.conf /etc/systemd/logind.conf.d/*.conf 2>/dev/null | wc -l)"',
    );
    const [files = '', memory = '', , arrays = '', ipc = '0'] = said.split(/\s+/);
    const count = nodesOn(layout, host).length;
    if (Number(ipc) > 0) {
      return warning(
        t('RemoveIPC is on.'),
        t(
          'Set RemoveIPC=no in /etc/systemd/logind.conf: at a logout systemd removes the shared memory of the user.',
        ),
      );
    }
    if (files !== 'unlimited' && Number(files) < 1000) {
      return warning(
        t('Only {0} files may be open.', files),
        t('Raise the limit (ulimit -n) to 1000000 for the user.'),
      );
    }
    if (arrays !== '' && Number(arrays) < 128) {
      return warning(t('Only {0} semaphore arrays are possible.', arrays), t('Raise kernel.sem.'));
    }
    const bytes = Number(memory) * 1024;
    return bytes > 0 && bytes < count * 2 * gib
      ? warning(
          t('{0} of memory are free for {1} nodes.', formatBytes(bytes), count),
          t('A node takes 2 GiB and more; lower shared_buffers and max_process_memory.'),
        )
      : ok(t('{0} of memory free, {1} open files', formatBytes(bytes), files));
  },
};

const sharing: PreflightCheck = {
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

const peers: PreflightCheck = {
  id: 'peers',
  title: () => t('The other nodes can be reached'),
  ask: async (context, layout, host) => {
    const targets = layout.nodes
      .filter((node) => node.host !== host)
      .flatMap((node) => portsOf(node).map(([port, use]) => ({ node, port, use })));
    if (targets.length === 0) {
      return ok(t('there is only this host'));
    }
    const lines = targets.map(
      ({ node, port }) =>
        `{ timeout 4 bash -c ${quote(`: < /dev/tcp/${node.address}/${port}`)} 2>/dev/null; echo "${port} $?"; } &`,
    );
    const said = await ask(
      context,
      host,
      `command -v bash > /dev/null && command -v timeout > /dev/null || { echo none; exit 0; }\n${lines.join('\n')}\nwait`,
    );
    if (said === 'none') {
      return warning(
        t('Not tried: bash and timeout are not there.'),
        t('Make sure that no firewall is between the nodes.'),
      );
    }
    // Refused is an answer too: nobody listens yet, but the way is open.
    const silent = said
      .split('\n')
      .filter((line) => line.endsWith(' 124'))
      .map((line) => line.split(' ')[0]);
    const blockedOnes = targets.filter(({ port }) => silent.includes(String(port)));
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

/** All questions, in the order in which they are asked. */
export const preflightChecks: readonly PreflightCheck[] = [
  user,
  tools,
  versions,
  places,
  space,
  ports,
  strangers,
  clock,
  system,
  sharing,
  peers,
];
