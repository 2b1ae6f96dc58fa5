import type { Output } from '../backend/tasks.js';
import type { TileData, TileRange } from '../backend/tile.js';
import { allocate, type FloatArray, type NdArray } from '../data/array.js';
import { UsageError } from '../errors.js';
import type { SinkPlan, TileSink } from '../store/sink.js';
import { makePlan } from './plan.js';
import { runTiles } from './run.js';
import type { KernelKind, KernelMatrices, KernelOptions, KernelRun } from './types.js';

/** Keeps the matrices in memory. */
class MemorySink implements TileSink {
  readonly arrays: Readonly<Partial<Record<Output, FloatArray>>>;
  readonly #columns: number;

  constructor(arrays: Readonly<Partial<Record<Output, FloatArray>>>, columns: number) {
    this.arrays = arrays;
    this.#columns = columns;
  }

  put(output: Output, range: TileRange, { values, stride, transposed, transposedStride }: TileData): void {
    const target = this.arrays[output];
    if (target === undefined) return;
    const m = this.#columns;
    for (let i = 0; i < range.rows; i++) {
      target.set(values.subarray(i * stride, i * stride + range.columns), (range.row + i) * m + range.column);
    }
    if (transposed === null) return;
    for (let j = 0; j < range.columns; j++) {
      const from = j * transposedStride;
      target.set(transposed.subarray(from, from + range.rows), (range.column + j) * m + range.row);
    }
  }

  entry(output: Output, row: number, column: number): number {
    return this.arrays[output]?.[row * this.#columns + column] ?? Number.NaN;
  }
}

/**
 * Kernel matrix of a network on rows x `[n, d]`, against themselves or against `options.z` `[m, d]`: `[n, m]` in
 * memory.
 *
 * Symmetric bit for bit when there is no z. Images `[n, h, w, c]` and sequences `[n, w, c]` stay what they are for a
 * network with a layer of positions, and are flattened for others.
 *
 * Throws UsageError, BackendError, MemoryError before it starts; NumericalError when the precision cannot hold an
 * entry; RecomputeError when an entry is not the one that backend `reference` computes; InterruptedError when the
 * signal fires.
 */
export async function kernelMatrix<K extends KernelKind = 'ntk'>(
  x: NdArray,
  options: KernelOptions & { readonly kind?: K },
): Promise<KernelMatrices<K>> {
  const started = performance.now();
  const planned = await makePlan(x, options, true);
  const sinkFor = ({ outputs, shape: [n, m], precision }: SinkPlan): MemorySink =>
    new MemorySink(Object.fromEntries(outputs.map((output) => [output, allocate(n * m, precision)])), m);
  const { run, sink } = await runTiles(planned, sinkFor, options, started);
  const { shape } = run.plan;
  const matrices = Object.fromEntries(Object.entries(sink.arrays).map(([output, data]) => [output, { data, shape }]));
  return { ...matrices, run } as KernelMatrices<K>;
}

/**
 * Writes one kernel of rows x `[n, d]`, or of x against `options.z` `[m, d]`, into `target` `[n, m]`, whatever the
 * precision it is computed in.
 *
 * `target` is the caller's: the plan counts no result. Throws as `kernelMatrix` does, and UsageError for `kind: both`.
 */
export async function kernelInto(target: Float64Array, x: NdArray, options: KernelOptions): Promise<KernelRun> {
  const started = performance.now();
  if (options.kind === 'both') throw new UsageError('kernelInto: must be one kernel, got both kinds. Leave kind out.');
  const planned = await makePlan(x, options, false);
  const [output] = planned.computation.outputs;
  const sinkFor = ({ shape }: SinkPlan): MemorySink => new MemorySink({ [output]: target }, shape[1]);
  return (await runTiles(planned, sinkFor, options, started)).run;
}
