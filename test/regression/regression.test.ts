import { DataError, kernelMatrix, NumericalError, presetArchitecture, UsageError } from '../../src/index.js';
import { linearAlgebra } from '../../src/linalg/index.js';
import { DenseOperator } from '../../src/operators/operator.js';
import { conjugateGradients } from '../../src/regression/conjugate-gradient.js';
import { fitByProducts } from '../../src/regression/fit-by-products.js';
import { partialCholesky, randomPivots } from '../../src/regression/partial-cholesky.js';
import { predict } from '../../src/regression/predict.js';
import { regress } from '../../src/regression/regress.js';
import { meanDiagonal, ridgeFit } from '../../src/regression/ridge.js';
import { leaveOneOutError, spectralTargets } from '../../src/regression/spectral-fit.js';
import { accuracy, largestOutputs, rootMeanSquareError, targetsOf } from '../../src/regression/targets.js';
import { posteriorVariance } from '../../src/regression/variance.js';
import { describe, expect, test } from '../jest.js';
import { normals } from '../reference/monte-carlo.js';

const algebra = await linearAlgebra('off');
const [N, M, D] = [40, 7, 3];
const next = normals(4);
const rows = { data: Float64Array.from({ length: (N + M) * D }, next), shape: [N + M, D] };
const train = { data: rows.data.subarray(0, N * D), shape: [N, D] };
const test_ = { data: rows.data.subarray(N * D), shape: [M, D] };
const architecture = presetArchitecture('fc', { depth: 2, bias: 0.5 });
const kernel = Float64Array.from((await kernelMatrix(train, { architecture, threads: 1 })).ntk.data);
const cross = (await kernelMatrix(test_, { architecture, z: train, threads: 1 })).ntk.data;
const targets = Float64Array.from({ length: 2 * N }, next);
const data = { kernel, cross, targets, n: N };

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a, (v, i) => Math.abs(v - b[i])).reduce((most, v) => Math.max(most, v), 0);
}

/** A matrix without row and column i. */
function without(a: Float64Array, n: number, i: number): Float64Array {
  const keep = Array.from({ length: n }, (_, k) => k).filter((k) => k !== i);
  return Float64Array.from(keep.flatMap((r) => keep.map((c) => a[r * n + c])));
}

