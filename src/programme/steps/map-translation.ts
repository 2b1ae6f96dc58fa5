import type { Step, ValueId } from '../../vocabulary/steps.js';
import { distanceOf } from '../images/instructions.js';
import { sameMap } from '../maps/index.js';
import { angleWeight } from '../maps/piecewise-linear.js';
import type { ImageTurn, MapStep, RowTranslation, StepOf } from './rules.js';

/**
 * Whether a step is the derivative that belongs to a value (same input, same map), or the other way round; `name` says
 * what a value is found under.
 */
function isPartner(step: MapStep, other: Step, name: (value: ValueId) => ValueId): boolean {
  if (other.op !== (step.op === 'dual' ? 'dualDerivative' : 'dual')) return false;
  return name(other.of) === name(step.of) && sameMap(other.phi, step.phi);
}

/**
 * A map, or its derivative, on rows. Value and derivative of a piecewise linear map share the root and the angle: one
 * instruction for both.
 */
export function instructMap(step: MapStep, index: number, to: RowTranslation): void {
  const of = to.alias[step.of];
  const { phi } = step;
  const isValue = step.op === 'dual';
  if (phi.map === 'heaviside') {
    to.emit({ op: 'heaviside', of, out: index });
    to.neverNegative(index);
  } else if (phi.map === 'piecewiseLinear') {
    const other = to.takePartner(index, (next) => isPartner(step, next, (v) => to.alias[v]));
    const [value, slope] = isValue ? [index, other] : [other, index];
    const weight = angleWeight(phi);
    to.emit({ op: 'piecewiseLinear', of, weight, value, slope });
    if (value !== null && (weight >= 1 || to.isPositive(of))) to.neverNegative(value);
    if (slope !== null) to.oneSide(slope);
  } else {
    to.emit({ op: isValue ? 'smooth' : 'smoothSlope', of, out: index, map: phi.map, step: index });
    if (!isValue) to.oneSide(index);
  }
}

/** The cosine distances of a map, or of its derivative, on images. */
export function mapAngle(step: MapStep, { value: v, stage, to }: ImageTurn): void {
  const of = to.distance(step.of, stage);
  const { phi } = step;
  const isValue = step.op === 'dual';
  const out = distanceOf(v);
  to.setDistance(v, stage, out);
  if (phi.map === 'heaviside') to.emit(stage, { op: 'heaviside', of, out });
  else if (phi.map === 'piecewiseLinear') {
    const other = to.partner(v, (next) => isPartner(step, next, (of) => of));
    const along = other === null ? null : distanceOf(other);
    if (other !== null && along !== null) to.setDistance(other, stage, along);
    const [value, slope] = isValue ? [out, along] : [along, out];
    to.emit(stage, { op: 'piecewiseLinear', of, weight: angleWeight(phi), value, slope });
  } else to.emit(stage, { op: isValue ? 'smooth' : 'smoothSlope', of, out, map: phi.map, step: v });
}

/** Whether the correlation behind a map can be negative: relu, abs and the step make no negative one. */
export function mapIsSigned({ phi, of }: StepOf<'dual'>, signed: readonly boolean[]): boolean {
  if (phi.map === 'heaviside') return false;
  return phi.map !== 'piecewiseLinear' || !(Math.abs(phi.even) >= Math.abs(phi.odd) || !signed[of]);
}
