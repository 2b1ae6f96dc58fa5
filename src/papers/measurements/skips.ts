import type { Architecture } from '../../architecture/types.js';
import { multisphereSpectrum } from '../../spectrum/multisphere.js';
import type { Curve } from '../figure.js';
import type { ClaimCheck, ClaimContext } from '../types.js';
import { short } from '../verdict.js';

/** A kernel on a product of circles, with and without skips. */
export interface SkipPair {
  readonly name: string;
  readonly residual: Architecture;
  readonly plain: Architecture;
  readonly kind: 'ntk' | 'nngp';
  /** Kernel of the residual network. [as `kind`] */
  readonly residualKind?: 'ntk' | 'nngp';
  /** Whether it is left out of quick measurements. [false] */
  readonly onlyFull?: boolean;
}

/** Positions of the signals, and the dimension of each of their pixels. */
const [POSITIONS, DIM] = [3, 2];

/** Highest degree of a slope where eigenvalues are known so far, and how many times its lowest that is. */
const SPANS = { quick: { most: 24, times: 3 }, full: { most: 40, times: 2.5 } } as const;

/** A slope that ends at a lower degree tells no decay. */
const LEAST = 16;

/** What two exponents may be apart. */
const APART = 0.05;

/** Eigenvalues along a direction of frequencies, by degree. */
interface Line {
  readonly name: string;
  readonly eigenvalues: readonly number[];
  readonly errorBounds: readonly number[];
}

/** The lines (k,0,0), (0,k,0) and (k,k,k) of a kernel K / K(x,x). */
export async function linesOf(
  architecture: Architecture,
  kind: 'ntk' | 'nngp',
  { memory, signal, size }: ClaimContext,
): Promise<readonly Line[]> {
  const { lines } = await multisphereSpectrum(architecture, {
    ...{ positions: POSITIONS, dim: DIM, maxDegree: SPANS[size].most, kind, normalized: true, memory },
    ...(signal === undefined ? {} : { signal }),
  });
  return lines;
}

/** Whether an eigenvalue is known to 1 %. */
function isKnown({ eigenvalues, errorBounds }: Line, k: number): boolean {
  return eigenvalues[k] > 0 && errorBounds[k] <= 0.01 * eigenvalues[k];
}

/** The even degrees between which lines are compared: up to the last that all of them know. */
function endsOf(
  lines: readonly Line[],
  { most, times }: (typeof SPANS)[ClaimContext['size']],
): readonly [number, number] {
  let high = 0;
  while (high < most && lines.every((line) => isKnown(line, high + 1))) high += 1;
  // Even and odd degrees have constants of their own: a slope from one to the other would be wrong.
  return [2 * Math.round(high / (2 * times)), high - (high % 2)];
}

/** -d log(eigenvalue) / d log(degree); NaN where too few eigenvalues are known. */
function exponentOf({ eigenvalues }: Line, [low, high]: readonly [number, number]): number {
  return high < LEAST ? Number.NaN : -Math.log(eigenvalues[high] / eigenvalues[low]) / Math.log(high / low);
}

const DIRECTIONS: Readonly<Record<string, string>> = { axis: '(k,0,0)', neighbour: '(0,k,0)', diagonal: '(k,k,k)' };

/** Checks that a kernel with skips decays like the one without, and the curves of both. */
export async function skipDecay(
  { name, residual, plain, kind, residualKind = kind }: SkipPair,
  context: ClaimContext,
): Promise<{ readonly checks: readonly ClaimCheck[]; readonly curves: readonly Curve[]; readonly exponents: string }> {
  const withSkips = await linesOf(residual, residualKind, context);
  const without = await linesOf(plain, kind, context);
  const pairs = Object.keys(DIRECTIONS).map((line) => {
    const found = [withSkips, without].flatMap((lines) => lines.filter((one) => one.name === line));
    const ends = found.length < 2 ? ([0, 0] as const) : endsOf(found, SPANS[context.size]);
    const odd = [ends[0] + 1, ends[1] - 1] as const;
    const [even, uneven] = [ends, odd].map((range) => found.map((one) => exponentOf(one, range)));
    const [a, b] = [even[0] ?? Number.NaN, even[1] ?? Number.NaN];
    const apart = Math.max(Math.abs(a - b), Math.abs((uneven[0] ?? Number.NaN) - (uneven[1] ?? Number.NaN)));
    return { direction: DIRECTIONS[line], ends, exponents: [a, b] as const, apart };
  });
  const checks = pairs.map(
    ({ direction, ends, exponents: [a, b], apart }): ClaimCheck => ({
      what: `${name}, ${direction}: exponents with and without skips, k = ${ends[0]} to ${ends[1]}`,
      asked: `apart by at most ${APART}, even and odd k`,
      measured: `${a.toFixed(2)} and ${b.toFixed(2)}, apart by ${short(apart)}`,
      value: apart,
      passed: apart <= APART,
    }),
  );
  const range = (of: readonly number[]): string => `${Math.min(...of).toFixed(2)} to ${Math.max(...of).toFixed(2)}`;
  return {
    checks,
    exponents: `${name} ${range(pairs.map(({ exponents: [a] }) => a))}`,
    curves: [...curvesOf('skips', withSkips), ...curvesOf('plain', without)],
  };
}

/** Marks of both kernels by direction, for one figure. */
function curvesOf(which: 'skips' | 'plain', lines: readonly Line[]): readonly Curve[] {
  return lines
    .filter(({ name }) => name !== 'neighbour')
    .map(({ name, eigenvalues, errorBounds }) => ({
      name: `${DIRECTIONS[name]} ${which === 'skips' ? 'with skips' : 'without'}`,
      family: which,
      form: 'both' as const,
      points: eigenvalues.flatMap((y, x) => (x > 0 && y > 0 && errorBounds[x] <= 0.01 * y ? [{ x, y }] : [])),
    }));
}

/** Eigenvalue of the first frequency of the pixel read over that of its neighbour. */
export async function neighbourRatio(
  architecture: Architecture,
  kind: 'ntk' | 'nngp',
  { memory, signal }: ClaimContext,
): Promise<number> {
  const { lines } = await multisphereSpectrum(architecture, {
    ...{ positions: POSITIONS, dim: DIM, maxDegree: 2, kind, memory },
    ...(signal === undefined ? {} : { signal }),
  });
  const first = (name: string): number => lines.find((line) => line.name === name)?.eigenvalues[1] ?? Number.NaN;
  return first('axis') / first('neighbour');
}
