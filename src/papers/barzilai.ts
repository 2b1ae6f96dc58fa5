import { presetArchitecture } from '../architecture/presets.js';
import type { Architecture } from '../architecture/types.js';
import { someExamples } from '../data/examples.js';
import { scale } from '../data/index.js';
import { UsageError } from '../errors.js';
import { RandomSource } from '../linalg/random.js';
import { distinctExamples, drawn } from './data.js';
import { conditioning, conditionWords, type DepthFamilies, type Examples } from './measurements/conditioning.js';
import { explicitKernels, type ResidualSignals } from './measurements/explicit.js';
import { type WidthErrors, widthErrors } from './measurements/finite.js';
import { type LocalityFamilies, locality, localityWords } from './measurements/locality.js';
import { randomSignals } from './measurements/points.js';
import { matrixOf } from './measurements/row-kernel.js';
import { type SkipPair, skipDecay } from './measurements/skips.js';
import type { ClaimCheck, ClaimContext, Measurement, Paper } from './types.js';
import { atMost, claimOf, dataClaimOf, largest, near, short } from './verdict.js';

const rescntk = (depth: number, rank: 1 | 2, more: object = {}): Architecture =>
  presetArchitecture('rescntk', { depth, ...more }, rank);
const cntk = (depth: number, rank: 1 | 2, more: object = {}): Architecture =>
  presetArchitecture('cntk', { depth, ...more }, rank);

/** Formulas written out, beside the network that they are said to be of. */
export interface ExplicitSubject {
  readonly name: string;
  readonly formulas: ResidualSignals;
  readonly network: Architecture;
}

/** The same network with its last layer alone trained: its NTK is the NNGP. */
function withLastTrained({ format, name, layers }: Architecture): Architecture {
  const freeze = (layer: Architecture['layers'][number]): Architecture['layers'][number] => {
    if (layer.kind === 'residual') return { ...layer, branch: layer.branch.map(freeze), skip: layer.skip.map(freeze) };
    return 'train' in layer ? { ...layer, train: false } : layer;
  };
  return {
    format,
    name: `${name}, last layer trained`,
    layers: [...layers.slice(0, -1).map(freeze), ...layers.slice(-1)],
  };
}

function worstApart(a: Float64Array, b: Float64Array): number {
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i])), 0) / Math.max(...b);
}

function finiteChecks(name: string, { widths, slope, single, mean, chance }: WidthErrors): readonly ClaimCheck[] {
  const last = widths.length - 1;
  return [
    near(`${name}: slope of the error of one network against width ${widths[0]} to ${widths[last]}`, slope, -0.5, 0.15),
    atMost(`${name}: error of one network at width ${widths[last]}, relative`, single[last], 0.25),
    atMost(
      `${name}: error of the mean network at width ${widths[last]}, over what chance gives`,
      mean[last] / chance[last],
      3,
    ),
  ];
}

/** Widths of finite networks, and how many of each. */
export interface WidthPlan {
  readonly widths: readonly number[];
  readonly seeds: number;
}

const WIDTHS = {
  quick: { widths: [32, 96, 256], seeds: 24 },
  full: { widths: [64, 128, 256, 512], seeds: 40 },
} as const satisfies Readonly<Record<string, WidthPlan>>;

/** Error of one network at the largest width. */
function percentOf({ found: { single } }: { readonly found: WidthErrors }): string {
  return `${short(100 * single[single.length - 1])} %`;
}

/** Claim 17: the explicit formulas are the limit of finite networks. */
export async function measureFormulas(
  subjects: readonly ExplicitSubject[],
  context: ClaimContext,
  plan: WidthPlan = WIDTHS[context.size],
): Promise<Measurement> {
  const random = new RandomSource(context.seed, 'signals');
  const x = randomSignals(6, 5, 3, random);
  const checks: ClaimCheck[] = [];
  const errors: { readonly name: string; readonly found: WidthErrors }[] = [];
  for (const { name, formulas, network } of subjects) {
    const written = explicitKernels(x, formulas);
    for (const kind of ['nngp', 'ntk'] as const) {
      const title = `${name}, ${kind === 'ntk' ? 'ResCNTK' : 'ResCGPK'}`;
      const apart = worstApart(written[kind], await matrixOf(network, kind, x, context));
      checks.push(atMost(`${title}: formulas written out against the engine, relative`, apart, 1e-7));
      const drawnFrom = kind === 'ntk' ? network : withLastTrained(network);
      const found = await widthErrors(drawnFrom, x, written[kind], plan, context);
      errors.push({ name: title, found });
      checks.push(...finiteChecks(title, found));
    }
  }
  return {
    measured: [
      largest('formulas and engine apart by', checks, 'against the engine'),
      `single networks by ${errors.map(percentOf).join(', ')} at the largest width`,
      `slopes ${errors.map(({ found }) => found.slope.toFixed(2)).join(', ')}`,
    ].join('; '),
    checks,
    range: `6 random signals of 5 unit pixels in R^3, widths ${plan.widths.join(', ')}, ${plan.seeds} networks each`,
    why:
      'The recursion over pairs of positions follows from the independence of the channels in the limit. Finite ' +
      'networks approach it like width^-1/2, and the mean over networks is off by no more than chance. The engine ' +
      'computes the same by offsets and with cosine distances; written out, arccos costs half the digits at x = z, ' +
      'whence 1e-7.',
    figures: [
      {
        form: 'curves',
        title: 'Error of finite networks against their width',
        x: { label: 'width (channels)', scale: 'log', whole: true },
        y: { label: 'relative Frobenius error', scale: 'log' },
        curves: errors.map(({ name, found }) => ({
          name,
          form: 'both',
          points: found.widths.map((width, i) => ({ x: width, y: found.single[i] })),
        })),
        caption: 'Error of one network against the formulas, mean over the networks of a width.',
      },
    ],
  };
}

