/** One `id:ip:port` of `DSS_NODES_LIST` or `ss_interconnect_url`, with its place in the value. */
export interface ListedNode {
  readonly id: number;
  readonly address: string;
  readonly port: number;
  readonly start: number;
  readonly end: number;
}

export interface NodesList {
  readonly nodes: readonly ListedNode[];
  /** Pieces that are no `id:ip:port`. */
  readonly wrong: readonly {
    readonly text: string;
    readonly start: number;
    readonly end: number;
  }[];
}

/**
 * Reads `id:ip:port,id:ip:port…`. Both lists have this form: DSS's DSS_NODES_LIST and the server's
 * ss_interconnect_url (IPv4 only). Offsets count from the beginning of `value`.
 */
export function parseNodesList(value: string): NodesList {
  const nodes: ListedNode[] = [];
  const wrong: { text: string; start: number; end: number }[] = [];
  let start = 0;
  for (const piece of value.split(',')) {
    const end = start + piece.length;
    const match = /^\s*(\d{1,3}):((?:\d{1,3}\.){3}\d{1,3}|[A-Za-z][\w.-]*):(\d{1,5})\s*$/.exec(
      piece,
    );
    const [, id, address, port] = match ?? [];
    if (id === undefined || address === undefined || port === undefined || Number(port) > 65535) {
      wrong.push({ text: piece.trim(), start, end });
    } else {
      nodes.push({ id: Number(id), address, port: Number(port), start, end });
    }
    start = end + 1;
  }
  return { nodes, wrong };
}
