import { type Decimal, isMissing, numberIn, SEPARATORS, splitFields } from './fields.js';

/** How the fields of a csv are written. */
export interface Dialect {
  /** One character; a blank stands for any run of spaces and tabs. */
  readonly separator: string;
  readonly decimal: Decimal;
}

/** A dialect, and whether its decimal commas may be separators of thousands as well. */
export interface FoundDialect extends Dialect {
  readonly isDoubtful: boolean;
}

/** Lines, and fields of each, by which a dialect is judged. */
const LINES = 50;
const FIELDS = 100;
const LONGEST = 8192;

const THOUSANDS = /^[+-]?[1-9]\d{0,2},\d{3}$/;

/** Whether the text of a field is a number, or says that it is missing. */
function isValue(field: string, decimal: Decimal): boolean {
  return numberIn(field, decimal) !== null || isMissing(field);
}

/** The width, above one, that most lines have; 0 when all are of one field. */
function commonWidth(rows: readonly (readonly string[])[]): number {
  const counts = new Map<number, number>();
  for (const { length } of rows) if (length > 1) counts.set(length, (counts.get(length) ?? 0) + 1);
  return [...counts].reduce((best, [width, count]) => (count > (counts.get(best) ?? 0) ? width : best), 0);
}

/**
 * Share of the fields that are values, times the share of lines of one width: how well a dialect explains the lines.
 */
function score(rows: readonly (readonly string[])[], decimal: Decimal): number {
  const width = commonWidth(rows);
  const alike = rows.filter(({ length }) => length === width);
  const values = alike.reduce((sum, row) => sum + row.filter((field) => isValue(field, decimal)).length, 0);
  const fields = rows.reduce((sum, { length }) => sum + length, 0);
  return (values / fields) * (alike.length / rows.length);
}

/**
 * Separator and decimal mark of lines, those given taken as given: what makes most fields numbers and most lines alike;
 * of equals the first of the list.
 */
export function dialectOf(lines: readonly string[], separator: string | null, decimal: Decimal | null): FoundDialect {
  const sample = lines.slice(0, LINES).map((line) => line.slice(0, LONGEST));
  let best: Dialect = { separator: separator ?? ',', decimal: decimal ?? '.' };
  let bestScore = 0;
  for (const by of separator === null ? SEPARATORS : [separator]) {
    const rows = sample.map((line) => splitFields(line, by).slice(0, FIELDS));
    // A comma that separates fields is a decimal mark only where that is said.
    const marks = decimal !== null ? [decimal] : by === ',' ? (['.'] as const) : (['.', ','] as const);
    for (const mark of marks) {
      const found = score(rows, mark);
      if (found <= bestScore) continue;
      best = { separator: by, decimal: mark };
      bestScore = found;
    }
  }
  if (decimal !== null || best.decimal === '.') return { ...best, isDoubtful: false };
  const withComma = sample.flatMap((line) => splitFields(line, best.separator)).filter((field) => field.includes(','));
  return { ...best, isDoubtful: withComma.every((field) => THOUSANDS.test(field)) };
}
