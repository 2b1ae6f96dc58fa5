import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { type Labels, readLabels } from '../../data/index.js';
import { parseRowRange } from '../../data/rows.js';
import { DataError, UsageError } from '../../errors.js';
import { type ClassRange, colourRange, type HeatMap, type MatrixSide, rangeText } from '../charts/heat-map.js';
import { type Described, input } from '../records/common.js';
import { kernelRecord } from '../records/kernel.js';
import { checked } from './check.js';
import type { Figure, FigureKind, FigureOptions, Named } from './figure.js';
import { matrixCells } from './matrix-cells.js';

const schema = kernelRecord
  .pick({ shape: true, kind: true, normalized: true, rows: true })
  .extend({ out: z.string(), inputs: z.array(input.pick({ path: true })) });
type KernelData = Described<typeof schema>;

/** PositionPairs of a side: a larger matrix is averaged down. */
const MOST = 600;

/** An order of rows and the classes that they then form. */
interface Sorting {
  readonly order: Int32Array;
  readonly classes: readonly ClassRange[];
}

function only(records: readonly Named<KernelData>[]): Named<KernelData> {
  if (records.length === 1) return records[0];
  throw new UsageError(
    `${records[1].path}: matrices must be drawn one at a time, got ${records.length} records. Plot each into a ` +
      'file of its own.',
  );
}

/** The matrix beside its record. */
function matrixPath({ path, record }: Named<KernelData>, view: string): string {
  const { out, kind } = record;
  const file = join(dirname(path), basename(out));
  if (kind !== 'both' && kind !== view) {
    throw new UsageError(`--figure: must be ${kind} for ${path}, got ${view}. Leave it out.`);
  }
  return kind === 'both' ? `${file}:${view}` : file;
}

/**
 * Labels of the rows: a file of labels, or one column of a csv; the rows that the kernel took, where the file has more.
 */
async function labelsOf({ path, record }: Named<KernelData>, options: FigureOptions): Promise<Labels | null> {
  const { labels, labelColumn } = options;
  if (labels === undefined) {
    if (labelColumn === undefined) return null;
    throw new UsageError(`--label-column: must come with --labels, got it alone. Give --labels F.csv.`);
  }
  const rows = record.rows === null ? {} : { rows: parseRowRange(record.rows) };
  const found = await readLabels(labels, { ...rows, ...(labelColumn === undefined ? {} : { labelColumn }) });
  const [count, width = 1] = found.shape;
  if (width > 1) {
    throw new DataError(
      `${labels}: labels must be one column to sort by, got ${width}. Name it with --label-column, or give a file ` +
        'of one.',
    );
  }
  if (count === record.shape[0]) return found;
  throw new DataError(
    `${labels}: labels must be one a row of ${path}, got ${count} for ${record.shape[0]} rows. Give the labels of ` +
      'these rows.',
  );
}

function sortingOf({ data, classes: named }: Labels): Sorting {
  const order = Int32Array.from(data, (_, i) => i).sort((a, b) => data[a] - data[b] || a - b);
  const classes: { name: string; start: number; end: number }[] = [];
  order.forEach((row, rank) => {
    const name = named?.[data[row]] ?? String(data[row]);
    const last = classes.at(-1);
    if (last?.name === name) last.end = rank + 1;
    else classes.push({ name, start: rank, end: rank + 1 });
  });
  return { order, classes };
}

function sideOf(size: number, name: string, sorting: Sorting | null): MatrixSide {
  return sorting === null
    ? { size, label: name, classes: [] }
    : { size, label: `${name} by class`, classes: sorting.classes };
}

function dataOf({ cells, height, width }: HeatMap): Figure['data'] {
  return Array.from({ length: height }, (_, i) => [...cells.subarray(i * width, (i + 1) * width)]);
}

/** Means of the diagonal and the other blocks of classes tell what the picture shows. */
function notesOf(map: HeatMap, range: readonly [number, number]): readonly string[] {
  const { rows, columns, width, height } = map;
  const averaged = height < rows.size || width < columns.size;
  return [
    `${rows.size} x ${columns.size} entries from ` +
      `${rangeText(...range)}${averaged ? `, averaged to ${height} x ${width} cells` : ''}.`,
    ...(rows.classes.length > 0 ? ['White lines are boundaries of classes.'] : []),
  ];
}

/** A stored kernel matrix as a picture, its rows sorted by label where labels are given. */
export const kernelFigure: FigureKind = {
  views: ['ntk', 'nngp'],
  choices: ['labels', 'labelColumn'],
  async draw(files, options) {
    const named = only(checked(files, schema, 'kernel'));
    const { record, path } = named;
    const view = options.view === 'ntk' && record.kind === 'nngp' ? 'nngp' : options.view;
    const labels = await labelsOf(named, options);
    const sorting = labels === null ? null : sortingOf(labels);
    const square = record.inputs.length === 1;
    const order = sorting?.order ?? null;
    const file = matrixPath(named, view);
    const {
      low: smallest,
      high: largest,
      ...picture
    } = await matrixCells(file, MOST, { rows: order, columns: square ? order : null });
    const [low, high] = colourRange(picture.cells);
    const map: HeatMap = {
      form: 'heat-map',
      ...picture,
      rows: sideOf(record.shape[0], 'rows', sorting),
      columns: sideOf(record.shape[1], 'columns', square ? sorting : null),
      low,
      high,
      unit: record.normalized ? 'normalised' : 'K(x,z)',
    };
    const name = `${view.toUpperCase()}${record.normalized ? ', normalised' : ''}`;
    return {
      title: `${name}: ${basename(file)}, ${record.shape.join(' x ')}${sorting === null ? '' : ', sorted by class'}`,
      panel: map,
      names: [basename(file)],
      data: dataOf(map),
      summary: {
        header: ['class', 'rows'],
        rows: (sorting?.classes ?? []).map(({ name: label, start, end }) => ({
          series: null,
          cells: [label, String(end - start)],
        })),
      },
      notes: [...notesOf(map, [smallest, largest]), `Record: ${path}.`],
    };
  },
};
