import { checkInput, inputShapeOf } from '../architecture/check-input.js';
import { checkKind } from '../architecture/parse.js';
import type { Architecture } from '../architecture/types.js';
import { ArchitectureError, type ArchitectureProblem, InternalError } from '../errors.js';
import { checkLayers, dataSignal } from '../layers/check.js';
import type { FiniteContext, FinitePart } from '../layers/finite.js';
import { definitionOf } from '../layers/index.js';
import type { LayerNode } from '../layers/node.js';
import { type Operation, sizeOf, type UnitShape } from '../vocabulary/operations.js';
import { DEFAULT_WIDTH } from './defaults.js';

/** Sizes of a finite network. */
export interface WidthOptions {
  /** Units or channels of hidden layers that give none. [512] */
  readonly width?: number;
  /** Outputs; default: what the last layer gives, else 1. */
  readonly outputs?: number;
  /** Law of all weights, whatever the file says; absent: as the file says. */
  readonly init?: 'gaussian' | 'orthogonal';
}

/** A network of finite width, without its weights. */
export interface FiniteNetwork {
  /** What it was built from. */
  readonly architecture: Architecture;
  /** From the inputs to the outputs. */
  readonly operations: readonly Operation[];
  /** Shape of an example. */
  readonly input: UnitShape;
  /** Numbers that come out for an example. */
  readonly outputs: number;
}

function keepsChannels(layers: readonly LayerNode[]): boolean {
  return layers.every((layer) => {
    const definition = definitionOf(layer.kind);
    return definition?.drawsWeights === false && keepsChannels(definition.carries?.(layer) ?? []);
  });
}

function widthOf(layers: readonly LayerNode[]): number | null {
  const unchecked = { ...dataSignal(), law: 'unknown' } as const;
  return checkLayers(layers, unchecked, '', { tangent: false, report: () => undefined }).width;
}

/** Builds lists of layers; what is required reaches the last layer that draws weights, and sums behind it. */
class Builder {
  readonly #width: number;
  readonly #report: FiniteContext['report'];

  constructor(width: number, report: FiniteContext['report']) {
    this.#width = width;
    this.#report = report;
  }

  build(layers: readonly LayerNode[], from: UnitShape, path: string, required: number | null): FinitePart {
    const last = layers.findLastIndex((layer) => !keepsChannels([layer]));
    const operations: Operation[] = [];
    let shape = from;
    for (const [i, layer] of layers.entries()) {
      const definition = definitionOf(layer.kind);
      if (definition === null) throw new InternalError(`no layer of kind ${layer.kind} to build`);
      const part = definition.finite(layer, shape, this.#context(`${path}[${i}]`, i < last ? null : required));
      operations.push(...part.operations);
      shape = part.shape;
    }
    return { operations, shape };
  }

  #context(path: string, required: number | null): FiniteContext {
    return {
      path,
      required,
      width: this.#width,
      report: this.#report,
      build: (layers, shape, inner, channels) => this.build(layers, shape, inner, channels),
      keepsChannels,
      widthOf,
    };
  }
}

function withLaw(
  operations: readonly Operation[],
  init: WidthOptions['init'],
  report: FiniteContext['report'],
): readonly Operation[] {
  if (init === undefined) return operations;
  return operations.map((operation) => {
    if (operation.op === 'sum') {
      const [branch, skip] = [withLaw(operation.branch, init, report), withLaw(operation.skip, init, report)];
      return { ...operation, branch, skip };
    }
    if (operation.op !== 'weights') return operation;
    if (operation.windows !== null && init === 'orthogonal') {
      report(operation.path, 'only weights of dense layers can be orthogonal, got a convolution. Use --init gaussian.');
    }
    return { ...operation, fields: { ...operation.fields, init } };
  });
}

/**
 * The finite network of an architecture on inputs of `shape` `[n, ...]`: sizes of every layer, no weights yet.
 *
 * Hidden layers have `width` units unless they give a width; the last layer on the path, both ends of a sum, has
 * `outputs`; summands have equal widths. Images are flattened for a network without layers of positions.
 * @throws ArchitectureError with every problem: widths that contradict each other, inputs that do not fit, no NTK,
 * orthogonal convolutions
 */
export function finiteNetwork(
  architecture: Architecture,
  shape: readonly number[],
  options: WidthOptions = {},
): FiniteNetwork {
  checkKind(architecture, 'ntk');
  const input = inputShapeOf(architecture, shape);
  checkInput(architecture, input);
  const problems: ArchitectureProblem[] = [];
  const report = (path: string, message: string): void => void problems.push({ path, message });
  const outputs = options.outputs ?? widthOf(architecture.layers) ?? 1;
  const { layers } = architecture;
  const built = new Builder(options.width ?? DEFAULT_WIDTH, report).build(layers, input, 'layers', outputs);
  const operations = withLaw(built.operations, options.init, report);
  if (problems.length > 0) throw new ArchitectureError(problems);
  return { architecture, operations, input, outputs: sizeOf(built.shape) };
}
