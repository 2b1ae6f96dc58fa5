import { abs } from './abs.js';
import { avgPool } from './avg-pool.js';
import { conv } from './conv.js';
import { cos } from './cos.js';
import { dense } from './dense.js';
import { elu } from './elu.js';
import { erf } from './erf.js';
import { flatten } from './flatten.js';
import { gelu } from './gelu.js';
import { globalAvgPool } from './global-avg-pool.js';
import { identity } from './identity.js';
import type { LayerDefinition } from './layer.js';
import { layerNorm } from './layer-norm.js';
import { leakyRelu } from './leaky-relu.js';
import type { LayerNode } from './node.js';
import { pixel } from './pixel.js';
import { relu } from './relu.js';
import { residual } from './residual.js';
import { sin } from './sin.js';
import { step } from './step.js';

/** The table of layers by kind: a new layer is one file, one line here, and a test. */
export const LAYERS = {
  dense,
  conv,
  relu,
  leakyRelu,
  abs,
  step,
  erf,
  gelu,
  elu,
  sin,
  cos,
  identity,
  residual,
  layerNorm,
  flatten,
  globalAvgPool,
  pixel,
  avgPool,
} as const satisfies { readonly [K in string]: LayerDefinition<LayerNode> };

/** Name of a layer in the file. */
export type LayerKind = keyof typeof LAYERS;

type DefinedBy<D> = D extends LayerDefinition<infer T> ? T : never;

/** Lists inside a layer hold layers of the table. */
type Nested<T> = { readonly [F in keyof T]: T[F] extends readonly LayerNode[] ? LayerList : T[F] };

/** A list of layers, first to last. */
export interface LayerList extends ReadonlyArray<Layer> {}

/** The layer of one kind. */
export type LayerOf<K extends LayerKind> = Nested<DefinedBy<(typeof LAYERS)[K]>>;

/** Any layer: checked, readonly, every default filled in. */
export type Layer = { [K in LayerKind]: LayerOf<K> }[LayerKind];

const DEFINITIONS: Readonly<Record<string, LayerDefinition<LayerNode>>> = LAYERS;

/** The definition of a kind, or null when the table has none of that name. */
export function definitionOf(kind: string): LayerDefinition<LayerNode> | null {
  return Object.hasOwn(DEFINITIONS, kind) ? DEFINITIONS[kind] : null;
}
