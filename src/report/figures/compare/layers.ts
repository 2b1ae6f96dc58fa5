import { type Guide, INK, type Point, type Series } from '../../charts/chart.js';
import type { Figure } from '../figure.js';
import { type CompareData, percent } from './record.js';
import { type WidthMarks, widthMarks } from './widths.js';

/** What the bars of a figure are, where there are any. */
const BARS = ', with a bar of one standard deviation between networks to either side';

/** Least height of the row of a layer, and what each width adds to it, pixels. */
const ROW = 16;
const ROW_OF_WIDTH = 5;

function marksOf({ widths, layers }: CompareData): WidthMarks {
  return widthMarks(widths, (w, aside) =>
    layers.map(({ empirical, deviation }, l): Point => {
      const [x, y, sd] = [100 * empirical[w], -l - aside, deviation[w]];
      return sd === null ? { x, y } : { x, y, left: Math.max(0, x - 100 * sd), right: x + 100 * sd };
    }),
  );
}

/** Range of the shares, from 0 where that does not squeeze them. */
function rangeOf(series: readonly Series[], { layers }: CompareData): readonly [number, number] {
  const shown = [
    ...series.flatMap(({ points }) => points.flatMap(({ x, left = x, right = x }) => [left, right])),
    ...layers.map(({ analytic }) => 100 * analytic),
  ];
  const [low, high] = [Math.min(...shown), Math.max(...shown)];
  const room = 0.05 * (high - low);
  return [low < high / 2 ? 0 : low - room, high + room];
}

/** Shares of the trained layers in the trace of the kernel, of the infinite network and of finite ones. */
export function drawLayers(record: CompareData): Figure {
  const { widths, layers } = record;
  const marks = marksOf(record);
  const guides = layers.map(
    ({ path, analytic }, l): Guide => ({
      name: `${path}: infinite`,
      colour: INK,
      dash: '',
      points: [-l - 0.42, -l + 0.42].map((y) => ({ x: 100 * analytic, y })),
    }),
  );
  const cell = (share: number, sd: number | null): string =>
    `${percent(share)}${sd === null ? '' : ` ± ${percent(sd)}`}`;
  return {
    title: 'Contribution of each layer to the kernel',
    alternative: `Infinite network: ${layers.map(({ path, analytic }) => `${path} ${percent(analytic)}`).join(', ')}.`,
    panel: {
      form: 'chart',
      x: { label: 'share of the trace (%)', scale: 'linear', domain: rangeOf(marks.drawn, record) },
      y: {
        label: '',
        scale: 'linear',
        domain: [-layers.length + 0.45, 0.55],
        ticks: layers.map(({ path }, l) => [-l, path]),
        spacing: ROW + ROW_OF_WIDTH * marks.drawn.length,
      },
      series: marks.drawn,
      guides,
      bands: [],
      key: [{ text: 'infinite network', dash: '' }, ...marks.key],
    },
    names: layers.map(({ path }) => path),
    data: [
      ['layer', 'infinite', ...widths.flatMap((width) => [`width ${width}`, `width ${width} deviation`])],
      ...layers.map(({ path, analytic, empirical, deviation }) => [
        path,
        analytic,
        ...widths.flatMap((_, w) => [empirical[w], deviation[w]]),
      ]),
    ],
    summary: {
      header: ['layer', 'infinite', ...widths.map((width) => `width ${width}`)],
      rows: layers.map(({ path, analytic, empirical, deviation }) => ({
        series: null,
        cells: [path, percent(analytic), ...widths.map((_, w) => cell(empirical[w], deviation[w]))],
      })),
    },
    notes: [
      'Each black line is the share of a layer in the infinite network, each mark its mean over the networks of a ' +
        `width${record.seeds === 1 ? '' : BARS}.${marks.note}`,
    ],
  };
}
