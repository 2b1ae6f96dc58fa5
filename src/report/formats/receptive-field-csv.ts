import { centred, pixelRows } from '../pixels.js';
import type { FieldRow, ReceptiveFieldResult } from '../records/receptive-field.js';
import { csvText } from './csv.js';

type Line = readonly (string | number | null)[];

function linesOf({ name, field, at, circular, finite }: FieldRow, isImage: boolean, hasFinite: boolean): Line[] {
  const { rows, columns, cells } = centred(field, at, circular);
  const [values, errors, limit] = [finite?.field, finite?.errors, finite?.limit.field].map((one) =>
    one === undefined || one === null ? null : pixelRows(one),
  );
  return cells.flatMap((line, i) =>
    line.map((share, j) => {
      const [y, x] = [rows.pixels[i], columns.pixels[j]];
      const beside = [values, errors, limit].map((one) => one?.[y][x] ?? null);
      const row = isImage ? [y, rows.offsets[i]] : [];
      return [name, ...row, x, columns.offsets[j], share, ...(hasFinite ? beside : [])];
    }),
  );
}

/** Receptive fields as csv: a line for each kernel and pixel, by offset from the pixel read. */
export function receptiveFieldCsv({ rows, input }: ReceptiveFieldResult): string {
  const isImage = input.length === 3;
  const hasFinite = rows.some(({ finite }) => finite !== undefined);
  const header = [
    ...['kernel', ...(isImage ? ['y', 'dy'] : []), 'x', 'dx', 'share'],
    ...(hasFinite ? ['finite', 'finite error', 'nngp'] : []),
  ];
  return csvText([header, ...rows.flatMap((row) => linesOf(row, isImage, hasFinite))]);
}
