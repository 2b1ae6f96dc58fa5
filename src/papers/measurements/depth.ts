import type { KernelDefinition } from '../../architecture/types.js';
import { kernelProfile } from '../../kernel/profile.js';
import { fitRadial } from '../../spectrum/fit/radial-fit.js';
import type { Curve } from '../figure.js';
import type { ClaimCheck, ClaimContext } from '../types.js';
import { atLeast, atMost, short } from '../verdict.js';

/** A family of networks whose blocks have a weight. */
export interface WeightedFamily {
  readonly name: string;
  network(depth: number, alpha: number): KernelDefinition;
  /** The network of one hidden layer that it approaches where its weights fall fast enough. */
  readonly shallow: KernelDefinition;
}

/** Angles near 0, for a derivative. */
const STEP = 1e-4;

/** The normalised NTK at some angles. */
function values(definition: KernelDefinition, angles: readonly number[]): readonly number[] {
  return kernelProfile([definition], { angles }).curves[0].values;
}

/**
 * The dial: -dk/d|x-z| of the normalised kernel at x = z, by differences at small angles without their first error.
 *
 * It is the rate of the Laplace kernel with the same cusp.
 */
function measuredDial(definition: KernelDefinition, depth: number): number {
  const h = STEP / depth;
  const [one, two] = values(definition, [h, 2 * h]).map((value, i) => (1 - value) / (2 * Math.sin(((i + 1) * h) / 2)));
  return 2 * one - two;
}

/** [1 + (L-1) q] / (2 pi), q = alpha^2 / (1 + alpha^2): the dial of `resntk` with L blocks. */
function residualDial(depth: number, alpha: number): number {
  const q = alpha ** 2 / (1 + alpha ** 2);
  return (1 + (depth - 1) * q) / (2 * Math.PI);
}

function dialCheck({ network }: WeightedFamily): ClaimCheck {
  let worst = 0;
  for (const depth of [1, 2, 5, 10, 50, 250]) {
    for (const alpha of [1, 0.5, depth ** -0.5, 1 / depth]) {
      const wanted = residualDial(depth, alpha);
      worst = Math.max(worst, Math.abs(measuredDial(network(depth, alpha), depth) / wanted - 1));
    }
  }
  return atMost(
    'slope at x = z over [1 + (L-1) q] / (2 pi), less 1: depths 1 to 250, alpha 1, 0.5, L^-1/2, 1/L',
    worst,
    1e-3,
  );
}

/** Angles of the sphere, closer together at its ends. */
const SPHERE = Array.from({ length: 601 }, (_, i) => (Math.PI * (1 - Math.cos((Math.PI * i) / 600))) / 2);
/** Away from the antipode, where the kernel of one hidden layer has a root. */
const AWAY = SPHERE.filter((angle) => angle <= 2.5);

function distance(one: KernelDefinition, other: KernelDefinition, angles: readonly number[]): number {
  const [a, b] = [values(one, angles), values(other, angles)];
  return Math.max(...a.map((value, i) => Math.abs(value - b[i])));
}

/** Exponent by which the distance to the shallow kernel falls with depth, for alpha = L^-gamma. */
function rateOf(
  { network, shallow }: WeightedFamily,
  gamma: number,
  angles: readonly number[],
  depths: readonly number[],
): number {
  const [low, high] = [depths[0], depths[depths.length - 1]];
  const apart = [low, high].map((depth) => distance(network(depth, depth ** -gamma), shallow, angles));
  return -Math.log(apart[1] / apart[0]) / Math.log(high / low);
}

function rateChecks(family: WeightedFamily, depths: readonly number[]): readonly ClaimCheck[] {
  return [0.75, 1].flatMap((gamma) => {
    const [away, whole] = [rateOf(family, gamma, AWAY, depths), rateOf(family, gamma, SPHERE, depths)];
    const range = `L = ${depths[0]} to ${depths[depths.length - 1]}, gamma = ${gamma}`;
    const check = (where: string, rate: number, wanted: number): ClaimCheck => ({
      ...atMost(
        `${range}, ${where}: |rate - ${wanted}| of the distance to the two-layer kernel, L^-rate`,
        Math.abs(rate - wanted),
        0.05,
      ),
      beside: true,
    });
    return [check('angles up to 2.5', away, 2 * gamma - 1), check('the whole sphere', whole, gamma - 0.5)];
  });
}

/** What the weight of the blocks decides as depth grows. */
export function depthChecks(family: WeightedFamily, { size }: ClaimContext): readonly ClaimCheck[] {
  const deep = size === 'full' ? 4096 : 1024;
  const at = (alpha: number): number => values(family.network(deep, alpha), [1])[0];
  const [spiky, root, stable] = [at(1), at(deep ** -0.5), at(1 / deep)];
  const shallow = values(family.shallow, [1])[0];
  const limits = `kernel at angle 1, L = ${deep}`;
  return [
    dialCheck(family),
    {
      what:
        `${limits}: alpha = 1 near 1/4 (spiky), and alpha = 1/L near the two-layer kernel's ${shallow.toFixed(4)} ` +
        '(stable)',
      asked: 'both within 0.01',
      measured: `${spiky.toFixed(4)}, ${stable.toFixed(4)}`,
      passed: Math.abs(spiky - 0.25) <= 0.01 && Math.abs(stable - shallow) <= 0.01,
    },
    {
      ...atLeast(`${limits}: alpha = L^-1/2 has a limit of its own, not spiky`, root, 0.4),
      passed: root >= 0.4 && root <= shallow - 0.02 && spiky <= 0.3,
    },
    ...rateChecks(family, size === 'full' ? [512, 8192] : [256, 4096]),
  ];
}

/** Kernels against the angle, of some depths and weights. */
export function profileCurves(
  kernels: readonly {
    readonly name: string;
    readonly family?: string;
    readonly definition: KernelDefinition;
    readonly of?: string;
  }[],
): readonly Curve[] {
  const angles = Array.from({ length: 181 }, (_, i) => (Math.PI * i) / 180);
  return kernels.map(({ name, family, definition, of }) => ({
    name,
    ...(family === undefined ? {} : { family }),
    form: of === undefined ? 'line' : 'prediction',
    ...(of === undefined ? {} : { of }),
    points: values(definition, angles).map((y, i) => ({ x: angles[i], y })),
  }));
}

/** The affine Laplace kernel a + b exp(-c |x - z|) that fits a normalised kernel best over the angle. */
export function laplaceCurve(of: string, definition: KernelDefinition): Curve {
  const { parameters, curves } = fitRadial(definition, { to: 'laplace', affine: true });
  const { angles, model } = curves;
  const rate = parameters?.c === undefined ? '' : `, c ${short(parameters.c)}`;
  return {
    name: `fit to ${of}${rate}`,
    form: 'prediction',
    of,
    points: model === null ? [] : angles.map((x, i) => ({ x, y: model[i] })),
  };
}
