import fc from 'fast-check';
import { type FloatArray, type KernelOptions, kernelMatrix, type NdArray, parseArchitecture } from '../../src/index.js';
import { makePlan } from '../../src/kernel/plan.js';
import { runTiles } from '../../src/kernel/run.js';
import type { TileSink } from '../../src/store/sink.js';
import { arbitraryArchitecture } from '../architecture/arbitrary.js';
import { describe, expect, test } from '../jest.js';
import { normals } from '../reference/monte-carlo.js';
import type { ArchitectureJson, LayerJson } from '../reference/textbook.js';
import { COMBINATIONS, type Combination, inPrecision, label } from './backends.js';
import { eigenvalues } from './eigenvalues.js';
import { limits } from './tolerances.js';

const FEATURES = 8;
const NEAREST = 0.95;
const SEED = { seed: 20, numRuns: 25 };
const WORST_ROUNDING = 1e-13;

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return ab / Math.sqrt(aa * bb);
}

/** Gaussian rows no two of which are near each other or near antipodes. */
function apart(count: number, seed: number, features = FEATURES): NdArray {
  const next = normals(seed);
  const rows: Float64Array[] = [];
  while (rows.length < count) {
    const row = Float64Array.from({ length: features }, next);
    if (rows.every((other) => Math.abs(cosine(row, other)) < NEAREST)) rows.push(row);
  }
  return { data: Float64Array.from(rows.flatMap((row) => [...row])), shape: [count, features] };
}

function pick({ data, shape }: NdArray, order: readonly number[], factors?: readonly number[]): NdArray {
  const d = shape[1];
  const rows = order.map((i, at) => Array.from(data.slice(i * d, (i + 1) * d), (v) => v * (factors?.[at] ?? 1)));
  return { data: Float64Array.from(rows.flat()), shape: [order.length, d] };
}

function network(...layers: readonly LayerJson[]): ArchitectureJson {
  return { format: 'ntk-architecture/1', name: 'test', layers };
}

type Options = Omit<KernelOptions, 'architecture'>;

async function ntk(json: ArchitectureJson, x: NdArray, options: Options): Promise<FloatArray> {
  const found = await kernelMatrix(x, { architecture: parseArchitecture(json), threads: 1, ...options });
  return (found.ntk ?? found.nngp)?.data ?? new Float64Array();
}

/** Largest |a - b| over sqrt(K(x,x) K(z,z)), by the diagonal of b. */
function distance(a: FloatArray, b: FloatArray): number {
  const n = Math.sqrt(b.length);
  let worst = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const scale = Math.sqrt(b[i * n + i]) * Math.sqrt(b[j * n + j]);
      const difference = Math.abs(a[i * n + j] - b[i * n + j]);
      const error = scale === 0 ? (difference === 0 ? 0 : Infinity) : difference / scale;
      if (!(error <= worst)) worst = error;
    }
  }
  return worst;
}

/** The kernel by tiles of one size. */
async function tiled(json: ArchitectureJson, x: NdArray, size: number, options: Options): Promise<FloatArray> {
  const full = { architecture: parseArchitecture(json), ...options };
  const planned = await makePlan(x, full, true);
  const n = x.shape[0];
  const out = new Float64Array(n * n);
  const plan = { ...planned.plan, tile: [size, size] as const, tiles: Math.ceil(n / size) ** 2 };
  const put: TileSink['put'] = (_output, range, { values, stride, transposed, transposedStride }) => {
    for (let i = 0; i < range.rows; i++) {
      for (let j = 0; j < range.columns; j++) {
        out[(range.row + i) * n + range.column + j] = values[i * stride + j];
        if (transposed !== null) {
          out[(range.column + j) * n + range.row + i] = transposed[j * transposedStride + i];
        }
      }
    }
  };
  await runTiles({ ...planned, plan }, () => ({ put }), full, performance.now());
  return out;
}

function any(check: (json: ArchitectureJson, seed: number) => Promise<void>, numRuns = SEED.numRuns): Promise<void> {
  const seeds = fc.integer({ min: 1, max: 1e6 });
  return fc.assert(fc.asyncProperty(arbitraryArchitecture(), seeds, check), { ...SEED, numRuns });
}

