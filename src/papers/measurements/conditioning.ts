import type { Architecture } from '../../architecture/types.js';
import type { NdArray } from '../../data/index.js';
import { InterruptedError } from '../../errors.js';
import { kernelMatrix } from '../../kernel/matrix.js';
import { roundingFloor } from '../../linalg/floor.js';
import { condition, doubleConstantBound, meanCorrelation, unitScales } from '../../spectrum/condition.js';
import type { Curve, CurveFigure } from '../figure.js';
import type { ClaimCheck, ClaimContext } from '../types.js';
import { kernelOptions } from './row-kernel.js';

/** Examples on which condition numbers are taken. */
export interface Examples {
  readonly name: string;
  readonly x: NdArray;
}

/** Networks by depth with and without skips, for signals or images. */
export interface DepthFamilies {
  residual(depth: number, rank: 1 | 2): Architecture;
  plain(depth: number, rank: 1 | 2): Architecture;
}

/** What is known of a kernel matrix. */
interface Conditioned {
  /** Lower bound 1 + n b / (1 - b) from the mean off-diagonal entry b. */
  readonly bound: number;
  readonly number: number;
  /** Whether the smallest eigenvalue lies above rounding. */
  readonly isResolved: boolean;
}

type BothConditioned = Readonly<Record<'nngp' | 'ntk', Conditioned>>;

/** By depth, with and without skips. */
interface Sweep {
  readonly residual: readonly Conditioned[];
  readonly plain: readonly Conditioned[];
}

const NAMES = { nngp: ['ResCGPK', 'CGPK'], ntk: ['ResCNTK', 'CNTK'] } as const;

/** Condition number and bound of a matrix `[n, n]` of unit diagonal. */
async function conditioned(entries: Float64Array, n: number, { algebra }: ClaimContext): Promise<Conditioned> {
  const { values } = await algebra.eigen(entries, n, false);
  const [largest, smallest] = [values[0], values[n - 1]];
  const scales = unitScales(Float64Array.from({ length: n }, (_, i) => entries[i * n + i]));
  const mean = meanCorrelation(scales, algebra.apply(entries, n, scales, 1));
  const { conditionNumber, isResolved } = condition(largest, smallest, roundingFloor(largest, n, 2 ** -53));
  return { bound: doubleConstantBound(n, mean), number: conditionNumber, isResolved };
}

/** Both kernels of a network, from one pass. */
async function bothOf(architecture: Architecture, x: NdArray, context: ClaimContext): Promise<BothConditioned> {
  if (context.signal?.aborted) throw new InterruptedError();
  const options = { ...kernelOptions(context), architecture, kind: 'both' as const, normalized: true };
  const { nngp, ntk } = await kernelMatrix(x, options);
  const n = x.shape[0];
  const of = ({ data }: NdArray): Promise<Conditioned> => conditioned(Float64Array.from(data), n, context);
  return { nngp: await of(nngp), ntk: await of(ntk) };
}

async function sweepsOf(
  families: DepthFamilies,
  x: NdArray,
  depths: readonly number[],
  context: ClaimContext,
): Promise<Readonly<Record<'nngp' | 'ntk', Sweep>>> {
  const rank = x.shape.length === 3 ? 1 : 2;
  const of = async (family: 'residual' | 'plain'): Promise<readonly BothConditioned[]> => {
    const found: BothConditioned[] = [];
    for (const depth of depths) found.push(await bothOf(families[family](depth, rank), x, context));
    return found;
  };
  const [residual, plain] = [await of('residual'), await of('plain')];
  const one = (kind: 'nngp' | 'ntk'): Sweep => ({
    residual: residual.map((both) => both[kind]),
    plain: plain.map((both) => both[kind]),
  });
  return { nngp: one('nngp'), ntk: one('ntk') };
}

/** A check that skips are lower at every depth, by what part at the depth where they are least so. */
function lower(
  what: string,
  pairs: readonly (readonly [residual: number, plain: number])[],
  depths: readonly number[],
  beside: boolean,
): ClaimCheck {
  const ratios = pairs.map(([residual, plain]) => residual / plain);
  const better = depths.filter((_, i) => ratios[i] < 1);
  const worst = Math.max(...ratios);
  const at =
    better.length === 0 ? 'at none' : better.length === depths.length ? 'at all' : `at depths ${better.join(', ')}`;
  return {
    what,
    asked: 'below 1 at every depth',
    measured: `${at}; ratio ${Math.min(...ratios).toPrecision(3)} to ${worst.toPrecision(3)}`,
    value: worst,
    passed: worst < 1,
    ...(beside ? { beside } : {}),
  };
}

