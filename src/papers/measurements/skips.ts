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

/** Degrees of the ends of a slope. */
const ENDS = { quick: [8, 24], full: [16, 40] } as const;

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
    ...{ positions: POSITIONS, dim: DIM, maxDegree: ENDS[size][1], kind, normalized: true, memory },
    ...(signal === undefined ? {} : { signal }),
  });
  return lines;
}

/** -d log(eigenvalue) / d log(degree); NaN where an end is not known to 1 %. */
function exponentOf({ eigenvalues, errorBounds }: Line, [low, high]: readonly [number, number]): number {
  const known = [low, high].every((k) => errorBounds[k] <= 0.01 * Math.abs(eigenvalues[k]) && eigenvalues[k] > 0);
  return known ? -Math.log(eigenvalues[high] / eigenvalues[low]) / Math.log(high / low) : Number.NaN;
}

const DIRECTIONS: Readonly<Record<string, string>> = { axis: '(k,0,0)', neighbour: '(0,k,0)', diagonal: '(k,k,k)' };

/** Checks that a kernel with skips decays like the one without, and the curves of both. */
export async function skipDecay(
  { name, residual, plain, kind, residualKind = kind }: SkipPair,
  context: ClaimContext,
): Promise<{ readonly checks: readonly ClaimCheck[]; readonly curves: readonly Curve[]; readonly exponents: string }> {
  const ends = ENDS[context.size];
  const withSkips = await linesOf(residual, residualKind, context);
  const without = await linesOf(plain, kind, context);
  const pairs = Object.keys(DIRECTIONS).map((line) => ({
    line,
    direction: DIRECTIONS[line],
    exponents: [withSkips, without].map((lines) => {
      const found = lines.find((one) => one.name === line);
      return found === undefined ? Number.NaN : exponentOf(found, ends);
    }),
  }));
  const checks = pairs.map(({ direction, exponents: [a, b] }): ClaimCheck => {
    const value = Math.abs(a - b);
    return {
      what: `${name}, ${direction}: exponents with and without skips, k = ${ends[0]} to ${ends[1]}`,
      asked: `apart by at most ${APART}`,
      measured: `${a.toFixed(2)} and ${b.toFixed(2)}, apart by ${short(value)}`,
      value,
      passed: value <= APART,
    };
  });
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
