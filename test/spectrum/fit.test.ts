import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArchitecture } from '../../src/architecture/parse.js';
import { presetArchitecture } from '../../src/architecture/presets.js';
import type { KernelDefinition } from '../../src/architecture/types.js';
import { InterruptedError, UsageError } from '../../src/errors.js';
import { angleKernel } from '../../src/kernel/angle-kernel.js';
import { kernelProfile } from '../../src/kernel/profile.js';
import { type FitModel, type FitParameters, fittedKernel } from '../../src/spectrum/fit/models.js';
import { fitRadial, type RadialFit } from '../../src/spectrum/fit/radial-fit.js';
import { sphereSpectrum } from '../../src/spectrum/sphere.js';
import { describe, expect, test } from '../jest.js';
import { networkOf, radial } from './sphere-kernels.js';

/** A fit at 30 digits. */
interface Row {
  readonly name: string;
  readonly architecture: Parameters<typeof parseArchitecture>[0];
  readonly to: FitModel;
  readonly affine: boolean;
  readonly dim: number | null;
  readonly parameters: FitParameters;
  readonly objective: number;
  readonly rmsDeviation: number;
  readonly maxDeviation: number;
  readonly maxAt: number;
}

const PATH = fileURLToPath(new URL('../../../test/fixtures/fit/laplace-fit.json', import.meta.url));
const { fits, tolerance }: { fits: readonly Row[]; tolerance: { parametersRelative: number; deviations: number } } =
  JSON.parse(readFileSync(PATH, 'utf8'));

const fc = (depth: number, bias = 0): KernelDefinition => presetArchitecture('fc', { depth, bias });
const ofKind = (kind: string): KernelDefinition => networkOf({ kind }, 2, 0);
const resntk = (depth: number, alpha: number): KernelDefinition => presetArchitecture('resntk', { depth, alpha });

function optionsOf({ to, affine, dim }: Row) {
  return { to, affine, ...(dim === null ? {} : { dim, features: 1 }) };
}

/** Parameters that were found; a test without them fails. */
function parametersOf({ parameters, warnings }: RadialFit): FitParameters {
  if (parameters === null) throw new Error(`no fit: ${warnings.join()}`);
  return parameters;
}

/** The objective over the angle as a function of any parameters, by the trapezoidal rule on many angles. */
function objectiveOf(definition: KernelDefinition, to: FitModel, weight = 0): (parameters: FitParameters) => number {
  const { angles, curves } = kernelProfile([definition], { angles: 1001 });
  const step = angles[1];
  const weights = angles.map((angle, i) => (i % 1000 === 0 ? 0.5 : 1) * step * Math.sin(angle) ** weight);
  return (parameters) => {
    const model = fittedKernel(to, parameters);
    return angles.reduce(
      (sum, angle, i) => sum + weights[i] * (curves[0].values[i] - model(2 * Math.sin(angle / 2))) ** 2,
      0,
    );
  };
}

