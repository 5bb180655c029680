/**
 * How the server reads a value of each type (guc.cpp: parse_int, parse_int64, parse_real; bool.cpp: parse_bool).
 */
import type { Parameter, ParameterUnit } from './catalogue.ts';

/** A value as the server stores it. Numbers are in the parameter's base unit. */
export type Value = string | number | bigint | boolean;

/** Why the server does not take a value, in its words. `message` is missing where its general one fits. */
export interface Refusal {
  readonly message?: string;
  readonly detail?: string;
  readonly hint?: string;
  /** The server ends at once and says this as FATAL. */
  readonly fatal?: boolean;
}

export type Reading<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

const refused = (refusal: Refusal): { readonly ok: false; readonly refusal: Refusal } => ({
  ok: false,
  refusal,
});
const taken = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

/** Values longer than this are cut in messages; the server prints them whole. */
const shownLength = 300;

/** A value as it is shown in a message. */
export function shown(value: string): string {
  return value.length > shownLength ? `${value.slice(0, shownLength)}…` : value;
}

/** `true false yes no` or an unambiguous beginning of one, `on off of`, `1 0`; letters in any case. */
function parseBool(text: string): boolean | undefined {
  if (text.length > 5 || text === '') {
    return undefined;
  }
  const lower = text.toLowerCase();
  if ('true'.startsWith(lower) || 'yes'.startsWith(lower) || lower === 'on' || lower === '1') {
    return true;
  }
  const off = lower === 'of' || lower === 'off' || lower === '0';
  return 'false'.startsWith(lower) || 'no'.startsWith(lower) || off ? false : undefined;
}

type UnitKind = 'memory' | 'time';

/** What one of a written unit is in kB or in ms. */
const units: Readonly<Record<UnitKind, ReadonlyMap<string, number>>> = {
  memory: new Map([
    ['kB', 1],
    ['MB', 1024],
    ['GB', 1024 * 1024],
  ]),
  time: new Map([
    ['ms', 1],
    ['s', 1000],
    ['min', 60_000],
    ['h', 3_600_000],
    ['d', 86_400_000],
  ]),
};
const baseUnits: Readonly<Record<ParameterUnit, { kind: UnitKind; size: number }>> = {
  kB: { kind: 'memory', size: 1 },
  '8kB': { kind: 'memory', size: 8 },
  ms: { kind: 'time', size: 1 },
  s: { kind: 'time', size: 1000 },
  min: { kind: 'time', size: 60_000 },
  h: { kind: 'time', size: 3_600_000 },
  d: { kind: 'time', size: 86_400_000 },
};
const unitHints: Readonly<Record<UnitKind, string>> = {
  memory: 'Valid units for this parameter are "kB", "MB", and "GB".',
  time: 'Valid units for this parameter are "ms", "s", "min", "h", and "d".',
};
const tooLarge = 'Value exceeds integer range.';

/** The units that can be written for a parameter, smallest first; none when it takes a bare number only. */
export function unitsOf(unit: ParameterUnit | undefined): readonly string[] {
  return unit === undefined ? [] : [...units[baseUnits[unit].kind].keys()];
}

/** A number of base units in bytes or in milliseconds. */
export function inSmallestUnit(
  value: number,
  unit: ParameterUnit,
): { readonly kind: UnitKind; readonly amount: number } {
  const { kind, size } = baseUnits[unit];
  return { kind, amount: value * size * (kind === 'memory' ? 1024 : 1) };
}

/**
 * A number with the text behind it as a unit, in base units. The server looks for a unit's letters at the start of the
 * rest, in this order, so `sec` is read as `s` with rubbish behind it.
 */
function convert(amount: number, rest: string, unit: ParameterUnit | undefined): Reading<number> {
  if (rest === '') {
    return taken(amount);
  }
  if (unit === undefined) {
    return refused({});
  }
  const { kind, size } = baseUnits[unit];
  const factor = units[kind].get(rest.replace(/[ \t\n\v\f\r]+$/, ''));
  return factor === undefined
    ? refused({ hint: unitHints[kind] })
    : taken((amount * factor) / size);
}

const space = '[ \\t\\n\\v\\f\\r]*';
const autoBase = new RegExp(`^${space}([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)${space}`);
const base10 = new RegExp(`^${space}([-+]?)([0-9]+)${space}`);
const int64Max = 9223372036854775807n;

