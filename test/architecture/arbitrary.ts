import fc from 'fast-check';
import type { ArchitectureJson, LayerJson } from '../reference/textbook.js';

/** What the drawn networks may hold. */
export interface ArbitraryOptions {
  /** Levels of residual layers within residual layers. */
  readonly nesting?: number;
  /** Gaussian blocks between the first and the last dense layer. */
  readonly blocks?: number;
  /** Whether `step` occurs, which leaves no NTK behind trained layers. */
  readonly step?: boolean;
}

/** Round numbers from min to max. */
export function number(min: number, max: number): fc.Arbitrary<number> {
  // Round numbers shrink and read better than all 53 bits.
  return fc.integer({ min: Math.round(min * 64), max: Math.round(max * 64) }).map((n) => n / 64);
}

/** A dense layer behind others. */
export function dense(): fc.Arbitrary<LayerJson> {
  const fields = {
    weightStd: number(0.5, 1.5),
    biasStd: number(0, 1),
    biasInit: fc.constantFrom('normal', 'zero'),
    train: fc.oneof(fc.boolean(), number(0, 3)),
    init: fc.constantFrom('gaussian', 'orthogonal'),
  };
  // Any of the fields may be left out.
  return fc.record(fields, { requiredKeys: [] }).map((given) => ({ kind: 'dense', ...given }));
}

const PLAIN = ['relu', 'abs', 'erf', 'gelu', 'elu', 'sin', 'cos', 'identity'] as const;

/** Any activation. */
export function activation(step: boolean): fc.Arbitrary<LayerJson> {
  const plain = fc.constantFrom(...PLAIN, ...(step ? ['step'] : [])).map((kind): LayerJson => ({ kind }));
  const leaky = number(-1, 1).map((slope): LayerJson => ({ kind: 'leakyRelu', slope }));
  return fc.oneof({ weight: 6, arbitrary: plain }, { weight: 1, arbitrary: leaky });
}

/** From a Gaussian state to a fresh one: what a branch may end in. */
function freshBlock(step: boolean): fc.Arbitrary<readonly LayerJson[]> {
  const act = activation(step);
  const norm: LayerJson = { kind: 'layerNorm' };
  return fc.oneof(
    { weight: 4, arbitrary: fc.tuple(act, dense()) },
    { weight: 1, arbitrary: fc.tuple(dense()) },
    { weight: 1, arbitrary: fc.tuple(fc.constant(norm), act, dense()) },
  );
}

/** From a Gaussian state to a Gaussian state. */
function block(nesting: number, step: boolean): fc.Arbitrary<readonly LayerJson[]> {
  const norm: readonly LayerJson[] = [{ kind: 'layerNorm' }];
  const plain = fc.oneof({ weight: 5, arbitrary: freshBlock(step) }, { weight: 1, arbitrary: fc.constant(norm) });
  if (nesting === 0) return plain;
  const inner = fc.array(block(nesting - 1, step), { maxLength: 1 }).map((blocks) => blocks.flat());
  const branch = fc.tuple(inner, freshBlock(step)).map((parts) => parts.flat());
  const alpha = fc.record({ alpha: fc.oneof(fc.constant(0), number(0, 1.5)) }, { requiredKeys: [] });
  const sum = (skip: readonly LayerJson[], path: readonly LayerJson[], weight: object): LayerJson => ({
    kind: 'residual',
    ...weight,
    branch: path,
    ...(skip.length === 0 ? {} : { skip }),
  });
  const gaussian = fc
    .tuple(fc.oneof(fc.constant([]), inner), branch, alpha)
    .map(([skip, path, weight]) => [sum(skip, path, weight)]);
  // A skip that ends in an activation makes a sum that only a dense layer may read.
  const other = fc
    .tuple(activation(step), branch, alpha, dense())
    .map(([skip, path, weight, after]) => [sum([skip], path, weight), after]);
  return fc.oneof({ weight: 3, arbitrary: plain }, { weight: 2, arbitrary: gaussian }, { weight: 1, arbitrary: other });
}

/** From the data to a Gaussian state. */
function start(): fc.Arbitrary<readonly LayerJson[]> {
  const fanIn = dense();
  const sum = dense().map((layer): LayerJson => ({ ...layer, scaling: 'none' }));
  const twoPaths = fc.tuple(dense(), dense(), activation(false), dense()).map(
    ([skip, first, act, last]): LayerJson => ({
      kind: 'residual',
      alpha: 0.5,
      branch: [first, act, last],
      skip: [skip],
    }),
  );
  return fc
    .oneof({ weight: 3, arbitrary: fanIn }, { weight: 3, arbitrary: sum }, { weight: 1, arbitrary: twoPaths })
    .map((layer) => [layer]);
}

/**
 * Valid networks of vectors in the file format: all activations, both conventions of bias, frozen and weighted layers,
 * sums within sums with skips of their own, layerNorm. They end in a dense layer. With `step` false (the default) every
 * one has an NTK.
 */
export function arbitraryArchitecture(options: ArbitraryOptions = {}): fc.Arbitrary<ArchitectureJson> {
  const { nesting = 2, blocks = 4, step = false } = options;
  return fc
    .tuple(
      fc.string({ maxLength: 8 }),
      start(),
      fc.array(block(nesting, step), { maxLength: blocks }),
      freshBlock(step),
    )
    .map(([name, first, middle, last]) => ({
      format: 'ntk-architecture/1',
      name,
      layers: [...first, ...middle.flat(), ...last],
    }));
}
