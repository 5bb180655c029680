import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changedItems } from '../../../src/editor/explorer/changes.ts';
import type { ExplorerItem } from '../../../src/editor/explorer/item.ts';
import { explorerTree } from '../../../src/editor/explorer/tree.ts';
import type { ExplorerInput } from '../../../src/editor/explorer/tree.ts';
import { assess } from '../../../src/status/health.ts';
import type { NodeState, NodeStatus } from '../../../src/status/types.ts';
import { broken, mainStandby, primary, sampleTopology, snapshotOf, standby } from './samples.ts';

function input(states: Readonly<Record<string, NodeState>>): ExplorerInput {
  const snapshot = snapshotOf(states);
  return {
    id: 'demo',
    name: 'demo',
    file: 'file:///demo/opengauss.yaml',
    topology: sampleTopology,
    findings: [],
    snapshot,
    health: assess(sampleTopology, snapshot),
    reading: true,
  };
}

const healthy = {
  'production/dn0': primary(0n),
  'production/dn1': standby(),
  'recovery/dn0': mainStandby(0n),
  'recovery/dn1': standby(),
};

function find(items: readonly ExplorerItem[], id: string): ExplorerItem {
  for (const item of items) {
    if (item.id === id) {
      return item;
    }
    const below = item.children.length === 0 ? undefined : tryFind(item.children, id);
    if (below !== undefined) {
      return below;
    }
  }
  throw new Error(`no row ${id}`);
}

function tryFind(items: readonly ExplorerItem[], id: string): ExplorerItem | undefined {
  try {
    return find(items, id);
  } catch {
    return undefined;
  }
}

function all(items: readonly ExplorerItem[]): readonly ExplorerItem[] {
  return items.flatMap((item) => [item, ...all(item.children)]);
}

describe('The cluster explorer', () => {
  it('says which nodes wait for an answer, and in a few words what was refused', () => {
    const [first] = sampleTopology.clusters.flatMap(({ nodes }) => nodes);
    assert.ok(first);
    const waiting = explorerTree([
      {
        ...input({}),
        question: (host) => (host === first.host ? 'host key' : undefined),
      },
    ]);
    const row = find(waiting, `node:demo/${first.id}`);
    assert.equal(row.description, 'Host key: waits for you');
    assert.equal(row.waits, true);
    assert.match(row.spoken ?? '', /waits for you/);
    const refused = explorerTree([
      input({
        [first.id]: {
          kind: 'unreachable',
          time: 0,
          code: 'host-key-unknown',
          reason: 'The host key of "h" ([10.0.0.1]:2222) is not known and was not accepted: …',
        },
      }),
    ]);
    const shown = find(refused, `node:demo/${first.id}`);
    assert.equal(shown.description, 'Unreachable · host key not accepted');
    assert.equal(shown.waits, undefined);
  });

  it('shows clusters, nodes, roles and the lag', () => {
    const tree = explorerTree([input({ ...healthy, 'production/dn0': primary(1536n) })]);
    assert.deepEqual(
      tree.map((cluster) => [cluster.label, cluster.children.map((node) => node.label)]),
      [
        ['production', ['dn0', 'dn1']],
        ['recovery', ['dn0', 'dn1']],
      ],
    );
    assert.equal(find(tree, 'node:demo/production/dn0').description, 'Primary · lag 1.50 KiB');
    assert.equal(find(tree, 'node:demo/recovery/dn0').description, 'Main Standby');
    const lag = all(tree).find((item) => item.label === 'Lag');
    assert.equal(lag?.description, '1.50 KiB (1,536 bytes)');
  });

  it('gives every row an id of its own that stays from reading to reading', () => {
    const before = all(explorerTree([input(healthy)])).map((item) => item.id);
    const after = all(explorerTree([input({ ...healthy, 'production/dn0': primary(4096n) })])).map(
      (item) => item.id,
    );
    assert.equal(new Set(before).size, before.length);
    assert.deepEqual(
      after.filter((id) => !id.includes('#problem') && !id.startsWith('problems:')),
      before,
    );
  });

  it('draws every kind of state with another shape and says why', () => {
    const shapes = new Map<string, string>();
    for (const kind of ['ok', 'degraded', 'offline', 'unreachable', 'stale', 'unknown'] as const) {
      const state = kind === 'ok' ? standby() : broken(kind, 'because of X');
      const node = find(
        explorerTree([input({ ...healthy, 'production/dn1': state })]),
        'node:demo/production/dn1',
      );
      shapes.set(node.icon.name, kind);
      if (kind !== 'ok') {
        assert.match(node.description ?? '', /because of X/);
        assert.match(node.tooltip?.() ?? '', /because of X/);
      }
    }
    assert.equal(shapes.size, 6);
  });

  it('shows nodes that have not been read, and their files', () => {
    const tree = explorerTree([{ ...input({}), snapshot: undefined, health: undefined }]);
    const node = find(tree, 'node:demo/production/dn0');
    assert.equal(node.description, 'Not read yet');
    const files = all([node]).filter((item) => item.contextValue === 'file');
    assert.ok(files.some((item) => item.label === 'postgresql.conf'));
    assert.ok(files.every((item) => item.file?.startsWith('opengauss://demo/production/dn0/')));
  });

  it('shows a topology with errors as one row that opens the file', () => {
    const [row, ...more] = explorerTree([
      {
        ...input({}),
        topology: undefined,
        findings: [
          {
            code: 'x',
            stage: 'tool',
            severity: 'error',
            message: 'No clusters.',
            range: { start: 0, end: 0 },
          },
        ],
      },
    ]);
    assert.deepEqual(more, []);
    assert.equal(row?.file, 'file:///demo/opengauss.yaml');
    assert.match(row.tooltip?.() ?? '', /No clusters\./);
  });

  it('groups by topology only when there are several', () => {
    const one = input(healthy);
    const two = { ...one, id: 'other', name: 'other' };
    assert.deepEqual(
      explorerTree([one, two]).map((row) => [row.contextValue, row.children.length]),
      [
        ['topology', 2],
        ['topology', 2],
      ],
    );
  });

  it('draws again only what has changed', () => {
    const before = explorerTree([input(healthy)]);
    assert.deepEqual(changedItems(before, explorerTree([input(healthy)])), []);
    const slower = explorerTree([input({ ...healthy, 'production/dn0': primary(4096n) })]);
    assert.deepEqual(changedItems(before, slower), ['node:demo/production/dn0']);
    const [, ...rest] = before;
    assert.equal(changedItems(before, rest), 'all');
  });

  it('keeps a state of a node that left the topology out', () => {
    const snapshot = snapshotOf(healthy);
    const nodes = new Map<string, NodeStatus>(snapshot.nodes);
    nodes.set('gone/dn9', { id: 'gone/dn9', state: standby() });
    const tree = explorerTree([{ ...input(healthy), snapshot: { ...snapshot, nodes } }]);
    assert.ok(all(tree).every((item) => !item.id.includes('gone')));
  });
});
