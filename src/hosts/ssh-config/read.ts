import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { t } from '../../base/l10n.ts';
import { sshConfig } from '../errors.ts';
import { globFiles } from './glob.ts';
import { configLines, splitWords, takeWord, type ConfigLine } from './lines.ts';
import { matchHostList, matchPattern, matchPatternList } from './patterns.ts';

/** Who asks, and where the files are. All of it can be set by tests. */
export interface ConfigSource {
  /** In the order in which they are read; absent files are empty. `user`: the rules of the user's own file hold. */
  readonly files: readonly { readonly path: string; readonly user: boolean }[];
  readonly home: string;
  readonly localUser: string;
}

/** The values of one host by keyword in lower case; the first value that is found holds, as ssh has it. */
export interface RawOptions {
  readonly values: Map<string, readonly string[]>;
  readonly identityFiles: string[];
  /** What our reading cannot decide, for example `Match exec`; `ssh -G` can. */
  readonly undecided: Set<string>;
}

export function emptyOptions(): RawOptions {
  return { values: new Map(), identityFiles: [], undecided: new Set() };
}

/** Values that take the rest of the line as it stands. */
const wholeLine = new Set([
  'proxycommand',
  'proxyjump',
  'remotecommand',
  'localcommand',
  'knownhostscommand',
]);

const aliases: Readonly<Record<string, string>> = {
  challengeresponseauthentication: 'kbdinteractiveauthentication',
  skeyauthentication: 'kbdinteractiveauthentication',
  tisauthentication: 'kbdinteractiveauthentication',
  keyboardinteractiveauthentication: 'kbdinteractiveauthentication',
  pubkeyacceptedkeytypes: 'pubkeyacceptedalgorithms',
  dsaauthentication: 'pubkeyauthentication',
  rsaauthentication: 'ignored',
};

const deepest = 16;

/**
 * Reads the user's and the system's ssh_config for one host, as `ssh host` does: the first value of each keyword
 * holds; a `Match final` makes a second pass under the name that HostName gave. `given` are values that come before
 * the files, as options on ssh's command line do. Nothing is executed: `Match exec` is `undecided` and does not match.
 */
export async function readConfig(
  host: string,
  source: ConfigSource,
  given: RawOptions = emptyOptions(),
): Promise<RawOptions> {
  const reader = new Reader(host, source, given);
  await reader.pass(host, false);
  const hostName = reader.hostNameFrom(host).toLowerCase();
  if (reader.wantsFinal) {
    given.values.set('hostname', [hostName]);
    await reader.pass(hostName, true);
  }
  given.values.set('hostname', [hostName]);
  return given;
}

interface State {
  active: boolean;
  readonly file: string;
  readonly user: boolean;
  /** Within an Include of a block that does not match nothing matches. */
  readonly never: boolean;
  readonly depth: number;
}

class Reader {
  wantsFinal = false;
  private readonly original: string;
  private readonly source: ConfigSource;
  private readonly options: RawOptions;
  private host = '';
  private final = false;

  constructor(original: string, source: ConfigSource, options: RawOptions) {
    this.original = original;
    this.source = source;
    this.options = options;
  }

  async pass(host: string, final: boolean): Promise<void> {
    this.host = host;
    this.final = final;
    for (const { path, user } of this.source.files) {
      await this.file(path, { user, never: false, depth: 0, active: true });
    }
  }

  hostNameFrom(name: string): string {
    const [value] = this.options.values.get('hostname') ?? [];
    return value === undefined
      ? name
      : value.replace(/%(.)/g, (whole, letter: string) =>
          letter === 'h' ? name : letter === '%' ? '%' : whole,
        );
  }