describe('fits to networks', () => {
  test('the reference has all models', () => {
    expect(fits).toHaveLength(84);
    expect(new Set(fits.map(({ to, affine, dim }) => `${to} ${affine} ${dim}`)).size).toBe(7);
    expect(fits.filter(({ parameters: { g = 0 } }) => g > 2)).not.toHaveLength(0);
  });

  test.each(fits.filter(({ parameters: { g = 0 } }) => g <= 2))('$name', (row) => {
    const found = fitRadial(parseArchitecture(row.architecture), optionsOf(row));
    const own = parametersOf(found);
    expect(Object.keys(own).sort()).toEqual(Object.keys(row.parameters).sort());
    for (const [name, value] of Object.entries(row.parameters)) {
      const got = Object.entries(own).find(([other]) => other === name)?.[1] ?? Number.NaN;
      expect(Math.abs(got / value - 1)).toBeLessThan(tolerance.parametersRelative);
      const error = Object.entries(found.parameterErrors ?? {}).find(([other]) => other === name)?.[1] ?? Infinity;
      expect(error).toBeLessThan(1e-7 * Math.abs(value));
    }
    expect(Math.abs((found.rmsDeviation ?? Infinity) - row.rmsDeviation)).toBeLessThan(tolerance.deviations);
    expect(Math.abs((found.maxDeviation ?? Infinity) - row.maxDeviation)).toBeLessThan(tolerance.deviations);
    expect(Math.abs((found.objective ?? Infinity) / row.objective - 1)).toBeLessThan(1e-9);
    expect(found).toMatchObject({ onBound: false, warnings: [] });
  });

  test.each(fits.filter(({ parameters: { g = 0 } }) => g > 2))('$name is held at an exponent of 2', (row) => {
    const gaussian = fits.find((one) => one.name === row.name.replace('gamma', 'gaussian'));
    const found = fitRadial(parseArchitecture(row.architecture), { to: 'gamma' });
    const { c = 0, g } = parametersOf(found);
    const { s = 0 } = gaussian?.parameters ?? {};
    expect(g).toBe(2);
    expect(Math.abs(c * 2 * s * s - 1)).toBeLessThan(tolerance.parametersRelative);
    expect(Math.abs((found.rmsDeviation ?? 0) - (gaussian?.rmsDeviation ?? 1))).toBeLessThan(tolerance.deviations);
    expect(Math.abs((found.maxDeviation ?? 0) - (gaussian?.maxDeviation ?? 1))).toBeLessThan(tolerance.deviations);
    expect(found.onBound).toBe(true);
    expect(found.warnings.join()).toMatch(/on its bound, 2/);
  });

  test('a kernel of the distance is its own fit', () => {
    for (const [name, to, parameters] of [
      ['laplace:0.7', 'laplace', { c: 0.7 }],
      ['laplace:300', 'laplace', { c: 300 }],
      ['gamma:0.5,2', 'gamma', { c: 2, g: 0.5 }],
      ['laplace:1.5', 'gamma', { c: 1.5, g: 1 }],
      ['gaussian:0.5', 'gaussian', { s: 0.5 }],
      ['gaussian:0.5', 'gamma', { c: 2, g: 2 }],
    ] as const) {
      const found = fitRadial(radial(name), { to });
      for (const [key, value] of Object.entries(parameters))
        expect(parametersOf(found)).toHaveProperty(key, expect.closeTo(value, 9));
      expect(found.maxDeviation).toBeLessThan(1e-13);
      expect(found.onBound).toBe(false);
    }
    const affine = fitRadial(radial('gamma:0.8,1.2'), { to: 'gamma', affine: true });
    expect(parametersOf(affine)).toMatchObject({
      c: expect.closeTo(1.2, 8),
      g: expect.closeTo(0.8, 8),
      offset: expect.closeTo(0, 8),
      amplitude: expect.closeTo(1, 8),
    });
  });

  test.each([
    ['laplace', fc(2), 0],
    ['laplace', resntk(20, 1), 0],
    ['gaussian', fc(40), 0],
    ['gaussian', ofKind('erf'), 4],
    ['laplace', ofKind('abs'), 1],
  ] as const)('no other %s kernel is nearer (%#)', (to, definition, weight) => {
    const found = fitRadial(definition, { to, ...(weight === 0 ? {} : { dim: weight + 2, features: 1 }) });
    const objective = objectiveOf(definition, to, weight);
    const best = objective(parametersOf(found));
    for (let x = -4; x <= 8; x += 0.05) {
      const value = Math.exp(x);
      const other = objective(to === 'laplace' ? { c: value } : { s: 1 / value });
      expect(other).toBeGreaterThan(best * (1 - 1e-4));
    }
  });

  test('no other gamma kernel is nearer', () => {
    for (const depth of [1, 3, 30]) {
      const objective = objectiveOf(fc(depth), 'gamma');
      const best = objective(parametersOf(fitRadial(fc(depth), { to: 'gamma' })));
      for (let c = 0.05; c < 60; c *= 1.3) {
        for (let g = 0.05; g <= 2; g += 0.15) expect(objective({ c, g })).toBeGreaterThan(best * (1 - 1e-3));
      }
    }
  });

  test('the largest deviation is one, and the largest', () => {
    for (const definition of [fc(1), fc(20), resntk(10, 0.1), ofKind('gelu')]) {
      const found = fitRadial(definition, { affine: true, angles: 7 });
      const model = fittedKernel('laplace', parametersOf(found));
      const kernel = angleKernel(definition, 'ntk', 1, '');
      const off = (angle: number): number => Math.abs(kernel.at([angle])[0] - model(2 * Math.sin(angle / 2)));
      expect(off(found.maxAt ?? Number.NaN)).toBeCloseTo(found.maxDeviation ?? 0, 13);
      for (let i = 0; i <= 300; i++)
        expect(off((Math.PI * i) / 300)).toBeLessThanOrEqual((found.maxDeviation ?? 0) * (1 + 1e-12));
      const { angles, kernel: values, model: fitted } = found.curves;
      expect(angles).toHaveLength(7);
      angles.forEach((angle, i) => {
        expect(Math.abs(values[i] - (fitted?.[i] ?? Number.NaN))).toBeCloseTo(off(angle), 13);
      });
    }
  });

  test('a kernel that only a limit fits has no fit, and says where it lies', () => {
    const linear = parseArchitecture({ format: 'ntk-architecture/1', name: 'linear', layers: [{ kind: 'dense' }] });
    const found = fitRadial(linear, { to: 'gaussian', affine: true });
    expect(found).toMatchObject({ parameters: null, maxDeviation: null, rmsDeviation: null, objective: null });
    expect(found.curves.model).toBeNull();
    expect(found.warnings).toEqual([expect.stringMatching(/no affine fit of gaussian.*flat without end \(s to inf/)]);
    expect(fitRadial(linear, { to: 'gaussian' }).parameters).not.toBeNull();
  });

  test('options out of range, images, and kernels that are 0 are refused', () => {
    const unknown = 'cauchy' as 'laplace';
    expect(() => fitRadial(fc(1), { to: unknown })).toThrow('to: must be one of laplace, gamma, gaussian, got cauchy');
    expect(() => fitRadial(fc(1), { dim: 1 })).toThrow(UsageError);
    expect(() => fitRadial(fc(1), { angles: 1 })).toThrow('angles: must be a whole number of at least 2, got 1');
    expect(() => fitRadial(fc(1), { features: 0 })).toThrow(UsageError);
    expect(() => fitRadial(presetArchitecture('cntk'), {})).toThrow('with --data');
    const frozen = { kind: 'dense', train: false } as const;
    const still = parseArchitecture({ format: 'ntk-architecture/1', name: 'still', layers: [frozen] });
    expect(() => fitRadial(still)).toThrow('must have a kernel that is not 0, got still');
    expect(fitRadial(still, { kind: 'nngp' }).parameters).not.toBeNull();
    expect(() => fitRadial(fc(1), { signal: AbortSignal.abort() })).toThrow(InterruptedError);
  });
});

describe('the dial', () => {
  test.each([1, 2, 7, 60, 500])('of fc of depth %d is L / (2 pi)', (depth) => {
    expect(fitRadial(fc(depth)).dial).toBeCloseTo(depth / (2 * Math.PI), 9);
  });

  test.each([
    [1, 0.7],
    [2, 1],
    [10, 0.1],
    [50, 0.02],
    [200, 1],
  ])('of resntk of depth %d, alpha %d, is (1 + (L-1) q) / (2 pi)', (depth, alpha) => {
    const q = alpha ** 2 / (1 + alpha ** 2);
    expect(fitRadial(resntk(depth, alpha)).dial).toBeCloseTo((1 + (depth - 1) * q) / (2 * Math.PI), 9);
  });

  test('is the slope of the kernel itself, and the rate of a Laplace kernel', () => {
    for (const definition of [
      fc(3, 1),
      ofKind('abs'),
      networkOf({ kind: 'leakyRelu', slope: 0.2 }, 2, 0.4),
      resntk(5, 0.5),
    ]) {
      const kernel = angleKernel(definition, 'ntk', 1, '');
      const slope = (1 - kernel.at([1e-7])[0]) / 1e-7;
      expect((fitRadial(definition).dial ?? 0) / slope).toBeCloseTo(1, 5);
    }
    expect(fitRadial(radial('laplace:2.5')).dial).toBeCloseTo(2.5, 13);
    expect(fitRadial(radial('laplace:2.5')).slope).toBeCloseTo(2.5, 9);
  });

  test('is null where a kernel leaves 1 smoothly, or steeper than a line', () => {
    expect(fitRadial(fc(3), { kind: 'nngp' }).dial).toBeNull();
    for (const name of ['erf', 'gelu', 'elu']) expect(fitRadial(ofKind(name)).dial).toBeNull();
    expect(fitRadial(radial('gaussian:1')).dial).toBeNull();
    expect(fitRadial(radial('gamma:0.5,1')).dial).toBeNull();
    expect(fitRadial(fc(2), { to: 'gamma' }).slope).toBeNull();
  });

  test('deep networks keep the leading constant of their endpoint expansion', () => {
    const { endpoints, predicted, trace } = sphereSpectrum(fc(500), { dim: 3, normalized: true });
    expect(endpoints.c1).toBeCloseTo(-500 / (Math.SQRT2 * Math.PI), 7);
    expect(predicted[4]).toBeGreaterThan(0);
    expect(Math.abs(trace.computed + (trace.tail ?? 0) - 1)).toBeLessThan(trace.bound ?? 0);
  });
});
