import { BackendError, NumericalError } from '../../src/errors.js';
import { DeviceAlgebra } from '../../src/linalg/device/algebra.js';
import { leastOnDevice } from '../../src/linalg/device/choice.js';
import { HeldMatrix } from '../../src/linalg/device/held.js';
import { hostAlgebra, linearAlgebra } from '../../src/linalg/index.js';
import { nativeFacts } from '../../src/platform/native.js';
import { describe, expect, test } from '../jest.js';
import { deviceSpace, onDevice } from './algebras.js';
import { type Fault, faulty, noKernel, outOfMemory, wrongBy } from './faulty-device.js';
import { gram, numbers, symmetric } from './matrices.js';

const EPS = 2 ** -52;
const found = await deviceSpace();
const spaces = found === null ? [] : [found];
const host = await hostAlgebra('off');

const distance = (a: Float64Array, b: Float64Array): number =>
  a.reduce((most, value, k) => Math.max(most, Math.abs(value - b[k])), 0);
const sizeOf = (a: Float64Array): number => distance(a, new Float64Array(a.length));

/** |A v - l v| of each pair. */
function residuals(a: Float64Array, n: number, values: Float64Array, vectors: Float64Array): Float64Array {
  const products = host.apply(a, n, vectors, n);
  return values.map((value, j) =>
    Math.hypot(...vectors.subarray(j * n, (j + 1) * n).map((v, i) => products[j * n + i] - value * v)),
  );
}