/** strtol: the number at the start of a text and what follows it, blanks skipped; undefined beyond 64 bits. */
function leadingInteger(
  text: string,
  pattern: RegExp,
): { readonly value: bigint | undefined; readonly rest: string } | undefined {
  const match = pattern.exec(text);
  const digits = match?.[2];
  if (match === null || digits === undefined) {
    return undefined;
  }
  const rest = text.slice(match[0].length);
  const octal = pattern === autoBase && /^0[0-7]/.test(digits);
  // A text of megabytes of digits is not worth a conversion.
  const plain = digits.replace(/^0+(?=\d)/, '');
  if (plain.length > 30) {
    return { value: undefined, rest };
  }
  const size = BigInt(octal ? `0o${digits.slice(1)}` : digits.toLowerCase());
  const value = match[1] === '-' ? -size : size;
  return { value: value > int64Max || value < -int64Max - 1n ? undefined : value, rest };
}

/** An integer of 32 bits: decimal, octal (leading 0) or hexadecimal (0x), with a unit where the parameter has one. */
function parseInteger(text: string, unit: ParameterUnit | undefined): Reading<number> {
  const number = leadingInteger(text, autoBase);
  if (number === undefined) {
    return refused({});
  }
  if (number.value === undefined) {
    return refused({ hint: tooLarge });
  }
  const converted = convert(Number(number.value), number.rest, unit);
  if (!converted.ok) {
    return converted;
  }
  const value = Math.trunc(converted.value);
  return value > 2147483647 || value < -2147483648 ? refused({ hint: tooLarge }) : taken(value);
}

/** An integer of 64 bits: decimal only. No parameter of this type has a unit. */
function parseInteger64(text: string): Reading<bigint> {
  const number = leadingInteger(text, base10);
  return number?.value === undefined || number.rest !== '' ? refused({}) : taken(number.value);
}

const realStart = new RegExp(
  `^${space}([-+]?(?:0[xX](?:[0-9a-fA-F]+\\.?[0-9a-fA-F]*|\\.[0-9a-fA-F]+)(?:[pP][-+]?\\d+)?|` +
    `(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?))${space}`,
);

function hexadecimalReal(text: string): number {
  const match = /^([-+]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)(?:[pP]([-+]?\d+))?$/.exec(text);
  const [, sign, whole = '', fraction = '', exponent = '0'] = match ?? [];
  const digits = parseInt(`0${whole}${fraction}`, 16);
  return (sign === '-' ? -1 : 1) * digits * 2 ** (Number(exponent) - 4 * fraction.length);
}

/** A floating point number (strtod), with a unit where the parameter has one. */
function parseReal(text: string, unit: ParameterUnit | undefined): Reading<number> {
  const match = realStart.exec(text);
  const digits = match?.[1];
  if (match === null || digits === undefined) {
    return refused({});
  }
  const infinite = /inf/i.test(digits);
  const value = infinite
    ? digits.startsWith('-')
      ? -Infinity
      : Infinity
    : /^[-+]?0[xX]/.test(digits)
      ? hexadecimalReal(digits)
      : Number(digits);
  const overflow = !infinite && !Number.isFinite(value);
  const underflow = value === 0 && /[1-9]/.test(digits.replace(/[eEpP].*$/, ''));
  return overflow || underflow ? refused({}) : convert(value, text.slice(match[0].length), unit);
}

/** C's `%g`. */
function formatReal(value: number): string {
  if (!Number.isFinite(value)) {
    return value > 0 ? 'inf' : '-inf';
  }
  const exponent = value === 0 ? 0 : Number(value.toExponential(5).split('e')[1]);
  if (exponent >= -4 && exponent < 6) {
    return String(Number(value.toPrecision(6)));
  }
  const [digits = '', power = ''] = value.toExponential(5).split('e');
  const sign = power.startsWith('-') ? '-' : '+';
  return `${String(Number(digits))}e${sign}${power.replace(/^[-+]/, '').padStart(2, '0')}`;
}

/** The words that an enum's message lists. */
export function listedWords(parameter: Parameter): readonly string[] {
  return parameter.words.filter((word) => !parameter.hiddenWords.includes(word));
}

