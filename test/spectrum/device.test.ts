import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeNpy } from '../../src/data/write/npy.js';
import { InterruptedError } from '../../src/errors.js';
import { DeviceAlgebra } from '../../src/linalg/device/algebra.js';
import { hostAlgebra } from '../../src/linalg/index.js';
import { RandomSource } from '../../src/linalg/random.js';
import { DenseOperator } from '../../src/operators/operator.js';
import { storedOperator } from '../../src/operators/stored.js';
import { orthonormalBlock } from '../../src/spectrum/device-orthonormal.js';
import { DeviceRows } from '../../src/spectrum/device-rows.js';
import { type EigenOptions, eigenpairs } from '../../src/spectrum/eigenpairs.js';
import { afterAll, describe, expect, test } from '../jest.js';
import { deviceSpace, onDevice } from '../linalg/algebras.js';
import { type Fault, faulty, noKernel, outOfMemory, wrongBy } from '../linalg/faulty-device.js';
import { descending, orthogonalityError, residualsOf, SPECTRA, withSpectrum } from './matrices.js';

const EPSILON = 2 ** -52;
const found = await deviceSpace();
const folder = mkdtempSync(join(tmpdir(), 'device-'));

afterAll(() => rmSync(folder, { recursive: true }));

const FEW: Readonly<Record<string, Float64Array>> = {
  ...SPECTRA,
  three: Float64Array.of(1, 1e-9, -0.5),
  longer: Float64Array.from({ length: 330 }, (_, i) => (i + 1) ** -1.4),
};

/** Ways to an end of the spectrum: what is asked, and the residual that is allowed, as a share of |A|. */
const WAYS: readonly (readonly [method: 'dense' | 'lanczos' | 'power' | 'subspace', within: number])[] = [
  ['dense', 50 * EPSILON],
  ['lanczos', 1e-10],
  ['subspace', 1e-10],
  ['power', 1e-9],
];

const AT_ZERO = ['clustered', 'graded', 'kernel-like', 'repeated', 'longer'];

/** Spectra whose ends are crowds of unequal eigenvalues, which take these methods too many steps. */
const CROWDED: Readonly<Record<string, Readonly<Record<'largest' | 'smallest', readonly string[]>>>> = {
  subspace: { largest: ['negative'], smallest: AT_ZERO },
  power: { largest: ['negative', 'clustered', 'longer'], smallest: [...AT_ZERO, 'rank one', 'negative'] },
};

const isSlow = (method: string, which: 'largest' | 'smallest', name: string): boolean =>
  CROWDED[method]?.[which].includes(name) === true;

