import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { presetArchitecture } from '../architecture/presets.js';
import type { Architecture } from '../architecture/types.js';
import type { NdArray } from '../data/array.js';
import { asVectors } from '../data/image.js';
import { readInput } from '../data/input.js';
import { scale } from '../data/scale.js';
import { computedOperator } from '../kernel/operator.js';
import { makePlan } from '../kernel/plan.js';
import { runTiles } from '../kernel/run.js';
import { writeKernel } from '../kernel/write.js';
import type { LinearAlgebra } from '../linalg/algebra.js';
import { linearAlgebra } from '../linalg/index.js';
import { storedOperator } from '../operators/stored.js';
import { defaultThreads } from '../platform/limits.js';
import { eigenpairs } from '../spectrum/eigenpairs.js';
import { openNpyPanels } from '../store/npy-panels.js';
import { firstRows, madeUpRows } from './inputs.js';
import { type BenchLine, linesText } from './lines.js';
import { DISCARD, least, secondsOf } from './measure.js';
import type { BenchOutcome } from './outcome.js';
import { type ScipyLine, withScipy } from './scipy.js';

/** What the benchmark is told. */
export interface EigsBenchOptions {
  /** Rows of the kernel, e.g. MNIST test images, scaled to norm 1; without it made-up rows. */
  readonly data?: string;
  readonly threads?: number;
  /** Rows of the kernel [4000]. */
  readonly rows?: number;
}

const ROWS = 4000;
/** Few features: the eigenvalues of kernels on them decay as those on data do, and not like those of noise. */
const MADE_UP_FEATURES = 16;
/** Counts of eigenpairs. */
const COUNTS = [20, 100];
/** Sizes of the factorisation and of the decomposition, as shares of the rows: 2,000 and 1,000 of 4,000. */
const CHOLESKY_SHARE = 0.5;
const EIGEN_SHARE = 0.25;
const ROUNDS = 3;

/** Least seconds of each, taken in turn so that drifts of the machine hit all of them. */
function leastOf(works: readonly (() => unknown)[], rounds = ROUNDS): Promise<number[]> {
  return least(
    rounds,
    works.map((work) => () => secondsOf(work)),
  );
}

/** Reads a matrix in panels as a product does, and does nothing with it. */
async function readPanels(path: string): Promise<void> {
  const panels = await openNpyPanels(path);
  const rows = Math.max(1, Math.floor((8 * 2 ** 20) / (panels.columns * (panels.precision === 'f64' ? 8 : 4))));
  const buffer = new ArrayBuffer(rows * panels.columns * 8);
  for (let first = 0; first < panels.rows; first += rows) {
    await panels.read(first, Math.min(rows, panels.rows - first), buffer);
  }
  await panels.close();
}

const line = (name: string, value: number, unit = '', limit = ''): BenchLine => ({ name, value, unit, limit });

/** A product of the matrix on disk beside reading it. */
async function productLines(path: string, n: number): Promise<{ readonly lines: BenchLine[]; readonly once: number }> {
  const operator = await storedOperator(path);
  const x = new Float64Array(n).fill(1);
  const [read, once] = await leastOf([() => readPanels(path), () => operator.apply(x, 1)], 8);
  await operator.close();
  const lines = [
    line('stored, reading it once', read, 's'),
    line('stored, one product', once, 's'),
    line('stored, one product / reading it', once / read, '', '<= 1.3'),
  ];
  return { lines, once };
}

/** Top k eigenpairs of the matrix on disk: panels read for each product, or held in memory. */
async function topLines(
  path: string,
  k: number,
  once: number,
  algebra: LinearAlgebra,
  scipy: ScipyLine | undefined,
): Promise<BenchLine[]> {
  let products = 0;
  const solve = async (memory: number): Promise<void> => {
    const operator = await storedOperator(path);
    const found = await eigenpairs(operator, { k, algebra, method: 'lanczos', memory });
    products = found.products;
    await operator.close();
  };
  const [panels, held] = await leastOf([() => solve(0), () => solve(2 ** 40)]);
  const name = `top ${k}`;
  const lines = [
    line(`${name}, products of one vector`, products),
    line(`${name}, from disk`, panels, 's'),
    line(`${name}, from disk / its products`, panels / (products * once), '', '<= 2'),
    line(`${name}, in memory, reading it included`, held, 's'),
  ];
  if (scipy === undefined) return lines;
  return [
    ...lines,
    line(`${name}, SciPy eigsh`, scipy.seconds, 's'),
    line(`${name}, products / those of ARPACK (${scipy.products})`, products / scipy.products, '', '<= 1.5'),
  ];
}

