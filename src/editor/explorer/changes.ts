import type { ExplorerItem } from './item.ts';

/**
 * The rows that must be drawn again, each with all below it: as few and as deep in the tree as can be, so that nothing
 * flickers. `all` when the top rows themselves are others.
 */
export function changedItems(
  before: readonly ExplorerItem[],
  after: readonly ExplorerItem[],
): readonly string[] | 'all' {
  if (!sameIds(before, after)) {
    return 'all';
  }
  const ids: string[] = [];
  const compare = (olds: readonly ExplorerItem[], news: readonly ExplorerItem[]): void => {
    news.forEach((item, index) => {
      const old = olds[index];
      if (old === undefined || face(old) !== face(item) || !sameIds(old.children, item.children)) {
        ids.push(item.id);
      } else {
        compare(old.children, item.children);
      }
    });
  };
  compare(before, after);
  return ids;
}

function sameIds(before: readonly ExplorerItem[], after: readonly ExplorerItem[]): boolean {
  return (
    before.length === after.length && after.every((item, index) => before[index]?.id === item.id)
  );
}

/** What one sees of a row itself; tooltips are made when they are looked at. */
function face(item: ExplorerItem): string {
  return JSON.stringify([
    item.label,
    item.description,
    item.icon,
    item.contextValue,
    item.spoken,
    item.expansion,
    item.file,
    item.waits,
  ]);
}
