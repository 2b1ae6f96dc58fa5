import type { Chart } from '../../src/report/charts/chart.js';
import { figureSvg } from '../../src/report/charts/panel-svg.js';
import type { Figure, RecordFile } from '../../src/report/figures/figure.js';
import { drawFigure } from '../../src/report/figures/index.js';
import { comparePage } from '../../src/report/pages/compare.js';
import { describe, expect, test } from '../jest.js';
import { type Made, madeComparison } from './comparison.js';

function file(path: string, parsed: object): RecordFile {
  const name = path.split('/').at(-1)?.replace('.json', '') ?? '';
  return { path, name, parsed, input: { path, shape: null, sha256: '' } };
}

async function drawn(view: string | undefined, ...records: readonly object[]): Promise<Figure> {
  return drawFigure(
    records.map((record, k) => file(`run-${k}/compare.json`, record)),
    { view },
  );
}

function chartOf({ panel }: Figure): Chart {
  if (panel.form !== 'chart') throw new Error('no chart');
  return panel;
}

/** The page as plain text. */
function textOf(made: Made): string {
  const html = comparePage(madeComparison(made), 'ntk compare');
  return html.replaceAll(/<style>[\s\S]*?<\/style>|<svg[\s\S]*?<\/svg>|<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
}

describe('error against width', () => {
  const record = madeComparison();

  test('has every network, the means with their intervals, the fit, and a line of the expected slope below', async () => {
    const { series, guides, x, y } = chartOf(await drawn(undefined, record));
    expect([x.scale, y.scale]).toEqual(['log', 'log']);
    const [singles, mean] = series;
    expect(singles.faint).toBe(true);
    expect(singles.points.map((point) => point.y)).toEqual(record.errorsOfSeeds.flat());
    for (const [k, point] of singles.points.entries()) {
      expect(Math.abs(Math.log(point.x / record.widths[Math.floor(k / 10)]))).toBeLessThan(0.1);
    }
    expect(mean.points).toEqual(
      record.widths.map((width, w) => {
        const [low, high] = record.errorIntervals[w] ?? [];
        return { x: width, y: record.errors[w], low, high };
      }),
    );
    const [fit, expected] = guides.map(({ points }) => points);
    expect(fit.map((point) => point.y)).toEqual([64, 1024].map((width) => expect.closeTo(2 / Math.sqrt(width), 12)));
    expect(Math.log(expected[1].y / expected[0].y) / Math.log(16)).toBeCloseTo(-0.5, 12);
    for (const { x: at, y: height } of expected) expect(height).toBeLessThan(record.errors[record.widths.indexOf(at)]);
  });

  test('csv has means, intervals, fit and every network', async () => {
    const { data } = await drawn(undefined, record);
    expect(data[0].slice(0, 6)).toEqual([
      'width',
      'fc L=2',
      'fc L=2 low',
      'fc L=2 high',
      'fc L=2 fitted',
      'fc L=2 seed 3',
    ]);
    expect(data[1].slice(0, 3)).toEqual([64, record.errors[0], record.errors[0] * 0.9]);
    expect(data[2].slice(5)).toEqual(record.errorsOfSeeds[1]);
  });

  test('records share the axes, named by network and folder', async () => {
    const figure = await drawn(
      undefined,
      record,
      madeComparison({ widths: [100, 1000] }),
      madeComparison({ name: 'cntk' }),
    );
    expect(figure.names).toEqual(['run-0: fc L=2', 'run-1: fc L=2', 'cntk']);
    const { series, guides, x } = chartOf(figure);
    expect(x.ticks?.map(([width]) => width)).toEqual([64, 100, 128, 256, 512, 1000, 1024]);
    expect(new Set(series.map(({ colour }) => colour)).size).toBe(3);
    expect(guides).toHaveLength(4);
    const svg = figureSvg(figure);
    // The text of the second of two widths that lie side by side would touch the first.
    expect([svg.includes('>1000</text>'), svg.includes('>1024</text>')]).toEqual([true, false]);
  });

  test('of one network a width, or of one width, has neither intervals nor a fit', async () => {
    const single = chartOf(await drawn(undefined, madeComparison({ seeds: 1 })));
    expect(single.series).toHaveLength(1);
    expect(single.series[0].points[0]).not.toHaveProperty('low');
    const one = chartOf(await drawn(undefined, madeComparison({ widths: [64], slope: null })));
    expect(one.guides.map(({ name }) => name)).toEqual(['expected slope']);
  });
});

describe('the other figures', () => {
  const record = madeComparison();

  test('the mean kernel beside chance; one network has no mean', async () => {
    const { series } = chartOf(await drawn('mean', record));
    expect(series.map(({ points }) => points.map(({ y }) => y))).toEqual([
      record.errors,
      record.meanKernel.errors,
      record.meanKernel.expected,
    ]);
    await expect(drawn('mean', madeComparison({ seeds: 1 }))).rejects.toThrow(/--figure mean: .*several seeds, got 1/);
  });

  test('eigenvalues and their ratios, each width beside the index', async () => {
    const { analytic, empirical, deviation } = record.eigenvalues;
    const values = chartOf(await drawn('eigenvalues', record));
    expect(values.guides.map(({ points }) => points[0].y)).toEqual(analytic);
    expect(values.series.map(({ points }) => points.map(({ y }) => y))).toEqual(empirical);
    for (const { points } of values.series) {
      for (const [i, { x }] of points.entries()) expect(Math.abs(x - i - 1)).toBeLessThan(0.5);
    }
    const ratios = chartOf(await drawn('ratios', record));
    const [first] = ratios.series[2].points;
    expect(first.y).toBeCloseTo(empirical[2][0] / analytic[0], 12);
    expect((first.high ?? 0) - (first.low ?? 0)).toBeCloseTo((2 * Number(deviation[2][0])) / analytic[0], 12);
  });

  test('angles in degrees; a dimension before a tiny gap is shaded', async () => {
    const { series, bands, key } = chartOf(await drawn('angles', record));
    expect(series[4].points[1].y).toBeCloseTo((record.eigenspaces.angles[4][1] * 180) / Math.PI, 12);
    expect(bands.map(({ name }) => name)).toEqual(['dimension 3']);
    expect(key.map(({ text }) => text)).toContain('tiny gap');
    const clear = chartOf(await drawn('angles', madeComparison({ gaps: [0.5, 0.5] })));
    expect(clear.bands).toEqual([]);
  });

  test('eigenvalues that are rounding alone are not drawn, and the text says so', async () => {
    const made = madeComparison({ analytic: [50, 2, 1e-10, 0, -1e-12], gaps: [0.9, 1, 0, 0, null] });
    // The last width has a network that answers to nothing.
    const empirical = made.eigenvalues.empirical.map((row, w) => (w === 4 ? [40, 1e-19, 0, 0, 0] : row));
    const low = { ...made, eigenvalues: { ...made.eigenvalues, empirical } };
    const values = await drawn('eigenvalues', low);
    const ratios = await drawn('ratios', low);
    expect(chartOf(values).series.map(({ points }) => points.length)).toEqual([2, 2, 2, 2, 1]);
    expect(chartOf(values).guides).toHaveLength(2);
    for (const { points } of chartOf(ratios).series) expect(points).toHaveLength(2);
    expect(ratios.alternative).toBe('Width 1024: 0.80, 0.00.');
    for (const { notes, summary } of [values, ratios]) {
      expect(notes.join()).toContain('Eigenvalues from index 3 on are rounding alone');
      expect(summary.header).toHaveLength(6);
    }
    expect((await drawn('eigenvalues', record)).notes.join()).not.toContain('rounding');
    expect(chartOf(await drawn('angles', low)).bands).toHaveLength(2);
  });

  test('errors of 0 leave logarithmic axes whole', async () => {
    const none = madeComparison({ error: 0, slope: null, beyondChance: 0 });
    const figure = await drawn(undefined, none);
    expect(chartOf(figure).guides).toEqual([]);
    for (const one of [figure, await drawn('mean', none)]) expect(figureSvg(one)).not.toMatch(/NaN|Infinity/);
    const some = await drawn(undefined, { ...record, errors: [0, ...record.errors.slice(1)] });
    const [expected] = chartOf(some).guides.slice(-1);
    for (const { y } of expected.points) expect(y).toBeGreaterThan(0);
    expect(figureSvg(some)).not.toMatch(/NaN|Infinity/);
  });

  test('layers in rows, first to last from the top, as tall as they need', async () => {
    const { series, y, guides } = chartOf(await drawn('layers', record));
    expect(y.ticks?.map(([, text]) => text)).toEqual(['layers[0]', 'layers[2]', 'layers[4]']);
    expect(guides.map(({ points }) => points[0].x)).toEqual([1, 1, 1].map(() => expect.closeTo(100 / 3, 12)));
    const [top, , bottom] = series[0].points;
    expect(top.y).toBeGreaterThan(bottom.y);
    expect(top.x).toBeCloseTo(100 * record.layers[0].empirical[0], 12);
    const many = madeComparison({ layers: Array.from({ length: 40 }, (_, l) => `layers[${l}].branch[0]`) });
    const height = (svg: string): number => Number(/height="(\d+)"/.exec(svg)?.[1]);
    expect(height(figureSvg(await drawn('layers', many)))).toBeGreaterThan(40 * 30);
  });

  test('show one record, and only whole ones', async () => {
    await expect(drawn('angles', record, record)).rejects.toThrow(/--figure angles: must have one record, got 2/);
    await expect(drawn(undefined, { ...record, errors: [1] })).rejects.toThrow(/each of the 5 widths, got one of 1/);
    await expect(drawn(undefined, { ...record, seeds: 2_000_000_000 })).rejects.toThrow(
      /each of the 2000000000 seeds, got one of/,
    );
    await expect(drawn(undefined, { ...record, slope: 'x' })).rejects.toThrow(/whole record of ntk compare.*slope/);
  });
});

describe('the page says', () => {
  test('what was compared, and that the slope agrees with theory', () => {
    const text = textOf({});
    expect(text).toContain('fc L=2: finite networks against the infinite one');
    expect(text).toContain(
      'NTK of 30 examples of length 64 from digits.csv; widths 64, 128, 256, 512 and 1024, 10 networks of each ' +
        '(seeds from 3)',
    );
    expect(text).toMatch(/falls like width −0\.50 \(95 %: −0\.54 to −0\.46\), in agreement with/);
    expect(text).toMatch(/At width 1024 one network is 6\.\d % off on average \(95 %: 6\.\d to 7\.\d %\)/);
    expect(text).toContain('Warning: something to know &amp; &lt;mark&gt;');
    expect(text).toContain('digits.csv [30, 64], SHA-256 abc123');
  });

  test.each<readonly [string, Made, RegExp]>([
    ['flatter than theory', { slope: [-0.3, 0.05] }, /width −0\.30 .* more slowly than the width/],
    ['steeper than theory', { slope: [-0.8, 0.05] }, /faster than the width/],
    [
      'a wide interval',
      { slope: [-0.5, 0.3] },
      /in agreement with .*; more networks or widths would narrow this interval/,
    ],
    ['an interval that holds 0', { slope: [-0.3, 0.4] }, /so wide an interval does not show whether it falls/],
    ['an error that grows', { slope: [0.2, 0.1] }, /one network goes like width 0\.20 .*: it does not fall, so that/],
    [
      'networks that are exact',
      { error: 4e-16, slope: [0, 0.3] },
      /every width have the kernel of the infinite one but/,
    ],
    ['errors of 0', { error: 0, slope: null }, /every width have the kernel of the infinite one but/],
    [
      'exact networks of one width',
      { widths: [8], error: 4e-16, slope: null },
      /^(?!.* alone).* networks of this width/,
    ],
    ['no name', { name: '' }, /a network without a name: finite networks against/],
    ['no slope', { slope: null }, /The error has no slope: it is 0 at some width/],
    ['one row', { rows: 1 }, /NTK of 1 example of length 64/],
    ['few networks, whose chance is hardly known', { seeds: 3, beyondChance: 4.2 }, /off, which chance explains/],
    ['a bias of few networks', { seeds: 3, beyondChance: 4.4 }, /more than chance explains/],
    ['one width', { widths: [64], slope: null }, /at width 64 alone, which says nothing about how it falls/],
    ['one network', { seeds: 1 }, /At width 1024 this one network is/],
    ['chance', { beyondChance: 2.2 }, /off, which chance explains/],
    ['a bias', { beyondChance: 3 }, /more than chance explains .* a bias of about 6\.\d %/],
  ])('%s', (_, made, expected) => {
    expect(textOf(made)).toMatch(expected);
  });

  test('a bias of the smallest width that the largest lacks', () => {
    const record = madeComparison();
    const errors = record.meanKernel.errors.map((error, w) => (w === 0 ? 3 * error : error));
    const html = comparePage({ ...record, meanKernel: { ...record.meanKernel, errors } }, '');
    expect(html).toMatch(/which chance explains .* That of width 64 is 21\.\d.% off, more than chance explains/);
  });

  test('nothing by script or network, and names its language', () => {
    const html = comparePage(madeComparison(), 'ntk compare "a b".csv <x>');
    expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/<script|<link|https?:|(src|href)=|@import/);
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(html).toContain('<meta name="viewport" content="width=device-width, initial-scale=1">');
    expect(html).toContain('ntk compare &quot;a b&quot;.csv &lt;x&gt;');
    expect(html.match(/<figure>/g)).toHaveLength(6);
    expect(html.match(/<figcaption>/g)).toHaveLength(6);
  });

  test('no mean over one network', () => {
    expect(comparePage(madeComparison({ seeds: 1 }), '').match(/<figure>/g)).toHaveLength(5);
  });
});
