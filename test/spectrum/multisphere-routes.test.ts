import { parseArchitecture } from '../../src/architecture/parse.js';
import type { Architecture } from '../../src/architecture/types.js';
import { InterruptedError, MemoryError, NumericalError, UsageError } from '../../src/errors.js';
import { kernelMatrix } from '../../src/kernel/matrix.js';
import { gaussLegendre } from '../../src/programme/maps/gauss-legendre.js';
import { multisphereSpectrum } from '../../src/spectrum/multisphere.js';
import { describe, expect, test } from '../jest.js';
import { circular, valueAt } from './multisphere-kernels.js';

/** A sequence network of one hidden layer with one activation. */
function networkOf(activation: object, conv: object, readout: object): Architecture {
  const layers = [{ kind: 'conv', filter: [3], padding: 'circular', ...conv }, activation, readout, { kind: 'dense' }];
  return parseArchitecture({ format: 'ntk-architecture/1', name: 'one', layers });
}

/** Signals of unit vectors in the plane with these angles at each position, `[n, positions, 2]`. */
function signals(angles: readonly (readonly number[])[]) {
  const positions = angles[0].length;
  const data = Float64Array.from(angles.flatMap((one) => one.flatMap((t) => [Math.cos(t), Math.sin(t)])));
  return { data, shape: [angles.length, positions, 2] };
}

/** K(x, z) for x with all angles 0 and z with these, by the engine's kernels of images. */
async function rowOf(network: Architecture, angles: readonly (readonly number[])[]) {
  const zero = angles[0].map(() => 0);
  const matrices = await kernelMatrix(signals([zero]), { architecture: network, z: signals(angles) });
  return matrices.ntk.data;
}

/** Products cos(k_1 t_1) cos(k_2 t_2) ... */
function wave(k: readonly number[], t: readonly number[]): number {
  return k.reduce((product, degree, i) => product * Math.cos(degree * t[i]), 1);
}

describe('another route', () => {
  test.each([
    ['erf, bias', networkOf({ kind: 'erf' }, { biasStd: 0.3 }, { kind: 'pixel', at: [1] }), 1],
    ['gelu, same padding', networkOf({ kind: 'gelu' }, { padding: 'same' }, { kind: 'flatten' }), 0],
    ['relu twice, stride 2', networkOf({ kind: 'leakyRelu', slope: 0.3 }, { stride: [2] }, { kind: 'flatten' }), 0],
  ] as const)('%s: kernels of images on plain Gauss-Legendre angles', async (name, network, first) => {
    const { nodes, weights } = gaussLegendre(name.startsWith('relu') ? 40 : 24);
    const axis = nodes.map((x, i) => ({ angle: (Math.PI * (1 + x)) / 2, weight: weights[i] / 2 }));
    const grid = axis.flatMap((a) => axis.flatMap((b) => axis.map((c) => [a, b, c])));
    const angles = grid.map((point) => point.map(({ angle }) => angle));
    const values = await rowOf(network, angles);
    const spectrum = await multisphereSpectrum(network, { positions: 3, dim: 2, maxDegree: 3 });
    const tolerance = (name.startsWith('relu') ? 1e-6 : 1e-11) * spectrum.trace.diagonal;
    for (const k of spectrum.frequencies) {
      // k_1 is that of the position read, the others follow round the ring.
      const at = k.map((_, p) => k[(p - first + 3) % 3]);
      const sum = grid.reduce((total, point, i) => {
        const weight = point.reduce((product, one) => product * one.weight, 1);
        return total + weight * values[i] * wave(at, angles[i]);
      }, 0);
      expect(Math.abs(sum - valueAt(spectrum, k).value)).toBeLessThan(tolerance);
    }
  });

  test('random signals: the mean of K(x,z) Y(x) Y(z) is the eigenvalue, within five standard errors', async () => {
    const network = circular('rescntk', { depth: 2, head: 'eq' });
    const spectrum = await multisphereSpectrum(network, { positions: 3, dim: 2, maxDegree: 2 });
    let state = 12345;
    const uniform = (): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    const angles = Array.from({ length: 4000 }, () => [0, 1, 2].map(() => 2 * Math.PI * uniform()));
    const values = await rowOf(network, angles);
    for (const k of [
      [0, 0, 0],
      [1, 0, 0],
      [0, 1, 0],
      [1, 1, 0],
      [0, 2, 0],
    ]) {
      const terms = angles.map((t, i) => values[i] * wave(k, t));
      const mean = terms.reduce((a, b) => a + b) / terms.length;
      const square = terms.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (terms.length - 1);
      const error = Math.sqrt(square / terms.length);
      expect(Math.abs(mean - valueAt(spectrum, k).value)).toBeLessThan(5 * error);
      expect(error).toBeLessThan(0.05 * spectrum.trace.diagonal);
    }
  });
});