/** Claim 18: eigenvalues decay as without skips. */
export async function measureSkips(pairs: readonly SkipPair[], context: ClaimContext): Promise<Measurement> {
  const found = [];
  const measured = pairs.filter(({ onlyFull }) => context.size === 'full' || onlyFull !== true);
  for (const pair of measured) found.push({ pair, ...(await skipDecay(pair, context)) });
  const checks = found.flatMap((one) => one.checks);
  return {
    measured: [
      largest('exponents apart by at most', checks, 'exponents'),
      `with skips ${found.map(({ exponents }) => exponents).join('; ')}`,
    ].join('; '),
    checks,
    range: 'signals of 3 pixels on circles, heads eq, filter 3, degrees and depths as named',
    why:
      'A skip adds the kernel of the block before to that of the block, and the less smooth of the two decides: it ' +
      'is the same as without. The exponents themselves depend on whether the first nonlinearity is pixel-wise ' +
      '(first filter 1): only then do eigenvalues fall as slowly as k^-4 and k^-2 along an axis, as the published ' +
      'lower bound needs; with a first filter of 3 that bound, as we read it, does not hold, with and without ' +
      'skips alike.',
    figures: found.map(({ pair: { name }, curves }) => ({
      form: 'curves',
      title: `Eigenvalues on the product of three circles, ${name}`,
      x: { label: 'degree k', scale: 'log', whole: true },
      y: { label: 'eigenvalue of K / K(x,x)', scale: 'log' },
      curves,
      caption: 'Along an axis (k,0,0) and along the diagonal (k,k,k): with and without skips the marks run parallel.',
    })),
  };
}

/** Claim 19: residual kernels are more local. */
export async function measureLocality(families: LocalityFamilies, context: ClaimContext): Promise<Measurement> {
  const { checks, figures } = await locality(families, context);
  return {
    measured: localityWords(checks),
    checks,
    range: '1 to 8 blocks of two 3 x 3 convolutions, all filters 3; signals of 3 pixels for eigenvalues',
    why:
      'At x = z the gradient of the NNGP by the cosine of each pixel is a power of the window mean: of the plain ' +
      'network A^L, of the residual one ((I + A A)/2)^L, whose identity keeps weight at the pixel read. So the ' +
      'peak is higher whatever is counted, and the spread smaller for as many convolutions; but a block of two has ' +
      'the spread of one plain layer: counted by depth, spreads agree, and there the claim ends. The derivative of ' +
      'the NTK is infinite at x = z; its field is the part that leads, to which the identity of the last block ' +
      'adds nothing: with one block it is that of two plain convolutions, and it becomes more local than theirs ' +
      'with more blocks. The eigenvalues see all of the kernel.',
    figures,
  };
}

/** Images of the data that differ, scaled to unit norm; throws UsageError for vectors, and for less than two. */
function imagesOf({ data, size, seed }: ClaimContext): Examples & { readonly left: number } {
  const chosen = drawn(data, size === 'full' ? 500 : 200, seed);
  if (chosen.x.shape.length < 3) {
    throw new UsageError(
      `${data.name}: must be images for claim 20, got vectors. Give --image HxWxC, or leave it out by --claims.`,
    );
  }
  const { x } = scale(chosen.x, 'unit-rows');
  const numbers = distinctExamples(x);
  if (numbers.length < 2) {
    throw new UsageError(
      `${data.name}: must hold two images for claim 20 that differ by more than a factor, got ${numbers.length}. ` +
        'Give other images, or more --rows.',
    );
  }
  const name = `${numbers.length} of ${data.name}`;
  return { name, x: someExamples(x, numbers), left: x.shape[0] - numbers.length };
}

/** What is said of images that would make every kernel singular. */
function leftOut({ left }: { readonly left: number }): readonly string[] {
  if (left === 0) return [];
  const images = left === 1 ? '1 image is' : `${left} images are`;
  return [`claim 20: ${images} left out, equal to another up to a factor, or 0: no kernel could be inverted`];
}

