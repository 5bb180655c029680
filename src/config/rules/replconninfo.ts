/** What the server takes in a replconninfo and reads otherwise than it looks. */
import type { TextRange } from '../../base/finding.ts';
import { t } from '../../base/l10n.ts';
import {
  channelKeys,
  optionalChannelKeys,
  parseChannels,
  rewriteChannel,
} from '../cluster/channels.ts';
import { quoteString } from '../lexer.ts';
import { crossNames, fix, replNames } from './rule.ts';
import type { Report, Rule, RuleInput } from './rule.ts';

const channelNames: ReadonlySet<string> = new Set([...crossNames, ...replNames]);

function warning(code: string, check: (input: RuleInput) => Iterable<Report>): Rule {
  return {
    code,
    stage: 'start',
    severity: 'warning',
    ofLine: (parameter) => channelNames.has(parameter?.name ?? ''),
    check,
  };
}

/** A replconninfo that the server takes. */
interface ChannelSetting {
  readonly value: string;
  readonly valueRange: TextRange;
}

function* channelSettings(input: RuleInput): Iterable<ChannelSetting> {
  for (const each of input.reading.all) {
    if (channelNames.has(each.key) && typeof each.value === 'string') {
      yield { value: each.value, valueRange: each.valueRange };
    }
  }
}

const channelOrder = warning('replconninfo-order', function* (input) {
  for (const each of channelSettings(input)) {
    for (const piece of each.value.split(',')) {
      const places = channelKeys.map((key) => piece.indexOf(key));
      const ordered = places.every(
        (place, index) => index === 0 || place > (places[index - 1] ?? 0),
      );
      if (piece.trim() === '' || ordered) {
        continue;
      }
      yield {
        message: t(
          'Write the keys in the order {0}: in another one the server may read past the end of the value.',
          channelKeys.join(', '),
        ),
        range: each.valueRange,
        fixes: () => [reorder(each)],
      };
      break;
    }
  }
});

function reorder(each: ChannelSetting): ReturnType<typeof fix> | undefined {
  const extra =
    /\b(?:localheartbeatport|remoteheartbeatport|localservice|remoteservice|remotenodeid|remoteuwal|iscascade|iscrossregion|sslmode)/;
  const channels = parseChannels(each.value).map(rewriteChannel);
  return channels.includes(undefined) || extra.test(each.value)
    ? undefined
    : fix(t('Put the keys in order'), {
        range: each.valueRange,
        newText: quoteString(channels.join(',')),
      });
}

const channelPorts = warning('replconninfo-port', function* (input) {
  for (const each of channelSettings(input)) {
    const [, digits] =
      /(?:localport|remoteport)[ =]+(\d+)/g.exec(each.value) === null
        ? []
        : ([...each.value.matchAll(/(?:localport|remoteport)[ =]+(\d+)/g)].find(
            ([, port]) => Number(port) < 1 || Number(port) > 65535,
          ) ?? []);
    if (digits !== undefined) {
      yield {
        message: t('The server takes the port {0} and then uses only its last 16 bits.', digits),
        range: each.valueRange,
      };
    }
    const junk = /(?:localport|remoteport)[ =]+\d+([^\d\s,][^\s,]*)/.exec(each.value)?.[1];
    if (junk !== undefined) {
      yield {
        message: t(
          'The server reads the digits of the port and ignores {0} behind them.',
          junk.slice(0, 40),
        ),
        range: each.valueRange,
        fixes: () => [
          fix(t('Remove it'), {
            range: each.valueRange,
            newText: quoteString(
              each.value.replace(/((?:localport|remoteport)[ =]+\d+)[^\d\s,][^\s,]*/g, '$1'),
            ),
          }),
        ],
      };
    }
  }
});

const knownKeys: ReadonlySet<string> = new Set([
  ...channelKeys,
  ...optionalChannelKeys,
  'sslmode',
  'localservice',
  'remoteservice',
]);

const channelKeysRule = warning('replconninfo-key', function* (input) {
  for (const each of channelSettings(input)) {
    const unknown = [...each.value.matchAll(/([A-Za-z_]\w*)[ ]*=/g)].find(
      ([, key]) => !knownKeys.has(key ?? ''),
    )?.[1];
    if (unknown !== undefined) {
      yield {
        message: t('The server ignores the key {0} silently.', unknown.slice(0, 40)),
        range: each.valueRange,
      };
    }
  }
});

const severalChannels = warning('replconninfo-several', function* (input) {
  for (const each of channelSettings(input)) {
    if (parseChannels(each.value).length > 1) {
      yield {
        message: t(
          'The server connects by the first channel only; give each remote node a parameter of its own.',
        ),
        range: each.valueRange,
      };
    }
  }
});

export const replconninfoRules: readonly Rule[] = [
  channelOrder,
  channelPorts,
  channelKeysRule,
  severalChannels,
];
