import { onOneLine, withoutMiddle } from '../../printable.js';

/** Side to which a column is aligned. */
export type Align = 'left' | 'right';

/** Number of terminal cells of a text; the marks that we print are one cell wide each. */
function width(text: string): number {
  return [...text].length;
}

/** Letters of the longest cell: names come from files of others. */
const LONGEST = 160;

/** What a cell holds on its one line. */
function cellText(text: string): string {
  return withoutMiddle(onOneLine(text), LONGEST);
}

/** A table in columns for a terminal: header, rule, rows; two spaces between columns and no trailing space. */
export function tableText(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly Align[] = [],
): string {
  const titles = header.map(cellText);
  const shown = rows.map((row) => row.map(cellText));
  const widths = titles.map((title, j) => Math.max(width(title), ...shown.map((row) => width(row[j] ?? ''))));
  const pad = (text: string, j: number): string => {
    const space = ' '.repeat(widths[j] - width(text));
    return align[j] === 'right' ? space + text : text + space;
  };
  const line = (cells: readonly string[]): string => cells.map(pad).join('  ').trimEnd();
  const rule = widths.map((w) => '─'.repeat(w)).join('  ');
  return `${[line(titles), rule, ...shown.map(line)].join('\n')}\n`;
}
