/**
 * What `gs_ddr` said. `query`: its three states, as printed, empty when no task runs. `task`: the report of start, stop, switchover
 * or failover. `unrecognised`: something else, kept in `message`.
 */
export interface GsDdr {
  readonly kind: 'query' | 'task' | 'unrecognised';
  /** start, stop, switchover, failover or query. */
  readonly task: string | null;
  readonly traceId: string | null;
  readonly clusterState: string | null;
  readonly failoverState: string | null;
  readonly switchoverState: string | null;
  /** The last line says that it was done. */
  readonly succeeded: boolean;
  /** It waits for an answer to `Ready to move on (yes/no)?`: the question with what is said before it. */
  readonly question: string | null;
  /** Stable codes such as `GAUSS-51632`, each once. */
  readonly errors: readonly string[];
  readonly message: string;
}

/** Reads the output of `gs_ddr`, of the older and the newer wording (cm.md, section 4.4). Never throws. */
export function parseGsDdr(text: string): GsDdr {
  const banner = /disaster recovery (\w+) ([0-9a-f]{32})\b/.exec(text);
  const stat = (name: string): string | null =>
    new RegExp(`['"]?ddr_${name}_stat['"]?\\s*:\\s*(?:'([^'\\n]*)'|"([^"\\n]*)")`)
      .exec(text)
      ?.slice(1)
      .find((value) => (value as string | undefined) !== undefined) ?? null;
  const states = {
    clusterState: stat('cluster'),
    failoverState: stat('failover'),
    switchoverState: stat('switchover'),
  };
  const done = /Successfully do \[?\w+\]? disaster recovery \[?(\w+)\]?/.exec(text);
  const isQuery = Object.values(states).some((state) => state !== null);
  const errors = [...new Set([...text.matchAll(/\bGAUSS-\d{5}\b/g)].map(([code]) => code))];
  const kind = isQuery
    ? 'query'
    : banner !== null || done !== null || errors.length > 0
      ? 'task'
      : 'unrecognised';
  return {
    kind,
    task: banner?.[1] ?? done?.[1] ?? (isQuery ? 'query' : null),
    traceId: banner?.[2] ?? null,
    ...states,
    succeeded: done !== null,
    question: questionOf(text),
    errors,
    message: kind === 'unrecognised' ? text : '',
  };
}

/** The question at the end of the text; one that has been answered is none. */
function questionOf(text: string): string | null {
  if (!/(?:Ready to move on \(yes\/no\)\?|Please type 'yes' or 'no':)\s*$/.test(text.slice(-200))) {
    return null;
  }
  const before = text.slice(Math.max(0, text.lastIndexOf('\nPlease ')));
  return before.trim();
}
