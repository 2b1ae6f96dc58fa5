import { presetArchitecture } from '../architecture/presets.js';
import type { KernelDefinition } from '../architecture/types.js';
import type { CurveFigure } from './figure.js';
import { circleExperiment } from './measurements/circle.js';
import {
  type DecayingKernel,
  decayChecks,
  decayFigure,
  decayWords,
  type KernelPair,
  ratioChecks,
  ratioWords,
} from './measurements/decay.js';
import { depthChecks, laplaceCurve, profileCurves, type WeightedFamily } from './measurements/depth.js';
import { eigenfunctionChecks } from './measurements/eigenfunctions.js';
import { DIMS, fullyConnected, laplaceKernel } from './measurements/kernels.js';
import { type RowKernel, rowKernel } from './measurements/row-kernel.js';
import type { ClaimCheck, ClaimContext, Measurement, Paper } from './types.js';
import { claimOf, largest } from './verdict.js';

const resntk = (depth: number, alpha: number): KernelDefinition => presetArchitecture('resntk', { depth, alpha });

/** Depths and weights on which the first three claims are measured. */
const RESIDUAL = [
  { depth: 2, alpha: 1 },
  { depth: 3, alpha: 1 },
  { depth: 5, alpha: 0.5 },
  { depth: 10, alpha: 0.3 },
] as const;

const named = RESIDUAL.map(({ depth, alpha }) => ({
  name: `ResNTK L=${depth} alpha=${alpha}`,
  definition: resntk(depth, alpha),
}));

/** Claim 1: harmonics are eigenfunctions of these kernels. */
export async function measureEigenfunctions(
  kernels: readonly RowKernel[],
  context: ClaimContext,
): Promise<Measurement> {
  const checks = [];
  for (const kernel of kernels) checks.push(...(await eigenfunctionChecks(kernel, context)));
  return {
    measured:
      [
        largest('largest change under a rotation', checks, 'rotation'),
        largest('largest residual of a harmonic', checks, 'S^1'),
      ].join(' K(x,x); ') +
      largest(' K(x,x) on the circle,', checks, 'S^2') +
      ' K(x,x) under a rule on S^2',
    checks,
    range: 'S^1 to degree 6, S^2 to degree 6, rotations of R^2, R^3 and R^10',
    why:
      'The network draws isotropic weights, so its kernel depends on the angle between x and z alone; such a kernel ' +
      'on the sphere has the harmonics for eigenfunctions (Funk and Hecke). On the circle equal angles make that ' +
      'exact; on S^2 the rule of integration leaves an error at the cusp of the kernel.',
    figures: [],
  };
}

/** Claim 2: eigenvalues of these kernels fall like k^-(d + 2 nu - 1), nu = 1/2: k^-d. */
export async function measureDecay(kernels: readonly DecayingKernel[], context: ClaimContext): Promise<Measurement> {
  const checks = kernels.flatMap((kernel) => DIMS.flatMap((dim) => decayChecks(kernel, dim, context)));
  return {
    measured: decayWords(checks),
    checks,
    range: `depths and weights as named, d = ${DIMS.join(', ')}, up to the degrees named`,
    why:
      'The kernel is not smooth at x = z, where it falls like the distance, and the eigenvalues say so: the ratio to ' +
      'those of (1-t)^1/2, which fall exactly like k^-d, is constant for even and for odd degrees. A slope fitted to ' +
      'the bare eigenvalues of a finite range is a little off -d, for every kernel alike.',
    figures: [
      decayFigure(
        'Eigenvalues on S² by degree, and predictions',
        kernels,
        'Marks: computed. Dashed: (c1 ± cm) times the eigenvalue of (1-t)^1/2, which falls like k^-3.',
        context,
      ),
    ],
  };
}

/** Claim 3: kernels with the same RKHS. */
export async function measureRkhs(pairs: readonly KernelPair[], context: ClaimContext): Promise<Measurement> {
  const checks = pairs.flatMap((pair) => DIMS.flatMap((dim) => ratioChecks(pair, dim, context)));
  return {
    measured: ratioWords(checks),
    checks,
    range: `d = ${DIMS.join(', ')}, up to the degrees named`,
    why:
      'With common eigenfunctions two RKHS are one set where the ratio of the eigenvalues stays between two positive ' +
      'bounds. A finite range cannot show that of all degrees; that the ratio stays level over the last octave, and ' +
      'the common exponent of the endpoint expansion, is what can be measured. The norms of the spaces differ.',
    figures: [],
  };
}

/** Claim 4: the weight of the blocks decides how spiky a deep kernel is. */
export async function measureDepth(family: WeightedFamily, context: ClaimContext): Promise<Measurement> {
  const depth = 50;
  const at = (name: string, alpha: number) => ({ name, definition: family.network(depth, alpha) });
  const circle = await circleExperiment(
    {
      slow: at(`L=${depth} alpha=1/L`, 1 / depth),
      others: [at(`L=${depth} alpha=L^-1/2`, depth ** -0.5), at(`L=${depth} alpha=1`, 1)],
    },
    context,
  );
  const checks = [...depthChecks(family, context), ...circle.checks];
  return {
    measured: [
      `${largest('slope at x = z within', checks, 'slope at x = z')} of its formula`,
      `at angle 1 alpha = 1 and 1/L give ${checks[1].measured}, alpha = L^-1/2 gives ${checks[2].measured}`,
      `on the circle frequency 3 takes ${circleTimes(checks)} times as long as 2 for alpha = 1/L, L^-1/2, 1`,
    ].join('; '),
    checks,
    range: 'depths 1 to 250 for the slope, to 1,024 (4,096 in full) for limits; alpha = 1, 0.5, L^-1/2, 1/L',
    why:
      'One number decides: near x = z the normalised kernel is 1 - dial |x - z| with dial = [1 + (L-1) q]/(2 pi), ' +
      'q = alpha^2/(1 + alpha^2). It grows with depth for constant alpha, tends to 2/(2 pi) for alpha = L^-1/2 and ' +
      'to 1/(2 pi), that of one hidden layer, for smaller alpha. That last limit has two rates: L^-(2 gamma - 1) ' +
      'away from the antipode, and L^-(gamma - 1/2) over the whole sphere, because of the root at x = -z; a single ' +
      'rate for the sphere would be wrong.',
    figures: [...profileFigures(family), ...circle.figures],
  };
}

