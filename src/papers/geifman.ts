import { parseArchitecture } from '../architecture/parse.js';
import type { KernelDefinition } from '../architecture/types.js';
import {
  type DecayingKernel,
  decayChecks,
  decayFigure,
  decayWords,
  type KernelPair,
  ratioChecks,
  ratioSlope,
  ratioWords,
} from './measurements/decay.js';
import { profileCurves } from './measurements/depth.js';
import { eigenfunctionChecks } from './measurements/eigenfunctions.js';
import { DIMS, fullyConnected, laplaceKernel } from './measurements/kernels.js';
import { type AlikeKernels, checkClasses, likeness } from './measurements/likeness.js';
import { type RowKernel, rowKernel } from './measurements/row-kernel.js';
import type { ClaimCheck, ClaimContext, Measurement, Paper } from './types.js';
import { atLeast, claimOf, dataClaimOf } from './verdict.js';

/** Dense layers with the step activation between them; its NNGP alone is a kernel. */
export function stepNetwork(depth: number): KernelDefinition {
  const hidden = Array.from({ length: depth }, () => [{ kind: 'dense' }, { kind: 'step' }]).flat();
  return parseArchitecture({
    format: 'ntk-architecture/1',
    name: `step L=${depth}`,
    layers: [...hidden, { kind: 'dense' }],
  });
}

/** Deep kernels beside the shallow one of the same smoothness. */
export interface DeepAndShallow {
  readonly shallow: DecayingKernel;
  readonly deep: readonly DecayingKernel[];
}

/** Two step networks: each layer takes a root of 1 - t, so their decays differ by k^(1/4). */
function stepCheck(context: ClaimContext): ClaimCheck {
  const [one, other] = [2, 3].map((depth) => ({
    name: `step L=${depth}`,
    definition: stepNetwork(depth),
    kind: 'nngp' as const,
  }));
  const what =
    'beside relu: NNGP of step L=2 over L=3, d = 3: slope of the log ratio; there depth does change the decay';
  return atLeast(what, ratioSlope({ one, other }, 3, context), 0.1, true);
}

/** Claim 30: what decides the decay is how smooth the kernel is at x = z and x = -z, not how deep the network is. */
export async function measureDepthAndDecay(
  groups: readonly DeepAndShallow[],
  context: ClaimContext,
): Promise<Measurement> {
  const ofGroups = groups.flatMap(({ shallow, deep }) =>
    DIMS.flatMap((dim) => [
      ...[shallow, ...deep].flatMap((kernel) => decayChecks(kernel, dim, context)),
      ...deep.flatMap((one) => ratioChecks({ one, other: shallow }, dim, context)),
    ]),
  );
  const checks = [...ofGroups, stepCheck(context)];
  const kernels = groups.flatMap(({ shallow, deep }) => [shallow, ...deep]);
  return {
    measured: `${decayWords(checks)}; ${ratioWords(checks)}`,
    checks,
    range: `kernels as named, d = ${DIMS.join(', ')}, up to the degrees named`,
    why:
      'Every layer of relu leaves the same power of 1 - t at t = 1: 1/2 in the NTK, 3/2 in the NNGP, with another ' +
      'factor; so depth changes constants, not exponents. A deep kernel reaches its decay later, at degrees of ' +
      'several times its depth: at depth 20 it is half a per cent off at degree 160. The shallow network is the ' +
      'first with both parities of degrees: without bias one hidden layer has no odd ones from 3 on. Where the ' +
      'activation itself jumps (step), each layer takes a root of 1 - t and depth does change the exponent: the ' +
      'same theorem, other smoothness.',
    figures: [
      decayFigure(
        'Eigenvalues on S² by degree, and predictions',
        kernels,
        'Parallel marks: one exponent at any depth. The NTK falls like k^-3, the NNGP like k^-5.',
        context,
      ),
    ],
  };
}

/** Two kernels of one RKHS, by what of them is measured. */
export interface TwinKernels {
  readonly rows: readonly RowKernel[];
  readonly decaying: readonly DecayingKernel[];
  readonly pairs: readonly KernelPair[];
}

/** Claim 31: Laplace kernel and NTK have the same eigenfunctions, decay and RKHS. */
export async function measureTwins(
  { rows, decaying, pairs }: TwinKernels,
  context: ClaimContext,
): Promise<Measurement> {
  const checks: ClaimCheck[] = [];
  // Every kernel of the angle has these eigenfunctions: needed, and alone no evidence.
  for (const kernel of rows) {
    checks.push(...(await eigenfunctionChecks(kernel, context)).map((check) => ({ ...check, beside: true })));
  }
  for (const dim of DIMS) {
    checks.push(...decaying.flatMap((kernel) => decayChecks(kernel, dim, context)));
    checks.push(...pairs.flatMap((pair) => ratioChecks(pair, dim, context)));
  }
  return {
    measured: `${decayWords(checks)}; ${ratioWords(checks)}`,
    checks,
    range: `S^1 and S^2 for eigenfunctions; d = ${DIMS.join(', ')}, up to the degrees named, for eigenvalues`,
    why:
      'Both kernels depend on the angle alone and fall like the distance near x = z: that gives common ' +
      'eigenfunctions and the decay k^-d, so one RKHS as a set. The Gaussian kernel has the eigenfunctions too, ' +
      'but decays faster than any power. The eigenfunctions alone therefore decide nothing here.',
    figures: [
      decayFigure(
        'Eigenvalues on S²: NTK and Laplace kernel',
        decaying,
        'Marks: computed. Dashed: what the endpoint constants predict, k^-3.',
        context,
      ),
      {
        form: 'curves',
        title: 'Kernels against the angle between x and z',
        x: { label: 'angle between x and z (rad)', scale: 'linear', domain: [0, Math.PI] },
        y: { label: 'normalised kernel', scale: 'linear' },
        curves: profileCurves(decaying.map(({ name, definition }) => ({ name, definition }))),
        caption: 'Alike in shape, not equal: the spaces are one set, the norms in them differ.',
      },
    ],
  };
}

