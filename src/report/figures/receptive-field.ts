import { z } from 'zod';
import { DataError, UsageError } from '../../errors.js';
import type { ReceptiveField } from '../../kernel/receptive-field.js';
import { type Nested, nested, pixelRows } from '../pixels.js';
import { type Described, numbers } from '../records/common.js';
import { fieldRow, finiteField, receptiveFieldRecord } from '../records/receptive-field.js';
import { checked } from './check.js';
import type { Figure, FigureKind, Named } from './figure.js';
import { distinctNames } from './names.js';
import { type DrawnField, fieldMaps } from './receptive-field/maps.js';
import { fieldSections } from './receptive-field/sections.js';

const rowSchema = fieldRow
  .pick({ name: true, field: true, circular: true, spread: true, peak: true, derivative: true })
  .extend({
    at: numbers.min(1).max(2),
    finite: finiteField
      .pick({ width: true, field: true, errors: true, limit: true, spread: true, peak: true })
      .optional(),
  });
const schema = receptiveFieldRecord.pick({ kind: true, input: true }).extend({ rows: z.array(rowSchema).min(1) });
type FieldData = Described<typeof schema>;

/** What is wrong with the pixels of a field, in words; null where nothing is. */
function flawOf(values: Nested, at: readonly number[], circular: readonly boolean[]): string | null {
  const lines = pixelRows(values);
  const sizes = [lines.length, lines[0]?.length ?? 0].slice(-at.length);
  const isWhole = lines.every((line) => line.length === sizes[sizes.length - 1]) && sizes.every((n) => n > 0);
  if (!isWhole || (at.length === 1) !== (typeof values[0] === 'number'))
    return 'rows of one length, as many axes as at';
  if (circular.length !== at.length) return 'a value of circular for each axis';
  if (!at.every((p, axis) => Number.isInteger(p) && p >= 0 && p < sizes[axis])) return 'a pixel at inside its rows';
  return lines.some((line) => line.some((share) => share > 0)) ? null : 'a share above 0';
}

function checkFields(path: string, fields: readonly DrawnField[]): void {
  for (const { name, field, errors, at, circular } of fields) {
    const flaw = flawOf(field, at, circular);
    const same =
      errors === null ||
      String(pixelRows(errors).map((r) => r.length)) === String(pixelRows(field).map((r) => r.length));
    if (flaw === null && same) continue;
    throw new DataError(
      `${path}: the field of ${name} must have ${flaw ?? 'as many errors as shares'}, got another. Write the record ` +
        'again.',
    );
  }
}

/** The fields of a row: that of the kernel, and with finite networks theirs and its limit. */
function fieldsOf(
  row: FieldData['rows'][number],
  kind: string,
  several: boolean,
): readonly Omit<DrawnField, 'source'>[] {
  const { name, field, at, circular, spread, peak, finite, derivative } = row;
  const common = { at, circular, errors: null };
  const own = { ...common, name: several ? `${name}, ${kind}` : name, field, spread, peak, derivative };
  if (finite === undefined) return [own];
  const { width, limit, errors } = finite;
  const measured = { ...common, errors, field: finite.field, spread: finite.spread, peak: finite.peak };
  return [
    kind === 'NNGP' || several ? own : { ...own, name: `${name}, ${kind}` },
    ...(kind === 'NNGP' ? [] : [{ ...common, ...limit, name: `${name}, NNGP`, derivative: 'exact' as const }]),
    { ...measured, name: `${name}, width ${width}`, derivative: null },
  ];
}

function drawnFields(records: readonly Named<FieldData>[]): readonly DrawnField[] {
  const several = new Set(records.map(({ record }) => record.kind)).size > 1;
  const all = records.flatMap(({ name: source, record }) =>
    record.rows.flatMap((row) => fieldsOf(row, record.kind.toUpperCase(), several).map((one) => ({ ...one, source }))),
  );
  const names = distinctNames(all);
  return all.map((one, k) => ({ ...one, name: names[k] }));
}

function titleOf(records: readonly Named<FieldData>[]): string {
  const kinds = [...new Set(records.map(({ record }) => record.kind.toUpperCase()))].join(' and ');
  const inputs = [...new Set(records.map(({ record }) => record.input.join(' x ')))].join(' and ');
  return `Receptive field of the ${kinds}, input ${inputs}`;
}

/** Receptive fields: heat maps of images, curves of sequences and of what images have along an axis. */
export const receptiveFieldFigure: FigureKind = {
  views: ['field', 'log', 'section'],
  choices: [],
  async draw(files, { view }) {
    const records = checked(files, schema, 'receptive-field');
    const fields = drawnFields(records);
    checkFields(records.map(({ path }) => path).join(', '), fields);
    const ranks = new Set(fields.map(({ at }) => at.length));
    if (ranks.size > 1) {
      throw new UsageError(
        `${records[1].path}: must have inputs of as many axes as ${records[0].path}, got images beside sequences. ` +
          'Plot them apart.',
      );
    }
    const title = titleOf(records);
    return view === 'section' || ranks.has(1)
      ? fieldSections(fields, title)
      : fieldMaps(fields, title, { log: view === 'log' });
  },
};

/** A field as the library gives it, with its name in a figure. */
interface LibraryField
  extends Pick<ReceptiveField, 'field' | 'shape' | 'at' | 'circular' | 'spread' | 'peak' | 'derivative'> {
  readonly name: string;
}

/** Fields as the library gives them, in one figure: heat maps of images in one scale of colours, curves of sequences. */
export function fieldsFigure(fields: readonly LibraryField[], title: string): Figure {
  const drawn = fields.map(({ name, at, circular, spread, peak, derivative, shape, field }): DrawnField => {
    return { name, source: '', errors: null, field: nested(field, shape), at, circular, spread, peak, derivative };
  });
  const isSequence = drawn.some(({ at }) => at.length === 1);
  return isSequence ? fieldSections(drawn, title) : fieldMaps(drawn, title, { log: true });
}