/** Times of frequency 3 over those of frequency 2, in the order of the checks. */
function circleTimes(checks: readonly ClaimCheck[]): string {
  return checks
    .filter(({ what }) => what.startsWith('circle: time'))
    .map(({ measured }) => measured)
    .join(', ');
}

function profileFigures({ network, shallow }: WeightedFamily): readonly CurveFigure[] {
  const depths = [2, 8, 32, 128];
  const axes = {
    form: 'curves' as const,
    x: { label: 'angle between x and z (rad)', scale: 'linear' as const, domain: [0, Math.PI] as const },
    y: { label: 'normalised kernel', scale: 'linear' as const },
  };
  const sweep = (alpha: (depth: number) => number) =>
    depths.map((depth) => ({ name: `L=${depth}`, family: 'depth', definition: network(depth, alpha(depth)) }));
  return [
    {
      ...axes,
      title: 'Kernel against angle, alpha = 1: spiky with depth',
      curves: [
        ...profileCurves(sweep(() => 1)),
        ...[8, 32, 128].map((depth) => laplaceCurve(`L=${depth}`, network(depth, 1))),
      ],
      caption:
        'Dashed: a + b exp(-c |x-z|), fitted over the angle. With depth the kernel tends to 1/4 off x = z; its ' +
        'slope at 0 is the dial.',
    },
    {
      ...axes,
      title: 'Kernel against angle, alpha = 1/L: stable with depth',
      curves: profileCurves([
        ...sweep((depth) => 1 / depth),
        { name: 'one hidden layer', definition: shallow, of: 'L=128' },
      ]),
      caption: 'Dashed: the kernel of one hidden layer, which the deep ones approach.',
    },
  ];
}

/** Belfer et al. 2021: the spectrum of the NTK of residual networks. */
export const belfer: Paper = {
  name: 'belfer',
  title: 'Spectral analysis of the neural tangent kernel for deep residual networks',
  authors: 'Y. Belfer, A. Geifman, M. Galun, R. Basri',
  year: 2021,
  arxiv: '2104.03093',
  reading: 'our reading, formulas re-derived; only the abstract and the first page were at hand',
  claims: [
    claimOf(
      {
        id: 1,
        claim: 'The eigenfunctions of the residual NTK on the sphere are the spherical harmonics.',
        criterion:
          'K does not change by more than 1e-11 K(x,x) under rotations, and K v = r v for harmonics v: residual at ' +
          'most 1e-11 K(x,x) on the circle, 2e-3 K(x,x) under a rule on S^2.',
        look: 'Rotations come first: all else follows from them.',
      },
      RESIDUAL.slice(1, 3).map(({ depth, alpha }) =>
        rowKernel(`ResNTK L=${depth} alpha=${alpha}`, resntk(depth, alpha)),
      ),
      measureEigenfunctions,
    ),
    claimOf(
      {
        id: 2,
        claim: 'Its eigenvalues decay like k^-d for inputs in R^d, whatever the fixed depth (2 or more) and alpha.',
        criterion:
          'The ratio of eigenvalue and k^-d, corrected by the exact one of (1-t)^1/2, has a slope of at most 0.02 ' +
          'over the last octave of degrees, even and odd, and the last eigenvalue is within 0.2 % of the endpoint ' +
          'constants.',
        look: 'Marks against dashed lines in the figure.',
      },
      named.map((kernel) => ({ ...kernel, nu: 0.5 })),
      measureDecay,
    ),
    claimOf(
      {
        id: 3,
        claim: 'The RKHS is that of the fully connected NTK and of the Laplace kernel, as a set.',
        criterion:
          'The ratio of eigenvalues stays within a factor of 1,000 at all degrees and has a slope of at most 0.02 ' +
          'over the last octave, even and odd.',
        look: 'The slope: a factor alone could still drift.',
      },
      named.slice(1, 3).flatMap((one) => [
        { one, other: { name: 'FC-NTK L=3', definition: fullyConnected(3) } },
        { one, other: { name: 'Laplace c=1', definition: laplaceKernel(1) } },
      ]),
      measureRkhs,
    ),
    claimOf(
      {
        id: 4,
        claim:
          'The weight alpha of the blocks decides whether the kernel becomes spiky with depth (constant alpha) or ' +
          'stays stable and tends to that of one hidden layer (alpha = L^-gamma, gamma above 1/2).',
        criterion:
          'The slope at x = z is [1 + (L-1) q]/(2 pi) within 0.1 %; at angle 1 the deep kernel is within 0.01 of ' +
          '1/4 for alpha = 1 and of the two-layer kernel for alpha = 1/L; alpha = L^-1/2 lies between. Beside it: ' +
          'the rates of the limit within 0.05, and odd frequencies on the circle slow for alpha = 1/L alone.',
        look: 'The two figures of kernels against the angle, side by side; then the times of odd and even frequencies.',
      },
      { name: 'ResNTK', network: resntk, shallow: fullyConnected(1) },
      measureDepth,
    ),
  ],
};
