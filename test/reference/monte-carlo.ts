import { ACTIVATIONS } from './activations.js';
import type { ArchitectureJson, LayerJson } from './textbook.js';

// Looked up once: in Jest's modules a global costs a search each time.
const { cos, imul, log, PI, sqrt } = Math;

/** Seeded uniform numbers in [0, 1): mulberry32. */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = imul(state ^ (state >>> 15), state | 1);
    t = (t + imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Seeded standard normal numbers (Box, Muller 1958). */
export function normals(seed: number): () => number {
  const next = uniforms(seed);
  return () => sqrt(-2 * log(1 - next())) * cos(2 * PI * next());
}

/** Activations of both inputs of a pair. */
type Pair = readonly [x: Float64Array, z: Float64Array];

/**
 * Output of a layer, and its backward pass: signals in, signals out; it adds the layer's share of the NTK to the total.
 */
interface Passed {
  readonly out: Pair;
  back(signal: Pair): Pair;
}

interface Run {
  readonly normal: () => number;
  readonly width: number;
  /** Sum of df/dtheta(x) df/dtheta(z) over all trained parameters so far. */
  total: number;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function both(pair: Pair, f: (v: Float64Array) => Float64Array): Pair {
  return [f(pair[0]), f(pair[1])];
}

/** g = w / sqrt(fan) W h + b B, all of W and B standard normal (B = 0 for biasInit "zero"). */
function dense(layer: LayerJson, [hx, hz]: Pair, outputs: number, run: Run): Passed {
  const { weightStd = 1, biasStd = 0, biasInit = 'normal', scaling = 'fan-in', train = true } = layer;
  const fan = hx.length;
  const scale = weightStd / (scaling === 'fan-in' ? sqrt(fan) : 1);
  const weights = Array.from({ length: outputs }, () => Float64Array.from({ length: fan }, run.normal));
  const biases = Array.from({ length: outputs }, () => (biasInit === 'normal' ? biasStd * run.normal() : 0));
  const apply = (h: Float64Array) => Float64Array.from(weights, (row, i) => scale * dot(row, h) + biases[i]);
  const transpose = (signal: Float64Array) => {
    const back = new Float64Array(fan);
    weights.forEach((row, i) => {
      for (let j = 0; j < fan; j++) back[j] += scale * row[j] * signal[i];
    });
    return back;
  };
  return {
    out: [apply(hx), apply(hz)],
    back(signal) {
      run.total += Number(train) * dot(signal[0], signal[1]) * (scale ** 2 * dot(hx, hz) + biasStd ** 2);
      return both(signal, transpose);
    },
  };
}

function activation(layer: LayerJson, input: Pair): Passed {
  const { phi, slope } = ACTIVATIONS[layer.kind](layer.slope ?? 0);
  const times = (signal: Float64Array, h: Float64Array) => signal.map((v, i) => v * (slope?.(h[i]) ?? Number.NaN));
  return {
    out: both(input, (h) => h.map(phi)),
    back: (signal) => [times(signal[0], input[0]), times(signal[1], input[1])],
  };
}

/** h / sqrt(mean_c h^2); backward J^T s = (s - h (h . s) / |h|^2) / rms. */
function layerNorm(input: Pair): Passed {
  const rms = (h: Float64Array) => sqrt(dot(h, h) / h.length);
  const back = (h: Float64Array, s: Float64Array) => {
    const share = dot(h, s) / dot(h, h);
    return s.map((v, i) => (v - share * h[i]) / rms(h));
  };
  return {
    out: both(input, (h) => h.map((v) => v / rms(h))),
    back: (signal) => [back(input[0], signal[0]), back(input[1], signal[1])],
  };
}

function add(a: Pair, b: Pair, weight: number): Pair {
  return [a[0].map((v, i) => v + weight * b[0][i]), a[1].map((v, i) => v + weight * b[1][i])];
}

function residual(layer: LayerJson, input: Pair, outputs: number, run: Run): Passed {
  const alpha = layer.alpha ?? 1;
  const skip = forward(layer.skip ?? [], input, outputs, run);
  const branch = forward(layer.branch ?? [], input, outputs, run);
  return {
    out: add(skip.out, branch.out, alpha),
    back: (signal) => add(skip.back(signal), branch.back(both(signal, (v) => v.map((s) => alpha * s))), 1),
  };
}

function forward(layers: readonly LayerJson[], input: Pair, outputs: number, run: Run): Passed {
  let out = input;
  const passed = layers.map((layer, i) => {
    const units = i === layers.length - 1 ? outputs : run.width;
    let next: Passed;
    if (layer.kind === 'dense') next = dense(layer, out, units, run);
    else if (layer.kind === 'residual') next = residual(layer, out, units, run);
    else if (layer.kind === 'layerNorm') next = layerNorm(out);
    else next = activation(layer, out);
    out = next.out;
    return next;
  });
  return { out, back: (signal) => passed.reduceRight((s, layer) => layer.back(s), signal) };
}

/** How much is averaged. */
export interface MonteCarloOptions {
  /** Units of every hidden layer. */
  readonly width: number;
  /** Networks drawn. */
  readonly draws: number;
  readonly seed: number;
}

/**
 * Means of f(x) f(z) and of the empirical NTK over networks of finite width with one output, for one pair of inputs.
 *
 * The network must end in a dense layer, and a sum over an identity skip must come after one. Both errors fall like 1 /
 * sqrt(draws), and their bias like 1 / width; the NTK of one network is off by some 1 / sqrt(width).
 */
export function monteCarlo(
  architecture: ArchitectureJson,
  x: readonly number[],
  z: readonly number[],
  { width, draws, seed }: MonteCarloOptions,
): { readonly nngp: number; readonly ntk: number } {
  const normal = normals(seed);
  const one: Pair = [Float64Array.of(1), Float64Array.of(1)];
  const run: Run = { normal, width, total: 0 };
  let products = 0;
  for (let draw = 0; draw < draws; draw++) {
    const { out, back } = forward(architecture.layers, [Float64Array.from(x), Float64Array.from(z)], 1, run);
    products += out[0][0] * out[1][0];
    back(one);
  }
  return { nngp: products / draws, ntk: run.total / draws };
}
