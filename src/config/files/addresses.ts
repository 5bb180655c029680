/** A range of IP addresses. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly bits: bigint;
  readonly mask: bigint;
}

/** The number of an IPv4 address; undefined when the text is none. */
function parseIpv4(text: string): bigint | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) {
    return undefined;
  }
  const parts = match.slice(1).map(Number);
  return parts.every((part) => part <= 255)
    ? parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n)
    : undefined;
}

/** The number of an IPv6 address, with or without an IPv4 tail; undefined when the text is none. */
function parseIpv6(text: string): bigint | undefined {
  const [head = '', tail, more] = (text.split('%')[0] ?? '').split('::');
  if (more !== undefined) {
    return undefined;
  }
  const front = groupsOf(head);
  const back = tail === undefined ? [] : groupsOf(tail);
  if (front === undefined || back === undefined) {
    return undefined;
  }
  const missing = 8 - front.length - back.length;
  if (tail === undefined ? missing !== 0 : missing < 1) {
    return undefined;
  }
  return [...front, ...new Array<bigint>(missing).fill(0n), ...back].reduce(
    (sum, group) => (sum << 16n) | group,
    0n,
  );
}

function groupsOf(text: string): bigint[] | undefined {
  if (text === '') {
    return [];
  }
  const groups: bigint[] = [];
  for (const piece of text.split(':')) {
    const four = parseIpv4(piece);
    if (four !== undefined) {
      groups.push(four >> 16n, four & 0xffffn);
    } else if (/^[0-9a-f]{1,4}$/i.test(piece)) {
      groups.push(BigInt(`0x${piece}`));
    } else {
      return undefined;
    }
  }
  return groups;
}

/** Family and number of an address. */
export function parseAddress(
  text: string,
): { readonly family: 4 | 6; readonly bits: bigint } | undefined {
  const four = parseIpv4(text);
  if (four !== undefined) {
    return { family: 4, bits: four };
  }
  const six = text.includes(':') ? parseIpv6(text) : undefined;
  return six === undefined ? undefined : { family: 6, bits: six };
}

/** The mask of a prefix length; undefined when it is no number that fits. */
export function prefixMask(family: 4 | 6, prefix: string): bigint | undefined {
  const width = family === 4 ? 32 : 128;
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > width) {
    return undefined;
  }
  const length = BigInt(Number(prefix));
  return ((1n << BigInt(width)) - 1n) ^ ((1n << (BigInt(width) - length)) - 1n);
}

/** Whether an address lies in a range. */
export function inRange(address: string, range: AddressRange): boolean {
  const parsed = parseAddress(address);
  return (
    parsed?.family === range.family && (parsed.bits & range.mask) === (range.bits & range.mask)
  );
}

/** Whether one range holds all of another one. */
export function covers(outer: AddressRange, inner: AddressRange): boolean {
  return (
    outer.family === inner.family &&
    (outer.mask & inner.mask) === outer.mask &&
    (outer.bits & outer.mask) === (inner.bits & outer.mask)
  );
}
