import type { NdArray, Precision } from '../../data/array.js';
import { shortest } from '../../store/csv-file.js';

/** A cell, quoted where it holds a comma, a quote or a line break. */
function cell(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows of cells as csv; null is an empty cell. Numbers are written so that reading gives the same number. */
export function csvText(rows: readonly (readonly (string | number | null)[])[]): string {
  return rows.map((row) => `${row.map(cell).join(',')}\n`).join('');
}

/** A matrix `[n, m]` as csv, some rows at a time: one row a line, no header; numbers read back as themselves. */
export function* matrixCsv(matrix: NdArray, precision: Precision): Generator<string> {
  const [n, m] = matrix.shape;
  const rowsAtOnce = Math.max(1, Math.floor(65536 / Math.max(1, m)));
  for (let start = 0; start < n; start += rowsAtOnce) {
    const lines: string[] = [];
    for (let i = start; i < Math.min(n, start + rowsAtOnce); i++) {
      const row = Array.from(matrix.data.subarray(i * m, (i + 1) * m), (value) => shortest(value, precision === 'f64'));
      lines.push(`${row.join(',')}\n`);
    }
    yield lines.join('');
  }
}
