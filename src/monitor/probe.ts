import { nodeCommand, nodePrelude } from '../hosts/node-command.ts';
import { command, operand, quote } from '../hosts/quote.ts';
import type { BatchCommand, BatchResult, Shell } from '../hosts/shell.ts';
import { classifyAnswer } from '../status/node-state.ts';
import type { NodeState } from '../status/types.ts';
import type { NodeSpec } from '../topology/types.ts';

/** What one probe of a node found. */
export interface NodeProbe {
  readonly node: NodeSpec;
  readonly state: NodeState;
  /** The process of the server by postmaster.pid; undefined when there is none or it was not asked for. */
  readonly pid: number | undefined;
  readonly timedOut: boolean;
  /** What `gaussdb -V` printed, when it was asked for and answered. */
  readonly version: string | undefined;
}

/** Marks what we add behind gs_ctl's own messages. */
const pidMark = 'opengauss-dual-cluster pid';

/**
 * Asks all the nodes given, which are on one host, in one round trip. Each costs one `gs_ctl query`; its process id comes along.
 * Rejects when the host fails as a whole. A node that does not answer within the limit (milliseconds) is `offline`.
 */
export async function probeNodes(
  shell: Shell,
  nodes: readonly NodeSpec[],
  options: {
    readonly timeout: number;
    readonly signal: AbortSignal;
    /** Nodes whose version is asked for too. */
    readonly versionsOf: ReadonlySet<string>;
    readonly now: () => number;
  },
): Promise<NodeProbe[]> {
  const { timeout, signal } = options;
  const withVersion = nodes.filter((node) => options.versionsOf.has(node.id));
  const answers = await shell.runBatch(
    [
      ...nodes.map((node): BatchCommand => ({ command: queryCommand(node), timeout })),
      ...withVersion.map((node): BatchCommand => ({
        command: nodeCommand(node, 'gaussdb', '-V'),
        timeout,
      })),
    ],
    { timeout, signal },
  );
  const time = options.now();
  const versions = new Map(
    withVersion.map((node, index) => [node.id, versionOf(answers[nodes.length + index])]),
  );
  return nodes.map((node, index) => {
    const answer = answers[index] ?? { code: 1, stdout: '', stderr: '', timedOut: false };
    const { pid, stderr } = takePid(answer.stderr);
    return {
      node,
      pid,
      timedOut: answer.timedOut,
      version: versions.get(node.id),
      state: classifyAnswer({ ...answer, stderr, time, timeout }),
    };
  });
}

/** `gs_ctl query` with its own exit code; the first line of postmaster.pid follows on standard error. */
export function queryCommand(node: NodeSpec): string {
  const pidFile = quote(`${operand(node.dataDir)}/postmaster.pid`);
  return (
    `${nodePrelude(node)}${command('gs_ctl', 'query', '-D', operand(node.dataDir))} </dev/null; c=$?; ` +
    `printf '\\n${pidMark} %s\\n' "$(head -n 1 ${pidFile} 2>/dev/null)" >&2; exit $c`
  );
}

function takePid(stderr: string): { readonly pid: number | undefined; readonly stderr: string } {
  const at = stderr.lastIndexOf(`\n${pidMark}`);
  if (at < 0) {
    return { pid: undefined, stderr };
  }
  const match = /^\s*(\d+)\s*$/.exec(stderr.slice(at + pidMark.length + 1));
  return { pid: match === null ? undefined : Number(match[1]), stderr: stderr.slice(0, at) };
}

function versionOf(answer: BatchResult | undefined): string | undefined {
  return answer === undefined || answer.timedOut || answer.code !== 0 ? undefined : answer.stdout;
}