/** Names that share a text, as the server splits lists of names; undefined when the text is no such list. */
export function splitIdentifiers(text: string, separator = ','): readonly string[] | undefined {
  const names: string[] = [];
  const blank = /[ \t\n\v\f\r]/;
  let at = 0;
  const skipBlanks = (): void => {
    while (at < text.length && blank.test(text.charAt(at))) {
      at += 1;
    }
  };
  skipBlanks();
  if (at >= text.length) {
    return names;
  }
  for (;;) {
    const start = at;
    if (text[at] === '"') {
      let name = '';
      for (;;) {
        const end = text.indexOf('"', at + 1);
        if (end < 0) {
          return undefined;
        }
        name += text.slice(at + 1, end);
        at = end + 1;
        if (text[at] !== '"') {
          break;
        }
        name += '"';
      }
      names.push(name);
    } else {
      while (at < text.length && text[at] !== separator && !blank.test(text.charAt(at))) {
        at += 1;
      }
      if (at === start) {
        return undefined;
      }
      names.push(text.slice(start, at).toLowerCase());
    }
    skipBlanks();
    if (at >= text.length) {
      return names;
    }
    if (text[at] !== separator) {
      return undefined;
    }
    at += 1;
    skipBlanks();
  }
}

function parseEnum(parameter: Parameter, text: string): Reading<string> {
  const find = (word: string): string | undefined =>
    parameter.words.find((known) => known.toLowerCase() === word.toLowerCase());
  const words = parameter.list ? splitIdentifiers(text) : [text];
  const found = words?.map(find);
  if (found === undefined || found.includes(undefined)) {
    return refused({ hint: `Available values: ${listedWords(parameter).join(', ')}.` });
  }
  return taken(found.join(','));
}

function outside(
  parameter: Parameter,
  value: string,
  format: (limit: number | bigint) => string,
): Refusal {
  const least = format(parameter.min ?? 0);
  const greatest = format(parameter.max ?? 0);
  return {
    message: `${value} is outside the valid range for parameter "${parameter.name}" (${least} .. ${greatest})`,
  };
}

function inRange<T extends number | bigint>(
  parameter: Parameter,
  reading: Reading<T>,
  format: (value: number | bigint) => string,
): Reading<T> {
  if (!reading.ok) {
    return reading;
  }
  const { value } = reading;
  const { min, max } = parameter;
  return (min !== undefined && value < min) || (max !== undefined && value > max)
    ? refused(outside(parameter, format(value), format))
    : reading;
}

/** At most 63 bytes of UTF-8, cut between characters, as names are. */
function cutName(text: string): string {
  const encoder = new TextEncoder();
  if (encoder.encode(text.slice(0, 64)).length <= 63 && text.length <= 63) {
    return text;
  }
  let cut = '';
  let size = 0;
  for (const character of text.slice(0, 64)) {
    size += encoder.encode(character).length;
    if (size > 63) {
      break;
    }
    cut += character;
  }
  return cut;
}

/** The server raises this one to its least value by itself (guc.cpp, upgrade_conf_int_check). */
function parseInt32(parameter: Parameter, text: string): Reading<number> {
  const reading = parseInteger(text, parameter.unit);
  return reading.ok && parameter.name === 'audit_file_remain_threshold' && reading.value < 100
    ? taken(100)
    : reading;
}

function withMessage<T>(reading: Reading<T>, message: string): Reading<T> {
  return reading.ok || reading.refusal.message !== undefined
    ? reading
    : refused({ ...reading.refusal, message });
}

/**
 * A value as the server reads it for a parameter, before the parameter's own check. The message of a refusal names the
 * parameter as `name`, as it is spelled in the file.
 */
export function parseValue(
  parameter: Parameter,
  text: string,
  name = parameter.name,
): Reading<Value> {
  const named: Parameter = name === parameter.name ? parameter : { ...parameter, name };
  const invalid = `invalid value for parameter "${name}": "${shown(text)}"`;
  const numeric = `parameter "${name}" requires a numeric value`;
  switch (parameter.type) {
    case 'bool': {
      const value = parseBool(text);
      return value === undefined
        ? refused({ message: `parameter "${name}" requires a Boolean value` })
        : taken(value);
    }
    case 'int':
      return withMessage(inRange(named, parseInt32(named, text), String), invalid);
    case 'int64':
      return withMessage(inRange(named, parseInteger64(text), String), numeric);
    case 'real':
      return withMessage(
        inRange(named, parseReal(text, parameter.unit), (value) => formatReal(Number(value))),
        numeric,
      );
    case 'enum':
      return withMessage(parseEnum(named, text), invalid);
    case 'string':
      return taken(parameter.isName ? cutName(text) : text);
  }
}