const he: LayerJson = { kind: 'dense', weightStd: Math.SQRT2 };
const last: LayerJson = { kind: 'dense' };
const PLAIN = network(he, { kind: 'relu' }, he, { kind: 'relu' }, last);
const BIASED = network({ ...he, biasStd: 0.4 }, { kind: 'relu' }, { ...he, biasStd: 0.2 }, { kind: 'gelu' }, last);

const EACH = COMBINATIONS.map((c) => [label(c), c] as const);
const EACH_F64 = inPrecision('f64').map((c) => [label(c), c] as const);
/** Those whose sums do not depend on the sizes of tiles: those of libraries do. */
const EXACT = EACH_F64.filter(([, { backend, native }]) => backend !== 'tensorflow' && native === undefined);

describe.each(EACH)('any network on %s', (_label, combination) => {
  // Few networks where each is compiled first.
  const networks = combination.backend === 'compiled' ? 4 : SEED.numRuns;
  const { entry, shortcut } = limits(combination);
  const limit = combination.precision === 'f64' ? WORST_ROUNDING : entry;

  test('is symmetric bit for bit, and the same against a copy of x', async () => {
    await any(async (json, seed) => {
      const x = apart(7, seed);
      const k = await ntk(json, x, combination);
      const z = { data: x.data.slice(), shape: x.shape };
      const copied = await ntk(json, x, { ...combination, z });
      if (combination.native === undefined) expect(copied).toEqual(k);
      else expect(distance(copied, k)).toBeLessThanOrEqual(limit);
      for (let i = 0; i < 7; i++) for (let j = 0; j < 7; j++) expect(k[i * 7 + j]).toBe(k[j * 7 + i]);
    }, networks);
  });

  test('a permutation of the rows permutes the kernel', async () => {
    const order = [4, 2, 6, 0, 5, 1, 3];
    await any(async (json, seed) => {
      const x = apart(7, seed);
      const k = await ntk(json, x, combination);
      const permuted = k.map((_, at) => k[order[Math.floor(at / 7)] * 7 + order[at % 7]]);
      expect(distance(await ntk(json, pick(x, order), combination), permuted)).toBeLessThanOrEqual(limit);
    }, networks);
  });

  test('is the same with and without the shortcut', async () => {
    await any(async (json, seed) => {
      const x = apart(7, seed);
      const k = await ntk(json, x, { ...combination, zonal: false });
      expect(distance(await ntk(json, x, combination), k)).toBeLessThanOrEqual(shortcut);
    }, networks);
  });

  test('duplicates have the entry of the diagonal', async () => {
    await any(async (json, seed) => {
      const k = await ntk(json, pick(apart(3, seed), [0, 1, 1, 2, 0]), combination);
      expect([k[4], k[20], k[7], k[11]]).toEqual([k[0], k[0], k[6], k[6]]);
      expect([k[24], k[12]]).toEqual([k[0], k[6]]);
    }, networks);
  });

  test('a zero row gives numbers', async () => {
    await any(async (json, seed) => {
      const k = await ntk(json, pick(apart(3, seed), [0, 1, 2], [1, 0, 1]), combination);
      expect(k.every((v) => Number.isFinite(v))).toBe(true);
    }, networks);
  });
});

