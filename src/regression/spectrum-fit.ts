import { norm } from '../data/norm.js';
import { NumericalError } from '../errors.js';
import type { LinearAlgebra } from '../linalg/algebra.js';
import { roundingFloor } from '../linalg/floor.js';
import { liftedWarning, nameOf, notSemidefinite } from './definite.js';
import type { Fit, FitData, TriedRidge } from './fit.js';
import { largestRow, relativeMiss } from './ridge.js';
import {
  bestShift,
  filtered,
  flowFilter,
  learntShare,
  projectionsOf,
  type SpectralTargets,
  spectralTargets,
} from './spectral-fit.js';

/** Ridges that are tried when the best one is asked for, as multiples of the mean diagonal. */
const CANDIDATES = Array.from({ length: 15 }, (_, k) => 10 ** (k - 12));

/** Share of the targets in directions that are never learnt from which on it is said. */
const WORTH_SAYING = 1e-8;

/** A kernel with all its eigenpairs. */
export interface Spectrum {
  readonly data: FitData;
  readonly spectral: SpectralTargets;
  /** Mean of the diagonal. */
  readonly unit: number;
  readonly algebra: LinearAlgebra;
}

/** Decomposes a kernel; `unit` is the mean of its diagonal. */
export async function spectrumOf(data: FitData, unit: number, algebra: LinearAlgebra): Promise<Spectrum> {
  const { kernel, n, targets, roundoff = 2 ** -53 } = data;
  const pairs = await algebra.eigen(kernel, n, true);
  const size = Math.max(Math.abs(pairs.values[0]), Math.abs(pairs.values[n - 1]));
  const floor = roundingFloor(size, n, roundoff, largestRow(kernel, n));
  return { data, spectral: spectralTargets(pairs, targets, floor), unit, algebra };
}

/** A ridge as it was given or chosen, what it adds to the diagonal, and what was tried. */
interface Chosen {
  readonly ridge: number;
  readonly shift: number;
  readonly leaveOneOut: readonly TriedRidge[] | null;
  readonly warnings: readonly string[];
}

/** Says that the best ridge is the last one that was tried. */
function edgeWarning(place: number): readonly string[] {
  const [first, last] = [CANDIDATES[0], CANDIDATES[CANDIDATES.length - 1]];
  const grid = `of those that it tries, ${first} to ${last}`;
  if (place === 0) {
    return [
      `--ridge auto: chose ${first}, the smallest ${grid}. A smaller one may be better: try --ridge 0,1e-14,1e-12`,
    ];
  }
  if (place < CANDIDATES.length - 1) return [];
  return [`--ridge auto: chose ${last}, the largest ${grid}. A larger one may be better: try --ridge 1e2,1e3,1e4`];
}

function chooseRidge({ data, spectral, unit }: Spectrum): Chosen {
  const { values, floor, n } = spectral;
  const lowest = values[n - 1];
  if (!(unit > 0) && lowest >= 0) {
    throw new NumericalError(
      `--ridge auto: the mean diagonal of the kernel, which ridges are multiples of, must be above 0, got ${unit}. ` +
        'Look at the training rows: are they all 0?',
    );
  }
  // All of them, but for a kernel that is not positive semidefinite.
  const ridges = CANDIDATES.filter((ridge) => lowest >= 0 || ridge * unit + lowest > floor);
  if (ridges.length === 0) throw notSemidefinite(data, { lowest, floor, unit, ridge: 'auto' });
  const { shift, place, errors } = bestShift(
    spectral,
    ridges.map((ridge) => ridge * unit),
    data.pairs,
  );
  const ridge = ridges[place];
  const isLimited = place === 0 && ridges.length < CANDIDATES.length;
  return {
    ridge,
    shift,
    leaveOneOut: ridges.map((each, k) => ({ ridge: each, error: errors[k] })),
    warnings: isLimited ? [] : edgeWarning(CANDIDATES.indexOf(ridge)),
  };
}

function givenRidge({ data, spectral, unit }: Spectrum, ridge: number): Chosen {
  const { values, floor, n } = spectral;
  const shift = ridge * unit;
  const lowest = values[n - 1];
  if (lowest < 0 && !(shift + lowest > floor)) throw notSemidefinite(data, { lowest, floor, unit, ridge });
  return { ridge, shift, leaveOneOut: null, warnings: [] };
}

/** Says which part of the targets lies in directions that are never learnt. */
function unlearntWarning({ data, spectral }: Spectrum, shift: number): readonly string[] {
  const { n, values, floor, projections } = spectral;
  const nulls = Array.from(values.keys()).filter((j) => values[j] + shift <= floor);
  if (nulls.length === 0) return [];
  let worst = 0;
  for (let at = 0; at < projections.length; at += n) {
    const inside = Float64Array.from(nulls, (j) => projections[at + j]);
    worst = Math.max(worst, norm(inside, 0, inside.length) / (norm(projections, at, n) || 1));
  }
  if (!(worst > WORTH_SAYING)) return [];
  const share = `${Number((100 * worst).toPrecision(2))} %`;
  return [
    `${nameOf(data)}: eigenvalues that are 0 to rounding (up to ${floor.toExponential(1)}; repeated rows give ` +
      `such), got ${nulls.length} of ${n}; what the labels have along them, ${share} of their norm, is never learnt`,
  ];
}

/** One step of refinement where the equations (K + shift I) a = b are not solved to rounding. */
function refined({ data, spectral, algebra }: Spectrum, a: Float64Array, b: Float64Array, shift: number) {
  const { kernel, n, targets } = data;
  const missing = (x: Float64Array): Float64Array => {
    const product = algebra.apply(kernel, n, x, x.length / n);
    return b.map((value, i) => value - product[i] - shift * x[i]);
  };
  const left = missing(a);
  const error = relativeMiss(left, targets, n);
  const correction = filtered(
    spectral,
    projectionsOf(spectral.vectors, n, left),
    flowFilter(Infinity, shift, spectral.floor),
  );
  const better = a.map((value, i) => value + correction[i]);
  const errorOfBetter = relativeMiss(missing(better), targets, n);
  return errorOfBetter < error ? { coefficients: better, error: errorOfBetter } : { coefficients: a, error };
}

/**
 * Fits one ridge and all times from the eigenpairs of K. @throws NumericalError for an eigenvalue below 0 that the
 * ridge does not lift.
 */
export function fitFromSpectrum(spectrum: Spectrum, ridge: number | 'auto', times: readonly number[]): readonly Fit[] {
  const { data, spectral } = spectrum;
  const { n, values, projections, floor } = spectral;
  const { shift, warnings, ...chosen } = ridge === 'auto' ? chooseRidge(spectrum) : givenRidge(spectrum, ridge);
  const lowest = values[n - 1];
  const said = [...warnings, ...(lowest < 0 ? [liftedWarning(data, lowest)] : []), ...unlearntWarning(spectrum, shift)];
  return times.map((time) => {
    const learnt = filtered(spectral, projections, learntShare(time, shift, floor));
    const first = filtered(spectral, projections, flowFilter(time, shift, floor));
    const { coefficients, error } = refined(spectrum, first, learnt, shift);
    const product = spectrum.algebra.apply(data.kernel, n, coefficients, coefficients.length / n);
    const left = data.targets.map((y, i) => y - product[i] - shift * coefficients[i]);
    const residual = relativeMiss(left, data.targets, n);
    return { ...chosen, coefficients, time, residual, error, method: 'eigen', warnings: said };
  });
}