function checksOf(
  { name }: Examples,
  kind: 'ntk' | 'nngp',
  { residual, plain }: Sweep,
  depths: readonly number[],
): readonly ClaimCheck[] {
  const [own, other] = NAMES[kind];
  const where = `${name}: ${own} over ${other}, depths ${depths[0]} to ${depths[depths.length - 1]}`;
  // A number below rounding compares nothing.
  const known = depths.flatMap((depth, i) => (residual[i].isResolved && plain[i].isResolved ? [{ depth, i }] : []));
  const numbers = known.map(({ i }) => [residual[i].number, plain[i].number] as const);
  // A mean entry that is 1 to rounding bounds nothing.
  const bounded = depths.flatMap((depth, i) =>
    Number.isFinite(residual[i].bound) && Number.isFinite(plain[i].bound) ? [{ depth, i }] : [],
  );
  const bounds = bounded.map(({ i }) => [residual[i].bound, plain[i].bound] as const);
  const checks =
    bounded.length === 0
      ? []
      : [
          lower(
            `${where}: lower bound of the condition number`,
            bounds,
            bounded.map(({ depth }) => depth),
            false,
          ),
        ];
  if (known.length === 0) return checks;
  return [
    ...checks,
    lower(
      `${where}: condition number`,
      numbers,
      known.map(({ depth }) => depth),
      false,
    ),
  ];
}

function figureOf(
  { name }: Examples,
  sweeps: Readonly<Record<'nngp' | 'ntk', Sweep>>,
  depths: readonly number[],
): CurveFigure {
  const curves = (['nngp', 'ntk'] as const).flatMap((kind) =>
    (['residual', 'plain'] as const).flatMap((family, f): readonly Curve[] => {
      const found = sweeps[kind][family];
      const title = NAMES[kind][f];
      const points = depths.map((x, i) => ({ x, y: found[i].number, open: !found[i].isResolved }));
      const bounds = depths.map((x, i) => ({ x, y: found[i].bound }));
      return [
        { name: title, form: 'both', points },
        { name: `${title} bound`, form: 'prediction', of: title, points: bounds },
      ];
    }),
  );
  return {
    form: 'curves',
    title: `Condition number by depth, ${name}`,
    x: { label: 'depth (blocks, or convolutions without skips)', scale: 'log', whole: true },
    y: { label: 'condition number', scale: 'log' },
    curves,
    caption:
      'Dashed: the double-constant bound 1 + n b/(1 - b), b the mean off-diagonal entry of the normalised kernel. ' +
      'Hollow: the smallest eigenvalue is below the floor of float64, so the number is a lower bound.',
  };
}

/** Condition numbers and their bounds by depth, with and without skips. */
export async function conditioning(
  families: DepthFamilies,
  examples: readonly Examples[],
  depths: readonly number[],
  context: ClaimContext,
): Promise<{ readonly checks: readonly ClaimCheck[]; readonly figures: readonly CurveFigure[] }> {
  const checks: ClaimCheck[] = [];
  const figures: CurveFigure[] = [];
  for (const one of examples) {
    const { nngp, ntk } = await sweepsOf(families, one.x, depths, context);
    checks.push(...checksOf(one, 'nngp', nngp, depths), ...checksOf(one, 'ntk', ntk, depths));
    figures.push(figureOf(one, { nngp, ntk }, depths));
  }
  return { checks, figures };
}

/** The ratios in a sentence, over all examples. */
export function conditionWords(checks: readonly ClaimCheck[]): string {
  const range = (kind: 'nngp' | 'ntk', what: string): string => {
    const [own, other] = NAMES[kind];
    const found = checks.filter(
      (check) => check.what.includes(`${own} over ${other}`) && check.what.endsWith(`: ${what}`),
    );
    const ends = found.flatMap(({ measured }) => (/ratio (\S+) to (\S+)/.exec(measured) ?? []).slice(1).map(Number));
    return ends.length === 0 ? 'unknown' : `${Math.min(...ends)} to ${Math.max(...ends)}`;
  };
  return (['nngp', 'ntk'] as const)
    .map((kind) => {
      const [bound, number] = [range(kind, 'lower bound of the condition number'), range(kind, 'condition number')];
      return `${NAMES[kind].join(' over ')}: bounds ${bound}, condition numbers ${number} times`;
    })
    .join('; ');
}