  private async file(path: string, inherited: Omit<State, 'file'>): Promise<void> {
    let text: string;
    try {
      await refuseForeign(path, inherited.user);
      text = await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        return;
      }
      throw error;
    }
    const state: State = { ...inherited, file: path };
    for (const line of configLines(text)) {
      await this.line(line, state);
    }
  }

  private async line(entry: ConfigLine, state: State): Promise<void> {
    const { keyword, rest, line } = entry;
    if (rest === '') {
      throw sshConfig(
        state.file,
        line,
        t('"{0}" has no value (line {1} of {2}).', keyword, line, state.file),
      );
    }
    if (keyword === 'match') {
      const matched = this.match(rest, state, line);
      state.active = matched && !state.never;
      return;
    }
    const words = wholeLine.has(keyword) ? [rest.replace(/^[ \t=]+/, '')] : splitWords(rest);
    if (words === undefined) {
      throw sshConfig(
        state.file,
        line,
        t('A quotation mark is not closed (line {0} of {1}).', line, state.file),
      );
    }
    if (keyword === 'host') {
      state.active = !state.never && this.matchesHost(words);
    } else if (keyword === 'include') {
      await this.include(words, state, line);
    } else if (state.active && words.length > 0) {
      this.set(aliases[keyword] ?? keyword, words);
    }
  }

  private set(keyword: string, words: readonly string[]): void {
    const { values, identityFiles } = this.options;
    const [first = ''] = words;
    if (keyword === 'identityfile') {
      if (!identityFiles.includes(first)) {
        identityFiles.push(first);
      }
      return;
    }
    // ProxyJump and ProxyCommand exclude each other: the first one holds.
    if (
      (keyword === 'proxyjump' && values.has('proxycommand')) ||
      (keyword === 'proxycommand' && values.has('proxyjump'))
    ) {
      return;
    }
    if (keyword === 'canonicalizehostname' && !/^(no|false|none)$/i.test(first)) {
      this.options.undecided.add('CanonicalizeHostname');
    }
    if (!values.has(keyword)) {
      values.set(keyword, words);
    }
  }

  private matchesHost(patterns: readonly string[]): boolean {
    let matched = false;
    for (const entry of patterns) {
      const negated = entry.startsWith('!');
      if (matchPattern(this.host, negated ? entry.slice(1) : entry)) {
        if (negated) {
          return false;
        }
        matched = true;
      }
    }
    return matched;
  }

  private match(text: string, state: State, line: number): boolean {
    let matched = true;
    let criteria = 0;
    let rest = text;
    const take = (): string => {
      const next = takeWord(rest);
      rest = next?.rest ?? '';
      return next?.word ?? '';
    };
    const bad = (said: string): Error => sshConfig(state.file, line, said);
    for (let word = take(); word !== '' && !word.startsWith('#'); word = take()) {
      const negated = word.startsWith('!');
      const name = (negated ? word.slice(1) : word).toLowerCase();
      if (name === 'all') {
        const next = take();
        if (criteria > 1 || (next !== '' && !next.startsWith('#'))) {
          throw bad(
            t(
              '"all" cannot be combined with other criteria of Match (line {0} of {1}).',
              line,
              state.file,
            ),
          );
        }
        return matched && !negated;
      }
      criteria++;
      let fits: boolean;
      if (name === 'final' || name === 'canonical') {
        this.wantsFinal ||= name === 'final';
        fits = this.final;
      } else {
        const value = take();
        if (value === '' || value.startsWith('#')) {
          throw bad(t('"{0}" of Match has no value (line {1} of {2}).', name, line, state.file));
        }
        const decided = this.criterion(name, value, matched && !state.never);
        if (decided === undefined) {
          matched = false;
          continue;
        }
        fits = decided;
      }
      if (fits === negated) {
        matched = false;
      }
    }
    if (criteria === 0) {
      throw bad(t('Match has no criteria (line {0} of {1}).', line, state.file));
    }
    return matched;
  }

  /** `undefined` when our reading cannot tell; it counts then only when everything before it fits. */
  private criterion(name: string, value: string, counts: boolean): boolean | undefined {
    const { localUser } = this.source;
    switch (name) {
      case 'host':
        return (
          matchHostList(
            this.final ? this.hostNameFrom('') : this.hostNameFrom(this.host),
            value,
          ) === true
        );
      case 'originalhost':
        return matchHostList(this.original, value) === true;
      case 'user':
        return matchPatternList(this.options.values.get('user')?.[0] ?? localUser, value) === true;
      case 'localuser':
        return matchPatternList(localUser, value) === true;
      default:
        if (counts) {
          this.options.undecided.add(`Match ${name}`);
        }
        return undefined;
    }
  }

  private async include(words: readonly string[], state: State, line: number): Promise<void> {
    if (state.depth >= deepest) {
      throw sshConfig(
        state.file,
        line,
        t('Too many files include each other (line {0} of {1}).', line, state.file),
      );
    }
    for (const word of words) {
      if (word.startsWith('~') && !state.user) {
        throw sshConfig(
          state.file,
          line,
          t(
            'The system\'s ssh_config cannot include "{0}" (line {1} of {2}).',
            word,
            line,
            state.file,
          ),
        );
      }
      const folder = state.user ? join(this.source.home, '.ssh') : '/etc/ssh';
      const path = word.startsWith('~/')
        ? join(this.source.home, word.slice(2))
        : /^([/\\]|[A-Za-z]:)/.test(word)
          ? word
          : join(folder, word);
      for (const file of await globFiles(path)) {
        await this.file(file, {
          user: state.user,
          depth: state.depth + 1,
          never: state.never || !state.active,
          // A block may begin before the Include and go on in the included file.
          active: state.active,
        });
      }
    }
  }
}

/** As ssh does: a configuration that somebody else may change is not used. */
async function refuseForeign(path: string, user: boolean): Promise<void> {
  if (!user || process.getuid === undefined) {
    return;
  }
  const { uid, mode } = await stat(path);
  if ((uid !== 0 && uid !== process.getuid()) || (mode & 0o022) !== 0) {
    throw sshConfig(
      path,
      1,
      t(
        '{0} belongs to somebody else or can be changed by others, so ssh would not use it either.',
        path,
      ),
    );
  }
}
