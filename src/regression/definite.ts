import { norm } from '../data/norm.js';
import { NumericalError } from '../errors.js';
import type { CholeskyFactor } from '../linalg/algebra.js';
import { RandomSource } from '../linalg/random.js';

/**
 * Steps of inverse iteration that tell a matrix that is singular to rounding, and those that give an eigenvalue its
 * digits.
 */
const STEPS = { few: 6, many: 60 } as const;

/** Change at which an eigenvalue is taken as found. */
const SETTLED = 1e-6;

/** A kernel as messages speak of it. */
export interface Named {
  /** What messages call it: a file, or the kernel of the training rows. */
  readonly name?: string;
  /** Unit roundoff of its entries. */
  readonly roundoff?: number;
}

/** What messages call a kernel. */
export function nameOf({ name }: Named): string {
  return name ?? 'the kernel of the training rows';
}

/** A number for a message: six digits at most. */
export function digits(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** Rounded up to two digits. */
function atLeast(value: number): string {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return String(Number((Math.ceil(value / unit) * unit).toPrecision(2)));
}

/** How a kernel fails to be positive semidefinite. */
export interface Indefinite {
  /** Its smallest eigenvalue, or a bound of it from above. */
  readonly lowest: number;
  /** What rounding explains of it. */
  readonly floor: number;
  /** Mean of its diagonal, which ridges are multiples of. */
  readonly unit: number;
  /** The ridge that was asked for. */
  readonly ridge: number | 'auto';
}

/** The error of a kernel with an eigenvalue below 0 that neither rounding explains nor the ridge lifts. */
export function notSemidefinite(kernel: Named, { lowest, floor, unit, ridge }: Indefinite): NumericalError {
  const asked = ridge === 'auto' || ridge > 0 ? `, which --ridge ${ridge} does not lift above 0` : '';
  const wanted = unit > 0 ? (2 * floor - lowest) / unit : Number.NaN;
  const single = (kernel.roundoff ?? 0) > 2 ** -53 ? ', or compute it in double precision' : '';
  const remedy =
    wanted < 1e6
      ? `Use a --ridge above ${atLeast(wanted)}, which lifts it, or mend the kernel${single}.`
      : `Mend the kernel${single}: no kernel of a network has such an eigenvalue.`;
  return new NumericalError(
    `${nameOf(kernel)}: must be positive semidefinite, got the eigenvalue ${digits(lowest)}${asked} (rounding ` +
      `explains ${floor.toExponential(1)}). ${remedy}`,
  );
}

/** What is said of a kernel whose negative eigenvalue the ridge lifts. */
export function liftedWarning(kernel: Named, lowest: number): string {
  return (
    `${nameOf(kernel)}: not positive semidefinite, it has the eigenvalue ${digits(lowest)}; the ridge lifts it above ` +
    '0, but no kernel of a network has one'
  );
}

/** The error of a kernel that is singular to rounding where a factorisation is needed. */
export function singular(kernel: Named, ridge: number, unit: number, remedy: string): NumericalError {
  if (unit === 0) {
    return new NumericalError(
      `${nameOf(kernel)}: must not be 0 everywhere, got a mean diagonal of 0, which ridges are multiples of. Look ` +
        'at the training rows: are they all 0?',
    );
  }
  return new NumericalError(
    `${nameOf(kernel)}: must be positive definite with its ridge, got one that is singular to rounding with ` +
      `--ridge ${ridge}. ${remedy}`,
  );
}

/** Smallest eigenvalue of a factorised matrix by inverse iteration, from above; 0 where its inverse overflows. */
export function lowestOfFactor(factor: CholeskyFactor, isEnough: (value: number) => boolean): number {
  const n = factor.size;
  let x = new RandomSource(0).normals(n);
  let found = Infinity;
  for (let step = 0; step < STEPS.many; step++) {
    const length = norm(x, 0, n);
    const z = factor.solve(
      x.map((value) => value / length),
      1,
    );
    const size = norm(z, 0, n);
    if (!(size > 0 && size < Infinity)) return 0;
    const before = found;
    found = Math.min(found, 1 / size);
    x = z;
    if (before - found <= SETTLED * found || (step >= STEPS.few && isEnough(found))) break;
  }
  return found;
}
