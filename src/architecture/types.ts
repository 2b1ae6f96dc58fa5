/**
 * The checked, readonly form of `ntk-architecture/1`: every default filled in.
 *
 * Layer types live with their layers in `src/layers/`; the union is derived from the table there.
 */
import type { Layer } from '../layers/index.js';

/** A network: layers in order, from the data to one scalar output. */
export interface Architecture {
  /** Name and version of the format. */
  readonly format: 'ntk-architecture/1';
  /** Free text; shown in records and figures. */
  readonly name: string;
  /** From the data to the output. */
  readonly layers: readonly Layer[];
}

/**
 * A kernel that is no network, accepted wherever an architecture is: exp(-rate |x - z|^power).
 *
 * laplace:c has rate c, power 1; gamma:g,c has rate c, power g in (0, 2]; gaussian:s has rate 1/(2 s^2), power 2.
 */
export interface RadialKernel {
  /** Name and version of the format. */
  readonly format: 'ntk-radial/1';
  /** As the user wrote it, e.g. `laplace:0.5`. */
  readonly name: string;
  /** Factor before the distance, > 0. */
  readonly rate: number;
  /** Power of the distance, in (0, 2]. */
  readonly power: number;
}

/** Whatever defines a kernel. */
export type KernelDefinition = Architecture | RadialKernel;