describe('ridge regression', () => {
  test('interpolates the training rows without a ridge, and solves its equations with one', async () => {
    const none = await regress({ ...data, cross: kernel }, { ridge: 0, algebra });
    for (let i = 0; i < N; i++) {
      for (let c = 0; c < 2; c++) expect(none.predictions[2 * i + c]).toBeCloseTo(targets[c * N + i], 6);
    }
    const { coefficients, residual, ridge } = await regress(data, { ridge: 1e-2, algebra });
    expect(residual).toBeLessThan(1e-12);
    expect(ridge).toBe(1e-2);
    const product = await new DenseOperator(kernel, N).apply(coefficients, 2);
    const shift = 1e-2 * meanDiagonal(kernel, N);
    expect(
      distance(
        product.map((v, i) => v + shift * coefficients[i]),
        targets,
      ),
    ).toBeLessThan(1e-10);
  });

  test('is the limit of gradient flow, and early times follow the differential equation', async () => {
    const limit = await regress(data, { ridge: 1e-3, algebra });
    const late = await regress(data, { ridge: 1e-3, time: 1e9, algebra });
    expect(distance(late.predictions, limit.predictions)).toBeLessThan(1e-8);
    const start = await regress(data, { ridge: 1e-3, time: 0, algebra });
    expect(Math.max(...start.predictions.map(Math.abs))).toBe(0);
    // da/dt = y - (K + shift I) a, by the midpoint.
    const [t, h] = [0.05, 1e-5];
    const [before, at, after] = await Promise.all(
      [t - h, t, t + h].map((time) => regress(data, { ridge: 1e-3, time, algebra })),
    );
    const shift = 1e-3 * meanDiagonal(kernel, N);
    const product = await new DenseOperator(kernel, N).apply(at.coefficients, 2);
    const slope = after.coefficients.map((v, i) => (v - before.coefficients[i]) / (2 * h));
    const expected = targets.map((y, i) => y - product[i] - shift * at.coefficients[i]);
    expect(distance(slope, expected)).toBeLessThan(1e-5);
  });

  test('leave-one-out errors are those of leaving one out', async () => {
    const shift = 0.3;
    const spectral = spectralTargets(await algebra.eigen(kernel, N, true), targets.subarray(0, N));
    let sum = 0;
    for (let i = 0; i < N; i++) {
      const y = targets.subarray(0, N).filter((_, k) => k !== i);
      const small = without(kernel, N, i);
      const { coefficients } = await ridgeFit(small, N - 1, y, shift / meanDiagonal(small, N - 1), algebra);
      const row = kernel.subarray(i * N, (i + 1) * N).filter((_, k) => k !== i);
      sum += (predict(row, coefficients, N - 1)[0] - targets[i]) ** 2;
    }
    expect(leaveOneOutError(spectral, shift)).toBeCloseTo(sum / N, 9);
  });

  test('auto takes the ridge with the least leave-one-out error', async () => {
    const { ridge, leaveOneOut } = await regress(data, { ridge: 'auto', algebra });
    const least = leaveOneOut?.reduce((a, b) => (b.error < a.error ? b : a));
    expect(ridge / (least?.ridge ?? 0)).toBeCloseTo(1, 9);
    // Random targets have nothing to learn: a large ridge is best.
    expect(ridge).toBeGreaterThan(0.1);
  });

  test('of a singular kernel without ridge is least squares, and options out of range are refused', async () => {
    const singular = new Float64Array(4).fill(1);
    const two = { kernel: singular, cross: singular, targets: Float64Array.of(1, 2), n: 2 };
    const { predictions, method, warnings } = await regress(two, { ridge: 0, algebra });
    expect(method).toBe('eigen');
    expect(distance(predictions, [1.5, 1.5])).toBeLessThan(1e-12);
    expect(warnings.join()).toContain('1 of 2');
    await expect(regress(two, { ridge: -1, algebra })).rejects.toThrow(UsageError);
    await expect(regress(two, { ridge: 0, time: Number.NaN, algebra })).rejects.toThrow(UsageError);
  });
});

describe('posterior variance', () => {
  test('is 0 at training rows without a ridge, and that of the joint Gaussian elsewhere', async () => {
    const factor = await algebra.cholesky(kernel, N);
    const own = Float64Array.from({ length: N }, (_, i) => kernel[i * (N + 1)]);
    expect(Math.max(...posteriorVariance(own, kernel, factor))).toBeLessThan(1e-8);
    const shifted = await algebra.cholesky(
      kernel.map((v, k) => (k % (N + 1) === 0 ? v + 0.5 : v)),
      N,
    );
    const square = (await kernelMatrix(test_, { architecture, threads: 1 })).ntk.data;
    const diagonal = Float64Array.from({ length: M }, (_, i) => square[i * (M + 1)]);
    const found = posteriorVariance(diagonal, Float64Array.from(cross), shifted);
    // 1 / variance is the corner of the inverse of the joint matrix of the training rows and this row.
    for (let i = 0; i < M; i++) {
      const joint = new Float64Array((N + 1) ** 2);
      for (let r = 0; r < N; r++) {
        for (let c = 0; c < N; c++) joint[r * (N + 1) + c] = kernel[r * N + c] + (r === c ? 0.5 : 0);
        joint[r * (N + 1) + N] = cross[i * N + r];
        joint[N * (N + 1) + r] = cross[i * N + r];
      }
      joint[(N + 1) ** 2 - 1] = diagonal[i];
      const corner = (await algebra.cholesky(joint, N + 1)).solve(
        Float64Array.from({ length: N + 1 }, (_, k) => (k === N ? 1 : 0)),
        1,
      )[N];
      expect(found[i] * corner).toBeCloseTo(1, 8);
    }
  });
});

