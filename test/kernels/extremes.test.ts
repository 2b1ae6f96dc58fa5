import {
  type KernelOptions,
  kernelMatrix,
  type NdArray,
  NumericalError,
  parseArchitecture,
  parseRadial,
} from '../../src/index.js';
import { describe, expect, test } from '../jest.js';
import type { ArchitectureJson, LayerJson } from '../reference/textbook.js';
import { COMBINATIONS, type Combination, label } from './backends.js';

/** Rows of an ordinary size: apart, near each other, opposite, parallel, nearly equal but for their norm, and zero. */
const ROWS: readonly (readonly number[])[] = [
  [0.6, -0.3, 0.5, 0.2],
  [0.3, 0.6, 0.1, -0.4],
  [0.6, -0.3, 0.5, 0.2 + 2 ** -20],
  [-0.6, 0.3, -0.4, 0.2],
  [0.3, -0.15, 0.25, 0.1],
  [-0.6, 0.3, -0.5, -0.2],
  [0.6, -0.3, 0.5, 0.2].map((v) => v * (1 + 2 ** -16)),
  [0, 0, 0, 0],
];

function matrix(rows: readonly (readonly number[])[]): NdArray {
  return { data: Float64Array.from(rows.flat()), shape: [rows.length, rows[0].length] };
}

const times = (factor: number): readonly number[][] => ROWS.map((row) => row.map((v) => v * factor));

/** exp(-rate |x - z|^power) through logarithms of the distance, whose largest difference is taken out first. */
function radial(rate: number, power: number, x: readonly number[], z: readonly number[]): number {
  const half = Math.max(...x.map(Math.abs), ...z.map(Math.abs)) > 1e300 ? 0.5 : 1;
  const differences = x.map((v, k) => Math.abs(v * half - z[k] * half));
  const largest = Math.max(...differences);
  if (largest === 0) return 1;
  const rest = differences.reduce((sum, d) => sum + (d / largest) ** 2, 0);
  return Math.exp(-Math.exp(Math.log(rate) + power * (Math.log(largest) - Math.log(half) + Math.log(rest) / 2)));
}

/** The normalized kernel of rows or images, or why it was refused. */
async function normalized(
  json: object,
  rows: readonly (readonly number[])[] | NdArray,
  options: Omit<KernelOptions, 'architecture'>,
): Promise<ArrayLike<number> | NumericalError> {
  try {
    const architecture = parseArchitecture(json);
    const x = 'shape' in rows ? rows : matrix(rows);
    const { nngp, ntk } = await kernelMatrix(x, {
      architecture,
      kind: 'both',
      normalized: true,
      ...options,
    });
    return [...(nngp?.data ?? []), ...(ntk?.data ?? [])];
  } catch (error) {
    if (error instanceof NumericalError) return error;
    throw error;
  }
}

/** The rows brought back to an ordinary size by exact powers of two, as far as each needs. */
function brought(rows: readonly (readonly number[])[]): readonly number[][] {
  return rows.map((row) => {
    const largest = Math.max(...row.map(Math.abs));
    const steps = largest === 0 ? 0 : -Math.round(Math.log2(largest) / 3);
    return row.map((v) => v * 2 ** steps * 2 ** steps * 2 ** steps);
  });
}

/** Entries that are off by more than `limit`, in words. */
function faults(found: ArrayLike<number>, expected: readonly number[], limit: number): readonly string[] {
  const list = expected.map((value, k) =>
    Math.abs(found[k] - value) <= limit ? '' : `${k}: ${found[k]}, not ${value}`,
  );
  return list.filter((text) => text !== '');
}

/** The nearest power of two, by which numbers are scaled exactly. */
const power = (size: number): number => 2 ** Math.round(Math.log2(size));

