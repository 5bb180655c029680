import { parseArgs } from 'node:util';
import { messageOf } from '../base/errors.ts';
import { t } from '../base/l10n.ts';
import { usageError } from './errors.ts';

/** The options of a command: with a value (`string`) or without (`boolean`). */
export type OptionTypes = Readonly<
  Record<string, { readonly type: 'string' | 'boolean'; readonly short?: string }>
>;

export interface Arguments<Options extends OptionTypes> {
  readonly values: {
    readonly [Name in keyof Options]?: Options[Name]['type'] extends 'boolean' ? boolean : string;
  };
  readonly operands: readonly string[];
}

/** Takes arguments apart. `-` is an operand; what follows `--` is too. Wrong options are a `usage` failure. */
export function takeArguments<const Options extends OptionTypes>(
  command: string,
  args: readonly string[],
  options: Options,
): Arguments<Options> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...options },
      allowPositionals: true,
      strict: true,
    });
    return { values, operands: positionals };
  } catch (thrown) {
    throw usageError(messageOf(thrown), command);
  }
}

/** The value of an option that takes one of a few words. */
export function wordOption<Word extends string>(
  command: string,
  name: string,
  value: string | undefined,
  words: readonly [Word, ...Word[]],
): Word {
  const found = value === undefined ? words[0] : words.find((word) => word === value);
  if (found === undefined) {
    throw usageError(
      t('--{0} is one of {1}, not "{2}".', name, words.join(', '), value ?? ''),
      command,
    );
  }
  return found;
}
