import type { UnitShape } from '../vocabulary/operations.js';
import type { ValueId } from '../vocabulary/steps.js';
import type { FieldTable } from './fields.js';
import type { FinitePart } from './finite.js';
import { ONE_POSITION, requirePositions, UNKNOWN_GRID } from './grid.js';
import type { CheckContext, Grid, LayerDefinition, LoweringContext } from './layer.js';
import type { LayerNode } from './node.js';
import { imageShapeOf } from './placed.js';

/** What sets one readout apart from the others. */
export interface ReadoutOptions<T extends LayerNode> {
  readonly kind: T['kind'];
  readonly summary: string;
  readonly reference: string;
  readonly fields: FieldTable<T>;
  /** Reports what does not fit the grid, and says what is left of it. */
  check?(layer: T, grid: Grid, context: CheckContext): Grid;
  /** Appends the step that reads a value on this grid. */
  read(layer: T, value: ValueId, positions: readonly number[], context: LoweringContext): ValueId;
  /** The readout of the finite network, from these positions. */
  finite(layer: T, shape: UnitShape, positions: readonly number[]): FinitePart;
  /** Whether the positions become features beside the channels. */
  readonly gathers?: boolean;
}

/** The layer that leaves one position of an image; S and T are read alike, and a Gaussian state stays Gaussian. */
export function readout<T extends LayerNode>(options: ReadoutOptions<T>): LayerDefinition<T> {
  const { kind, summary, reference, fields, read, gathers = false } = options;
  return {
    kind,
    summary,
    reference,
    fields,
    drawsWeights: false,
    needsPositions: true,
    trainWeight: () => null,
    check(layer, signal, context) {
      if (!requirePositions(kind, signal.grid, context)) return { ...signal, grid: UNKNOWN_GRID };
      const grid = options.check?.(layer, signal.grid, context) ?? ONE_POSITION;
      const count = signal.grid.sizes?.reduce((a, b) => a * b, 1) ?? null;
      return { ...signal, width: gathers ? null : signal.width, grid: gathers ? { ...grid, gathered: count } : grid };
    },
    lower(layer, state, context) {
      const positions = imageShapeOf(state, kind);
      const { covariance, tangent, rawChannels } = state;
      const count = gathers && rawChannels !== null ? positions.reduce((a, b) => a * b, 1) : 1;
      const value = read(layer, covariance, positions, context);
      return {
        // On the data the covariance is a plain sum over channels, and stays one over channels and positions.
        covariance: count === 1 ? value : context.builder.sum([{ value, weight: count }]),
        tangent: tangent === null ? null : read(layer, tangent, positions, context),
        rawChannels: rawChannels === null ? null : rawChannels * count,
        positions: null,
      };
    },
    finite: (layer, shape) => options.finite(layer, shape, imageShapeOf(shape, kind)),
  };
}
