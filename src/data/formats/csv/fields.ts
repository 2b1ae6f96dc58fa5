/** Field separators that are recognised; a blank stands for any run of spaces and tabs. */
export const SEPARATORS = [',', ';', '\t', '|', ' '] as const;

/** What separates the whole part of a number from its fraction. */
export type Decimal = '.' | ',';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const NOT_FINITE = /^[+-]?(nan|inf|infinity)$/i;

/** How programs write that a value is missing: pandas, R, Excel, Weka, SAS, databases. */
const MISSING = /^(|na|n\/a|nan|null|none|nil|missing|\?|--?|\.|#(n\/a|num!|value!|ref!|name\?|null!|div\/0!))$/i;

/** The same where names stand: `-` may be a class, `None` and `Na` as well. */
const MISSING_NAME = /^(|NA|N\/A|NaN|nan|null|NULL|\?|\.|#(N\/A|NUM!|VALUE!|REF!|NAME\?|NULL!|DIV\/0!))$/;

/** The number that the text of a field stands for, NaN and infinity included; null when it is none. */
export function numberIn(text: string, decimal: Decimal = '.'): number | null {
  const plain = decimal === '.' ? text : text.includes('.') ? '' : text.replace(',', '.');
  if (NUMBER.test(plain)) return Number(plain);
  if (!NOT_FINITE.test(text)) return null;
  if (/nan/i.test(text)) return Number.NaN;
  return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Whether a field among numbers says that its value is missing. */
export function isMissing(field: string): boolean {
  return MISSING.test(field);
}

/** Whether a field among names says that its value is missing. */
export function isMissingName(field: string): boolean {
  return MISSING_NAME.test(field);
}

/** Digits with marks between them, or a percentage: numbers, but not as they are written here. */
const OTHERWISE = /^[+-]?[$€£]?\d[\d.,;:|'\s\u202f]*%?$/;

/**
 * Whether a field is a number for people: with separators of thousands, another decimal mark, in per cent, or several
 * not separated.
 */
export function isNumberForPeople(field: string): boolean {
  return OTHERWISE.test(field);
}

/** The fields of a line, without the quotes and blanks around them. */
export function splitFields(line: string, separator: string): string[] {
  if (separator === ' ') return (line.match(/"[^"]*(?:""[^"]*)*"(?=[ \t]|$)|[^ \t]+/g) ?? ['']).map(unquoted);
  const fields: string[] = [];
  let isQuoted = false;
  let start = 0;
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '"') isQuoted = !isQuoted;
    if (line[at] !== separator || isQuoted) continue;
    fields.push(unquoted(line.slice(start, at)));
    start = at + 1;
  }
  return [...fields, unquoted(line.slice(start))];
}

function unquoted(field: string): string {
  const bare = field.trim();
  return /^".*"$/s.test(bare) ? bare.slice(1, -1).replaceAll('""', '"').trim() : bare;
}
