import { presetArchitecture } from '../architecture/presets.js';
import type { Architecture } from '../architecture/types.js';
import type { NdArray } from '../data/array.js';
import { kernelMatrix } from '../kernel/matrix.js';
import type { Planned } from '../kernel/plan.js';
import type { RowComputation } from '../kernel/rows/computation.js';
import { lastCorner } from './gpu-stream.js';
import { biased, firstRows } from './inputs.js';
import type { BenchLine } from './lines.js';

/** What single precision may be off, over sqrt(K(x,x) K(z,z)). */
const LIMIT = '<= 2e-6';

/** One network that is compared with the host. */
interface Case {
  readonly name: string;
  readonly architecture: Architecture;
  readonly zonal: boolean;
}

/**
 * Every scalar map and both shortcuts; a processor that plays the device takes seconds to compile each, and gets the
 * first ones.
 */
function cases(software: boolean): readonly Case[] {
  const one = (name: string, architecture: Architecture, zonal = true): Case => ({ name, architecture, zonal });
  const all = [
    one('fc depth 3, table', presetArchitecture('fc', { depth: 3 })),
    one('biases, depth 3', biased(3)),
    one('fc depth 3, body', presetArchitecture('fc', { depth: 3 }), false),
    one('fc depth 50, table', presetArchitecture('fc', { depth: 50 })),
    one('fc depth 50, body', presetArchitecture('fc', { depth: 50 }), false),
    one('biases, depth 50', biased(50)),
    one('resntk, body', presetArchitecture('resntk'), false),
    ...[{ kind: 'abs' }, { kind: 'leakyRelu', slope: 0.1 }, { kind: 'erf' }, { kind: 'gelu' }, { kind: 'elu' }].map(
      (activation) => one(`biases and ${activation.kind}`, biased(3, activation)),
    ),
    ...[{ kind: 'sin' }, { kind: 'cos' }].map((activation) =>
      one(`biases and ${activation.kind}`, biased(3, activation)),
    ),
  ];
  return software ? all.slice(0, 2) : all;
}

/** The rows with some that repeat, oppose or nearly repeat the first. */
function withNearPairs(x: NdArray): NdArray {
  const [n, d] = x.shape;
  const data = Float64Array.from(x.data);
  const first = data.slice(0, d);
  const replace = (row: number, value: (v: number, k: number) => number): void => {
    if (row < n) data.set(first.map(value), row * d);
  };
  replace(1, (v) => v);
  replace(2, (v) => -v);
  replace(3, (v, k) => v * (k % 2 === 0 ? 1 : 1 + 1e-3));
  replace(4, (v, k) => v * (k % 2 === 0 ? 1 : 1 + 1e-5));
  return { data, shape: [n, d] };
}

/** Largest difference over sqrt(K(x,x) K(z,z)). */
function largest(found: ArrayLike<number>, truth: ArrayLike<number>, n: number, m: number, own: number[][]): number {
  let worst = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      const e = i * m + j;
      const error = Math.abs(found[e] - truth[e]) / Math.sqrt(own[0][i] * own[1][j]);
      // A comparison with NaN is false: it must count as the worst.
      if (!(error <= worst)) worst = error;
    }
  }
  return worst;
}

async function errorOf(x: NdArray, { architecture, zonal }: Case): Promise<number> {
  const n = x.shape[0];
  const { ntk } = await kernelMatrix(x, { architecture, zonal, precision: 'f32', backend: 'webgpu' });
  const truth = (await kernelMatrix(x, { architecture, zonal: false, precision: 'f64', backend: 'host' })).ntk;
  const own = Array.from({ length: n }, (_, i) => truth.data[i * n + i]);
  return largest(ntk.data, truth.data, n, n, [own, own]);
}

/** Errors of small blocks against the host in f64, near-duplicate pairs among them. */
export async function errorLines(x: NdArray, rows: number, software: boolean): Promise<BenchLine[]> {
  const part = withNearPairs(firstRows(x, rows));
  const lines: BenchLine[] = [];
  for (const one of cases(software)) {
    let [value, how] = [Number.NaN, 'of sqrt(KK), host in f64'];
    try {
      value = await errorOf(part, one);
    } catch (error) {
      how = `failed: ${error instanceof Error ? error.message : String(error)}`;
    }
    lines.push({ name: `error of ${one.name}`, value, unit: '', limit: LIMIT, how });
  }
  return lines;
}

/** Error of the far corner of a large kernel, whose rows lie behind all others on the device. */
export async function cornerLine(planned: Planned<RowComputation>, architecture: Architecture): Promise<BenchLine> {
  const { row, rows, column, columns, values } = await lastCorner(planned, 64);
  const { x } = planned.computation.outline;
  const d = x.shape[1];
  const slice = (first: number, count: number): NdArray => ({
    data: x.data.subarray(first * d, (first + count) * d),
    shape: [count, d],
  });
  const [a, b] = [slice(row, rows), slice(column, columns)];
  const options = { architecture, precision: 'f64', backend: 'host' } as const;
  const truth = (await kernelMatrix(a, { ...options, z: b })).ntk.data;
  const own: number[][] = [];
  for (const side of [a, b]) {
    const { data, shape } = (await kernelMatrix(side, options)).ntk;
    own.push(Array.from({ length: shape[0] }, (_, i) => data[i * shape[0] + i]));
  }
  const value = largest(values, truth, rows, columns, own);
  const how = `entries [${row}, ${column}] and on, ${rows} x ${columns}, host in f64`;
  return { name: 'error in the last tile', value, unit: '', limit: LIMIT, how };
}
