/**
 * A short name for a topology in addresses (`opengauss://<id>/…`): the folder's name in lower case.
 * `taken` says which other file has a name already, so that names given once never change.
 */
export function topologyId(
  folder: string,
  file: string,
  taken: Readonly<Record<string, string>>,
): string {
  const slug =
    folder
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'topology';
  const known = Object.entries(taken).find(([, owner]) => owner === file);
  if (known !== undefined) {
    return known[0];
  }
  let id = slug;
  for (let count = 2; taken[id] !== undefined; count += 1) {
    id = `${slug}-${count}`;
  }
  return id;
}