describe.each(EACH)('laws on %s', (_label, combination) => {
  test('twice an input is twice its row in a bias-free ReLU network', async () => {
    const x = apart(9, 3);
    const order = [...Array(9).keys()];
    const resnet = network(he, { kind: 'residual', alpha: 0.5, branch: [he, { kind: 'relu' }, last] }, last);
    for (const json of [PLAIN, resnet]) {
      for (const zonal of [true, false]) {
        const k = await ntk(json, x, { ...combination, zonal });
        const factors = order.map((i) => (i === 4 ? 2 : 1));
        const scaled = await ntk(json, pick(x, order, factors), { ...combination, zonal });
        expect(scaled).toEqual(k.map((v, at) => v * factors[Math.floor(at / 9)] * factors[at % 9]));
      }
    }
  });

  test('alpha = 0 gives the skip alone', async () => {
    const branch = [{ kind: 'relu' }, he];
    const skip = [{ kind: 'gelu' }, last];
    const x = apart(9, 4);
    const cut = network(he, { kind: 'residual', alpha: 0, branch, skip }, { kind: 'relu' }, last);
    const identity = network(he, { kind: 'residual', alpha: 0, branch }, { kind: 'relu' }, last);
    expect(await ntk(cut, x, combination)).toEqual(
      await ntk(network(he, ...skip, { kind: 'relu' }, last), x, combination),
    );
    expect(await ntk(identity, x, combination)).toEqual(await ntk(network(he, { kind: 'relu' }, last), x, combination));
  });

  test('antipodes of odd networks have minus the entry of the diagonal', async () => {
    const x = pick(apart(3, 5), [0, 0, 1, 1, 2], [1, -1, 1, -1, 1]);
    for (const kind of ['erf', 'sin', 'identity']) {
      const k = await ntk(network(he, { kind }, last), x, { ...combination, kind: 'nngp' });
      expect([k[1], k[13]]).toEqual([-k[0], -k[12]]);
    }
  });

  test('a zero row without biases is exactly 0', async () => {
    const x = pick(apart(4, 6), [0, 1, 2, 3], [1, 0, 1, 1]);
    for (const zonal of [true, false]) {
      const k = await ntk(PLAIN, x, { ...combination, zonal });
      for (let i = 0; i < 4; i++) expect([k[4 + i] === 0, k[4 * i + 1] === 0]).toEqual([true, true]);
    }
  });
});

describe.each(EACH.filter(([, c]) => c.backend !== 'reference'))('the table on %s', (_label, combination) => {
  const deep = Array.from(
    { length: 10 },
    (): LayerJson => ({ kind: 'residual', alpha: 0.5, branch: [he, { kind: 'relu' }, last] }),
  );

  test.each([
    ['fc', PLAIN],
    ['resntk', network(he, ...deep, last)],
    ['layerNorm', network(he, { kind: 'layerNorm' }, { kind: 'leakyRelu', slope: 0.3 }, last)],
  ] as const)('of %s agrees with the body', async (_name, json) => {
    const x = apart(420, 7, 40);
    const architecture = parseArchitecture(json);
    const options = { architecture, threads: 1, ...combination };
    const fast = await kernelMatrix(x, options);
    expect(fast.run.plan.shortcut).toMatch(/^table of/);
    const slow = await kernelMatrix(x, { ...options, zonal: false });
    const error = distance(fast.ntk?.data ?? new Float64Array(), slow.ntk?.data ?? new Float64Array(1));
    expect(error).toBeLessThanOrEqual(limits(combination).shortcut);
  });
});

describe.each(EXACT)('in double precision on %s', (_label, combination) => {
  test.each([
    ['without the shortcut', false],
    ['with it', true],
  ] as const)('tiles and threads change no bit, %s', async (_name, zonal) => {
    const x = apart(150, 8, 20);
    for (const json of [PLAIN, BIASED]) {
      const expected = await ntk(json, x, { ...combination, zonal });
      for (const size of [16, 48, 64, 96, 256]) {
        for (const threads of size === 48 ? [1, 2, 3] : [1]) {
          expect(await tiled(json, x, size, { ...combination, zonal, threads })).toEqual(expected);
        }
      }
    }
  });

  test('a small promise of memory changes no bit', async () => {
    const x = apart(150, 9, 20);
    const architecture = parseArchitecture(BIASED);
    const large = await kernelMatrix(x, { architecture, threads: 2, memory: 2 ** 36, ...combination });
    const memory = process.memoryUsage.rss() + 2 ** 27;
    const small = await kernelMatrix(x, { architecture, threads: 1, memory, ...combination });
    expect(small.ntk?.data).toEqual(large.ntk?.data);
  });
});

describe.each(EACH_F64)('in double precision on %s', (_label, combination) => {
  test('no eigenvalue is below 0 but by rounding', async () => {
    const n = 24;
    await any(async (json, seed) => {
      const values = eigenvalues(await ntk(json, apart(n, seed), combination), n);
      expect(Math.min(...values)).toBeGreaterThanOrEqual(-1e-12 * n * Math.max(...values));
    }, 8);
  });
});

test('each combination has its limits', () => {
  expect(COMBINATIONS.map((c: Combination) => limits(c).entry > 0)).not.toContain(false);
});