/** Kernels by rows that try them: sizes, and rates that belong to them. */
const RADIAL: readonly (readonly [spec: string, rate: number, power: number, rows: readonly (readonly number[])[]])[] =
  [
    ['laplace:1', 1, 1, ROWS],
    ['laplace:1e-160', 1e-160, 1, times(1e160)],
    ['laplace:1e170', 1e170, 1, times(1e-170)],
    ['laplace:1e-300', 1e-300, 1, times(2e300)],
    ['laplace:1e300', 1e300, 1, times(1e-300)],
    ['laplace:1e-20', 1e-20, 1, times(1e20)],
    ['laplace:1e30', 1e30, 1, times(1e-30)],
    ['laplace:1', 1, 1, times(1e20)],
    ['laplace:1', 1, 1, times(1e200)],
    ['laplace:1', 1, 1, times(1e-200)],
    ['laplace:1e6', 1e6, 1, ROWS],
    ['laplace:1e308', 1e308, 1, times(1e-318)],
    ['laplace:1e-307', 1e-307, 1, times(1e308)],
    ['gamma:0.5,1e-80', 1e-80, 0.5, times(1e160)],
    ['gamma:0.5,1e90', 1e90, 0.5, times(1e-180)],
    ['gamma:1.5,1e-240', 1e-240, 1.5, times(1e160)],
    ['gamma:1.5,1e250', 1e250, 1.5, times(1e-167)],
    ['gamma:0.01,1', 1, 0.01, times(1e-5)],
    ['gamma:0.001,2', 2, 0.001, ROWS],
    ['gamma:2,1e-300', 1e-300, 2, times(1e150)],
    ['gaussian:1e150', 5e-301, 2, times(1e150)],
    ['gaussian:1e-150', 5e299, 2, times(1e-150)],
    ['gaussian:1e20', 5e-41, 2, times(1e20)],
    ['gaussian:1e-25', 5e49, 2, times(1e-25)],
    ['gaussian:1', 0.5, 2, times(1e160)],
    ['gaussian:1', 0.5, 2, times(1e-160)],
    ['laplace:1', 1, 1, [...times(1e160), ...ROWS, ...times(1e-160)]],
    ['laplace:1e-160', 1e-160, 1, [...times(1e160), ...ROWS, ...times(1e-160)]],
    ['laplace:1e160', 1e160, 1, [...times(1e160), ...ROWS, ...times(1e-160)]],
    ['gaussian:1', 0.5, 2, [...times(1e25), ...ROWS, ...times(1e-25)]],
    ['gamma:0.5,1', 1, 0.5, [...times(1e12), ...ROWS, ...times(1e-15)]],
    // Rows that differ in their last digits only.
    [
      'laplace:1',
      1,
      1,
      [
        [1e9, 3e9, 2e9],
        [1e9, 3e9, 2e9 + 1],
        [1e9 + 0.5, 3e9, 2e9],
      ],
    ],
    [
      'laplace:1e200',
      1e200,
      1,
      [
        [1, 1e-200],
        [1, 2e-200],
        [1, 0],
      ],
    ],
    [
      'gaussian:1e-30',
      5e59,
      2,
      [
        [1, 1e-30, 0],
        [1, 2e-30, 0],
        [1, 0, 3e-30],
      ],
    ],
  ];

const network = (...layers: readonly LayerJson[]): ArchitectureJson => ({
  format: 'ntk-architecture/1',
  name: '',
  layers,
});
const he: LayerJson = { kind: 'dense', weightStd: Math.SQRT2 };
const biased: LayerJson = { ...he, biasStd: 0.5 };
const act = (kind: string): LayerJson => ({ kind });

/** Networks whose normalized kernels are the same for rows times any factor. */
const HOMOGENEOUS: Readonly<Record<string, ArchitectureJson>> = {
  fc: network(he, act('relu'), he, act('relu'), he),
  resntk: network(
    he,
    { kind: 'residual', branch: [he, act('relu'), he] },
    { kind: 'residual', branch: [he, act('abs'), he] },
  ),
  layerNorm: network(he, { kind: 'layerNorm' }, act('relu'), he),
  linear: network(he),
};

const conv = { kind: 'conv', filter: [3, 3], padding: 'same' };
const images = (...layers: readonly object[]): object => ({ format: 'ntk-architecture/1', layers });

const IMAGE_NETWORKS: Readonly<Record<string, object>> = {
  flatten: images(conv, act('relu'), conv, { kind: 'flatten' }, he),
  pool: images(conv, act('relu'), { kind: 'globalAvgPool' }, he, act('relu'), he),
  'one pixel each': images({ ...conv, filter: [1, 1] }, { kind: 'layerNorm' }, act('relu'), { kind: 'flatten' }, he),
};

