import fc from 'fast-check';
import { spread } from '../../src/report/charts/spread.js';
import { halfAngle, valueAt } from '../../src/report/curve.js';
import { csvText, matrixCsv } from '../../src/report/formats/csv.js';
import { jsonText } from '../../src/report/formats/json.js';
import { backendsText } from '../../src/report/text/backends.js';
import { sparkline } from '../../src/report/text/sparkline.js';
import { tableText } from '../../src/report/text/table.js';
import { countText, secondsText } from '../../src/report/text/units.js';
import { describe, expect, test } from '../jest.js';

describe('json', () => {
  test('reads back as what was written, whatever it is', () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }));
    fc.assert(
      fc.property(object, (value) => expect(JSON.parse(jsonText(value))).toEqual(JSON.parse(JSON.stringify(value)))),
      { seed: 1 },
    );
  });

  test('leaves out what is undefined, and keeps lists of numbers on one line', () => {
    const list = Array.from({ length: 100 }, (_, i) => i);
    expect(jsonText({ a: undefined, list })).toBe(`{\n  "list": [${list.join(', ')}]\n}\n`);
  });
});

describe('csv', () => {
  test('quotes what needs it', () => {
    expect(csvText([['a,b', 'c"d', null, 1.5]])).toBe('"a,b","c""d",,1.5\n');
  });

  test('numbers read back as themselves in both precisions', () => {
    const line = (data: Float32Array | Float64Array, precision: 'f32' | 'f64'): readonly number[] =>
      [...matrixCsv({ data, shape: [1, data.length] }, precision)].join('').trimEnd().split(',').map(Number);
    const options = { noNaN: true, noDefaultInfinity: true, minLength: 1 };
    fc.assert(
      fc.property(fc.float64Array(options), (x) => expect(line(x, 'f64').every((v, i) => v === x[i])).toBe(true)),
      { seed: 1 },
    );
    fc.assert(
      fc.property(fc.float32Array(options), (x) =>
        expect(line(x, 'f32').every((v, i) => Math.fround(v) === x[i])).toBe(true),
      ),
      { seed: 1 },
    );
    expect([...matrixCsv({ data: Float32Array.of(0.1), shape: [1, 1] }, 'f32')]).toEqual(['0.1\n']);
  });

  test('a matrix has one row a line, in pieces', () => {
    const matrix = { data: Float64Array.from({ length: 70_000 * 2 }, (_, i) => i), shape: [70_000, 2] };
    const pieces = [...matrixCsv(matrix, 'f64')];
    expect(pieces.length).toBeGreaterThan(1);
    const lines = pieces.join('').trimEnd().split('\n');
    expect([lines.length, lines[0], lines[69_999]]).toEqual([70_000, '0,1', '139998,139999']);
  });
});

describe('text', () => {
  test('tables align their columns', () => {
    expect(
      tableText(
        ['a', 'n'],
        [
          ['π/4', '1'],
          ['x', '10'],
        ],
        ['left', 'right'],
      ),
    ).toBe('a     n\n───  ──\nπ/4   1\nx    10\n');
  });

  test('sparklines span their range', () => {
    expect(sparkline([0, 0.5, 1], 0, 1, 3)).toBe('▁▅█');
    expect(sparkline([-1, 2], 0, 1, 2)).toBe('▁█');
    expect(sparkline([1, 1], 1, 1, 2)).toBe('▁▁');
  });

  test.each([
    [0.0421, '0.042 s'],
    [42.4, '42 s'],
    [200, '3 min 20 s'],
    [7500, '2 h 05 min'],
    [Number.POSITIVE_INFINITY, '?'],
  ])('%d seconds', (seconds, text) => {
    expect(secondsText(seconds)).toBe(text);
  });

  test.each([
    [7, '7'],
    [4_200_000, '4.20 M'],
    [999_900, '1.00 M'],
    [998_000, '998 k'],
  ])('%d things', (count, text) => {
    expect(countText(count)).toBe(text);
  });
});

describe('spread', () => {
  test('moves only what would touch, evenly, within the range', () => {
    expect(spread([10, 50], 10, 0, 100)).toEqual([10, 50]);
    expect(spread([50, 50], 10, 0, 100)).toEqual([45, 55]);
    expect(spread([0, 1, 2], 10, 0, 100)).toEqual([0, 10, 20]);
    expect(spread([99, 100], 10, 0, 100)).toEqual([90, 100]);
  });

  test('keeps the gap and the order for any places', () => {
    const places = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 20 });
    const property = fc.property(places, (wanted) => {
      const placed = spread(
        wanted.toSorted((a, b) => a - b),
        15,
        0,
        300,
      );
      for (const [k, place] of placed.slice(1).entries()) expect(place - placed[k]).toBeGreaterThanOrEqual(15 - 1e-9);
      expect(placed).toHaveLength(wanted.length);
    });
    fc.assert(property, { seed: 1 });
  });
});

describe('profiles', () => {
  test('the half-angle is where a curve has fallen half-way', () => {
    expect(halfAngle([0, 1, 2], [1, 0.5, 0])).toBe(1);
    expect(halfAngle([0, 1, 2], [1, 0.25, 0])).toBeCloseTo(2 / 3, 15);
    expect(halfAngle([0, 1], [1, 1])).toBeNull();
  });

  test('values between angles are interpolated', () => {
    expect(valueAt([0, 1], [1, 0], 0.25)).toBe(0.75);
    expect([valueAt([0, 1], [1, 0], -1), valueAt([0, 1], [1, 0], 2)]).toEqual([1, 0]);
  });
});

describe('backends', () => {
  const native = { available: false, reason: 'none is installed' };
  const device = { name: 'a card', software: false };
  test.each([
    [{ available: true }, '  --backend tensorflow: in float64 where it computes\n'],
    [{ available: true, device }, '  --backend tensorflow: in float64 where it computes, unasked for many rows\n'],
    [{ available: false, reason: 'not here' }, null],
  ])('linear algebra on TensorFlow: %j', (availability, line) => {
    const text = backendsText([{ name: 'tensorflow', precisions: ['f64', 'f32'], ...availability }], native);
    expect(text).toContain('Linear algebra (eigs, regress):\n  built in: none is installed\n');
    if (line === null) expect(text).not.toContain('--backend tensorflow');
    else expect(text).toContain(line);
  });
});
