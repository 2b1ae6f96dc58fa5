import { inflateSync } from 'node:zlib';
import type { Chart } from '../../src/report/charts/chart.js';
import { figureSvg } from '../../src/report/charts/panel-svg.js';
import { linearTicks, logTicks, tickText } from '../../src/report/charts/ticks.js';
import type { Figure, FigureOptions, RecordFile } from '../../src/report/figures/figure.js';
import { drawFigure } from '../../src/report/figures/index.js';
import { pngOf } from '../../src/report/formats/png.js';
import { describe, expect, test } from '../jest.js';

function file(name: string, parsed: object): RecordFile {
  return { path: `${name}.json`, name, parsed, input: { path: `${name}.json`, shape: null, sha256: '' } };
}

async function drawn(files: readonly RecordFile[], options: Partial<FigureOptions> = {}): Promise<Figure> {
  return drawFigure(files, { ...options, view: options.view });
}

function chartOf({ panel }: Figure): Chart {
  if (panel.form !== 'chart') throw new Error('no chart');
  return panel;
}

/** A spectrum 8 i^-p of `n` values, in a record of `eigs`. */
function eigs(name: string, powers: readonly number[], more: object = {}, n = 50): RecordFile {
  const rows = powers.map((p) => ({
    name: `fc depth ${p}`,
    n,
    values: Array.from({ length: n }, (_, i) => 8 * (i + 1) ** -p),
    precisionFloor: 1e-13,
    ...more,
  }));
  return file(name, { command: 'eigs', which: 'largest', vectors: null, inputs: [], rows });
}

describe('eigenvalues', () => {
  test('carry the fitted power, as line and in words, and their numbers go to the csv', async () => {
    const figure = await drawn([eigs('a', [1, 2])]);
    const { series, guides, x, y } = chartOf(figure);
    expect([x.scale, y.scale]).toEqual(['log', 'log']);
    expect(series.map(({ note }) => note)).toEqual([
      'decay i^-1.00, 95 %: 1.00 to 1.00',
      'decay i^-2.00, 95 %: 2.00 to 2.00',
    ]);
    const [first, second] = guides[1].points;
    expect([first.x, second.x]).toEqual([1, 50]);
    expect(second.y).toBeCloseTo(8 / 2500, 10);
    expect(figure.data[0]).toEqual(['index', 'fc depth 1', 'fc depth 1 fitted', 'fc depth 2', 'fc depth 2 fitted']);
    expect(figure.data.slice(1).map(([, value]) => value)).toEqual(series[0].points.map((point) => point.y));
  });

  test('take the fit of the record where it has one', async () => {
    const decay = { exponent: 1.5, interval: [1.4, 1.6], from: 3, to: 20, amplitude: 2 };
    const { series, guides } = chartOf(await drawn([eigs('a', [1], { decay })]));
    expect(series[0].note).toBe('decay i^-1.50, 95 %: 1.40 to 1.60');
    expect(guides[0].points).toEqual([
      { x: 3, y: 2 * 3 ** -1.5 },
      { x: 20, y: 2 * 20 ** -1.5 },
    ]);
  });

  test('the floor is a line where it is near, and its number stands in the key where it is far', async () => {
    const near = chartOf(await drawn([eigs('a', [1], { precisionFloor: 1e-3 })]));
    expect(near.guides.at(-1)).toMatchObject({
      text: 'floor of the precision 1.0e-3',
      points: [{ y: 1e-3 }, { y: 1e-3 }],
    });
    const far = chartOf(await drawn([eigs('a', [1])]));
    expect(far.guides).toHaveLength(1);
    expect(far.key.at(-1)?.text).toBe('floor of the precision 1.0e-13, far below');
  });

  test('of zero and below are counted, since a logarithmic axis has no place for them', async () => {
    const values = [4, 2, 1, 0, -1e-20];
    const record = eigs('a', [1], { values, n: 5, decay: null });
    const figure = await drawn([record]);
    expect(chartOf(figure).series[0].points).toHaveLength(3);
    expect(figure.notes.join(' ')).toContain('2 eigenvalues at or below zero');
    expect(figure.data.slice(1).map(([, value]) => value)).toEqual(values);
  });

  test('the smallest stand at the last indices, without a fit', async () => {
    const rows = [{ name: 'K', n: 100, values: [3, 2, 1], precisionFloor: 1e-14 }];
    const figure = await drawn([file('s', { command: 'eigs', which: 'smallest', inputs: [], rows })]);
    expect(chartOf(figure).series[0].points.map(({ x }) => x)).toEqual([98, 99, 100]);
    expect(chartOf(figure).guides).toEqual([]);
  });

  test('a density has its standard error as a band', async () => {
    const density = { points: [0, 1, 2], values: [0.2, 0.6, 0.1], errors: [0.05, 0.1, 0.02] };
    const figure = await drawn([eigs('a', [1], { density })], { view: 'density' });
    const { bands } = chartOf(figure);
    expect(bands[0].points[1]).toEqual({ x: 1, low: 0.5, high: 0.7 });
    expect(figure.data).toEqual([
      ['eigenvalue', 'fc depth 1', 'fc depth 1 error'],
      [0, 0.2, 0.05],
      [1, 0.6, 0.1],
      [2, 0.1, 0.02],
    ]);
    await expect(drawn([eigs('a', [1])], { view: 'density' })).rejects.toThrow(
      /a\.json: must hold a density.*--density/,
    );
  });
});

