/**
 * OpenSSH's patterns (match.c): `*` stands for any characters, `?` for exactly one; nothing else is special. Written
 * without regular expressions, since a pattern of a file must not be able to make matching slow.
 */
export function matchPattern(text: string, pattern: string): boolean {
  let at = 0;
  let in_ = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    if (
      in_ < pattern.length &&
      (pattern[in_] === '?' || (pattern[in_] === text[at] && pattern[in_] !== '*'))
    ) {
      at++;
      in_++;
    } else if (pattern[in_] === '*') {
      star = in_++;
      resume = at;
    } else if (star >= 0) {
      in_ = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[in_] === '*') {
    in_++;
  }
  return in_ === pattern.length;
}

/**
 * A list with commas: `negated` when a pattern with `!` fits, whatever else fits; `true` when another one fits.
 */
export function matchPatternList(
  text: string,
  list: string,
  lowerCase = false,
): boolean | 'negated' {
  let fits = false;
  for (const entry of list.split(',')) {
    const negated = entry.startsWith('!');
    const pattern = negated ? entry.slice(1) : entry;
    if (matchPattern(text, lowerCase ? pattern.toLowerCase() : pattern)) {
      if (negated) {
        return 'negated';
      }
      fits = true;
    }
  }
  return fits;
}

/** Host names in a list, in whatever case. */
export function matchHostList(host: string, list: string): boolean | 'negated' {
  return matchPatternList(host.toLowerCase(), list, true);
}