/** Claim 32: the two kernels predict alike on data. */
export async function measureLikeness(kernels: AlikeKernels, context: ClaimContext): Promise<Measurement> {
  const { checks, figure, range } = await likeness(kernels, context);
  return {
    measured: checks.map(({ what, measured }) => `${what.replace(/^.*: /, '')}: ${measured}`).join('; '),
    checks,
    range,
    why:
      'With one RKHS and a rate that suits, the two solve nearly the same problem. How near depends on the data: ' +
      'rows of positive numbers lie within a right angle, where the two kernels differ least.',
    figures: [figure],
  };
}

const LAPLACE = { name: 'Laplace c=0.6', definition: laplaceKernel(0.6), nu: 0.5 };
const NTK = { name: 'FC-NTK L=3 bias=1', definition: fullyConnected(3, 1), nu: 0.5 };
const nngp = (depth: number): DecayingKernel => ({
  name: `NNGP L=${depth}`,
  definition: fullyConnected(depth),
  nu: 1.5,
  kind: 'nngp',
});

/** Geifman et al. 2020 and Bietti, Bach 2021: NTKs beside the Laplace kernel, deep ones beside shallow ones. */
export const geifman: Paper = {
  name: 'geifman',
  title:
    'On the similarity between the Laplace and neural tangent kernels; Deep equals shallow for ReLU networks in ' +
    'kernel regimes',
  authors: 'A. Geifman, A. Yadav, Y. Kasten, M. Galun, D. Jacobs, R. Basri; A. Bietti, F. Bach',
  year: 2020,
  arxiv: '2007.01580',
  reading: 'our reading, formulas re-derived',
  claims: [
    claimOf(
      {
        id: 30,
        claim:
          'The decay of eigenvalues on the sphere is fixed by how differentiable the kernel is at its endpoints: ' +
          'deep relu kernels decay like shallow ones.',
        criterion:
          'NTKs of all depths decay like k^-d, NNGPs like k^-(d+2): the corrected slope is at most 0.02 over the ' +
          'last octave, even and odd, the last eigenvalue within 0.2 % of the endpoint constants; deep over ' +
          'shallow stays within a factor of 1,000 and has a slope of at most 0.02.',
        look: 'Whether the marks of all depths run parallel.',
      },
      [
        {
          shallow: { name: 'NTK L=2', definition: fullyConnected(2), nu: 0.5 },
          deep: [5, 10].map((depth) => ({ name: `NTK L=${depth}`, definition: fullyConnected(depth), nu: 0.5 })),
        },
        { shallow: nngp(2), deep: [nngp(3), nngp(5)] },
      ],
      measureDepthAndDecay,
    ),
    claimOf(
      {
        id: 31,
        claim:
          'On the sphere the Laplace kernel and the fully connected NTK have the same eigenfunctions, decay and RKHS.',
        criterion:
          'Harmonics are eigenfunctions of both (as in claim 1); both decay like k^-d (as in claim 2); the ratio ' +
          'of their eigenvalues stays within a factor of 1,000 and has a slope of at most 0.02 over the last ' +
          'octave, even and odd.',
        look: 'The parallel marks in the figure of eigenvalues.',
      },
      {
        rows: [rowKernel(NTK.name, NTK.definition), rowKernel(LAPLACE.name, LAPLACE.definition)],
        decaying: [NTK, LAPLACE],
        pairs: [{ one: NTK, other: LAPLACE }],
      },
      measureTwins,
    ),
    dataClaimOf(
      {
        id: 32,
        claim: 'On real data the Laplace kernel and the NTK predict alike.',
        criterion:
          'Kernel regression with the ridge of least leave-one-out error (of the Laplace kernel also the rate): ' +
          'accuracies within 2 percentage points, the same class for 97 % of the test rows, outputs correlated by ' +
          'at least 0.98.',
        look: 'The correlation of outputs: accuracies can agree by chance.',
      },
      {
        one: { name: 'FC-NTK', definitions: [fullyConnected(3, 1)] },
        other: { name: 'Laplace', definitions: [0.25, 0.5, 1, 2].map(laplaceKernel) },
      },
      measureLikeness,
      checkClasses,
    ),
  ],
};