const spaces = found === null ? [] : [found];
describe.each(spaces)('eigenpairs on $name', (space) => {
  const cases = Object.keys(FEW).flatMap((name) =>
    (['largest', 'smallest'] as const).flatMap((which) =>
      WAYS.filter(([method]) => !isSlow(method, which, name)).map(([method, within]) => ({
        ...{ name, which, method, within },
      })),
    ),
  );

  test.each(cases)('$name, $method, $which', async ({ name, which, method, within }) => {
    const spectrum = FEW[name];
    const n = spectrum.length;
    const a = withSpectrum(spectrum);
    const k = Math.min(5, n);
    const before = space.tensors.device.counts.tensors;
    const algebra = await onDevice(space);
    const pairs = await eigenpairs(new DenseOperator(a, n), { k, which, method, algebra, tol: 1e-10 });
    expect(space.tensors.device.counts.tensors).toBe(before);
    expect(algebra.name).toBe(space.name);
    const size = Math.max(...spectrum.map(Math.abs));
    const all = descending(spectrum);
    const expected = which === 'largest' ? all.subarray(0, k) : all.subarray(n - k);
    expect(pairs.converged).toBe(true);
    expect(pairs.missed?.missed ?? 0).toBe(0);
    const vectors = pairs.vectors ?? new Float64Array();
    expect(orthogonalityError(vectors, k)).toBeLessThanOrEqual(1e-12);
    const residuals = residualsOf(a, pairs.values, vectors);
    residuals.forEach((residual, i) => {
      expect(residual).toBeLessThanOrEqual((within + 2 * EPSILON) * size);
      expect(Math.abs(pairs.values[i] - expected[i])).toBeLessThanOrEqual((within + 200 * EPSILON) * size);
    });
  });

  test('Lanczos takes the steps that it takes on the processor, and finds the same', async () => {
    const spectrum = Float64Array.from({ length: 400 }, (_, i) => (i + 1) ** -1.2);
    const a = withSpectrum(spectrum);
    const options: EigenOptions = { k: 8, method: 'lanczos', tol: 1e-11 };
    const there = await eigenpairs(new DenseOperator(a, 400), { ...options, algebra: await onDevice(space) });
    const here = await eigenpairs(new DenseOperator(a, 400), options);
    expect(there.products).toBe(here.products);
    there.values.forEach((value, i) => {
      expect(Math.abs(value - here.values[i])).toBeLessThanOrEqual(100 * EPSILON);
    });
  });

  const FAULTS: readonly (readonly [string, Record<string, Fault>, number, RegExp])[] = [
    ['out of memory at the start', { Bitcast: outOfMemory }, 1, /OOM/],
    ['out of memory on the way', { MatMul: outOfMemory }, 60, /OOM/],
    ['without an operation', { Sum: noKernel }, 1, /No OpKernel/],
    ['with products that are wrong', { MatMul: wrongBy(1e-6) }, 1, /residual .* of pair/],
    ['with sums that are no numbers', { Sum: wrongBy(Number.NaN) }, 1, /a sum of zeros is not 0/],
  ];
  test.each(FAULTS)('%s the processor iterates, and it is said', async (_name, faults, from, reason) => {
    const spectrum = Float64Array.from({ length: 200 }, (_, i) => 0.9 ** i);
    const operator = new DenseOperator(withSpectrum(spectrum), 200);
    const { space: device } = faulty(space, faults, from);
    const lines: string[] = [];
    const algebra = new DeviceAlgebra(device, await hostAlgebra('off'), { warn: (line) => lines.push(line) });
    const options: EigenOptions = { k: 5, method: 'lanczos' };
    const there = await eigenpairs(operator, { ...options, algebra });
    expect(there).toEqual(await eigenpairs(operator, { ...options, algebra: await hostAlgebra('off') }));
    expect(lines).toEqual([expect.stringMatching(/: the iteration with 200 rows failed \(.*\); built in takes over$/)]);
    expect(lines[0]).toMatch(reason);
    expect(algebra.name).toBe('built in');
    expect(device.tensors.device.counts.tensors).toBe(0);
  });

  test('an interrupt ends an iteration on the device, and frees it', async () => {
    const spectrum = Float64Array.from({ length: 300 }, (_, i) => (i + 1) ** -1.1);
    const before = space.tensors.device.counts.tensors;
    const stop = new AbortController();
    const onProgress = (): void => stop.abort();
    const algebra = await onDevice(space);
    const options: EigenOptions = { k: 40, method: 'lanczos', tol: 1e-14, signal: stop.signal, onProgress, algebra };
    const running = eigenpairs(new DenseOperator(withSpectrum(spectrum), 300), options);
    await expect(running).rejects.toThrow(InterruptedError);
    expect(space.tensors.device.counts.tensors).toBe(before);
  });

  test('a product that is not finite is the fault of the matrix', async () => {
    const algebra = await onDevice(space);
    const huge = new Float64Array(2500).fill(1.7e308);
    const running = eigenpairs(new DenseOperator(huge, 50), { k: 2, method: 'lanczos', algebra });
    await expect(running).rejects.toThrow(/product of the matrix: must be finite/);
  });

  test('rows become orthonormal by Cholesky of their products; dependent ones are told', async () => {
    const { tensors } = space;
    const [m, n] = [12, 90];
    const random = new RandomSource(3);
    const before = tensors.device.counts.tensors;
    const made = tensors.tidy(() => {
      const basis = new DeviceRows(space, n);
      const first = orthonormalBlock(space, basis, tensors.tensor(random.normals(m * n), [m, n]), 0);
      if (first === null) throw new Error('independent rows');
      basis.append(first);
      // Nearly in the span of the first ones, and nearly along one another.
      const rows = basis.combined(random.normals(m * m), m, m);
      const common = tensors.mul(1e-3, tensors.tensor(random.normals(n), [1, n]));
      const own = tensors.mul(1e-5, tensors.tensor(random.normals(m * n), [m, n]));
      const close = orthonormalBlock(space, basis, tensors.add(tensors.add(rows, common), own), 0);
      const dependent = orthonormalBlock(space, basis, tensors.add(rows, common), 0);
      const all = close === null ? first : tensors.concat([first, close], 0);
      return { dependent, vectors: Float64Array.from(tensors.readSync(all)) };
    });
    expect(made.dependent).toBeNull();
    expect(made.vectors).toHaveLength(2 * m * n);
    expect(orthogonalityError(made.vectors, 2 * m)).toBeLessThanOrEqual(20 * EPSILON);
    expect(tensors.device.counts.tensors).toBe(before);
  });

  test.each([1, 4])('panels of a file stay on the device, blocks of %d', async (block) => {
    const spectrum = Float64Array.from({ length: 300 }, (_, i) => 0.9 ** i);
    const a = withSpectrum(spectrum);
    const path = join(folder, `K${block}.npy`);
    await writeNpy(path, { data: a, shape: [300, 300] });
    const operator = await storedOperator(path);
    const memory = 8 * 300 * 300 * 1.5;
    const reads = { count: 0 };
    const watched = {
      size: operator.size,
      description: operator.description,
      roundoff: operator.roundoff,
      apply: (x: Float64Array, columns: number) => {
        reads.count += 1;
        return operator.apply(x, columns);
      },
      diagonal: () => operator.diagonal(),
      entries: async () => null,
      panels: (use: Parameters<NonNullable<typeof operator.panels>>[0]) => operator.panels?.(use) ?? Promise.resolve(),
      close: () => operator.close(),
    };
    const before = space.tensors.device.counts.tensors;
    const algebra = await onDevice(space);
    const pairs = await eigenpairs(watched, { k: 6, method: 'lanczos', algebra, memory, block });
    await operator.close();
    // The one product is the check of the residuals.
    expect(reads.count).toBe(1);
    expect(space.tensors.device.counts.tensors).toBe(before);
    expect(pairs.converged).toBe(true);
    pairs.values.forEach((value, i) => {
      expect(Math.abs(value - spectrum[i])).toBeLessThanOrEqual(1e-10);
    });
  });
});
