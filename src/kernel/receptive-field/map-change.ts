import { angleDual, smoothDual } from '../../programme/maps/index.js';
import { type MapSlope, mapSlope } from '../../programme/maps/slope.js';
import { angleMap, type SelfKernelMap, smooth, smoothDerivative } from '../../programme/pair.js';
import type { MapStep } from '../../programme/steps/rules.js';

/** The row factors of position `p`; all 0 for a map of the angle, which has none. */
function selfKernelMapAt(columns: readonly Float64Array[], p: number): SelfKernelMap {
  const at = (place: number): number => (place < columns.length ? columns[place][p] : 0);
  return { variance: at(0), deviation: at(1), root: at(2), curvature: at(3) };
}

/** What a map makes of the correlation of one pair of positions, and of small changes of it. */
export interface MapChange extends MapSlope {
  /** 1 - u behind it. */
  readonly below: number;
}

/**
 * A map, or its derivative, at positions `p` and `q` of the same image; `below` is 1 - u before it, 0 for p = q.
 */
export function mapChange(
  { op, phi }: MapStep,
  columns: readonly Float64Array[],
  p: number,
  q: number,
  below: number,
): MapChange {
  const derivative = op === 'dualDerivative';
  const [x, z] = [selfKernelMapAt(columns, p), selfKernelMapAt(columns, q)];
  const u = { below, above: 2 - below };
  const slope = mapSlope(phi, derivative, x, z, u);
  if (p === q) return { ...slope, below: 0 };
  const out = { below: 0, above: 2 };
  const [dual, angle] = [smoothDual(phi), angleDual(phi)];
  if (angle !== null) angleMap(angle, phi, derivative, u, out);
  else if (dual !== null && derivative) smoothDerivative(dual, x, z, u, out);
  else if (dual !== null) smooth(dual, x, z, u, out);
  return { ...slope, below: out.below };
}
