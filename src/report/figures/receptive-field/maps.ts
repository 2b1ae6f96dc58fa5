import { UsageError } from '../../../errors.js';
import type { Caption, HeatMap } from '../../charts/heat-map.js';
import { linearTicks, type Tick } from '../../charts/ticks.js';
import { centred, type Nested } from '../../pixels.js';
import type { Figure } from '../figure.js';

/** A field with what tells it from others. */
export interface DrawnField {
  /** File that it came from. */
  readonly source: string;
  readonly name: string;
  readonly field: Nested;
  /** Standard errors of its shares; null where it was not measured. */
  readonly errors: Nested | null;
  readonly at: readonly number[];
  readonly circular: readonly boolean[];
  readonly spread: readonly number[];
  readonly peak: number;
  /** Null for fields of finite networks. */
  readonly derivative: 'exact' | 'leading' | null;
}

/** Shares of the peak below which pixels lie outside the picture, or have the darkest colour. */
const FAINT = { linear: 1e-4, log: 1e-8 } as const;
/** Fields in one picture. */
const MOST = 9;

/** A range of offsets, both included. */
type Range = readonly [first: number, last: number];

/** What all fields together reach, with a pixel of margin where the image goes on. */
function window(fields: readonly DrawnField[], faint: number): { readonly rows: Range; readonly columns: Range } {
  const [rows, columns] = [new Set<number>(), new Set<number>()];
  for (const { field, at, circular } of fields) {
    const one = centred(field, at, circular);
    const peak = Math.max(...one.cells.flat());
    one.cells.forEach((line, i) => {
      line.forEach((share, j) => {
        if (share <= faint * peak) return;
        for (const by of [-1, 0, 1]) {
          if (one.rows.offsets.includes(one.rows.offsets[i] + by)) rows.add(one.rows.offsets[i] + by);
          if (one.columns.offsets.includes(one.columns.offsets[j] + by)) columns.add(one.columns.offsets[j] + by);
        }
      });
    });
  }
  const range = (offsets: Set<number>): Range => [Math.min(...offsets), Math.max(...offsets)];
  return { rows: range(rows), columns: range(columns) };
}

const lengthOf = ([first, last]: Range): number => last - first + 1;

/** Where the tiles of several fields lie in one picture. */
interface Tiling {
  readonly across: number;
  readonly down: number;
  readonly gap: number;
  /** Rows above each tile, for its name. */
  readonly above: number;
}

function tilingOf(count: number, rows: number, columns: number): Tiling {
  if (count === 1) return { across: 1, down: 1, gap: 0, above: 0 };
  const across = count === 3 || count > 4 ? 3 : 2;
  const gap = Math.max(1, Math.round(columns / 10));
  return { across, down: Math.ceil(count / across), gap, above: Math.max(2, Math.round(rows / 6)) };
}

function ticksOf(range: Range, starts: readonly number[]): readonly Tick[] {
  const [first, last] = range;
  const most = starts.length > 2 ? 2 : 5;
  const places = linearTicks(first, last, most).filter(([value]) => Number.isInteger(value));
  return starts.flatMap((start) => places.map(([value, text]): Tick => [start + value - first + 0.5, text]));
}

/** The cells of all tiles, in percent; NaN between them and outside an image. */
function tiles(fields: readonly DrawnField[], names: readonly string[], rows: Range, columns: Range, tiling: Tiling) {
  const [height, width] = [lengthOf(rows), lengthOf(columns)];
  const { across, down, gap, above } = tiling;
  const size = [down * (height + above), across * width + (across - 1) * gap] as const;
  const cells = new Float64Array(size[0] * size[1]).fill(Number.NaN);
  const captions: Caption[] = [];
  fields.forEach(({ field, at, circular }, k) => {
    const [top, left] = [Math.floor(k / across) * (height + above) + above, (k % across) * (width + gap)];
    const one = centred(field, at, circular);
    one.cells.forEach((line, i) => {
      line.forEach((share, j) => {
        const [y, x] = [one.rows.offsets[i] - rows[0], one.columns.offsets[j] - columns[0]];
        if (y >= 0 && y < height && x >= 0 && x < width) cells[(top + y) * size[1] + left + x] = 100 * share;
      });
    });
    if (above > 0) captions.push({ text: names[k], x: left + width / 2, y: top - above / 2, room: width });
  });
  const starts = {
    rows: Array.from({ length: down }, (_, k) => k * (height + above) + above),
    columns: Array.from({ length: across }, (_, k) => k * (width + gap)),
  };
  return { cells, captions, height: size[0], width: size[1], starts };
}

