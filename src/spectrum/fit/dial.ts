import type { AngleKernel } from '../../kernel/angle-kernel.js';
import { singularities } from '../sphere/endpoints.js';

/** Angle from which the limit is extrapolated, where no expansion is known. */
const SMALL = 1e-3;
/** A limit below this share of the slope at an angle of 1 is 0. */
const NOTHING = 1e-7;

/** (1 - kappa) / |x - z| at ever smaller distances, extrapolated to 0; null where it is 0 or grows without limit. */
function limitOf(kernel: AngleKernel): number | null {
  const angles = [1, SMALL, SMALL / 2, SMALL / 4, SMALL / 8];
  const values = kernel.at(angles);
  const [whole, ...ratios] = angles.map((t, i) => (1 - values[i]) / (2 * Math.sin(t / 2)));
  let column = ratios;
  // Richardson: the ratio is a power series in the distance wherever it has such a limit.
  for (let j = 1; column.length > 1; j++) {
    column = column.slice(1).map((value, i) => (2 ** j * value - column[i]) / (2 ** j - 1));
  }
  const [limit] = column;
  const isGrowing = ratios[3] > 1.3 * ratios[0];
  return isGrowing || !(Math.abs(limit) > NOTHING * Math.abs(whole)) ? null : limit;
}

/**
 * How steep a kernel on the unit sphere is at x = z: amplitude times rate of the Laplace kernel that leaves 1 as it
 * does, 1 - dial |x - z| + ...; null where it is smooth there, or steeper than any line.
 *
 * kappa = K / K(x,x) = polynomial + c1 (1-t)^(1/2) + ... near t = 1, and |x - z| = sqrt(2 (1-t)), so the dial is
 * -c1 / sqrt 2: L / (2 pi) for `fc` without bias, (1 + (L-1) q) / (2 pi), q = alpha^2 / (1 + alpha^2), for `resntk`.
 * For elu, which has no expansion here, the limit of (1 - kappa) / |x - z| is extrapolated.
 */
export function dialOf(kernel: AngleKernel): number | null {
  if (kernel.output === null) return null;
  const parts = singularities(kernel.programme, kernel.selfKernels, kernel.output);
  if (parts === null) return limitOf(kernel);
  const [lead] = parts.near;
  return lead !== undefined && Math.abs(lead.power - 0.5) < 1e-9 ? -lead.factor * Math.SQRT1_2 : null;
}
