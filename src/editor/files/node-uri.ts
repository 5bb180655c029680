import type { NodeSpec } from '../../topology/types.ts';
import { nodeScheme } from '../contributions.ts';

/** What an address `opengauss://<topology>/<cluster>/<node>/<path>` names. */
export interface NodePath {
  readonly topology: string;
  /** `<cluster>/<node>`. */
  readonly node: string;
  /** Absolute, on the node. */
  readonly path: string;
}

/** The address of a file on a node. `path` is absolute. */
export function nodeFileUri(topology: string, node: NodeSpec, path: string): string {
  const parts = [node.cluster, node.name, ...path.replace(/^\/+/, '').split('/')];
  return `${nodeScheme}://${topology}/${parts.map(encodeURIComponent).join('/')}`;
}

/** Reads the parts of an address, given as the editor gives them (the path decoded); undefined when it names no file. */
export function parseNodePath(authority: string, path: string): NodePath | undefined {
  const [empty, cluster, node, ...rest] = path.split('/');
  if (empty !== '' || authority === '' || !cluster || !node || rest.includes('..')) {
    return undefined;
  }
  return { topology: authority, node: `${cluster}/${node}`, path: `/${rest.join('/')}` };
}
