import { presetArchitecture, receptiveField } from '../../src/index.js';
import type { HeatMap } from '../../src/report/charts/heat-map.js';
import type { Figure, RecordFile } from '../../src/report/figures/figure.js';
import { drawFigure } from '../../src/report/figures/index.js';
import { fieldsFigure } from '../../src/report/figures/receptive-field.js';
import { axisOffsets, centred, nested } from '../../src/report/pixels.js';
import { describe, expect, test } from '../jest.js';

const INPUT = { path: 'r.json', shape: null, sha256: '' };

function file(rows: readonly object[], input: readonly number[] = [3, 4, 1], kind = 'ntk'): RecordFile {
  return { path: 'r.json', name: 'r', input: INPUT, parsed: { command: 'receptive-field', kind, input, rows } };
}

const ROW = {
  name: 'net',
  field: [
    [0.4, 0.2, 0, 0.1],
    [0.2, 0, 0, 0],
    [0.1, 0, 0, 0],
  ],
  at: [0, 0],
  circular: [true, true],
  spread: [1, 1],
  peak: 0.4,
  derivative: 'leading',
};

function draw(files: readonly RecordFile[], view?: string): Promise<Figure> {
  return drawFigure(files, { view });
}

function mapOf({ panel }: Figure): HeatMap {
  if (panel.form !== 'heat-map') throw new TypeError('no heat map');
  return panel;
}

describe('pixels around the one that is read', () => {
  test('of circular axes lie on both sides of it, the half on the right', () => {
    expect(axisOffsets(4, 1, true)).toEqual({ offsets: [-1, 0, 1, 2], pixels: [0, 1, 2, 3] });
    expect(axisOffsets(5, 0, true)).toEqual({ offsets: [-2, -1, 0, 1, 2], pixels: [3, 4, 0, 1, 2] });
    expect(axisOffsets(4, 1, false)).toEqual({ offsets: [-1, 0, 1, 2], pixels: [0, 1, 2, 3] });
    expect(axisOffsets(3, 2, false)).toEqual({ offsets: [-2, -1, 0], pixels: [0, 1, 2] });
  });

  test('of a sequence are one row', () => {
    expect(centred([0.5, 0.2, 0.3], [0], [true])).toMatchObject({
      columns: { offsets: [-1, 0, 1] },
      cells: [[0.3, 0.5, 0.2]],
    });
    expect(nested([1, 2, 3, 4, 5, 6], [2, 3])).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });
});