/** Claim 20: condition numbers are better at finite depth. */
export async function measureConditioning(
  families: DepthFamilies,
  context: ClaimContext,
  depths: readonly number[] = [1, 2, 4, 8, 16, 32],
): Promise<Measurement> {
  const random = new RandomSource(context.seed, 'conditioning');
  const spheres = { name: '60 random signals of 8 unit pixels in R³', x: randomSignals(60, 8, 3, random) };
  const images = imagesOf(context);
  const { checks, figures } = await conditioning(families, [spheres, images], depths, context);
  return {
    measured: conditionWords(checks),
    checks,
    range: `${spheres.name}; ${images.name}, unit norm; heads tr; depths ${depths.join(', ')}`,
    why:
      'No matrix whose mean off-diagonal entry is b has a condition number below 1 + n b/(1 - b). Skips lower b of ' +
      'the NNGP at every depth; of the NTK on random signals up to some depth, and on images, whose entries are ' +
      'all large, not at all. The condition number itself is decided by the smallest eigenvalue, which the bound ' +
      'does not see: for the NNGP skips help from some depth on, for the NTK they do not. With depth the ' +
      'normalised NNGP tends to 1 everywhere (no bound on the condition number), the NTK to 1/4 off the diagonal ' +
      '(1 + n/3); skips delay that. We therefore read the claim as one about bounds and the NNGP, and measure ' +
      'both.',
    figures,
    warnings: leftOut(images),
  };
}

const FILTERS = [1, 3] as const;
const SIGNALS: ResidualSignals = { depth: 2, alpha: 1, first: 1, filter: 3, head: 'tr' };

/** Barzilai et al. 2022: kernels of convolutional residual networks. */
export const barzilai: Paper = {
  name: 'barzilai',
  title: 'A kernel perspective of skip connections in convolutional networks',
  authors: 'D. Barzilai, A. Geifman, M. Galun, R. Basri',
  year: 2022,
  arxiv: '2211.14810',
  reading: 'our reading, formulas re-derived; only the abstract and the first page were at hand',
  claims: [
    claimOf(
      {
        id: 17,
        claim: 'The NNGP and NTK of residual convolutional networks have explicit formulas (ResCGPK, ResCNTK).',
        criterion:
          'The recursion written out over all pairs of positions agrees with the engine to 1e-7; finite networks ' +
          'approach it: slope of the error against width -0.5 ± 0.15, one network within 25 % at the largest ' +
          'width, the mean network within three times what chance gives.',
        look: 'The slope in the figure, and the row about the mean network.',
      },
      [
        { name: 'tr', formulas: SIGNALS, network: rescntk(2, 1, { head: 'tr' }) },
        {
          name: 'gap, first filter 3',
          formulas: { ...SIGNALS, first: 3, head: 'gap' },
          network: rescntk(2, 1, { head: 'gap', firstFilter: 3 }),
        },
      ],
      measureFormulas,
    ),
    claimOf(
      {
        id: 18,
        claim: 'The eigenvalues of the residual kernels decay like those of the kernels without skips.',
        criterion:
          'On the product of three circles the exponents along (k,0,0), (0,k,0) and (k,k,k) differ by at most 0.05: ' +
          'between degrees 8 and 24, in the full size 16 and 40, or up to the last that is known to 1 %, at least 16.',
        look: 'Parallel marks; and how the exponents change with the first filter, with and without skips alike.',
      },
      [2, 3].flatMap((depth) =>
        FILTERS.flatMap((firstFilter) =>
          (['nngp', 'ntk'] as const).map((kind) => ({
            name: `${kind === 'ntk' ? 'CNTK' : 'CGPK'} L=${depth}, first filter ${firstFilter}`,
            residual: rescntk(depth, 1, { head: 'eq', firstFilter }),
            plain: cntk(depth, 1, { head: 'eq', firstFilter }),
            kind,
            onlyFull: depth > 2,
          })),
        ),
      ),
      measureSkips,
    ),
    claimOf(
      {
        id: 19,
        claim: 'The residual kernels are more locally biased: the output depends more on the pixels near the one read.',
        criterion:
          'At x = z the pixel that weighs most has a larger share, by 1 % or more, than in a plain network of as ' +
          'many convolutions and in one as deep as there are blocks; the spread is smaller for as many ' +
          'convolutions; the eigenvalue of frequency (1,0,0) stands out from that of (0,1,0) by 10 % more. Beside ' +
          'it: the spread for as many blocks.',
        look: 'The two receptive fields; then the row of spreads by depth, where the claim ends.',
      },
      {
        residual: (blocks: number, rank: 1 | 2) => rescntk(blocks, rank, { head: 'eq', firstFilter: 3 }),
        plain: (convolutions: number, rank: 1 | 2) => cntk(convolutions, rank, { head: 'eq' }),
      },
      measureLocality,
    ),
    dataClaimOf(
      {
        id: 20,
        claim: 'At finite depth the residual kernels are better conditioned.',
        criterion:
          'At every depth of 1 to 32 the double-constant bound and the condition number (where float64 resolves ' +
          'it) are lower with skips than without, for NNGP and NTK, on random signals and on images.',
        look: 'Dashed bounds first, then the numbers: they tell different stories for the NTK.',
      },
      {
        residual: (depth: number, rank: 1 | 2) => rescntk(depth, rank, { head: 'tr' }),
        plain: (depth: number, rank: 1 | 2) => cntk(depth, rank, { head: 'tr' }),
      },
      measureConditioning,
      imagesOf,
    ),
  ],
};
