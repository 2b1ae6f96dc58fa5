import { alongAxis, type CentredField, centred } from '../pixels.js';
import type { FieldRow, ReceptiveFieldResult } from '../records/receptive-field.js';
import { sparkline } from './sparkline.js';
import { type Align, tableText } from './table.js';

/** Pixels on each side of the one read that are shown: as a picture, and as numbers. */
const REACH = 12;
const NUMBERS = 3;
/** Marks of a line of shares. */
const LONGEST = 33;
const SHADES = ' ·░▒▓█';

/** Indices of the offsets from -reach to reach. */
function near(offsets: readonly number[], reach: number): readonly number[] {
  return offsets.flatMap((offset, k) => (Math.abs(offset) <= reach ? [k] : []));
}

function percent(share: number): string {
  if (share === 0) return '0';
  return share >= 5e-5 ? (100 * share).toFixed(2) : '<0.01';
}

/** Two characters a pixel, as letters are twice as high as wide; shades by the root, which tells faint ones apart. */
function picture({ rows, columns, cells }: CentredField): string {
  const peak = Math.max(...cells.flat());
  const seen = cells.flatMap((line, i) =>
    line.flatMap((v, j) => (v > 0 ? [[rows.offsets[i], columns.offsets[j]]] : [])),
  );
  const reach = seen.flat().reduce((most, offset) => Math.max(most, Math.abs(offset)), 0);
  const lines = near(rows.offsets, Math.min(reach, REACH)).map((i) =>
    near(columns.offsets, Math.min(reach, REACH))
      .map((j) => {
        const level = Math.ceil(Math.sqrt(cells[i][j] / peak) * (SHADES.length - 1));
        return (SHADES[level] ?? ' ').repeat(2);
      })
      .join('')
      .trimEnd(),
  );
  return `${lines.map((line) => `  ${line}`.trimEnd()).join('\n')}\n`;
}

/** Shares near the pixel read in percent. */
function numbersTable({ rows, columns, cells }: CentredField): string {
  const [down, right] = [near(rows.offsets, NUMBERS), near(columns.offsets, NUMBERS)];
  const isImage = cells.length > 1;
  const header = [isImage ? 'dy \\ dx' : 'dx', ...right.map((j) => String(columns.offsets[j]))];
  const lines = down.map((i) => [isImage ? String(rows.offsets[i]) : '%', ...right.map((j) => percent(cells[i][j]))]);
  return tableText(
    header,
    lines,
    header.map(() => 'right' as const),
  );
}

function spreadText(spread: readonly number[]): string {
  return spread.map((s) => s.toFixed(3)).join(' x ');
}

function summaryTable(rows: readonly FieldRow[]): string {
  const header = ['kernel', 'along the last axis', 'peak', 'spread', 'over pixel', 'derivative'];
  const lines = rows.map(({ name, field, at, circular, peak, spread, derivative, decay }) => {
    const line = alongAxis(centred(field, at, circular), 'columns');
    return [
      name,
      sparkline(line, 0, Math.max(...line), Math.min(line.length, LONGEST)),
      peak.toPrecision(4),
      spreadText(spread),
      `[${at.join(', ')}]`,
      derivative === 'exact' ? 'exact' : `leading, like eps^${Number((decay.exponent - 1).toPrecision(4))}`,
    ];
  });
  const align: readonly Align[] = ['left', 'left', 'right', 'right', 'left', 'left'];
  return tableText(header, lines, align);
}

function finiteTable(rows: readonly FieldRow[]): string {
  const header = ['finite networks', 'width', 'seeds', 'peak', 'NNGP', 'spread', 'NNGP', 'distance', 'by chance'];
  const lines = rows.flatMap(({ name, finite }) =>
    finite === undefined
      ? []
      : [
          [
            ...[name, String(finite.width), String(finite.seeds)],
            ...[finite.peak.toPrecision(4), finite.limit.peak.toPrecision(4)],
            ...[spreadText(finite.spread), spreadText(finite.limit.spread)],
            finite.distance.toFixed(4),
            finite.expected === null ? '-' : finite.expected.toFixed(4),
          ],
        ],
  );
  const align: readonly Align[] = header.map((_, k) => (k === 0 ? 'left' : 'right'));
  const meaning =
    'The mean square gradient by the input tends to the field of the NNGP as the width grows, not to that of the NTK.';
  return `${tableText(header, lines, align)}\n${meaning}\n`;
}

/** A result of `ntk receptive-field` for a terminal: peak and spread of each, and one alone as a picture. */
export function receptiveFieldText({ kind, input, rows }: ReceptiveFieldResult): string {
  const what = `Receptive field of the ${kind.toUpperCase()} on inputs of ${input.join(' x ')}`;
  const title = `${what}: share of each pixel in d K / d t_i at t = 1; spread in pixels\n`;
  const parts = [title, summaryTable(rows)];
  if (rows.length === 1) {
    const field = centred(rows[0].field, rows[0].at, rows[0].circular);
    if (field.cells.length > 1) parts.push(picture(field));
    parts.push(`Percent by offset from the pixel read:\n\n${numbersTable(field)}`);
  }
  if (rows.some(({ finite }) => finite !== undefined)) parts.push(finiteTable(rows));
  return parts.join('\n');
}