describe('a heat map', () => {
  test('has the field in percent around the pixel read, and all of it in its data', async () => {
    const figure = await draw([file([ROW])]);
    const map = mapOf(figure);
    expect([map.height, map.width, map.low, map.high, map.unit]).toEqual([3, 4, 0, 40, '%']);
    expect([...map.cells].map((v) => Math.round(v))).toEqual([0, 10, 0, 0, 10, 40, 20, 0, 0, 20, 0, 0]);
    expect(map.rows.ticks?.find(([, text]) => text === '0')?.[0]).toBe(1.5);
    expect(figure.title).toBe('Receptive field of the NTK, input 3 x 4 x 1: net');
    expect(figure.data).toHaveLength(13);
    expect(figure.notes.join()).toMatch(/limit of its shares/);
  });

  test('with colours by the logarithm begins at the least share', async () => {
    const map = mapOf(await draw([file([ROW])], 'log'));
    expect([map.scale, map.low, map.high]).toEqual(['log', 10, 40]);
    const point = { ...ROW, field: [[1, 0]], at: [0, 0], circular: [false, false] };
    const { low, high } = mapOf(await draw([file([point])], 'log'));
    expect([low, high]).toEqual([10, 100]);
  });

  test('of several fields has one range, white between them, and names without what they share', async () => {
    const rows = [1, 2].map((depth) => ({ ...ROW, name: `net depth ${depth} head eq`, peak: 0.4 / depth }));
    const map = mapOf(await draw([file(rows)]));
    expect(map.captions?.map(({ text }) => text)).toEqual(['net depth 1', 'net depth 2']);
    expect(map.width).toBe(4 + 1 + 4);
    expect(map.cells.some(Number.isNaN)).toBe(true);
  });

  test('of finite networks stands beside kernel and limit', async () => {
    const limit = { field: ROW.field, spread: [1, 1], peak: 0.4 };
    const finite = { width: 8, field: ROW.field, errors: ROW.field, limit, spread: [1, 1], peak: 0.4 };
    const figure = await draw([file([{ ...ROW, finite }])]);
    expect(mapOf(figure).captions?.map(({ text }) => text)).toEqual(['NTK', 'NNGP', 'width 8']);
    expect(figure.title).toMatch(/: net$/);
    expect(figure.notes.join()).toMatch(/tends to the field of the NNGP/);
    const nngp = await draw([file([{ ...ROW, finite }], [3, 4, 1], 'nngp')]);
    expect(nngp.names).toEqual(['net', 'net, width 8']);
  });

  test('of a field of the library needs no record', () => {
    const field = receptiveField(presetArchitecture('cntk', { depth: 2 }), { shape: [9, 9, 3] });
    const map = mapOf(fieldsFigure([{ ...field, name: 'CNTK' }], 'CNTK'));
    expect(map.high).toBeCloseTo(100 * field.peak, 12);
    const line = receptiveField(presetArchitecture('cntk', { depth: 2 }, 1), { shape: [9, 3] });
    expect(fieldsFigure([{ ...line, name: 'CNTK' }], 'CNTK').panel.form).toBe('chart');
  });
});

describe('sections', () => {
  test('of images are sums over rows, of sequences shares with standard errors', async () => {
    const figure = await draw([file([ROW])], 'section');
    if (figure.panel.form !== 'chart') throw new TypeError('no chart');
    const [{ points }] = figure.panel.series;
    expect(points.map(({ x, y }) => [x, Math.round(y)])).toEqual([
      [-1, 10],
      [0, 70],
      [1, 20],
      [2, 0],
    ]);
    const line = { ...ROW, field: [0.5, 0.25, 0.25], at: [0], circular: [true], spread: [1] };
    const limit = { field: line.field, spread: [1], peak: 0.5 };
    const finite = { width: 8, field: line.field, errors: [0.1, 0, 0], limit, spread: [1], peak: 0.5 };
    const { panel } = await draw([file([{ ...line, finite }], [3, 1])]);
    if (panel.form !== 'chart') throw new TypeError('no chart');
    const [, , measured] = panel.series;
    const middle = measured.points.find(({ x }) => x === 0);
    expect([middle?.low, middle?.y, middle?.high].map((v) => Math.round(v ?? 0))).toEqual([40, 50, 60]);
  });
});

describe('refuses', () => {
  test.each([
    ['rows of several lengths', { field: [[1, 0], [0]] }, /rows of one length/],
    ['another number of axes', { at: [0] }, /rows of one length, as many axes/],
    ['a pixel outside', { at: [3, 0] }, /a pixel at inside/],
    ['no axis that may wrap', { circular: [true] }, /circular for each axis/],
    ['zeros', { field: [[0, 0]] }, /a share above 0/],
    ['no shares', { field: [] }, /rows of one length/],
  ])('%s', async (_what, change, message) => {
    await expect(draw([file([{ ...ROW, ...change }])])).rejects.toThrow(message);
  });

  test('errors of another shape', async () => {
    const limit = { field: ROW.field, spread: [1, 1], peak: 0.4 };
    const finite = { width: 8, field: ROW.field, errors: [[1]], limit, spread: [1, 1], peak: 0.4 };
    await expect(draw([file([{ ...ROW, finite }])])).rejects.toThrow(/as many errors as shares/);
  });
});