/** Own algebra beside a native library. */
async function algebraLines(n: number, threads: number): Promise<BenchLine[]> {
  const [own, native] = [await linearAlgebra('off', threads), await linearAlgebra('auto', threads)];
  const matrix = (size: number): Float64Array =>
    Float64Array.from({ length: size * size }, (_, at) => {
      const [i, j] = [Math.floor(at / size), at % size];
      return 1 / (1 + Math.abs(i - j)) + (i === j ? 1 : 0);
    });
  const [c, e] = [Math.round(n * CHOLESKY_SHARE), Math.round(n * EIGEN_SHARE)];
  const [large, small] = [matrix(c), matrix(e)];
  const works = [() => own.cholesky(large, c), () => own.eigen(small, e, true)];
  const others = native.isNative ? [() => native.cholesky(large, c), () => native.eigen(small, e, true)] : [];
  const [builtInCholesky, builtInEigen, cholesky, eigen] = await leastOf([...works, ...others]);
  const lines = [
    line(`own Cholesky, n = ${c}`, builtInCholesky, 's'),
    line(`own eigensolver with vectors, n = ${e}`, builtInEigen, 's'),
  ];
  if (!native.isNative) return lines;
  return [
    ...lines,
    line(`LAPACK Cholesky, n = ${c}`, cholesky, 's'),
    line('own Cholesky / LAPACK', builtInCholesky / cholesky, '', '<= 6'),
    line(`LAPACK eigensolver with vectors, n = ${e}`, eigen, 's'),
    line('own eigensolver / LAPACK', builtInEigen / eigen),
  ];
}

/** A product of the kernel that is never stored, beside computing its tiles. */
async function computedLines(x: NdArray, architecture: Architecture, threads: number): Promise<BenchLine[]> {
  const options = { architecture, threads, backend: 'host' as const };
  const operator = await computedOperator(x, options);
  const planned = await makePlan(x, options, false);
  const vector = new Float64Array(operator.size).fill(1);
  let tiles = Infinity;
  const compute = async (): Promise<void> => {
    const { run } = await runTiles(planned, DISCARD, { architecture }, performance.now());
    tiles = Math.min(tiles, run.stages.compute);
  };
  const [once] = await leastOf([() => operator.apply(vector, 1), compute]);
  await operator.close();
  return [
    line('never stored, its tiles once', tiles, 's'),
    line('never stored, one product', once, 's'),
    line('never stored, one product / its tiles', once / tiles, '', '<= 1.5'),
  ];
}

/**
 * Measures eigenpairs against their limits in one run: Lanczos against its products, a product against reading the
 * matrix, own linear algebra against LAPACK, a product of a kernel that is never stored against its tiles; SciPy beside
 * it where `python3` has it.
 */
export async function benchEigs({
  data,
  threads = defaultThreads(),
  rows = ROWS,
}: EigsBenchOptions): Promise<BenchOutcome<'eigs'>> {
  const read = data === undefined ? madeUpRows(rows, MADE_UP_FEATURES) : asVectors(await readInput(data));
  const architecture = presetArchitecture('fc', { depth: 3 });
  const { x } = scale(firstRows(read, rows), 'unit-rows');
  const n = x.shape[0];
  const folder = mkdtempSync(join(tmpdir(), 'ntk-bench-'));
  try {
    const path = join(folder, 'K.npy');
    await writeKernel(x, path, { architecture, threads });
    const algebra = await linearAlgebra('auto', threads);
    const counts = COUNTS.filter((k) => k < n / 2);
    const scipy = withScipy(path, counts);
    const { lines, once } = await productLines(path, n);
    for (const k of counts) {
      const other = 'lines' in scipy ? scipy.lines.find((one) => one.k === k) : undefined;
      lines.push(...(await topLines(path, k, once, algebra, other)));
    }
    lines.push(...(await algebraLines(n, threads)), ...(await computedLines(x, architecture, threads)));
    const machine = `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}, ${algebra.name}`;
    const compared =
      'lines' in scipy
        ? [`SciPy ${scipy.scipy}`, ...scipy.blas.map(({ version, core }) => `${version} (core ${core})`)].join(', ')
        : `SciPy not compared: ${scipy.reason}`;
    const head = `${machine}\nfc depth 3 on rows ${x.shape.join(' x ')}, ${threads} threads; ${compared}`;
    return { result: { machine, shape: x.shape, threads, scipy, lines }, text: linesText(lines, head) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
