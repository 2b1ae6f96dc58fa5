/** Rows that nearly repeat or oppose each other, and how far a backend's cosine distances of them are off. */
import { kernelMatrix, type NdArray, parseArchitecture } from '../../src/index.js';
import type { ArchitectureJson, LayerJson } from '../reference/textbook.js';
import type { Combination } from './backends.js';
import { preciseDistances } from './precise.js';
import { type Limits, limits } from './tolerances.js';

const V = Math.SQRT2;
const relu: LayerJson = { kind: 'relu' };
const he: LayerJson = { kind: 'dense', weightStd: V };
const biased: LayerJson = { ...he, biasStd: 0.3 };
const zeroBias: LayerJson = { ...he, biasStd: 0.3, biasInit: 'zero' };
const first: LayerJson = { kind: 'dense', scaling: 'none', train: false };
const last: LayerJson = { kind: 'dense' };

function blocks(count: number, alpha: number, inner: LayerJson, act: LayerJson = relu): LayerJson[] {
  return Array.from({ length: count }, () => ({ kind: 'residual', alpha, branch: [inner, act, last] }));
}

function fc(depth: number, inner: LayerJson): LayerJson[] {
  return Array.from({ length: depth }, () => [inner, relu]).flat();
}

const act = (kind: string): LayerJson => ({ kind });

/** Networks by what they try; elu has no closed form in integers and is tested by the vectors. */
export const NEAR_NETWORKS: Readonly<Record<string, readonly LayerJson[]>> = {
  'fc 3': [first, relu, ...fc(2, he), he],
  'fc 10': [...fc(10, he), he],
  'fc 3, normal bias': [...fc(3, biased), biased],
  'fc 3, zero bias': [...fc(3, zeroBias), zeroBias],
  'leaky and abs': [he, { kind: 'leakyRelu', slope: 0.2 }, he, act('abs'), he],
  'resntk 3': [first, ...blocks(3, 1, he), { kind: 'dense', train: false }],
  'resntk 20': [first, ...blocks(20, 0.3, he), { kind: 'dense', train: false }],
  'residual, normal bias': [biased, ...blocks(3, 0.7, biased), biased],
  'residual, zero bias': [zeroBias, ...blocks(3, 0.7, zeroBias), last],
  erf: [he, act('erf'), he],
  gelu: [he, act('gelu'), he],
  sin: [he, act('sin'), he],
  cos: [he, act('cos'), he],
  'smooth in a row, biased': [biased, act('erf'), biased, act('gelu'), biased, act('sin'), last],
  'erf then relu': [he, act('erf'), he, relu, he],
  'gelu then abs': [he, act('gelu'), he, act('abs'), he],
  'sin then relu': [he, act('sin'), he, relu, he],
  'cos then relu': [he, act('cos'), he, relu, he],
  'residual of gelu': [biased, ...blocks(2, 0.5, biased, act('gelu')), last],
  layerNorm: [he, { kind: 'layerNorm' }, relu, biased, { kind: 'layerNorm' }, act('erf'), last],
};

const BASE = [0.6, -0.3, 0.5, 0.2, -0.4];
const ACROSS = [0.3, 0.6, 0, 0, 0];
const FACTORS = [1, 1.001, 3];

/** BASE turned by the angle towards ACROSS, times a factor, in doubles. */
function turned(angle: number, factor: number): number[] {
  const lengths = [BASE, ACROSS].map((v) => Math.hypot(...v));
  const [c, s] = [Math.cos(angle) / lengths[0], Math.sin(angle) / lengths[1]];
  return BASE.map((v, i) => factor * (c * v + s * ACROSS[i]));
}

/** The row, and those at an angle to it or to its antipode. */
function nearRows({ angle }: Limits): number[][] {
  const angles = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7].filter((a) => a >= angle);
  const others = angles.flatMap((a) => FACTORS.flatMap((f) => [turned(a, f), turned(a, -f)]));
  return [turned(0, 1), ...others];
}

/** The matrix of rows near to the first one that a combination must tell from it. */
export function nearMatrix(combination: Combination): readonly (readonly number[])[] {
  const single = combination.precision === 'f32';
  return nearRows(limits(combination)).map((row) => (single ? row.map(Math.fround) : row));
}

/** A pair with the first row. */
export interface NearPair {
  readonly kind: 'nngp' | 'ntk';
  readonly row: number;
  /** 1 - K(x,z) / sqrt(K(x,x) K(z,z)), to 60 digits before it was rounded. */
  readonly exact: number;
  /** How far the combination is off. */
  readonly error: number;
  /** How far it may be. */
  readonly limit: number;
}

/** The cosine distances of a network's pairs, as they are and as the normalised kernel has them. */
export async function nearPairs(combination: Combination, name: string): Promise<readonly NearPair[]> {
  const allowed = limits(combination);
  const matrix = nearMatrix(combination);
  const values = matrix.flat();
  const data = combination.precision === 'f32' ? Float32Array.from(values) : Float64Array.from(values);
  const x: NdArray = { data, shape: [matrix.length, BASE.length] };
  const json: ArchitectureJson = { format: 'ntk-architecture/1', name, layers: NEAR_NETWORKS[name] };
  const architecture = parseArchitecture(json);
  const expected = matrix.map((row) => preciseDistances(json, matrix[0], row));
  const pairs: NearPair[] = [];
  for (const normalized of [false, true]) {
    const result = await kernelMatrix(x, { architecture, kind: 'both', threads: 1, normalized, ...combination });
    for (const kind of ['nngp', 'ntk'] as const) {
      const k = result[kind]?.data ?? [];
      const n = matrix.length;
      for (let row = 1; row < n; row++) {
        const distance = 1 - k[row] / Math.sqrt(k[0] * k[row * n + row]);
        const exact = expected[row][kind];
        const limit = Math.max(allowed.distance * exact, allowed.stored);
        pairs.push({ kind, row, exact, error: Math.abs(distance - exact), limit });
      }
    }
  }
  return pairs;
}
