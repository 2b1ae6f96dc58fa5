import { requireVectors } from '../architecture/check-input.js';
import { lower } from '../architecture/lower.js';
import { checkKind } from '../architecture/parse.js';
import type { KernelDefinition } from '../architecture/types.js';
import { distances } from '../programme/correlations.js';
import { evaluate } from '../programme/evaluate.js';
import { extendedRoot } from '../programme/extended-exponent.js';
import { keepNeeded } from '../programme/needs.js';
import { type RowFactors, rowFactors } from '../programme/self-kernels.js';
import type { Programme, ValueId } from '../vocabulary/steps.js';

/** One kernel of a network of vectors, as a function of the angle between two unit inputs. */
export interface AngleKernel {
  readonly programme: Programme;
  /** Of a unit input. */
  readonly selfKernels: RowFactors;
  /** The kernel among the values of the programme; null where it is 0. */
  readonly output: ValueId | null;
  /** K(x,x) of a unit input; Infinity or 0 beyond the range of doubles. */
  readonly diagonal: number;
  /** kappa = K / K(x,x) at these angles in [0, pi]; 0 where the kernel is. */
  at(angles: ArrayLike<number>): Float64Array;
}

/**
 * The kernel of unit inputs of `features` numbers, by which a first layer with fan-in scaling divides.
 *
 * @throws UsageError for a network of images, which ends with `instead`
 * @throws ArchitectureError when a network has no such kernel
 */
export function angleKernel(
  definition: KernelDefinition,
  kind: 'ntk' | 'nngp',
  features: number,
  instead: string,
): AngleKernel {
  requireVectors(definition, '--arch', instead);
  if (definition.format === 'ntk-architecture/1') checkKind(definition, kind);
  const programme = keepNeeded(lower(definition, features, kind));
  const selfKernels = rowFactors(programme, Float64Array.of(1));
  const own = selfKernels[kind];
  const at = (angles: ArrayLike<number>): Float64Array => {
    const source = distances(angles.length);
    for (let i = 0; i < angles.length; i++) {
      source.below[i] = 2 * Math.sin(angles[i] / 2) ** 2;
      // The cosine of a double near pi/2 is not 0.
      source.above[i] = angles[i] === Math.PI ? 0 : 2 * Math.cos(angles[i] / 2) ** 2;
    }
    const value = evaluate(programme, source, { x: selfKernels, rowX: 0, z: selfKernels, firstZ: 0 })[kind];
    if (value === null || own === null) return new Float64Array(angles.length);
    return value.below.map((below, i) => (below <= value.above[i] ? 1 - below : value.above[i] - 1));
  };
  const diagonal = own === null ? 0 : extendedRoot(own, 0) ** 2;
  return { programme, selfKernels, output: own === null ? null : programme[kind], diagonal, at };
}
