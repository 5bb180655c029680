/** Checks of replication: channels, synchronous standbys, archiving. */
import type { Refusal } from '../values.ts';
import type { Check } from './check.ts';
import { fatal, ofNumber, ofText } from './check.ts';

/**
 * Whether one channel of a replconninfo has what the server looks for (guc.cpp, CheckReplChannel): each of four words
 * somewhere in the text, behind it any blanks and `=`, then for a host a digit, a letter or a colon, for a port a digit.
 */
function isReplChannel(channel: string): boolean {
  const valueOf = (key: string): string | undefined => {
    const at = channel.indexOf(key);
    return at < 0 ? undefined : channel.slice(at + key.length).replace(/^[ =]+/, '');
  };
  const host = (key: string, next: string): boolean => {
    const value = valueOf(key);
    return value !== undefined && /^[0-9:A-Za-z]/.test(value) && !value.startsWith(next);
  };
  const port = (key: string): boolean => /^[0-9]/.test(valueOf(key) ?? '');
  return (
    host('localhost', 'localport') &&
    port('localport') &&
    host('remotehost', 'remoteport') &&
    port('remoteport')
  );
}

/** Blank, or channels with commas between. */
const replconninfo: Check = ofText((text) =>
  /^ *$/.test(text) || text.split(',').every((channel) => channel === '' || isReplChannel(channel))
    ? undefined
    : {},
);

const syncToken =
  /[ \t\n\r\f\v]+|([A-Za-z\u0080-\uffff_][-A-Za-z./\u0080-\uffff_0-9$]*|\*)|"((?:[^"]|"")*)"|([0-9]+)|([,()])/y;

/** A token: its kind and, of names and numbers, its text. */
type SyncToken = readonly ['name' | 'number' | 'any' | 'first' | ',' | '(' | ')', string];

function syncTokens(text: string): readonly SyncToken[] | undefined {
  const tokens: SyncToken[] = [];
  syncToken.lastIndex = 0;
  while (syncToken.lastIndex < text.length) {
    const match = syncToken.exec(text);
    if (match === null) {
      return undefined;
    }
    const [, word, quoted, number, mark] = match;
    if (word === 'ANY' || word === 'FIRST') {
      tokens.push([word === 'ANY' ? 'any' : 'first', word]);
    } else if (word !== undefined || quoted !== undefined) {
      tokens.push(['name', word ?? quoted ?? '']);
    } else if (number !== undefined) {
      tokens.push(['number', number]);
    } else if (mark === ',' || mark === '(' || mark === ')') {
      tokens.push([mark, mark]);
    }
  }
  return tokens;
}

interface SyncGroup {
  readonly first: boolean;
  readonly count: number;
  readonly names: readonly string[];
}

/** syncrep_gram.y. */
class SyncParser {
  private readonly tokens: readonly SyncToken[];
  private at = 0;

  constructor(tokens: readonly SyncToken[]) {
    this.tokens = tokens;
  }

  parse(): readonly SyncGroup[] | undefined {
    const groups: SyncGroup[] = [];
    const head = this.tokens[0]?.[0];
    if (head === 'any' || head === 'first') {
      do {
        const kind = this.take('any') ?? this.take('first');
        const count = this.take('number');
        const names = count === undefined ? undefined : this.inBrackets();
        if (kind === undefined || count === undefined || names === undefined) {
          return undefined;
        }
        groups.push({ first: kind === 'FIRST', count: Number(count), names });
      } while (this.take(',') !== undefined);
    } else {
      const counted = head === 'number' && this.tokens[1]?.[0] === '(';
      const count = counted ? Number(this.take('number')) : 1;
      const names = counted ? this.inBrackets() : this.names();
      if (names === undefined) {
        return undefined;
      }
      groups.push({ first: true, count, names });
    }
    return this.at === this.tokens.length ? groups : undefined;
  }

  private take(kind: SyncToken[0]): string | undefined {
    const token = this.tokens[this.at];
    if (token?.[0] !== kind) {
      return undefined;
    }
    this.at += 1;
    return token[1];
  }

  private inBrackets(): readonly string[] | undefined {
    const names = this.take('(') === undefined ? undefined : this.names();
    return names !== undefined && this.take(')') !== undefined ? names : undefined;
  }

  private names(): readonly string[] | undefined {
    const names: string[] = [];
    do {
      const name = this.take('name') ?? this.take('number');
      if (name === undefined) {
        return undefined;
      }
      names.push(name);
    } while (this.take(',') !== undefined);
    return names;
  }
}

/** syncrep.cpp, transform_synchronous_standby_names. */
function syncGroups(groups: readonly SyncGroup[]): Refusal | undefined {
  const seen = new Set<string>();
  for (const { first, count, names } of groups) {
    const star = names.includes('*');
    if (first && groups.length > 1) {
      return { detail: 'FIRST rule is not support when sync standby strategy is combinated.' };
    }
    if (star && groups.length > 1) {
      return { detail: "'*' is not support when sync standby strategy is combinated." };
    }
    if (star && names.length > 1) {
      return { detail: "Please use the '*' separately, otherwise, it is semantic ambiguity." };
    }
    if (!star && count > names.length) {
      return {
        detail: 'The sync number must less or equals to the number of standby node names.',
      };
    }
    for (const name of star ? [] : names) {
      const folded = name.toLowerCase();
      if (seen.has(folded)) {
        return { detail: `Duplicate standby node name: ${name}` };
      }
      seen.add(folded);
    }
  }
  return undefined;
}

const synchronousStandbyNames: Check = ofText((text) => {
  if (text === '') {
    return undefined;
  }
  const tokens = syncTokens(text);
  const groups = tokens === undefined ? undefined : new SyncParser(tokens).parse();
  return groups === undefined
    ? { detail: 'synchronous_standby_names parser failed' }
    : syncGroups(groups);
});

const replUuid: Check = ofText((text) =>
  text.length > 63
    ? { detail: 'Max repl_uuid string length is 63.' }
    : /^[A-Za-z0-9]*$/.test(text)
      ? undefined
      : { detail: 'repl_uuid only accepts alphabetic or digital character, case insensitive.' },
);

const replicationType: Check = ofNumber((value) =>
  value === 1 ? undefined : fatal(`replication_type is only allowed set to 1, newval=${value}.`),
);

const archiveCommand: Check = ofText((text) => {
  if (text === '') {
    return { detail: 'Archive_command cannot be empty in runtime.' };
  }
  if (text.length + 1 > 1024) {
    return { detail: 'Archive_command is too long. Please check and make sure it is correct.' };
  }
  const missing = ['%f', '%p'].find((part) => !text.includes(part));
  return missing === undefined
    ? undefined
    : { detail: `Archive_command should be set with "${missing}".` };
});

const archiveDestination: Check = ofText((text) =>
  text.startsWith('+')
    ? {
        detail:
          'Do not allow set archive log path to a shared storage path. The first character of archive_dest is illegal.',
      }
    : undefined,
);

export const replicationChecks: Readonly<Record<string, Check>> = {
  check_replconninfo: replconninfo,
  check_synchronous_standby_names: synchronousStandbyNames,
  check_repl_uuid: replUuid,
  check_replication_type: replicationType,
  check_xlog_archive_command: archiveCommand,
  check_xlog_archive_dest: archiveDestination,
};
