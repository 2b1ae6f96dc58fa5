import { type Band, INK, type Point } from '../../charts/chart.js';
import { columnsTable } from '../columns.js';
import type { Figure } from '../figure.js';
import type { CompareData } from './record.js';
import { type WidthMarks, widthMarks } from './widths.js';

const DEGREES = 180 / Math.PI;
/** Relative gap below which an eigenspace is marked as hardly defined. */
const SMALL_GAP = 0.05;

/**
 * Whether the eigenvalue behind a dimension is so near to the next that the space of that dimension is hardly defined.
 */
function isLoose(gap: number | null): boolean {
  return gap !== null && gap < SMALL_GAP;
}

function marksOf({ widths, eigenspaces: { dimensions, angles, anglesDeviation } }: CompareData): WidthMarks {
  const pointOf = (w: number, d: number, aside: number): Point => {
    const [x, y, sd] = [d + 1 + aside, angles[w][d] * DEGREES, anglesDeviation[w][d]];
    if (sd === null) return { x, y };
    return { x, y, low: Math.max(0, y - sd * DEGREES), high: Math.min(90, y + sd * DEGREES) };
  };
  return widthMarks(widths, (w, aside) => dimensions.map((_, d) => pointOf(w, d, aside)));
}

/** The dimensions that mean little. */
function bandsOf({ dimensions, gaps }: CompareData['eigenspaces']): readonly Band[] {
  return gaps.flatMap((gap, d) => {
    const points = [d + 0.55, d + 1.45].map((x) => ({ x, low: 0, high: 90 }));
    return isLoose(gap) ? [{ name: `dimension ${dimensions[d]}`, colour: INK, points }] : [];
  });
}

function summaryOf(
  { dimensions, gaps, angles, anglesDeviation }: CompareData['eigenspaces'],
  marks: WidthMarks,
): Figure['summary'] {
  const percentOf = (gap: number | null): string => (gap === null ? '–' : `${(100 * gap).toPrecision(2)} %`);
  const cell = (angle: number, sd: number | null): string =>
    `${(angle * DEGREES).toFixed(1)}°${sd === null ? '' : ` ± ${(sd * DEGREES).toFixed(1)}°`}`;
  return {
    header: ['dimension', ...dimensions.map(String)],
    rows: [
      { series: null, cells: ['gap behind it', ...gaps.map(percentOf)] },
      ...marks.all.map((one, w) => ({
        series: one,
        cells: angles[w].map((angle, d) => cell(angle, anglesDeviation[w][d])),
      })),
    ],
  };
}

/** Largest principal angle between the leading eigenspaces of finite networks and of the infinite one, by dimension. */
export function drawAngles(record: CompareData): Figure {
  const { widths, eigenspaces } = record;
  const { dimensions, gaps, angles, anglesDeviation } = eigenspaces;
  const marks = marksOf(record);
  const last = widths.length - 1;
  const bands = bandsOf(eigenspaces);
  const loose =
    bands.length > 0
      ? `; shaded dimensions end before a gap of less than ${100 * SMALL_GAP} %, where the space is hardly defined ` +
        'and the angle means nothing'
      : '';
  return {
    title: 'Largest principal angle of the leading eigenspaces',
    alternative:
      `Width ${widths[last]}, dimensions ${dimensions.join(', ')}: ` +
      `${angles[last].map((angle) => `${(angle * DEGREES).toFixed(1)}°`).join(', ')}.`,
    panel: {
      form: 'chart',
      x: {
        label: 'dimension of the eigenspace',
        scale: 'linear',
        domain: [0.4, dimensions.length + 0.6],
        ticks: dimensions.map((dimension, d) => [d + 1, String(dimension)]),
      },
      y: {
        label: 'angle to the infinite network (degrees)',
        scale: 'linear',
        domain: [0, 92],
        ticks: [0, 15, 30, 45, 60, 75, 90].map((angle) => [angle, String(angle)]),
      },
      series: marks.drawn,
      guides: [],
      bands,
      key: [...marks.key, ...(bands.length > 0 ? [{ text: 'tiny gap', band: true }] : [])],
    },
    names: marks.all.map(({ name }) => name),
    data: columnsTable('dimension', [
      { title: 'gap', places: dimensions, values: gaps },
      ...widths.flatMap((width, w) => [
        { title: `width ${width}`, places: dimensions, values: angles[w] },
        { title: `width ${width} deviation`, places: dimensions, values: anglesDeviation[w] },
      ]),
    ]),
    summary: summaryOf(eigenspaces, marks),
    notes: [`0° is the same space, 90° one with a direction that the other lacks${loose}.${marks.note}`],
  };
}
