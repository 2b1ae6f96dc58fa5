import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArchitecture } from '../../src/architecture/parse.js';
import type { NdArray } from '../../src/data/array.js';
import { empiricalKernel } from '../../src/empirical/kernel.js';
import type { EmpiricalMethod } from '../../src/empirical/methods/index.js';
import { finiteNetwork } from '../../src/network/network.js';
import { reorder, type Weights } from '../../src/network/weights.js';
import { type WeightsOperation, weightsOf } from '../../src/vocabulary/operations.js';
import { describe, expect, test } from '../jest.js';
import { DEVICES } from './devices.js';

const FILE = fileURLToPath(new URL('../../../test/fixtures/empirical.json', import.meta.url));

type Nested = number | readonly Nested[];

interface LayerJson {
  readonly kind: string;
  readonly branch?: readonly LayerJson[];
  readonly skip?: readonly LayerJson[];
}

interface NetworkJson {
  readonly name: string;
  readonly architecture: { readonly layers: readonly LayerJson[] };
  readonly widths: Readonly<Record<string, number>>;
  readonly parameters: Readonly<Record<string, Readonly<Record<'W' | 'B', Nested>>>>;
  readonly x: Nested;
  readonly outputs: Nested;
  readonly empiricalNtk: Nested;
  readonly empiricalNtkMean?: Nested;
  readonly parameterCount: number;
}

const { networks } = JSON.parse(readFileSync(FILE, 'utf8')) as { readonly networks: readonly NetworkJson[] };

function numbers(nested: Nested): readonly number[] {
  return typeof nested === 'number' ? [nested] : nested.flatMap(numbers);
}

function shape(nested: Nested): readonly number[] {
  return typeof nested === 'number' ? [] : [nested.length, ...shape(nested[0])];
}

function array(nested: Nested): NdArray {
  return { data: Float64Array.from(numbers(nested)), shape: shape(nested) };
}

/** The layers with the widths of the file written into them. */
function sized(layers: readonly LayerJson[], path: string, widths: NetworkJson['widths']): readonly object[] {
  return layers.map((layer, i) => {
    const here = `${path}[${i}]`;
    const inner = (['branch', 'skip'] as const).filter((key) => layer[key] !== undefined);
    return {
      ...layer,
      ...(here in widths ? { width: widths[here] } : {}),
      ...Object.fromEntries(inner.map((key) => [key, sized(layer[key] ?? [], `${here}.${key}`, widths)])),
    };
  });
}

function weightsFrom(operations: readonly WeightsOperation[], parameters: NetworkJson['parameters']): Weights {
  return new Map(
    operations.map((operation) => {
      const { W, B } = parameters[operation.path];
      const source = Float64Array.from(numbers(W));
      const matrix = new Float64Array(source.length);
      reorder(operation, source, matrix);
      return [operation.path, { matrix, bias: B === undefined ? null : Float64Array.from(numbers(B)) }];
    }),
  );
}

/** The same in single precision. */
function rounded(weights: Weights): Weights {
  return new Map(
    [...weights].map(([path, { matrix, bias }]) => {
      return [path, { matrix: Float32Array.from(matrix), bias: bias === null ? null : Float32Array.from(bias) }];
    }),
  );
}

function largestDifference(a: ArrayLike<number>, b: readonly number[]): number {
  expect(a).toHaveLength(b.length);
  const scale = b.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  return b.reduce((most, v, k) => Math.max(most, Math.abs(v - a[k])), 0) / scale;
}

/** `[i][a][j][b]` of the file as `[i][j][a][b]`. */
function byPairs({ data, shape: [n, o] }: NdArray): readonly number[] {
  return Array.from({ length: data.length }, (_, k) => {
    const [b, a, j, i] = [k % o, Math.floor(k / o) % o, Math.floor(k / o ** 2) % n, Math.floor(k / (o ** 2 * n))];
    return data[((i * o + a) * n + j) * o + b];
  });
}

const METHODS: readonly (EmpiricalMethod | undefined)[] = [undefined, 'structured', 'jacobian', 'products'];

describe.each(networks.map((network) => [network.name, network] as const))('jax: %s', (_name, network) => {
  const architecture = parseArchitecture({
    ...network.architecture,
    layers: sized(network.architecture.layers, 'layers', network.widths),
  });
  const x = array(network.x);
  const weights = weightsFrom(weightsOf(finiteNetwork(architecture, x.shape).operations), network.parameters);

  test.each(METHODS.map((method) => [method ?? 'cheapest', method] as const))('%s', async (_, method) => {
    const options = { architecture, weights, native: 'off', ...(method === undefined ? {} : { method }) };
    const { ntk, outputs, plan, check } = await empiricalKernel(x, { ...options, contract: 'full' });
    const kernel =
      network.empiricalNtkMean === undefined ? numbers(network.empiricalNtk) : byPairs(array(network.empiricalNtk));
    expect(largestDifference(outputs.data, numbers(network.outputs))).toBeLessThan(1e-13);
    expect(largestDifference(ntk.data, kernel)).toBeLessThan(1e-12);
    expect(plan.layers.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(network.parameterCount);
    expect(check.difference).toBeLessThan(1e-13);
    if (network.empiricalNtkMean === undefined) return;
    const mean = await empiricalKernel(x, options);
    expect(largestDifference(mean.ntk.data, numbers(network.empiricalNtkMean))).toBeLessThan(1e-12);
  });

  test.each(DEVICES)('tensors of %s in %s', async (backend, precision) => {
    const own = precision === 'f64' ? weights : rounded(weights);
    const { ntk, outputs } = await empiricalKernel(x, {
      architecture,
      weights: own,
      precision,
      backend,
      contract: 'full',
    });
    const kernel =
      network.empiricalNtkMean === undefined ? numbers(network.empiricalNtk) : byPairs(array(network.empiricalNtk));
    const limit = precision === 'f64' ? 1e-12 : 2e-6;
    expect(largestDifference(outputs.data, numbers(network.outputs))).toBeLessThan(limit);
    expect(largestDifference(ntk.data, kernel)).toBeLessThan(limit);
  });
});
