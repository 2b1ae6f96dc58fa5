/** Small jobs on images: their tiles are cut into bands of rows, so that all threads have work. */
import fc from 'fast-check';
import { cutBands, needsBands } from '../../kernels/compiled/images/bands.js';
import type { FloatArray } from '../../src/index.js';
import { describe, expect, test } from '../jest.js';
import { imageNetwork } from '../reference/image-layers.js';
import { IMAGE_COMBINATIONS, type ImageOptions, imageKernels, randomImages } from './image-kernels.js';

const small = fc.integer({ min: 1, max: 100 });

describe('bands', () => {
  test('hold every wanted pair once', () => {
    const tile = fc.record({ rows: small, columns: small, count: fc.integer({ min: 1, max: 20 }) });
    fc.assert(
      fc.property(tile, fc.boolean(), fc.constantFrom(2, 8, 16), ({ rows, columns, count }, upper, lanes) => {
        const range = { row: 7, rows, column: upper ? 7 : 3, columns: upper ? rows : columns };
        const bands = cutBands(range, count, lanes, upper);
        expect(bands.length).toBeLessThanOrEqual(count);
        let next = range.row;
        for (const { row, rows: n, column, columns: m } of bands) {
          expect(row).toBe(next);
          next += n;
          expect(column + m).toBe(range.column + range.columns);
          expect(column).toBe(range.column + (upper ? Math.floor((row - range.row) / lanes) * lanes : 0));
        }
        expect(next).toBe(range.row + range.rows);
      }),
    );
  });

  test('have the same number of groups where rows allow', () => {
    const range = { row: 0, rows: 48, column: 0, columns: 48 };
    // 16 rows of three groups; 16 of two and 16 of one.
    expect(cutBands(range, 2, 16, true).map(({ rows }) => rows)).toEqual([16, 32]);
    expect(cutBands(range, 3, 16, false).map(({ rows }) => rows)).toEqual([16, 16, 16]);
  });

  test.each([
    ['one tile', 16, 2, true],
    ['three equal tiles of two threads', 32, 2, true],
    ['six tiles of two threads', 48, 2, false],
    ['six tiles of sixteen', 48, 16, true],
    ['many tiles', 1600, 16, false],
    ['one thread', 16, 1, false],
  ])('are needed where threads would idle: %s', (_name, n, threads, needed) => {
    expect(needsBands({ counts: [n, n], symmetric: true, size: 16, lanes: 16 }, threads)).toBe(needed);
  });
});

/** Enough pairs that threads are started for them. */
const N = 48;

const C = { backend: 'compiled', precision: 'f64' } as const;

/** Where there is no compiler there are no bands. */
const compiling = IMAGE_COMBINATIONS.some(({ backend }) => backend === C.backend) ? test : test.skip;

/** What roots, their inverses and products with them leave of a 1. */
const ROUNDED = 1e-15;

describe('threads on few images', () => {
  const conv = { kind: 'conv', filter: [3, 3] } as const;
  const layers = [
    conv,
    { kind: 'relu' },
    conv,
    { kind: 'relu' },
    { kind: 'globalAvgPool' },
    { kind: 'dense' },
  ] as const;
  const json = imageNetwork(...layers);
  const x = randomImages(N, [16, 16], 1, 4);
  const bits = async (options: ImageOptions): Promise<readonly (FloatArray | undefined)[]> => {
    const { ntk, nngp } = await imageKernels(json, x, C, options);
    return [ntk?.data, nngp?.data];
  };

  compiling('change nothing of a symmetric kernel', async () => {
    const one = await bits({ normalized: true });
    expect(await bits({ normalized: true, threads: 3 })).toEqual(one);
    // Self-kernels behind the pool were computed with images side by side.
    for (const data of one)
      for (let i = 0; i < N; i++) expect(Math.abs((data?.[i * (N + 1)] ?? 0) - 1)).toBeLessThanOrEqual(ROUNDED);
  });

  compiling('change nothing of a kernel of two sets', async () => {
    const z = randomImages(N - 9, [16, 16], 1, 5);
    expect(await bits({ z, threads: 3 })).toEqual(await bits({ z }));
  });
});
