import type { ValueId } from '../../vocabulary/steps.js';
import type { Shape } from './rules.js';

/** Text of a grid of positions. */
export function gridText(shape: Shape): string {
  return shape.length === 0 ? 'no grid' : shape.join('x');
}

/** That a number is none, or is negative; null where neither is so. */
export function numberFlaw(what: string, value: number): string | null {
  return Number.isFinite(value) && value >= 0 ? null : `${what} must be a number >= 0, got ${value}`;
}

/** That values stand on different grids; null where all stand on one. */
export function gridsFlaw(values: readonly ValueId[], shapes: readonly Shape[]): string | null {
  const grids = [...new Set(values.map((v) => gridText(shapes[v])))];
  return grids.length <= 1 ? null : `its operands must stand on one grid, got ${grids.join(' and ')}`;
}
