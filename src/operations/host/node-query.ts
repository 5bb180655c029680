import { quote } from '../../hosts/quote.ts';
import { parseGsCtlQuery } from '../../status/gs-ctl-query.ts';
import { parsePgControldata, type ControlData } from '../../status/pg-controldata.ts';
import type { GsCtlQuery } from '../../status/types.ts';
import type { NodeLayout } from '../recipes/layout.ts';
import type { StepContext } from '../types.ts';
import { runForNode, runOn } from './command.ts';

/** What `gs_ctl query` says of a node now. A question that takes too long is answered as `unrecognised`. */
export async function queryNode(context: StepContext, node: NodeLayout): Promise<GsCtlQuery> {
  const answer = await runForNode(context, node.spec, `gs_ctl query -D ${quote(node.dataDir)}`, {
    quiet: true,
    timeout: 20_000,
  });
  return parseGsCtlQuery(answer.stdout);
}

/**
 * `sh` that is true when the process of postmaster.pid lives and is the server of this very data directory; its number is in `$P`
 * then. The file may be old and its number another process's by now, or negative, which would mean a whole process group.
 */
export function findServer({ dataDir }: Pick<NodeLayout, 'dataDir'>): string {
  const pidFile = quote(`${dataDir}/postmaster.pid`);
  const data = quote(dataDir);
  const ofThisNode = `{ ! test -d "/proc/$P" || test "$(readlink "/proc/$P/cwd")" = "$(cd -P -- ${data} && pwd)" || tr '\\0' '\\n' < "/proc/$P/cmdline" | grep -qxF -- ${data}; }`;
  return `P=$(head -n 1 ${pidFile} 2>/dev/null); case "$P" in ''|*[!0-9]*) false;; *) kill -0 "$P" 2>/dev/null && ${ofThisNode};; esac`;
}

/** The process of a node's server; undefined when it does not run. */
export async function serverProcess(
  context: StepContext,
  node: NodeLayout,
): Promise<number | undefined> {
  const answer = await runOn(context, node.host, `${findServer(node)} && echo "$P"`, {
    quiet: true,
  });
  return answer.code === 0 ? Number(answer.stdout) : undefined;
}

/** Whether the server of a node runs: by its process, not by what it answers. */
export async function nodeRuns(context: StepContext, node: NodeLayout): Promise<boolean> {
  return (await serverProcess(context, node)) !== undefined;
}

/** Sends a signal to the server of a node, and to nothing else. Nothing happens when it does not run. */
export async function signalServer(
  context: StepContext,
  node: NodeLayout,
  signal: 'INT' | 'KILL',
): Promise<void> {
  await runOn(context, node.host, `${findServer(node)} && kill -${signal} "$P"`);
}

/** pg_control of a node's cluster, read through its DSS. undefined when it cannot be read. */
export async function controlData(
  context: StepContext,
  node: NodeLayout,
): Promise<ControlData | undefined> {
  const answer = await runForNode(
    context,
    node.spec,
    `pg_controldata --enable-dss --socketpath=${quote(node.socket)} +data`,
    { quiet: true, timeout: 25_000 },
  );
  const data = parsePgControldata(answer.stdout);
  return answer.code === 0 && data.kind === 'control-data' ? data : undefined;
}
