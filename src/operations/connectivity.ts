/** Which node reaches which other one, over the ports that they use of each other, asked from the nodes' own hosts. */
import { messageOf } from '../base/errors.ts';
import { t } from '../base/l10n.ts';
import { quote } from '../hosts/quote.ts';
import type { HostPool } from '../hosts/shell.ts';
import { addressOf, haPort, hostNames, nodesOf } from '../topology/lookups.ts';
import type { NodeSpec, Topology } from '../topology/types.ts';

/**
 * What came of a TCP connect. `refused`: the way is open and nobody listens. `timeout`: nobody answered, as behind a firewall.
 * `unknown`: it could not be tried, or failed otherwise (no route, unknown name).
 */
export type Reach = 'reachable' | 'refused' | 'timeout' | 'unknown';

export interface ConnectTarget {
  readonly address: string;
  readonly port: number;
}

export interface ConnectAnswer {
  readonly reach: Reach;
  /** What the system said, untranslated; empty when there is nothing to add. */
  readonly detail: string;
}

/** What a port is for. */
export type PortUse = 'server' | 'ha' | 'dms' | 'dss';

/** One port of one node, tried from another one. */
export interface Connection extends ConnectAnswer {
  readonly from: NodeSpec;
  readonly to: NodeSpec;
  readonly port: number;
  readonly use: PortUse;
}

export interface Connectivity {
  readonly topology: Topology;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly connections: readonly Connection[];
}

/** Seconds for one connect. */
const connectLimit = 2;
/** Connects that a host tries at a time. */
const width = 32;

/**
 * The ports of a node that another one connects to: the server's port and the HA port from everywhere (replication between and
 * inside clusters), those of DMS and DSS from the nodes of the same cluster alone.
 */
export function portsBetween(
  from: NodeSpec,
  to: NodeSpec,
): readonly (readonly [number, PortUse])[] {
  return [
    [to.port, 'server'],
    [haPort(to), 'ha'],
    ...(from.cluster === to.cluster && to.dmsPort !== undefined
      ? ([[to.dmsPort, 'dms']] as const)
      : []),
    ...(from.cluster === to.cluster && to.dssPort !== undefined
      ? ([[to.dssPort, 'dss']] as const)
      : []),
  ];
}

/** Tries everything, once for each host and port, all hosts at once. A host that cannot be asked makes its own answers unknown. */
export async function checkConnectivity(options: {
  readonly topology: Topology;
  readonly pool: HostPool;
  readonly signal: AbortSignal;
}): Promise<Connectivity> {
  const { topology, pool, signal } = options;
  const wanted = nodesOf(topology).flatMap((from) =>
    nodesOf(topology)
      .filter((to) => to.id !== from.id)
      .flatMap((to) => portsBetween(from, to).map(([port, use]) => ({ from, to, port, use }))),
  );
  const target = ({
    to,
    port,
  }: {
    readonly to: NodeSpec;
    readonly port: number;
  }): ConnectTarget => ({
    address: addressOf(topology, to),
    port,
  });
  const answers = new Map<string, ConnectAnswer>();
  const key = (host: string, { address, port }: ConnectTarget): string =>
    `${host} ${address} ${port}`;
  await Promise.all(
    hostNames(topology).map(async (host) => {
      const targets = new Map(
        wanted
          .filter(({ from }) => from.host === host)
          .map((one) => [key(host, target(one)), target(one)]),
      );
      for (const [name, answer] of await connectFrom(pool, host, targets, signal)) {
        answers.set(name, answer);
      }
    }),
  );
  return {
    topology,
    time: Date.now(),
    connections: wanted.map((one) => ({
      ...one,
      ...(answers.get(key(one.from.host, target(one))) ?? { reach: 'unknown', detail: '' }),
    })),
  };
}

