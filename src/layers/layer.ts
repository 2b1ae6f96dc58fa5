import type { ProgrammeBuilder } from '../vocabulary/builder.js';
import type { UnitShape } from '../vocabulary/operations.js';
import type { ValueId } from '../vocabulary/steps.js';
import type { FieldTable } from './fields.js';
import type { FiniteContext, FinitePart } from './finite.js';
import type { LayerNode } from './node.js';

/** What a layer transforms when a network is lowered to a programme: the covariance S, the NTK T, and the shape. */
export interface KernelState {
  /** NNGP covariance per channel; for the raw data the plain sum over channels. */
  readonly covariance: ValueId;
  /** NTK; null while nothing trained came before (T = 0), and always when the NTK is not wanted. */
  readonly tangent: ValueId | null;
  /** Channels C0 over which a raw covariance still has to be averaged; null once it is per channel. */
  readonly rawChannels: number | null;
  /** Positions of the state, `[w]` or `[h, w]`; null for vectors (also behind a readout, which leaves one position). */
  readonly positions: readonly number[] | null;
}

/** Lowers a list of layers; given to layers that contain others (branch, skip). */
export type LowerLayers = (layers: readonly LayerNode[], state: KernelState, context: LoweringContext) => KernelState;

/** What lowering a layer needs besides the layer and its state. */
export interface LoweringContext {
  /** Collects the steps. */
  readonly builder: ProgrammeBuilder;
  /** Whether the NTK is wanted; if not, no layer starts a tangent. */
  readonly tangent: boolean;
  /** Lowers the lists that a layer contains. */
  readonly lowerLayers: LowerLayers;
}

/**
 * What is known of the positions of a state: nothing but their order while no data are there, their exact sizes once
 * they are.
 */
export interface Grid {
  /**
   * Whether they are those of an image, or one that a readout left; unknown behind a layer with a problem of its own.
   */
  readonly count: 'several' | 'one' | 'unknown';
  /** Axes, 1 or 2; null while no layer and no data have said. */
  readonly rank: number | null;
  /** Positions on each axis; null while there are no data. */
  readonly sizes: readonly number[] | null;
  /**
   * Positions that windows inside the border have taken from each axis so far; null once a stride makes that depend on
   * the size.
   */
  readonly lost: readonly number[] | null;
  /** Positions whose channels a readout put side by side as features: 1 elsewhere, null while their number is open. */
  readonly gathered: number | null;
}

/**
 * What is known about a state before any data: its law, and what later layers may do with it.
 *
 * `data`: the inputs themselves. `gaussian`: Gaussian in the limit of infinite width. `other`: outputs of activations
 * and sums with them or with the data. `unknown`: behind a layer with a problem of its own, so that nothing is reported
 * twice.
 */
export interface Signal {
  readonly law: 'data' | 'gaussian' | 'other' | 'unknown';
  /** Whether the covariance is still the plain sum over the channels of the data. */
  readonly raw: boolean;
  /** Whether a trained layer came before (T is not identically 0). */
  readonly trained: boolean;
  /** Channels that the file itself fixes with `width`; null where they are left open. */
  readonly width: number | null;
  /** Its positions; without meaning in a network of vectors. */
  readonly grid: Grid;
}

/** What checking a layer needs besides the layer and the state that enters it. */
export interface CheckContext {
  /** JSON path of the layer, e.g. `layers[2].branch[1]`. */
  readonly path: string;
  /** Whether an NTK is wanted, which some layers do not have. */
  readonly tangent: boolean;
  /** Notes a problem at a JSON path: rule, value and remedy. */
  report(path: string, message: string): void;
  /** Checks a list inside the layer, which stands at `path`, and returns the state that leaves it. */
  checkLayers(layers: readonly LayerNode[], signal: Signal, path: string): Signal;
  /** Whether the layer draws weights of its own, so that its output is independent of its input (null: not known). */
  drawsWeights(layer: LayerNode): boolean | null;
}

/** Everything known about one kind of layer. */
export interface LayerDefinition<T extends LayerNode> {
  /** Name in the file and key in the table. */
  readonly kind: T['kind'];
  /** What it does, in one line, for people. */
  readonly summary: string;
  /** Where its kernels come from: author, year, equation. */
  readonly reference: string;
  /** Whether its output is a fresh Gaussian, independent of its input. */
  readonly drawsWeights: boolean;
  /** Set where the layer works on the positions of an image: a network with one is a network of images. */
  readonly needsPositions?: true;
  /** Its fields: rule, default, remedy. */
  readonly fields: FieldTable<T>;
  /** Its own share of the NTK: 1 is trained, 0 frozen, null when it has no parameters. */
  trainWeight(layer: T): number | null;
  /** Reports what is wrong with the layer at this place and returns the state that leaves it. */
  check(layer: T, signal: Signal, context: CheckContext): Signal;
  /** Appends its steps and returns the state that leaves it. */
  lower(layer: T, state: KernelState, context: LoweringContext): KernelState;
  /** The layer of the finite network. */
  finite(layer: T, shape: UnitShape, context: FiniteContext): FinitePart;
  /** The list inside the layer through which channels pass on; absent in a layer without lists. */
  carries?(layer: T): readonly LayerNode[];
}
