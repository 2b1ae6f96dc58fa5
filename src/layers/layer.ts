import type { ProgrammeBuilder } from '../programme/builder.js';
import type { ValueId } from '../programme/steps.js';

/**
 * What a layer transforms when a network is lowered to a programme: the covariance S, the NTK T, and the shape.
 */
export interface KernelState {
  /** NNGP covariance per channel; for the raw data the plain sum over channels. */
  readonly covariance: ValueId;
  /** NTK; null while nothing trained came before (T = 0). */
  readonly tangent: ValueId | null;
  /** Channels C0 over which a raw covariance still has to be averaged; null once it is per channel. */
  readonly rawChannels: number | null;
}

/** Lowers a list of layers; given to layers that contain others (branch, skip). */
export type LowerLayers<L> = (layers: readonly L[], state: KernelState, builder: ProgrammeBuilder) => KernelState;