/** One kernel on the sphere whose odd eigenvalues from 3 on are zero. */
function sphere(name: string, dim: number, bound = 1e-16, odd = 1e-19): RecordFile {
  const degrees = Array.from({ length: 11 }, (_, k) => k);
  const eigenvalues = degrees.map((k) => (k % 2 === 1 && k > 1 ? odd : 1 / (k + 1) ** 3));
  const row = {
    name: 'fc depth 1',
    arch: 'fc',
    eigenvalues,
    errorBounds: degrees.map(() => bound),
    exponent: 3,
    endpoints: { nu: 0.5, c1: -1, cm: -1 },
    predicted: degrees.map((k) => (k === 0 ? null : k % 2 === 0 ? k ** -3 : 0)),
    fit: { exponent: 2.9, from: 4, to: 10 },
  };
  return file(name, { command: 'sphere', kind: 'ntk', normalized: false, dim, degrees, rows: [row] });
}

describe('eigenvalues on the sphere', () => {
  test('tell even from odd degrees, and zero from small', async () => {
    const figure = await drawn([sphere('s', 3)]);
    const { series, bands, guides } = chartOf(figure);
    expect(series.map(({ hollow, points }) => [hollow, points.length])).toEqual([
      [false, 5],
      [true, 5],
    ]);
    expect(series[1].points.map(({ isBound }) => isBound === true)).toEqual([false, true, true, true, true]);
    expect(series[1].points[1].y).toBe(1e-16);
    expect(bands).toHaveLength(1);
    expect(guides[0].points.map(({ x, y }) => y * x ** 3)).toEqual(
      [1, 1, 1, 1, 1].map((one) => expect.closeTo(one, 12)),
    );
    expect(series[0].note).toBe('predicted k^-3, fitted k^-2.900');
  });

  test('zeros whose bounds are beyond the axis stand just below the other values', async () => {
    const figure = await drawn([sphere('s', 3, 1e-323)]);
    const { series, bands, key } = chartOf(figure);
    expect(series[1].points.filter(({ isBound }) => isBound === true)).toHaveLength(0);
    expect(bands).toEqual([]);
    expect(key.map(({ text }) => text)).toContain('error bounds far below');
    const zero = await drawn([sphere('s', 3, 1e-323, 0)]);
    const points = chartOf(zero).series[1].points.filter(({ isBound }) => isBound === true);
    expect(points.map(({ y }) => y)).toEqual([1, 1, 1, 1].map(() => 11 ** -3 / 10));
    expect(figureSvg(zero)).toContain('zero or smaller than its bound');
  });

  test('bars are the bounds where these are wide', async () => {
    const { series } = chartOf(await drawn([sphere('s', 3, 1e-3)]));
    const [, wide] = series[0].points;
    expect(wide).toEqual({ x: 4, y: 1 / 125, low: 1 / 125 - 1e-3, high: 1 / 125 + 1e-3 });
  });

  test('csv has eigenvalue, bound and prediction of each; records of two spheres are told apart by it', async () => {
    const figure = await drawn([sphere('a', 3), sphere('b', 5)]);
    expect(figure.names).toEqual(['fc depth 1, d = 3', 'fc depth 1, d = 5']);
    expect(figure.data[3]).toEqual([2, 1 / 27, 1e-16, 1 / 8, 1 / 27, 1e-16, 1 / 8]);
  });
});

/** A record of regressions; each row is `[depth, ridge, time, accuracy]`. */
function regress(name: string, train: number, rows: readonly (readonly (number | null)[])[]): RecordFile {
  return file(name, {
    command: 'regress',
    task: 'classify',
    kind: 'ntk',
    train,
    rows: rows.map(([depth, ridge, time, accuracy]) => ({
      name: `fc depth ${depth}`,
      depth,
      ridge,
      time,
      accuracy,
      rmse: null,
      leaveOneOut: null,
    })),
  });
}

