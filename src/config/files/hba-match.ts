import { covers, inRange } from './addresses.ts';
import { type HbaEntry, type HbaField, hbaRange } from './hba.ts';

/** Pairs of a line and an earlier one that matches all that it matches. At most one earlier line is named for each. */
export function shadowedLines(
  entries: readonly HbaEntry[],
): { readonly later: HbaEntry; readonly earlier: HbaEntry }[] {
  const pairs: { later: HbaEntry; earlier: HbaEntry }[] = [];
  // Files of thousands of lines exist; comparing every pair of them would take seconds.
  const compared = entries.slice(0, 500);
  for (const [index, later] of compared.entries()) {
    const earlier = compared.slice(0, index).find((each) => includes(each, later));
    if (earlier !== undefined) {
      pairs.push({ later, earlier });
    }
  }
  return pairs;
}

function includes(outer: HbaEntry, inner: HbaEntry): boolean {
  return (
    typeIncludes(outer.type.text, inner.type.text) &&
    wordsInclude(outer.databases, inner.databases, 'replication') &&
    wordsInclude(outer.users, inner.users) &&
    addressIncludes(outer, inner)
  );
}

function typeIncludes(outer: string, inner: string): boolean {
  return outer === inner || (outer === 'host' && inner.startsWith('host'));
}

function wordsInclude(
  outer: HbaField | undefined,
  inner: HbaField | undefined,
  notInAll?: string,
): boolean {
  const has = (word: string, quoted: boolean): boolean =>
    (outer?.tokens ?? []).some(
      (token) =>
        (!token.quoted && token.text === 'all' && (quoted || word !== notInAll)) ||
        (token.text === word && token.quoted === quoted && !/^[@+]/.test(word)),
    );
  return (inner?.tokens ?? []).every((token) => has(token.text, token.quoted));
}

function addressIncludes(outer: HbaEntry, inner: HbaEntry): boolean {
  if (outer.type.text === 'local') {
    return true;
  }
  const outerText = outer.address?.tokens[0]?.text;
  const innerText = inner.address?.tokens[0]?.text;
  if (outerText === 'all' || outerText === innerText) {
    return outerText === 'all' || outer.mask?.tokens[0]?.text === inner.mask?.tokens[0]?.text;
  }
  const outerRange = hbaRange(outer);
  const innerRange = hbaRange(inner);
  return outerRange !== undefined && innerRange !== undefined && covers(outerRange, innerRange);
}

/** What a line must fit. */
export interface HbaQuestion {
  readonly address: string;
  readonly database: string;
  readonly user: string;
}

/**
 * The first line that decides on a TCP connection without SSL. A line for `replication` counts for walsenders only and,
 * as the server has it, `all` does not mean `replication`.
 */
export function decidingLine(
  entries: readonly HbaEntry[],
  question: HbaQuestion,
): HbaEntry | undefined {
  return entries.find(
    (entry) =>
      (entry.type.text === 'host' || entry.type.text === 'hostnossl') &&
      matchesDatabase(entry, question) &&
      matchesUser(entry, question.user) &&
      matchesAddress(entry, question.address),
  );
}

function matchesDatabase(entry: HbaEntry, { database }: HbaQuestion): boolean {
  return (entry.databases?.tokens ?? []).some((token) =>
    database === 'replication'
      ? !token.quoted && token.text === 'replication'
      : (!token.quoted && token.text === 'all') || token.text === database,
  );
}

function matchesUser(entry: HbaEntry, user: string): boolean {
  return (entry.users?.tokens ?? []).some(
    (token) => (!token.quoted && token.text === 'all') || token.text === user,
  );
}

function matchesAddress(entry: HbaEntry, address: string): boolean {
  const text = entry.address?.tokens[0]?.text;
  const range = hbaRange(entry);
  return (
    text === 'all' ||
    text === address ||
    (range !== undefined && inRange(address, range)) ||
    // Which networks a host is in is not known here; such a line is taken as fitting.
    text === 'samenet'
  );
}
