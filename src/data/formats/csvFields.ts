/** Field separators that are recognised; a blank stands for any run of spaces and tabs. */
export const SEPARATORS = [',', ';', '\t', ' '] as const;

/** One of the field separators. */
export type Separator = (typeof SEPARATORS)[number];

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const NOT_FINITE = /^[+-]?(nan|inf|infinity)$/i;

/** The number that the text of a field stands for, NaN and infinity included; null when it is none. */
export function numberIn(text: string): number | null {
  if (NUMBER.test(text)) return Number(text);
  if (!NOT_FINITE.test(text)) return null;
  if (/nan/i.test(text)) return Number.NaN;
  return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** The separator of a line of numbers: the first of the known ones that stands in it outside quotes. */
export function separatorOf(line: string): Separator {
  const bare = line.replace(/"([^"]|"")*"/g, '""').trim();
  const found = SEPARATORS.find((separator) => bare.includes(separator)) ?? ',';
  return found === '\t' && /\S +\S/.test(bare) ? ' ' : found;
}

/** The fields of a line, without the quotes and blanks around them. */
export function splitFields(line: string, separator: Separator): string[] {
  if (separator === ' ') return (line.match(/"(?:[^"]|"")*"|[^ \t]+/g) ?? ['']).map(unquoted);
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
