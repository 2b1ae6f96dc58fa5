import { presetArchitecture } from '../architecture/presets.js';
import { nativeProduct } from '../backend/native-product.js';
import { allocate, type NdArray, type Precision } from '../data/array.js';
import { nativeLibrary } from '../platform/native.js';
import type { NativeLibrary } from '../platform/native-library.js';
import { firstRows } from './inputs.js';
import type { BenchLine } from './lines.js';
import { kernelSeconds, least } from './measure.js';

/** Rows whose full product is held in memory. */
const MOST_ROWS = 4000;
const ROUNDS = 5;

/** Seconds of the library's own product X X' of all rows at once, all entries `[n, n]`, by its own threads. */
function productSeconds(
  library: NativeLibrary,
  x: NdArray,
  precision: Precision,
  threads: number,
): () => Promise<number> {
  const [rows, depth] = x.shape;
  const a = allocate(x.data.length, precision);
  a.set(x.data);
  const c = allocate(rows * rows, precision);
  return async () => {
    library.setThreads(threads);
    const start = performance.now();
    nativeProduct(library, a, a, { rows, columns: rows, depth, stride: rows }, c);
    return (performance.now() - start) / 1000;
  };
}

async function linesFor(
  library: NativeLibrary,
  x: NdArray,
  precision: Precision,
  threads: number,
): Promise<BenchLine[]> {
  const kernel = (depth: number) => () =>
    kernelSeconds(x, presetArchitecture('fc', { depth }), precision, threads, library.paths[0]);
  const [product, shallow, deep] = await least(ROUNDS, [
    productSeconds(library, x, precision, threads),
    kernel(3),
    kernel(50),
  ]);
  const [n, d] = x.shape;
  const limit = precision === 'f32' ? '<= 1.4' : '';
  const name = `${precision} with BLAS`;
  return [
    { name: `${name}, its full product`, value: product, unit: 's', limit: '' },
    { name: `${name}, its full product`, value: (2 * n * n * d) / product / 1e9, unit: 'GFLOP/s', limit: '' },
    { name: `${name}, fc depth 3`, value: shallow, unit: 's', limit: '' },
    { name: `${name}, fc depth 3 / full product`, value: shallow / product, unit: '', limit },
    { name: `${name}, fc depth 3 / half of it`, value: (2 * shallow) / product, unit: '', limit: '' },
    { name: `${name}, fc depth 50 / full product`, value: deep / product, unit: '', limit },
  ];
}

/**
 * Kernels whose products a native library computes, against that library's own product of the same rows; none without
 * one.
 */
export async function nativeLines(x: NdArray, threads: number): Promise<BenchLine[]> {
  const library = await nativeLibrary('auto');
  if (library === null) return [];
  const rows = firstRows(x, MOST_ROWS);
  return [...(await linesFor(library, rows, 'f32', threads)), ...(await linesFor(library, rows, 'f64', threads))];
}