/** Whether a part of all names is the same. */
function shared(names: readonly (readonly string[])[], part: (words: readonly string[]) => string): boolean {
  return names.every((words) => part(words) === part(names[0]));
}

/**
 * Names as captions: without what all of them end in, and without what all say before a comma, which is `common`.
 */
function captionsOf(names: readonly string[]): { readonly captions: readonly string[]; readonly common: string } {
  if (names.length === 1) return { captions: names, common: names[0] };
  const parts = names.map((name) => name.split(', '));
  if (shared(parts, (words) => words[0]) && parts.every(({ length }) => length > 1)) {
    return { captions: parts.map((words) => words.slice(1).join(', ')), common: parts[0][0] };
  }
  const words = names.map((name) => name.split(' '));
  while (words.every(({ length }) => length > 1) && shared(words, (one) => one[one.length - 1])) {
    for (const one of words) one.pop();
  }
  return { captions: words.map((one) => one.join(' ')), common: '' };
}

function notesOf(fields: readonly DrawnField[], faint: number): readonly string[] {
  const leading = fields.filter(({ derivative }) => derivative === 'leading').length;
  return [
    'Share of each pixel in d K / d t_i at t = 1, in percent, by its offset (dy, dx) from the pixel that is read.',
    ...(leading === 0
      ? []
      : ['The derivative is infinite there (a kernel like sqrt(1 - t)): shown is the limit of its shares.']),
    ...(fields.some(({ derivative }) => derivative === null)
      ? ['Of a width: the mean square input gradient of finite networks, which tends to the field of the NNGP.']
      : []),
    `Pixels with less than ${100 * faint} % of the peak may lie outside the picture.`,
  ];
}

/** Key numbers of fields. */
export function fieldSummary(fields: readonly DrawnField[]): Figure['summary'] {
  return {
    header: ['kernel', 'peak (%)', 'spread (pixels)'],
    rows: fields.map(({ name, peak, spread }) => ({
      series: null,
      cells: [name, (100 * peak).toPrecision(4), spread.map((s) => s.toFixed(3)).join(' x ')],
    })),
  };
}

function dataOf(fields: readonly DrawnField[]): Figure['data'] {
  const lines = fields.flatMap(({ name, field, at, circular }) => {
    const { rows, columns, cells } = centred(field, at, circular);
    return cells.flatMap((line, i) => line.map((share, j) => [name, rows.offsets[i], columns.offsets[j], share]));
  });
  return [['kernel', 'dy', 'dx', 'share'], ...lines];
}

/**
 * Fields of images as heat maps side by side, all in the same colours and around the pixel that is read.
 *
 * @throws UsageError for more than nine
 */
export function fieldMaps(fields: readonly DrawnField[], title: string, { log }: { readonly log: boolean }): Figure {
  if (fields.length > MOST) {
    throw new UsageError(
      `--figure: must be section for more than ${MOST} fields, got ${fields.length}. Give --figure section.`,
    );
  }
  const faint = log ? FAINT.log : FAINT.linear;
  const { rows, columns } = window(fields, faint);
  const tiling = tilingOf(fields.length, lengthOf(rows), lengthOf(columns));
  const { captions, common } = captionsOf(fields.map(({ name }) => name));
  const { starts, ...picture } = tiles(fields, captions, rows, columns, tiling);
  const shown = picture.cells.filter((share) => share > 0);
  const peak = shown.reduce((a, b) => Math.max(a, b));
  const smallest = shown.reduce((a, b) => Math.min(a, b));
  const low = log ? Math.max(smallest, faint * peak) : 0;
  const panel: HeatMap = {
    form: 'heat-map',
    ...picture,
    rows: { size: picture.height, label: 'dy (pixels)', classes: [], ticks: ticksOf(rows, starts.rows) },
    columns: { size: picture.width, label: 'dx (pixels)', classes: [], ticks: ticksOf(columns, starts.columns) },
    low: log && !(low < peak) ? peak / 10 : low,
    high: peak,
    unit: '%',
    ...(log ? { scale: 'log' as const } : {}),
  };
  return {
    title: common === '' || title.includes(common) ? title : `${title}: ${common}`,
    panel,
    names: fields.map(({ name }) => name),
    data: dataOf(fields),
    summary: fieldSummary(fields),
    notes: notesOf(fields, faint),
  };
}
