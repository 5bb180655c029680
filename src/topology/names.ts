import type { TextRange } from '../base/finding.ts';
import { t } from '../base/l10n.ts';
import { toTree } from './tree.ts';
import type { Tree, TreeMap, TreeScalar } from './tree.ts';
import { checkHost, checkName, checkServerPort } from './values.ts';

/** A word of `opengauss.yaml` that other places repeat. */
export interface TopologyName {
  readonly kind: 'cluster' | 'node' | 'host' | 'port';
  readonly text: string;
  /** The word at the asked offset, without quotes. */
  readonly range: TextRange;
  /** All places of the word in this file, the asked one among them. */
  readonly places: readonly TextRange[];
  /** `<cluster>/<node>`, of a node's name and port. */
  readonly nodeId?: string;
  /** Why it cannot be called so; undefined when it can. */
  readonly problem: (name: string) => string | undefined;
}

type Step = string | number;

/** What stands at an offset: the way to it from the root, and whether it is a key. */
interface Found {
  readonly path: readonly Step[];
  readonly key: boolean;
  readonly range: TextRange;
}

/**
 * The name at an offset of a topology file: of a cluster, a node or a host, or a node's port.
 * @returns why there is none otherwise
 */
export async function nameAt(
  text: string,
  offset: number,
): Promise<TopologyName | { readonly refusal: string }> {
  const root = await read(text);
  if (root === undefined) {
    return { refusal: t('Mend the syntax of this file first.') };
  }
  const found = find(root, offset, []);
  return found === undefined ? nothingHere() : new Names(text, root).at(found);
}

/** The port of a node, by `<cluster>/<node>`, and where it stands. */
export async function portOf(
  text: string,
  nodeId: string,
): Promise<{ readonly text: string; readonly range: TextRange } | undefined> {
  const root = await read(text);
  return root === undefined ? undefined : new Names(text, root).portOf(nodeId);
}

async function read(text: string): Promise<TreeMap | undefined> {
  const yaml = await import('./lazy/yaml.ts');
  const document = yaml.parseDocument(text, { prettyErrors: false, logLevel: 'silent' });
  const root = document.errors.length > 0 ? undefined : toTree(yaml, document, []);
  return root?.kind === 'map' ? root : undefined;
}

const nothingHere = (): { readonly refusal: string } => ({
  refusal: t('Only the names of clusters, nodes and hosts and the ports of nodes can be renamed.'),
});

function find(tree: Tree, offset: number, path: readonly Step[]): Found | undefined {
  switch (tree.kind) {
    case 'scalar':
      return touches(tree.range, offset) ? { path, key: false, range: tree.range } : undefined;
    case 'list':
      for (const [index, item] of tree.items.entries()) {
        const found = find(item, offset, [...path, index]);
        if (found !== undefined) {
          return found;
        }
      }
      return undefined;
    case 'map':
      for (const entry of tree.entries) {
        const here = [...path, entry.key];
        if (touches(entry.keyRange, offset)) {
          return { path: here, key: true, range: entry.keyRange };
        }
        const found = find(entry.value, offset, here);
        if (found !== undefined) {
          return found;
        }
      }
      return undefined;
  }
}

function touches(range: TextRange, offset: number): boolean {
  return range.start <= offset && offset <= range.end;
}

/** What the file calls things, and where. */
class Names {
  private readonly text: string;
  private readonly root: TreeMap;

  constructor(text: string, root: TreeMap) {
    this.text = text;
    this.root = root;
  }

  at({ path, key, range }: Found): TopologyName | { readonly refusal: string } {
    const shape = path.map((step) => (typeof step === 'number' ? '#' : step)).join('.');
    const [, cluster, , node] = path;
    switch (shape) {
      case 'clusters.#.name':
      case 'arrays.#.cluster':
        return key ? nothingHere() : this.cluster(range);
      case 'clusters.#.nodes.#.name':
        return key ? nothingHere() : this.node(range, Number(cluster), Number(node));
      case 'clusters.#.nodes.#.host':
        return key ? nothingHere() : this.host(range);
      case 'clusters.#.nodes.#.port':
        return key ? nothingHere() : this.port(range, Number(cluster), Number(node));
      default:
        return key && path.length === 2 && path[0] === 'hosts' ? this.host(range) : nothingHere();
    }
  }

  portOf(nodeId: string): { readonly text: string; readonly range: TextRange } | undefined {
    const ports = this.clusters().flatMap((_cluster, cluster) =>
      this.nodes(cluster).flatMap((each, node) =>
        this.nodeId(cluster, node) === nodeId ? (scalarOf(each, 'port') ?? []) : [],
      ),
    );
    return ports[0] && this.word(ports[0].range);
  }

  private cluster(range: TextRange): TopologyName {
    const named = this.scalars('clusters', 'name');
    return this.name('cluster', range, {
      places: [...named, ...this.scalars('arrays', 'cluster')],
      problem: (name) => badName(name) ?? taken(name, named),
    });
  }

  private node(range: TextRange, cluster: number, node: number): TopologyName {
    const named = this.nodes(cluster).flatMap((each) => scalarOf(each, 'name') ?? []);
    const own = named.filter((each) => each.range.start === range.start);
    return this.name('node', range, {
      places: own,
      nodeId: this.nodeId(cluster, node),
      problem: (name) => badName(name) ?? taken(name, named),
    });
  }