describe('decay', () => {
  test.each([
    ['cntk', 1, 'nngp', 4, 6],
    ['rescntk', 1, 'ntk', 2, 4],
    ['rescntk', 3, 'ntk', 4, 4],
  ] as const)(
    '%s, first filter %d, %s: along the axis and the diagonal',
    async (name, firstFilter, kind, axis, all) => {
      const network = circular(name, { depth: 2, head: 'eq', firstFilter });
      const { lines } = await multisphereSpectrum(network, { positions: 3, dim: 2, maxDegree: 24, kind });
      const [first, neighbour, diagonal] = lines;
      expect(lines.map(({ name: line }) => line)).toEqual(['axis', 'neighbour', 'diagonal']);
      expect([first.direction, neighbour.direction, diagonal.direction]).toEqual([
        [1, 0, 0],
        [0, 1, 0],
        [1, 1, 1],
      ]);
      expect(first.fit?.exponent).toBeCloseTo(axis, 0);
      expect(Math.abs((neighbour.fit?.exponent ?? 0) - axis)).toBeLessThan(0.15);
      expect(Math.abs((diagonal.fit?.exponent ?? 0) - all)).toBeLessThan(0.1);
      // Of three positions in R^2 the products 3 (C0 + 2 nu - 3) are 6 and 4.
      expect(diagonal.predicted?.slowest).toBeCloseTo(all, 12);
      expect(first.predicted?.fastest).toBe(firstFilter === 1 ? 4 : null);
    },
  );

  test('nothing is predicted for maps without a kink', async () => {
    const network = networkOf({ kind: 'erf' }, {}, { kind: 'pixel', at: [0] });
    const { lines } = await multisphereSpectrum(network, { positions: 3, dim: 2, maxDegree: 8 });
    expect(lines.map(({ predicted }) => predicted)).toEqual([null, null, null]);
  });

  test('skips favour the pixel that is read', async () => {
    const ratio = async (name: 'cntk' | 'rescntk', depth: number): Promise<number> => {
      const network = circular(name, { depth, head: 'eq', firstFilter: 3 });
      const { lines } = await multisphereSpectrum(network, { positions: 3, dim: 2, maxDegree: 1 });
      return lines[0].eigenvalues[1] / lines[1].eigenvalues[1];
    };
    expect(await ratio('cntk', 2)).toBeCloseTo(1, 12);
    expect(await ratio('rescntk', 1)).toBeCloseTo(4, 1);
    expect(Math.abs((await ratio('rescntk', 2)) - 1.96)).toBeLessThan(0.01);
  });
});

describe('frequencies', () => {
  test('the last degree runs fastest; above 100,000 only their sum is bounded', async () => {
    const network = circular('cntk', { depth: 1, head: 'tr' });
    const all = await multisphereSpectrum(network, { positions: 3, dim: 2, maxDegree: 2 });
    expect(all.frequencies).toHaveLength(27);
    expect(all.frequencies.slice(0, 5)).toEqual([
      [0, 0, 0],
      [0, 0, 1],
      [0, 0, 2],
      [0, 1, 0],
      [0, 1, 1],
    ]);
    expect(all.multiplicities.slice(0, 5)).toEqual([1, 2, 2, 2, 4]);
    const some = await multisphereSpectrum(network, { positions: 20, dim: 3, maxDegree: 2 });
    expect(some.frequencies).toHaveLength((22 * 21) / 2);
    expect(Math.max(...some.frequencies.map((k) => k.reduce((a, b) => a + b)))).toBe(2);
    expect(new Set(some.frequencies.map(String)).size).toBe(some.frequencies.length);
    const { computed, tail, diagonal, bound } = some.trace;
    expect(Math.abs(computed + tail - diagonal)).toBeLessThan(bound);
  });
});

describe('what cannot be computed is refused', () => {
  const cntk = (flags: object) => circular('cntk', { depth: 1, head: 'eq', ...flags });
  const refused = async (network: Architecture, options: object, error: new (text: string) => Error, text: RegExp) => {
    const given = { positions: 3, dim: 2, ...options };
    await expect(multisphereSpectrum(network, given)).rejects.toThrow(error);
    await expect(multisphereSpectrum(network, given)).rejects.toThrow(text);
  };

  test('options', async () => {
    await refused(cntk({}), { positions: 0 }, UsageError, /^positions: must be a whole number from 1/);
    await refused(cntk({}), { dim: 1 }, UsageError, /^dim: must be a whole number from 2/);
    await refused(cntk({}), { maxDegree: 1.5 }, UsageError, /^maxDegree: must be a whole number/);
    await refused(cntk({}), { positions: 40 }, UsageError, /at most 1000000 frequencies.*Give --max-degree 4\.$/);
    await refused(cntk({}), { memory: 2 ** 20 }, MemoryError, /^--memory: the grid of 3 positions/);
    await refused(cntk({}), { signal: AbortSignal.abort() }, InterruptedError, /interrupted/);
  });

  test('networks', async () => {
    await refused(cntk({ head: 'gap' }), {}, UsageError, /without pools.*Choose --head eq or --head tr/);
    await refused(cntk({ depth: 9 }), { positions: 19, maxDegree: 1 }, UsageError, /an hour at most, got 19/);
    const deep = circular('rescntk', { depth: 1100, head: 'eq' });
    await refused(deep, { positions: 1 }, NumericalError, /K\(x,x\).*Give --normalized/);
    const vectors = parseArchitecture({ format: 'ntk-architecture/1', name: 'v', layers: [{ kind: 'dense' }] });
    await refused(vectors, {}, UsageError, /^--positions: needs a network of sequences/);
  });

  test('an abort on the way ends the work', async () => {
    const controller = new AbortController();
    const work = multisphereSpectrum(circular('rescntk', { depth: 3, head: 'eq' }), {
      positions: 4,
      dim: 2,
      maxDegree: 2,
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(), 50);
    await expect(work).rejects.toThrow(InterruptedError);
  });
});
