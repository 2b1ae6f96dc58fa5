import { UsageError } from '../../errors.js';

/**
 * Parsers of values given as text. Each takes the flag as the user typed it and the text, and throws one clear error.
 *
 * Nothing is coerced silently: `1e3` is a number but `3px`, an empty text, `NaN` and `0x10` are not.
 */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

/** The error that every parser throws: `<flag>: <rule>, got <text>. <remedy>`. */
export function badValue(flag: string, rule: string, text: string, remedy: string): UsageError {
  return new UsageError(`${flag}: ${rule}, got ${text === '' ? 'nothing' : text}. ${remedy}.`);
}

/** The remedy of a number: an example, or for a list where lists belong. */
function example(flag: string, text: string, value: number): string {
  return text.includes(',') ? 'Give one value; lists are for sweeps in ntk profile' : `For example ${flag} ${value}`;
}

/** What a text says as a finite decimal number; null where it is none. */
export function decimal(text: string): number | null {
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : null;
}

/** A finite decimal number. */
export function finiteNumber(flag: string, text: string): number {
  const value = decimal(text);
  if (value === null) throw badValue(flag, 'must be a finite number', text, example(flag, text, 0.5));
  return value;
}

/** A whole number of at least `least`. */
function wholeNumber(flag: string, text: string, least: number): number {
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value) || value < least) {
    throw badValue(flag, `must be a whole number of at least ${least}`, text, example(flag, text, least + 2));
  }
  return value;
}

/** A whole number of at least 1. */
export function positiveInteger(flag: string, text: string): number {
  return wholeNumber(flag, text, 1);
}

/** A whole number of at least 0. */
export function nonNegativeInteger(flag: string, text: string): number {
  return wholeNumber(flag, text, 0);
}

/** A number of bytes: `1073741824`, `1e9`, `500MB` (powers of 1000) or `4GiB` (powers of 1024). */
export function byteCount(flag: string, text: string): number {
  const match = /^([\d.]+(?:e\+?\d+)?)\s*([a-z]*)$/i.exec(text);
  const unit = match === null ? undefined : UNITS[match[2].toUpperCase()];
  const value = match === null || !DECIMAL.test(match[1]) ? Number.NaN : Number(match[1]);
  const bytes = Math.floor(value * (unit ?? Number.NaN));
  if (!Number.isSafeInteger(bytes) || bytes < 1) {
    throw badValue(flag, 'must be a number of bytes above 0', text, 'For example 4GiB, 500MB or 1073741824');
  }
  return bytes;
}

/** One of a few words. */
export function oneOf<T extends string>(choices: readonly T[]): (flag: string, text: string) => T {
  return (flag, text) => {
    const found = choices.find((choice) => choice === text);
    if (found === undefined) {
      throw badValue(flag, `must be one of ${choices.join(', ')}`, text, `For example ${flag} ${choices[0]}`);
    }
    return found;
  };
}

/** A list `1,2,4`; each part goes through `parse`. A single value is a list of one. */
export function listOf<T>(parse: (flag: string, text: string) => T): (flag: string, text: string) => readonly T[] {
  return (flag, text) => {
    const values = text.split(',').map((part) => parse(flag, part.trim()));
    const repeated = values.find((value, i) => values.indexOf(value) !== i);
    if (repeated !== undefined) {
      throw badValue(flag, 'values of a list must differ', text, `Give ${String(repeated)} once`);
    }
    return values;
  };
}

/** A text that is not empty. */
export function nonEmpty(flag: string, text: string): string {
  if (text === '') throw badValue(flag, 'needs a value', text, 'See --help');
  return text;
}

/** Reads a whole number between two; `example` is one that fits. */
export function wholeWithin(least: number, most: number, example: number): (flag: string, text: string) => number {
  return (flag, text) => {
    const value = nonNegativeInteger(flag, text);
    if (value < least || value > most) {
      throw badValue(flag, `must be a whole number from ${least} to ${most}`, text, `For example ${flag} ${example}`);
    }
    return value;
  };
}