  private port(range: TextRange, cluster: number, node: number): TopologyName {
    return this.name('port', range, {
      places: this.nodes(cluster)
        .slice(node, node + 1)
        .flatMap((each) => scalarOf(each, 'port') ?? []),
      nodeId: this.nodeId(cluster, node),
      problem: (name) => problemOf(checkServerPort(name)),
    });
  }

  private host(range: TextRange): TopologyName | { readonly refusal: string } {
    const own = this.word(range).text;
    const hosts = valueOf(this.root, 'hosts');
    const described = hosts?.kind === 'map' ? hosts.entries : [];
    const keys = described.map(({ key, keyRange }) => ({ text: key, range: keyRange }));
    if (own === 'local') {
      return { refusal: t('"local" is the machine that the extension runs on.') };
    }
    if (!keys.some((each) => each.text === own)) {
      return {
        refusal: t(
          '"{0}" comes from your ssh configuration. Describe it under "hosts" to name it here.',
          own,
        ),
      };
    }
    const used = this.clusters().flatMap((_cluster, index) =>
      this.nodes(index).flatMap((node) => scalarOf(node, 'host') ?? []),
    );
    const jumps = described.flatMap(({ value }) => {
      const jump = value.kind === 'map' ? scalarOf(value, 'proxyJump') : undefined;
      return jump === undefined ? [] : this.hops(jump);
    });
    return this.name('host', range, {
      places: [...keys, ...used, ...jumps],
      problem: (name) =>
        problemOf(checkHost(name)) ??
        (name === 'local'
          ? t('"local" is the machine that the extension runs on.')
          : taken(name, keys)),
    });
  }

  /** The hosts of `[user@]host[:port]`, separated by commas. */
  private hops(jump: TreeScalar): readonly { readonly text: string; readonly range: TextRange }[] {
    const { text, range } = this.word(jump.range);
    return [...text.matchAll(/(^|,|@)([^,@:]+)(?=:\d+(?:,|$)|,|$)/g)].map((match) => {
      const from = range.start + match.index + (match[1] ?? '').length;
      const host = match[2] ?? '';
      return { text: host, range: { start: from, end: from + host.length } };
    });
  }

  private name(
    kind: TopologyName['kind'],
    range: TextRange,
    more: Pick<TopologyName, 'problem' | 'nodeId'> & {
      readonly places: readonly { readonly text: string; readonly range: TextRange }[];
    },
  ): TopologyName {
    const word = this.word(range);
    const starts = new Map(
      more.places
        .filter(({ text }) => text === word.text)
        .map((place) => this.word(place.range).range)
        .map((place) => [place.start, place]),
    );
    return { ...more, kind, ...word, places: [...starts.values()] };
  }

  /** A word without the quotes around it. */
  private word({ start, end }: TextRange): { readonly text: string; readonly range: TextRange } {
    const text = this.text.slice(start, end);
    const quoted = /^(["']).*\1$/s.test(text);
    return quoted
      ? { text: text.slice(1, -1), range: { start: start + 1, end: end - 1 } }
      : { text, range: { start, end } };
  }

  private clusters(): readonly TreeMap[] {
    return mapsOf(valueOf(this.root, 'clusters'));
  }

  private nodes(cluster: number): readonly TreeMap[] {
    const map = this.clusters()[cluster];
    return map === undefined ? [] : mapsOf(valueOf(map, 'nodes'));
  }

  private nodeId(cluster: number, node: number): string {
    const own = this.nodes(cluster)[node];
    const map = this.clusters()[cluster];
    const names = [map, own].map((each) => each && scalarOf(each, 'name')?.text);
    return names.join('/');
  }

  private scalars(list: string, key: string): readonly TreeScalar[] {
    return mapsOf(valueOf(this.root, list)).flatMap((map) => scalarOf(map, key) ?? []);
  }
}

function valueOf(map: TreeMap, key: string): Tree | undefined {
  return map.entries.find((entry) => entry.key === key)?.value;
}

function scalarOf(map: TreeMap, key: string): TreeScalar | undefined {
  const value = valueOf(map, key);
  return value?.kind === 'scalar' ? value : undefined;
}

/** The mappings of a list; something else in it keeps its place as an empty one. */
function mapsOf(tree: Tree | undefined): readonly TreeMap[] {
  return tree?.kind === 'list'
    ? tree.items.map((item) =>
        item.kind === 'map' ? item : { kind: 'map', range: item.range, entries: [] },
      )
    : [];
}

function problemOf(checked: object): string | undefined {
  return 'problem' in checked ? String(checked.problem) : undefined;
}

/** Words that YAML takes for no text at all when they stand without quotes. */
const noText = /^(?:null|~)$/i;

function badName(name: string): string | undefined {
  return noText.test(name)
    ? t('YAML takes "{0}" for nothing at all.', name)
    : problemOf(checkName(name));
}

function taken(name: string, names: readonly { readonly text: string }[]): string | undefined {
  return names.some(({ text }) => text === name)
    ? t('There is already one with the name "{0}".', name)
    : undefined;
}