async function connectFrom(
  pool: HostPool,
  host: string,
  targets: ReadonlyMap<string, ConnectTarget>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ConnectAnswer>> {
  const list = [...targets.values()];
  try {
    const shell = await pool.shell(host, { signal });
    const timeout = connectTime(list.length);
    const [answer] = await shell.runBatch([{ command: connectScript(list), timeout }], {
      timeout,
      signal,
    });
    const answers = parseConnectAnswers(answer?.stdout ?? '', list.length);
    return new Map(
      [...targets.keys()].map((name, index) => [name, answers[index] ?? notTried('')]),
    );
  } catch (thrown) {
    signal.throwIfAborted();
    return new Map([...targets.keys()].map((name) => [name, notTried(messageOf(thrown))]));
  }
}

function notTried(detail: string): ConnectAnswer {
  return { reach: 'unknown', detail };
}

/** Milliseconds that `connectScript` takes at most for so many targets. */
function connectTime(targets: number): number {
  return (Math.ceil(targets / width) * (connectLimit + 1) + 5) * 1000;
}

/**
 * `sh` that tries the targets side by side, each for two seconds at most, with whatever the machine has: bash, python3, perl or nc.
 * Prints `<index> <exit code> <words of the system>` for each, or `none` when it has nothing of these.
 */
export function connectScript(targets: readonly ConnectTarget[]): string {
  const tries = targets.map(
    ({ address, port }, index) => `t ${index} ${quote(address)} ${port} &\n`,
  );
  const groups = Array.from({ length: Math.ceil(tries.length / width) }, (_, index) =>
    tries.slice(index * width, (index + 1) * width).join(''),
  );
  return [
    'LC_ALL=C; export LC_ALL; exec </dev/null',
    // A shell without /dev/tcp looks for a file of that name.
    'h() { command -v "$1" >/dev/null 2>&1; }',
    `if h bash && ! bash -c ': >/dev/tcp/127.0.0.1/1' 2>&1 | grep -q 'No such file'; then`,
    `  c() { l bash -c ': >"/dev/tcp/$0/$1"' "$1" "$2"; }`,
    'elif h python3; then',
    `  c() { l python3 -c 'import socket,sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), ${connectLimit})' "$1" "$2"; }`,
    'elif h perl; then',
    `  c() { l perl -MIO::Socket::INET -e 'IO::Socket::INET->new(PeerAddr=>$ARGV[0],PeerPort=>$ARGV[1],Timeout=>${connectLimit}) or die "$@\\n"' "$1" "$2"; }`,
    'elif h nc; then',
    `  c() { l nc -v -z -w ${connectLimit} "$1" "$2"; }`,
    'else echo none; exit 0; fi',
    // Ends a command that takes too long: exit code 124, as timeout says.
    `if h timeout; then l() { timeout ${connectLimit} "$@"; }`,
    `else l() { "$@" & p=$!; ( sleep ${connectLimit}; kill "$p" ) >/dev/null 2>&1 & k=$!; wait "$p"; r=$?; kill "$k" 2>/dev/null; [ "$r" = 143 ] && r=124; return "$r"; }; fi`,
    't() { o=$(c "$2" "$3" 2>&1); r=$?; printf \'%s %s %s\\n\' "$1" "$r" "$(printf %s "$o" | tr \'\\n\' \' \')"; }',
    ...groups.map((group) => `${group}wait`),
  ].join('\n');
}

/** The answers that `connectScript` printed, in the order of its targets. */
export function parseConnectAnswers(text: string, count: number): readonly ConnectAnswer[] {
  if (text.trim() === 'none') {
    return new Array<ConnectAnswer>(count).fill(
      notTried(t('The host has neither bash nor python3, perl or nc to try it with.')),
    );
  }
  const answers = new Array<ConnectAnswer>(count).fill(notTried(''));
  for (const line of text.split('\n')) {
    const [, index = '', code = '', said = ''] = /^(\d+) (\d+) ?(.*)$/.exec(line) ?? [];
    if (index !== '' && Number(index) < count) {
      answers[Number(index)] = answerOf(Number(code), said);
    }
  }
  return answers;
}

function answerOf(code: number, said: string): ConnectAnswer {
  if (code === 0) {
    return { reach: 'reachable', detail: '' };
  }
  if (/refused/i.test(said)) {
    return { reach: 'refused', detail: '' };
  }
  if (code === 124 || /timed? ?out|timeout|in progress/i.test(said)) {
    return { reach: 'timeout', detail: '' };
  }
  return notTried(lastWords(said));
}

/** Bash says the reason of a name that it does not know before another one that says nothing. */
const unknownName =
  /Name or service not known|Temporary failure in name resolution|Bad hostname|unknown host/i;

/** `bash: connect: No route to host bash: line 1: /dev/tcp/…: No route to host` → `No route to host`. */
function lastWords(said: string): string {
  const name = unknownName.exec(said);
  if (name !== null) {
    return name[0];
  }
  return (/: (?:\[Errno -?\d+\] )?([^:]+?)\s*$/.exec(said)?.[1] ?? said).trim().slice(0, 120);
}
