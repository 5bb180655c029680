import { posix } from 'node:path';
import * as vscode from 'vscode';
import { DisposableList } from '../../base/disposable.ts';
import { lookUpCommand, readLookUp } from '../../hosts/look-up.ts';
import { nodeScheme } from '../contributions.ts';
import type { Services } from '../services.ts';
import type { NodeRef } from '../topology/service.ts';

/** Milliseconds for which an answer holds; then it is asked for again, and holds until the new one is there. */
const freshFor = 60_000;
/** Milliseconds without a new question before a host is asked: half a path is no path. */
const delay = 700;
/** A host is asked for no more at once; a real file names a dozen. */
const mostAtOnce = 200;
const timeout = 5_000;

interface Answer {
  readonly time: number;
  /** Undefined when the host cannot tell, or has not been asked successfully. */
  readonly exists: boolean | undefined;
}

interface NodePaths {
  readonly ref: NodeRef;
  readonly answers: Map<string, Answer>;
  wanted: Set<string>;
}

/**
 * Which paths exist on the nodes. Asks in the background, all paths of a node in one round trip, and only hosts that are
 * connected already, so that a keystroke never waits and never opens a connection.
 */
export class PathLookUp implements vscode.Disposable {
  private readonly disposables = new DisposableList();
  private readonly learned = this.disposables.add(new vscode.EventEmitter<NodeRef>());
  private readonly services: Services;
  private readonly nodes = new Map<string, NodePaths>();
  private timer: NodeJS.Timeout | undefined;

  /** Something is known now that was not. */
  readonly onDidLearn = this.learned.event;

  constructor(services: Services) {
    this.services = services;
  }

  /**
   * Whether a path exists on a node, for a file of it: `undefined` for copies in the workspace, since this machine is not the
   * node, unless the node is on `local`.
   */
  of(ref: NodeRef, uri: vscode.Uri): ((path: string) => boolean | undefined) | undefined {
    if (!vscode.workspace.isTrusted || (ref.node.host !== 'local' && uri.scheme !== nodeScheme)) {
      return undefined;
    }
    const key = `${ref.entry.id} ${ref.node.id} ${ref.node.host}`;
    const known: NodePaths = this.nodes.get(key) ?? {
      ref,
      answers: new Map(),
      wanted: new Set(),
    };
    this.nodes.set(key, known);
    // A path that is no longer in the file is no longer asked for.
    known.wanted = new Set();
    return (path) => {
      const full = posix.resolve(ref.node.dataDir, path);
      const answer = known.answers.get(full);
      if (answer === undefined || Date.now() - answer.time > freshFor) {
        known.wanted.add(full);
        this.later();
      }
      return answer?.exists;
    };
  }

  /** Asks at once for what is wanted; resolves when the answers are there. */
  async settle(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await Promise.all([...this.nodes.values()].map((node) => this.ask(node)));
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.disposables.dispose();
  }

  private later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.services.reporter.background('paths', this.settle());
    }, delay);
  }

  private async ask(node: NodePaths): Promise<void> {
    const { ref, answers } = node;
    const paths = [...node.wanted].slice(0, mostAtOnce);
    if (paths.length === 0 || !this.mayAsk(ref)) {
      return;
    }
    node.wanted = new Set();
    const time = Date.now();
    const found = await this.look(ref, paths);
    let news = false;
    for (const [index, path] of paths.entries()) {
      const exists = found[index];
      news ||= answers.get(path)?.exists !== exists;
      answers.set(path, { time, exists });
    }
    if (news) {
      this.learned.fire(ref);
    }
  }

  private mayAsk(ref: NodeRef): boolean {
    return (
      vscode.workspace.isTrusted &&
      (ref.node.host === 'local' || this.services.hosts.connected(ref))
    );
  }

  /** A host that does not answer knows nothing of its paths; the connection tells of the failure elsewhere. */
  private async look(
    ref: NodeRef,
    paths: readonly string[],
  ): Promise<readonly (boolean | undefined)[]> {
    try {
      const shell = await this.services.hosts.pool(ref.entry).shell(ref.node.host);
      const { code, stdout } = await shell.run(lookUpCommand(paths), { timeout });
      return code === 0 ? readLookUp(stdout, paths.length) : [];
    } catch (thrown) {
      this.services.log.debug(`${ref.node.id}: ${String(thrown)}`);
      return [];
    }
  }
}