describe('conjugate gradients', () => {
  const operator = new DenseOperator(kernel, N);
  const shift = 1e-4 * meanDiagonal(kernel, N);

  test('find what Cholesky finds, from products alone', async () => {
    const { coefficients } = await ridgeFit(kernel, N, targets, 1e-4, algebra);
    const found = await conjugateGradients(operator, shift, targets, { tolerance: 1e-10, iterations: 500 });
    expect(found.converged).toBe(true);
    expect(distance(found.coefficients, coefficients)).toBeLessThan(1e-6 * Math.max(...coefficients.map(Math.abs)));
  });

  const rowsOf = (pivots: readonly number[]): Float64Array =>
    Float64Array.from(pivots.flatMap((p) => Array.from(kernel.subarray(p * N, (p + 1) * N))));
  const diagonal = Float64Array.from({ length: N }, (_, i) => kernel[i * (N + 1)]);

  test('need fewer products with a partial Cholesky factor', async () => {
    const options = { tolerance: 1e-10, iterations: 500 };
    const plain = await conjugateGradients(operator, shift, targets, options);
    const pivots = randomPivots(N, 20, 1);
    expect(new Set(pivots).size).toBe(20);
    const factor = partialCholesky(rowsOf(pivots), pivots, diagonal, algebra);
    const preconditioner = await factor.preconditioner(shift);
    const quick = await conjugateGradients(operator, shift, targets, { ...options, preconditioner });
    expect(quick.converged).toBe(true);
    expect(quick.products).toBeLessThan(plain.products / 2);
  });

  test('a factor of all rows is the kernel itself, and rows that repeat drop out', async () => {
    const pivots = randomPivots(N, 2 * N);
    expect([...pivots].sort((a, b) => a - b)).toEqual(Array.from({ length: N }, (_, k) => k));
    const solve = await partialCholesky(rowsOf(pivots), pivots, diagonal, algebra).preconditioner(shift);
    const { coefficients } = await ridgeFit(kernel, N, targets, 1e-4, algebra);
    const answer = solve(targets).map((v) => v / shift);
    expect(distance(answer, coefficients)).toBeLessThan(1e-6 * Math.max(...coefficients.map(Math.abs)));
    const twice = [3, 5, 3];
    expect(partialCholesky(rowsOf(twice), twice, diagonal, algebra).rank).toBe(2);
  });

  test('several ridges share the rows; the residual is that of the equations, whatever the iteration believes', async () => {
    const ridges = [1e-6, 1e-3];
    const rows = async (numbers: readonly number[]): Promise<Float64Array> => rowsOf(numbers);
    const options = { ridges, tolerance: 1e-11, iterations: 500, rank: 10, seed: 0, algebra };
    const fits = await fitByProducts({ kernel: operator, rows, targets }, options);
    for (const [k, { converged, coefficients, residual }] of fits.entries()) {
      const exact = await ridgeFit(kernel, N, targets, ridges[k], algebra);
      expect(converged).toBe(true);
      expect(residual).toBeLessThanOrEqual(1e-11);
      const size = Math.max(...exact.coefficients.map(Math.abs));
      expect(distance(coefficients, exact.coefficients)).toBeLessThan(1e-4 * size);
    }
    const [early] = await fitByProducts({ kernel: operator, rows, targets }, { ...options, iterations: 2 });
    expect(early).toMatchObject({ converged: false, iterations: 2 });
    expect(early.residual).toBeGreaterThan(1e-11);
  });

  test('of a kernel that is none name its smallest eigenvalue', async () => {
    const indefinite = Float64Array.of(1, 2, 2, 1);
    const pair = { kernel: indefinite, cross: indefinite, targets: Float64Array.of(1, 2), n: 2 };
    const dense = regress(pair, { ridge: 0, algebra });
    await expect(dense).rejects.toThrow(/must be positive semidefinite, got the eigenvalue -1 .*--ridge above 1.1/);
    const rows = async () => indefinite.slice();
    const options = { ridges: [0], tolerance: 1e-6, iterations: 50, rank: 1, seed: 0, algebra };
    const iterated = fitByProducts({ kernel: new DenseOperator(indefinite, 2), rows, targets: pair.targets }, options);
    await expect(iterated).rejects.toThrow(/eigenvalue -1 /);
  });

  test.each([
    ['a NaN in the kernel', { kernel: Float64Array.of(1, Number.NaN, Number.NaN, 1) }, /entry \(0, 1\).*NaN/],
    ['an asymmetric one', { kernel: Float64Array.of(1, 0.5, 0.4, 1) }, /entry \(1, 0\).*symmetric/],
    ['a NaN in the cross kernel', { cross: [0, Number.NaN] }, /test rows: entry \(0, 1\)/],
    ['targets of the wrong number', { targets: Float64Array.of(1, 2, 3) }, /targets: .*got 3 numbers/],
    ['an infinite target', { targets: Float64Array.of(1, Infinity) }, /targets: .*got Infinity for row 1/],
    ['too few entries', { kernel: Float64Array.of(1, 0) }, /n\^2 entries/],
  ])('refuse %s by its place', async (_, part, message) => {
    const pair = { kernel: Float64Array.of(1, 0, 0, 1), cross: [1, 0], targets: Float64Array.of(1, 2), n: 2 };
    const work = regress({ ...pair, ...part }, { ridge: 0.1, algebra });
    await expect(work).rejects.toThrow(DataError);
    await expect(regress({ ...pair, ...part }, { ridge: 0.1, algebra })).rejects.toThrow(message);
  });

  test('say so when they stop early, and refuse an indefinite matrix', async () => {
    const early = await conjugateGradients(operator, 0, targets, { tolerance: 1e-12, iterations: 2 });
    expect(early.converged).toBe(false);
    const indefinite = new DenseOperator(Float64Array.of(1, 0, 0, -1), 2);
    const work = conjugateGradients(indefinite, 0, Float64Array.of(0, 1), { tolerance: 1e-9, iterations: 5 });
    await expect(work).rejects.toThrow(NumericalError);
    const zero = await conjugateGradients(operator, 1, new Float64Array(N), { tolerance: 1e-9, iterations: 5 });
    expect(zero).toMatchObject({ converged: true, products: 0 });
  });
});