/** Three images of 3x3 pixels of two channels, each number times the factor of its image and pixel. */
function sizedImages(factor: (image: number, pixel: number) => number): NdArray {
  const data = Float64Array.from({ length: 54 }, (_, k) => {
    const [image, pixel] = [Math.floor(k / 18), Math.floor(k / 2) % 9];
    return (((k * k * 7 + 3 * k) % 11) - 4.5) * factor(image, pixel);
  });
  return { data, shape: [3, 3, 3, 2] };
}

const SIZES = [5e-320, 1e-310, 1e-170, 1e-160, 1e-80, 1e-30, 1e-20, 1e20, 1e30, 1e80, 1e160, 1e300, 1.4e308];

describe.each(COMBINATIONS.map((c) => [label(c), c] as const))('%s', (_label, combination: Combination) => {
  const single = combination.precision === 'f32';
  const options = { ...combination, threads: 1 };
  const limit = single ? 4e-5 : 1e-11;

  test.each(RADIAL)('%s, case %#: every pair has its digits', async (spec, rate, power, rows) => {
    const architecture = parseRadial(spec);
    if (architecture === null) throw new Error(spec);
    expect(architecture.rate / rate).toBeCloseTo(1, 12);
    const expected = rows.flatMap((x) => rows.map((z) => radial(rate, power, x, z)));
    for (const zonal of [true, false]) {
      const all = await kernelMatrix(matrix(rows), { architecture, zonal, ...options });
      expect(faults(all.ntk?.data ?? [], expected, limit)).toEqual([]);
      const cross = await kernelMatrix(matrix(rows), { architecture, zonal, z: matrix(rows.slice(1)), ...options });
      expect(
        faults(
          cross.ntk?.data ?? [],
          rows.flatMap((x) => rows.slice(1).map((z) => radial(rate, power, x, z))),
          limit,
        ),
      ).toEqual([]);
    }
  });

  test('a radial kernel of a small power on norms that its precision cannot hold is refused', async () => {
    const architecture = parseRadial('gamma:0.01,1');
    if (architecture === null) throw new Error('gamma');
    const rows = matrix([...times(1e300), ...times(1e-300)]);
    await expect(kernelMatrix(rows, { architecture, ...options })).rejects.toThrow(
      /^norms of rows: .* orders of magnitude in f\d\d, got \d+\. Use .*--scale unit-rows\.$/,
    );
  });

  test.each(Object.entries(HOMOGENEOUS))(
    '%s: normalized kernels do not depend on the sizes of rows',
    async (_name, json) => {
      for (const rows of [...SIZES.map(times), SIZES.flatMap(times)]) {
        const expected = await normalized(json, brought(rows), { backend: 'reference' });
        if (expected instanceof NumericalError) throw expected;
        for (const zonal of [true, false]) {
          const found = await normalized(json, rows, { zonal, ...options });
          if (found instanceof NumericalError) throw found;
          expect(faults(found, Array.from(expected), limit)).toEqual([]);
        }
      }
    },
  );

  test('plain kernels are right, or refused by their diagonal', async () => {
    const architecture = parseArchitecture(HOMOGENEOUS.fc);
    const base = (await kernelMatrix(matrix(ROWS), { architecture, backend: 'reference' })).ntk?.data ?? [];
    for (const size of SIZES.map(power)) {
      const run = kernelMatrix(matrix(times(size)), { architecture, ...options });
      const isHeld = single ? size > 1e-19 && size < 1e19 : size > 1e-150 && size < 1e150;
      if (!isHeld) {
        await expect(run).rejects.toThrow(
          /^row 0: K\(x,x\) of the ntk must be a number that f\d\d holds, got one .*Use/,
        );
      } else {
        const found = Array.from((await run).ntk?.data ?? [], (v) => v / size / size);
        expect(faults(found, Array.from(base), limit)).toEqual([]);
      }
    }
  });

  test('a bias outweighs small rows, and is nothing beside large ones', async () => {
    const json = network(biased, act('relu'), biased, act('relu'), biased);
    const count = ROWS.length - 1;
    const without = await normalized(network(he, act('relu'), he, act('relu'), he), ROWS, { backend: 'reference' });
    if (without instanceof NumericalError) throw without;
    for (const size of SIZES) {
      const found = await normalized(json, times(size), options);
      if (found instanceof NumericalError) throw found;
      for (const [k, value] of Array.from(found).entries()) {
        const [i, j] = [Math.floor(k / ROWS.length) % ROWS.length, k % ROWS.length];
        if (i === count || j === count) continue;
        // Between, the bias has its share.
        if (size < 1e-15) expect(Math.abs(value - 1)).toBeLessThan(limit);
        if (size > 1e15) expect(Math.abs(value - without[k])).toBeLessThan(limit);
      }
    }
  });

  test.each(['erf', 'gelu', 'elu', 'sin', 'cos'])('%s: right wherever it is not refused', async (kind) => {
    const json = network(he, act(kind), he);
    const refused: number[] = [];
    for (const size of [5e-320, 1e-160, 1e-80, 1e-20, 1e-10, 1, 1e5, 1e10, 1e12, 1e20, 1e80, 1e160]) {
      const found = await normalized(json, times(size), options);
      const expected = await normalized(json, times(size), { backend: 'reference' });
      if (found instanceof NumericalError) {
        expect(found.message).toMatch(
          /^row \d: the variance before an activation .* got a (larger|smaller) one\. .*inputs/,
        );
        refused.push(size);
      } else if (expected instanceof NumericalError) throw expected;
      else expect(faults(found, Array.from(expected), limit)).toEqual([]);
    }
    expect(refused.filter((size) => size >= 1e-10 && size <= 1e5)).toEqual([]);
    expect(refused).toEqual(expect.arrayContaining([5e-320, 1e-160, 1e160]));
  });

  test('erf is linear on small rows, and the sign of large ones', async () => {
    const json = network(he, act('erf'), he);
    const linear = await normalized(network(he), ROWS, { backend: 'reference' });
    if (linear instanceof NumericalError) throw linear;
    for (const size of single ? [1e-10, 1e8] : [1e-100, 1e-10, 1e15, 1e20, 1e60]) {
      const found = await normalized(json, times(size), options);
      if (found instanceof NumericalError) throw found;
      const nngp = Array.from(linear).slice(0, ROWS.length ** 2);
      const expected = nngp.map((u) => (size < 1 ? u : (2 / Math.PI) * Math.asin(Math.max(-1, Math.min(1, u)))));
      // The arc sine of a rounded correlation keeps half of its digits.
      expect(faults(found, expected, size < 1 ? limit : Math.max(limit, 1e-7))).toEqual([]);
    }
  });

  test.each(Object.entries(IMAGE_NETWORKS))(
    'images, %s: normalized kernels are right, or refused',
    async (name, json) => {
      const base = await normalized(
        json,
        sizedImages(() => 1),
        { backend: 'reference' },
      );
      if (base instanceof NumericalError) throw base;
      const ordinary = (s: number): boolean => (single ? s > 1e-7 && s < 1e7 : s > 1e-100 && s < 1e100);
      for (const size of [5e-320, 1e-170, 1e-145, 1e-20, 1e-6, 1e6, 1e20, 1e145, 1e300].map(power)) {
        const all = await normalized(
          json,
          sizedImages(() => size),
          options,
        );
        if (combination.backend === 'reference' || (size > 1e-140 && size < 1e140)) {
          if (all instanceof NumericalError) throw all;
          expect(faults(all, Array.from(base), limit)).toEqual([]);
        } else
          expect(String(all)).toMatch(
            /image 0, position 0: the norm of a pixel must be 0 or lie between .*unit-pixels/,
          );
        const one = await normalized(
          json,
          sizedImages((image) => (image === 0 ? size : 1)),
          options,
        );
        if (one instanceof NumericalError) expect(ordinary(size)).toBe(false);
        else expect(faults(one, Array.from(base), limit)).toEqual([]);
        const mixed = sizedImages((_image, pixel) => (pixel % 4 === 0 ? size : 1));
        const some = await normalized(json, mixed, options);
        const expected = await normalized(json, mixed, { backend: 'reference' });
        if (some instanceof NumericalError) expect(ordinary(size)).toBe(false);
        else if (expected instanceof NumericalError) throw expected;
        else expect([name, ...faults(some, Array.from(expected), limit)]).toEqual([name]);
      }
    },
  );
});