describe('quality of predictions', () => {
  test('runs over what varies; what else varies names the curves', async () => {
    const rows = [1, 2].flatMap((depth) => [1e-6, 1e-3].map((ridge) => [depth, ridge, null, 0.9 + depth * ridge]));
    const figure = await drawn([regress('r', 100, rows)]);
    expect(figure.data).toEqual([
      ['ridge', 'fc depth 1', 'fc depth 2'],
      [1e-6, 0.9 + 1e-6, 0.9 + 2e-6],
      [1e-3, 0.9 + 1e-3, 0.9 + 2e-3],
    ]);
    const byDepth = await drawn([regress('r', 100, rows)], { x: 'depth' });
    expect(byDepth.names).toEqual(['fc ridge 1e-6', 'fc ridge 0.001']);
  });

  test('records of several sizes make a learning curve', async () => {
    const files = [400, 100, 200].map((n) => regress(`r${n}`, n, [[3, 1e-6, null, n / 1000]]));
    const figure = await drawn(files);
    expect(figure.data).toEqual([
      ['train', 'fc'],
      [100, 0.1],
      [200, 0.2],
      [400, 0.4],
    ]);
    expect(chartOf(figure).series[0].points.map(({ y }) => y)).toEqual([10, 20, 40].map((y) => expect.closeTo(y, 10)));
  });

  test('the limit of gradient flow is a line', async () => {
    const rows = [
      [3, 1e-6, 1, 0.5],
      [3, 1e-6, 10, 0.8],
      [3, 1e-6, null, 0.9],
    ];
    const { guides, series } = chartOf(await drawn([regress('r', 100, rows)]));
    expect(series[0].points.map(({ x }) => x)).toEqual([1, 10]);
    expect(guides[0].points).toEqual([
      { x: 1, y: 90 },
      { x: 10, y: 90 },
    ]);
  });

  test('one number of each is no curve, and a field that is not there no axis', async () => {
    const one = [regress('r', 100, [[3, 1e-6, null, 0.9]])];
    await expect(drawn(one)).rejects.toThrow(/must differ in a number/);
    await expect(drawn(one, { x: 'alpha' })).rejects.toThrow(
      /--x: must be a field of the results \(train, ridge, depth\)/,
    );
  });
});

describe('records that do not go together', () => {
  test('of two commands, of no figure, with a choice of another', async () => {
    await expect(drawn([eigs('a', [1]), sphere('b', 3)])).rejects.toThrow(
      'b.json: records on one axis must be of one command, got sphere beside eigs of a.json. Plot them apart.',
    );
    await expect(drawn([file('a', { command: 'arch' })])).rejects.toThrow(/got one of arch/);
    await expect(drawn([eigs('a', [1])], { view: 'score' })).rejects.toThrow(
      /--figure: must be values or vectors or density/,
    );
    await expect(drawn([eigs('a', [1])], { labels: 'F' })).rejects.toThrow(/--labels: must be of use/);
    await expect(drawn([file('a', { command: 'sphere' })])).rejects.toThrow(
      /a\.json: must be a whole record of ntk sphere/,
    );
  });
});

describe('ticks', () => {
  test('of a logarithmic axis are few and readable', () => {
    expect(logTicks(0.9, 1100).map(([, text]) => text)).toEqual(['1', '10', '100', '1000']);
    expect(logTicks(0.9, 66).map(([, text]) => text)).toEqual(['1', '2', '5', '10', '20', '50']);
    expect(logTicks(1e-16, 10, 9).length).toBeLessThanOrEqual(9);
    expect(logTicks(1.01, 1.04).length).toBeGreaterThan(1);
    expect(tickText(1e-5)).toBe('1e-5');
  });

  test('of a linear axis are round', () => {
    expect(linearTicks(0, 1, 5).map(([, text]) => text)).toEqual(['0', '0.2', '0.4', '0.6', '0.8', '1']);
    expect(linearTicks(-0.3, 0.3, 4).map(([value]) => value)).toEqual([-0.2, 0, 0.2]);
  });
});

describe('png', () => {
  test('holds the pixels, and check sums that a reader accepts', () => {
    const pixels = Uint8Array.from({ length: 2 * 3 * 3 }, (_, i) => 10 * i);
    const png = pngOf(3, 2, pixels);
    expect(png.subarray(0, 8)).toEqual(Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]));
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([3, 2]);
    expect(png.readUInt32BE(png.length - 4)).toBe(0xae426082);
    const at = png.indexOf('IDAT');
    const lines = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
    expect([...lines]).toEqual([0, ...pixels.subarray(0, 9), 0, ...pixels.subarray(9)]);
  });
});

test('every curve of every kind is named in its svg', async () => {
  for (const figure of [await drawn([eigs('a', [1, 2])]), await drawn([sphere('s', 3)])]) {
    const svg = figureSvg(figure);
    for (const name of figure.names) expect(svg).toContain(`>${name}</text>`);
  }
});
