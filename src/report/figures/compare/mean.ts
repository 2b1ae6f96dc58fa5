import { DataError } from '../../../errors.js';
import type { Series } from '../../charts/chart.js';
import { singleColour } from '../../charts/colours.js';
import { columnsTable } from '../columns.js';
import type { Figure } from '../figure.js';
import { type CompareData, percent } from './record.js';

const ROOM = 1.2;

/** Errors of one network, of the mean kernel, and what chance alone gives it. */
function seriesOf({ widths, seeds, errors, meanKernel }: CompareData): readonly Series[] {
  const pointsOf = (values: readonly (number | null)[]): Series['points'] =>
    values.flatMap((y, w) => (y === null ? [] : [{ x: widths[w], y }]));
  const common = { labelled: false, joined: true } as const;
  return [
    {
      ...common,
      ...{ name: 'one network', colour: '#6e7781', dash: null, mark: 'triangle', hollow: true },
      points: pointsOf(errors),
    },
    {
      ...common,
      ...{ name: `mean of ${seeds}`, colour: singleColour(0), dash: null, mark: 'circle', hollow: false },
      points: pointsOf(meanKernel.errors),
    },
    {
      ...common,
      ...{ name: 'by chance alone', colour: singleColour(1), dash: '5 4', mark: 'square', hollow: true },
      points: pointsOf(meanKernel.expected),
    },
  ];
}

function summaryOf({ widths, seeds, errors, meanKernel }: CompareData): Figure['summary'] {
  const share = (value: number | null): string => (value === null ? '–' : percent(value));
  const { errors: ofMean, expected, bias } = meanKernel;
  return {
    header: ['width', 'one network', `mean of ${seeds}`, 'by chance alone', 'bias'],
    rows: widths.map((width, w) => ({
      series: null,
      cells: [String(width), ...[errors[w], ofMean[w], expected[w], bias[w]].map(share)],
    })),
  };
}

/** Error of the mean kernel over the seeds beside what chance alone gives; throws DataError with one seed. */
export function drawMean(record: CompareData): Figure {
  const { widths, seeds, errors, meanKernel } = record;
  if (seeds === 1) {
    throw new DataError(
      '--figure mean: the record must have several seeds, got 1. Run ntk compare with more --seeds into the same ' +
        'folder.',
    );
  }
  const series = seriesOf(record);
  const spoken = widths.map((width, w) => {
    const chance = meanKernel.expected[w];
    return (
      `Width ${width}: ` +
      `${percent(meanKernel.errors[w])}${chance === null ? '' : `, by chance alone ${percent(chance)}`}`
    );
  });
  return {
    title: `Error of the mean kernel of ${seeds} networks`,
    alternative: `${spoken.join('; ')}.`,
    panel: {
      form: 'chart',
      x: {
        label: 'width',
        scale: 'log',
        domain: [widths[0] / ROOM, widths[widths.length - 1] * ROOM],
        ticks: widths.map((width) => [width, String(width)]),
      },
      y: { label: 'relative error (Frobenius norm)', scale: 'log' },
      series,
      guides: [],
      bands: [],
      key: series.map(({ name: text, colour, dash, mark, hollow }) => ({
        text,
        colour,
        dash: dash ?? '',
        hollow,
        ...(mark === null ? {} : { mark }),
      })),
    },
    names: series.map(({ name }) => name),
    data: columnsTable('width', [
      { title: 'one network', places: widths, values: errors },
      { title: 'mean kernel', places: widths, values: meanKernel.errors },
      { title: 'by chance alone', places: widths, values: meanKernel.expected },
      { title: 'bias', places: widths, values: meanKernel.bias },
    ]),
    summary: summaryOf(record),
    notes: [
      'Where the full discs lie near the squares, the mean kernel is as close to the infinite network as its ' +
        'number of networks allows; discs well above them show a bias of this width.',
    ],
  };
}