describe('targets', () => {
  test('integers are classes, one output each; the largest output wins', () => {
    const { values, outputs, classes, task } = targetsOf(Float64Array.of(7, 3, 7));
    expect({ task, outputs, classes, values }).toEqual({
      task: 'classify',
      outputs: 2,
      classes: Float64Array.of(3, 7),
      values: Float64Array.of(0, 1, 0, 1, 0, 1),
    });
    const predictions = Float64Array.of(0.1, 0.9, 0.6, 0.4);
    expect(largestOutputs(predictions, Float64Array.of(3, 7))).toEqual(Float64Array.of(7, 3));
    expect(accuracy(predictions, Float64Array.of(3, 7), Float64Array.of(7, 7))).toBe(0.5);
  });

  test('other numbers are targets themselves', () => {
    expect(targetsOf(Float64Array.of(0.5, 1)).task).toBe('regress');
    expect(targetsOf(Float64Array.of(1, 2), 'regress').classes).toBeNull();
    expect(targetsOf(Float64Array.from({ length: 1001 }, (_, k) => k)).task).toBe('regress');
    expect(() => targetsOf(Float64Array.of(0.5), 'classify')).toThrow(DataError);
    expect(rootMeanSquareError(Float64Array.of(1, 2), Float64Array.of(1, 4))).toBeCloseTo(Math.SQRT2, 12);
  });
});