describe.each(spaces)('$name', (space) => {
  test.each([1, 2, 3, 1000])('n = %d: pairs to 50 roundings, solutions and products as on the processor', async (n) => {
    const before = space.tensors.device.counts.tensors;
    const algebra = await onDevice(space);
    const a = gram(n, Math.min(n, 40), 0.01, 5);
    const { values, vectors } = await algebra.eigen(a, n, true);
    expect(sizeOf(residuals(a, n, values, vectors ?? a))).toBeLessThanOrEqual(50 * EPS * values[0]);
    const own = a.slice();
    const factor = await algebra.factorise(own, n);
    const other = await host.cholesky(a, n);
    expect(Math.abs(factor.logDeterminant - other.logDeterminant)).toBeLessThanOrEqual(1e-12 * n);
    const b = numbers(3 * n, 2);
    const [x, y] = [factor.solve(b, 3), other.solve(b, 3)];
    expect(distance(x, y)).toBeLessThanOrEqual(1e-10 * sizeOf(y));
    expect(own).toEqual(a);
    factor.restore();
    const held = HeldMatrix.of(space, a, n);
    expect(distance(held.applyTo(b, 3), host.apply(a, n, b, 3))).toBeLessThanOrEqual(n * EPS * sizeOf(b));
    held.dispose();
    expect(space.tensors.device.counts.tensors).toBe(before);
  });

  test.each([1, 2, 3, 50, 120])('n = %d: by casts alone the same', async (n) => {
    const { space: other } = faulty(space, {}, 1, 'casts');
    const algebra = await onDevice(other);
    const a = symmetric(n, 3).map((value) => value * 1e-30);
    const { values, vectors } = await algebra.eigen(a, n, true);
    expect(sizeOf(residuals(a, n, values, vectors ?? a))).toBeLessThanOrEqual(50 * EPS * sizeOf(values));
    const definite = gram(n, n + 3, 0.1, n);
    const factor = await algebra.cholesky(definite, n);
    const b = numbers(n, 2);
    const expected = (await host.cholesky(definite, n)).solve(b, 1);
    expect(distance(factor.solve(b, 1), expected)).toBeLessThanOrEqual(1e-11 * sizeOf(expected));
    factor.release?.();
    expect(other.tensors.device.counts.tensors).toBe(0);
  });

  test('names itself, and what it holds', async () => {
    const algebra = await linearAlgebra('off', 1, { backend: 'tensorflow', rows: 3 });
    expect(algebra).toMatchObject({ name: space.name, isNative: false });
    expect(space.name).toMatch(/^TensorFlow [\d.]+, (CPU|GPU), float64$/);
    expect(algebra.factorCopies).toBeGreaterThanOrEqual(1);
  });

  /** An algebra on a device with faults, and what it says. */
  function subject(faults: Readonly<Record<string, Fault>>, from = 1) {
    const lines: string[] = [];
    const device = faulty(space, faults, from);
    return { ...device, lines, algebra: new DeviceAlgebra(device.space, host, { warn: (line) => lines.push(line) }) };
  }

  const FAULTS: readonly (readonly [string, Record<string, Fault>, RegExp])[] = [
    ['no memory', { SelfAdjointEigV2: outOfMemory }, /OOM when allocating tensor with shape\[9,9\] and type double/],
    ['no such operation', { SelfAdjointEigV2: noKernel }, /No OpKernel registered/],
    ['wrong pairs', { MatMul: wrongBy(1e-6) }, /pairs do not hold to rounding/],
    ['no numbers', { Transpose: wrongBy(Number.NaN) }, /pairs do not hold to rounding/],
    ['no upload', { Bitcast: outOfMemory }, /OOM/],
  ];
  test.each(FAULTS)('eigenpairs, %s: the processor takes over, for good', async (_name, faults, reason) => {
    const n = 40;
    const a = symmetric(n, 1);
    const { algebra, lines, calls, space: device } = subject(faults);
    const { values, vectors } = await algebra.eigen(a, n, true);
    expect(sizeOf(residuals(a, n, values, vectors ?? a))).toBeLessThanOrEqual(50 * EPS * sizeOf(values));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(reason);
    expect(lines[0]).toMatch(/^TensorFlow .*: the decomposition of 40 rows failed \(.*\); built in takes over$/);
    expect(algebra.name).toBe('built in');
    const asked = new Map(calls);
    await algebra.eigen(a, n, false);
    await algebra.cholesky(gram(n, n, 1, 1), n);
    expect(new Map(calls)).toEqual(asked);
    expect(lines).toHaveLength(1);
    expect(device.tensors.device.counts.tensors).toBe(0);
  });

  test('pairs that a device has no room to refine are taken where they hold', async () => {
    const a = symmetric(40, 1);
    const { algebra, lines, calls, space: device } = subject({ MatMul: outOfMemory });
    const { values, vectors } = await algebra.eigen(a, 40, true);
    expect(calls.get('MatMul')).toBe(1);
    expect(sizeOf(residuals(a, 40, values, vectors ?? a))).toBeLessThanOrEqual(50 * EPS * sizeOf(values));
    expect(lines).toEqual([]);
    expect(device.tensors.device.counts.tensors).toBe(0);
  });

  test('eigenvalues alone that are wrong are found by their sums', async () => {
    const a = symmetric(30, 1);
    const { algebra, lines } = subject({ SelfAdjointEigV2: wrongBy(1e-9) });
    const { values } = await algebra.eigen(a, 30, false);
    expect(values).toEqual((await host.eigen(a, 30, false)).values);
    expect(lines).toEqual([expect.stringMatching(/values do not hold to rounding/)]);
  });

  test.each([
    ['no memory', { Cholesky: outOfMemory }, /OOM/],
    ['a wrong factor', { Cholesky: wrongBy(1e-9) }, /L L' is not the matrix to rounding/],
    ['no numbers', { Cholesky: wrongBy(Number.NaN) }, /no positive pivot in row 0/],
  ] as const)('Cholesky, %s: the processor takes over', async (_name, faults, reason) => {
    const n = 50;
    const a = gram(n, n + 3, 0.1, 2);
    const own = a.slice();
    const { algebra, lines, space: device } = subject(faults);
    const factor = await algebra.factorise(own, n);
    const b = numbers(n, 4);
    expect(factor.solve(b, 1)).toEqual((await host.cholesky(a, n)).solve(b, 1));
    factor.restore();
    expect(own).toEqual(a);
    expect(lines).toEqual([expect.stringMatching(reason)]);
    expect(lines[0]).toMatch(/: Cholesky of 50 rows failed \(.*\); built in takes over$/);
    expect(device.tensors.device.counts.tensors).toBe(0);
  });

  test('a matrix that is not definite is no fault of the device', async () => {
    const { algebra, lines } = subject({});
    const a = gram(50, 53, 0.1, 2);
    a[30 * 51] = -1;
    await expect(algebra.cholesky(a, 50)).rejects.toThrow(NumericalError);
    await expect(algebra.cholesky(a, 50)).rejects.toThrow(/in row 30 of 50/);
    expect(lines).toEqual([]);
    expect(algebra.name).toBe(space.name);
  });

  test('a solution that is a little wrong is refined, one that is quite wrong computed on the processor', async () => {
    const n = 60;
    const a = gram(n, n + 3, 0.1, 2);
    const b = numbers(2 * n, 4);
    const expected = (await host.cholesky(a, n)).solve(b, 2);
    const little = subject({ MatrixTriangularSolve: wrongBy(1e-9) });
    const refined = (await little.algebra.cholesky(a, n)).solve(b, 2);
    expect(distance(refined, expected)).toBeLessThanOrEqual(1e-12 * sizeOf(expected));
    expect(little.lines).toEqual([]);
    for (const fault of [wrongBy(1), outOfMemory]) {
      const { algebra, lines, space: device } = subject({ MatrixTriangularSolve: fault });
      const own = a.slice();
      const factor = await algebra.factorise(own, n);
      expect(factor.solve(b, 2)).toEqual(expected);
      expect(factor.solve(b, 1)).toEqual((await host.cholesky(a, n)).solve(b, 1));
      expect(distance(factor.apply(b, 2), host.apply(a, n, b, 2))).toBeLessThanOrEqual(n * EPS);
      factor.restore();
      expect(own).toEqual(a);
      expect(lines).toHaveLength(1);
      expect(algebra.name).toBe(`${space.name}, then built in`);
      expect(device.tensors.device.counts.tensors).toBe(0);
    }
  });

  test.each([1, 7, 20, 21, 64, 100])('products with panels of %d rows, held or read some at a time', async (rows) => {
    const n = 64;
    const a = symmetric(n, 8);
    const x = numbers(3 * n, 2);
    const before = space.tensors.device.counts.tensors;
    const source = async (use: (part: Float64Array, first: number) => void): Promise<void> => {
      const buffer = new Float64Array(7 * n);
      for (let first = 0; first < n; first += 7) {
        const part = buffer.subarray(0, Math.min(7, n - first) * n);
        part.set(a.subarray(first * n, first * n + part.length));
        use(part, first);
      }
    };
    for (const held of [HeldMatrix.of(space, a, n, rows), await HeldMatrix.read(space, n, source, rows)]) {
      expect(distance(held.applyTo(x, 3), host.apply(a, n, x, 3))).toBeLessThanOrEqual(n * EPS);
      held.dispose();
    }
    expect(space.tensors.device.counts.tensors).toBe(before);
  });

  test('a matrix that does not fit leaves nothing behind', () => {
    const { space: device } = faulty(space, { Bitcast: outOfMemory }, 1);
    expect(() => HeldMatrix.of(device, symmetric(20, 1), 20)).toThrow(/OOM/);
    expect(device.tensors.device.counts.tensors).toBe(0);
  });
});

describe('where linear algebra is computed', () => {
  const yes = async (): Promise<boolean> => true;
  const no = async (): Promise<boolean> => false;
  test.each([
    ['auto', 'tensorflow', 1, no, 1],
    ['off', 'tensorflow', 1, no, 1],
    ['/some/libopenblas.so', 'tensorflow', 9000, yes, null],
    ['auto', 'auto', 9000, yes, 256],
    ['auto', 'auto', 9000, no, null],
    ['auto', 'auto', 1999, yes, null],
    ['auto', 'host', 9000, yes, null],
    ['off', 'webgpu', 9000, yes, null],
  ] as const)('--native %s --backend %s, %d rows', async (native, backend, rows, hasGpu, least) => {
    expect(await leastOnDevice(native, { backend, rows }, hasGpu)).toBe(least);
  });

  test('a library that is named computes, whatever the backend', async () => {
    const { available, path } = await nativeFacts('auto');
    if (!available || path === undefined) return;
    expect((await linearAlgebra(path, 1, { backend: 'tensorflow', rows: 9000 })).isNative).toBe(true);
  });

  test('small matrices beside large ones are for the processor', async () => {
    if (found === null) return;
    const algebra = new DeviceAlgebra(found, host, { least: 100 });
    expect([algebra.takes(99), algebra.takes(100)]).toEqual([false, true]);
    expect(await algebra.eigen(symmetric(20, 1), 20, true)).toEqual(await host.eigen(symmetric(20, 1), 20, true));
  });

  test('TensorFlow that is asked for and not here is an error with what to do', async () => {
    if (found !== null) return;
    await expect(linearAlgebra('off', 1, { backend: 'tensorflow', rows: 3 })).rejects.toThrow(BackendError);
  });
});
