import { ACTIVATIONS } from './activations.js';
import { type ImageArchitectureJson, type ImageLayerJson, layerReads } from './image-layers.js';
import { type MonteCarloOptions, normals } from './monte-carlo.js';

// Looked up once: in Jest's modules a global costs a search each time.
const { sqrt } = Math;

/** Numbers of both images of a pair, `[positions, channels]` each. */
type Pair = readonly [x: Float64Array, z: Float64Array];

/** What stands between two layers. */
interface Signal {
  readonly positions: readonly number[];
  readonly channels: number;
  readonly values: Pair;
}

/**
 * Output of a layer, and its backward pass: gradients in, gradients out; it adds the layer's share of the NTK to the
 * total.
 */
interface Passed {
  readonly out: Signal;
  back(gradient: Pair): Pair;
}

interface Run {
  readonly normal: () => number;
  readonly width: number;
  /** Sum of df/dtheta(x) df/dtheta(z) over all trained parameters of this draw so far. */
  total: number;
}

function both(pair: Pair, f: (v: Float64Array, which: 0 | 1) => Float64Array): Pair {
  return [f(pair[0], 0), f(pair[1], 1)];
}

/** sum_c a[p, c] b[q, c] for rows of c channels. */
function rowDot(a: Float64Array, p: number, b: Float64Array, q: number, channels: number): number {
  let sum = 0;
  for (let c = 0; c < channels; c++) sum += a[p * channels + c] * b[q * channels + c];
  return sum;
}

/** Patches `[positions, taps x channels]`, zero outside the image: a convolution is a dense layer on them. */
function patches(h: Float64Array, taps: readonly (readonly (number | null)[])[], channels: number): Float64Array {
  const out = new Float64Array(taps.length * taps[0].length * channels);
  let at = 0;
  for (const reads of taps) {
    for (const p of reads) {
      if (p !== null) out.set(h.subarray(p * channels, (p + 1) * channels), at);
      at += channels;
    }
  }
  return out;
}

/**
 * conv and dense: g = w / sqrt(taps x channels) W patch + b B, all of W and B standard normal (B = 0 for biasInit
 * "zero").
 */
function weights(layer: ImageLayerJson, { positions, channels, values }: Signal, outputs: number, run: Run): Passed {
  const { weightStd = 1, biasStd = 0, biasInit = 'normal', train = true } = layer;
  const reads = layerReads(layer, positions);
  const fan = reads.taps[0].length * channels;
  const scale = weightStd / sqrt(fan);
  const matrix = Float64Array.from({ length: outputs * fan }, run.normal);
  const bias = Float64Array.from({ length: outputs }, () => (biasInit === 'normal' ? biasStd * run.normal() : 0));
  const seen = both(values, (h) => patches(h, reads.taps, channels));
  const n = reads.taps.length;
  const apply = (h: Float64Array) =>
    Float64Array.from({ length: n * outputs }, (_, i) => {
      const [j, o] = [Math.floor(i / outputs), i % outputs];
      return scale * rowDot(h, j, matrix, o, fan) + bias[o];
    });
  const transpose = (gradient: Float64Array) => {
    const back = new Float64Array(values[0].length);
    const patch = new Float64Array(fan);
    reads.taps.forEach((list, j) => {
      patch.fill(0);
      for (let o = 0; o < outputs; o++) {
        const g = scale * gradient[j * outputs + o];
        if (g !== 0) for (let i = 0; i < fan; i++) patch[i] += g * matrix[o * fan + i];
      }
      list.forEach((p, k) => {
        if (p !== null) for (let c = 0; c < channels; c++) back[p * channels + c] += patch[k * channels + c];
      });
    });
    return back;
  };
  return {
    out: { positions: reads.positions, channels: outputs, values: both(seen, apply) },
    back(gradient) {
      for (let j = 0; j < n; j++) {
        for (let i = 0; i < n; i++) {
          const backward = rowDot(gradient[0], j, gradient[1], i, outputs);
          const forward = scale ** 2 * rowDot(seen[0], j, seen[1], i, fan) + biasStd ** 2;
          run.total += Number(train) * backward * forward;
        }
      }
      return both(gradient, transpose);
    },
  };
}

function activation(layer: ImageLayerJson, input: Signal): Passed {
  const { phi, slope } = ACTIVATIONS[layer.kind](layer.slope ?? 0);
  const { values } = input;
  return {
    out: { ...input, values: both(values, (h) => h.map(phi)) },
    back: (gradient) => both(gradient, (g, which) => g.map((v, i) => v * (slope?.(values[which][i]) ?? Number.NaN))),
  };
}

/** Pools and pixel: means over windows, channel by channel. */
function average(layer: ImageLayerJson, { positions, channels, values }: Signal): Passed {
  const reads = layerReads(layer, positions);
  const count = reads.taps[0].length;
  const visit = (f: (out: number, from: number) => void) =>
    reads.taps.forEach((list, j) => {
      for (const p of list) for (let c = 0; c < channels; c++) f(j * channels + c, (p ?? Number.NaN) * channels + c);
    });
  const apply = (h: Float64Array) => {
    const out = new Float64Array(reads.taps.length * channels);
    visit((to, from) => {
      out[to] += h[from] / count;
    });
    return out;
  };
  const transpose = (gradient: Float64Array, which: 0 | 1) => {
    const back = new Float64Array(values[which].length);
    visit((to, from) => {
      back[from] += gradient[to] / count;
    });
    return back;
  };
  return {
    out: { positions: reads.positions, channels, values: both(values, apply) },
    back: (g) => both(g, transpose),
  };
}

function add(a: Pair, b: Pair, weight: number): Pair {
  return both(a, (v, which) => v.map((value, i) => value + weight * b[which][i]));
}

function residual(layer: ImageLayerJson, input: Signal, run: Run): Passed {
  const alpha = layer.alpha ?? 1;
  const skip = forward(layer.skip ?? [], input, run.width, run);
  const branch = forward(layer.branch ?? [], input, run.width, run);
  return {
    out: { ...skip.out, values: add(skip.out.values, branch.out.values, alpha) },
    back: (gradient) => add(skip.back(gradient), branch.back(both(gradient, (v) => v.map((g) => alpha * g))), 1),
  };
}

function flatten(input: Signal): Passed {
  const { positions, channels, values } = input;
  const ones = positions.map(() => 1);
  const features = channels * positions.reduce((a, b) => a * b, 1);
  return { out: { positions: ones, channels: features, values }, back: (gradient) => gradient };
}

const AVERAGES = ['globalAvgPool', 'avgPool', 'pixel'];

function forward(layers: readonly ImageLayerJson[], input: Signal, outputs: number, run: Run): Passed {
  let out = input;
  const passed = layers.map((layer, i) => {
    const units = i === layers.length - 1 ? outputs : run.width;
    let next: Passed;
    if (layer.kind === 'dense' || layer.kind === 'conv') next = weights(layer, out, units, run);
    else if (layer.kind === 'residual') next = residual(layer, out, run);
    else if (AVERAGES.includes(layer.kind)) next = average(layer, out);
    else if (layer.kind === 'flatten') next = flatten(out);
    else next = activation(layer, out);
    out = next.out;
    return next;
  });
  return { out, back: (gradient) => passed.reduceRight((g, layer) => layer.back(g), gradient) };
}

/** Mean over draws, and its standard error. */
export interface Estimate {
  readonly mean: number;
  readonly error: number;
}

function estimate(draws: readonly number[]): Estimate {
  const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
  const variance = draws.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (draws.length - 1);
  return { mean, error: sqrt(variance / draws.length) };
}

/** Outputs that a drawn network has: their mean of f(x) f(z) estimates the NNGP, the gradients of the first the NTK. */
const OUTPUTS = 64;

/**
 * Estimates of both kernels from networks of finite width on one pair of images `[...positions, channels]`.
 *
 * The network must end in a dense layer. The errors fall like 1 / sqrt(draws), the bias like 1 / width.
 */
export function monteCarloImages(
  { layers }: ImageArchitectureJson,
  positions: readonly number[],
  [x, z]: Pair,
  { width, draws, seed }: MonteCarloOptions,
): { readonly nngp: Estimate; readonly ntk: Estimate } {
  const normal = normals(seed);
  const channels = x.length / positions.reduce((a, b) => a * b, 1);
  const first = Float64Array.from({ length: OUTPUTS }, (_, o) => (o === 0 ? 1 : 0));
  const found = Array.from({ length: draws }, () => {
    const run: Run = { normal, width, total: 0 };
    const { out, back } = forward(layers, { positions, channels, values: [x, z] }, OUTPUTS, run);
    back([first, first]);
    return { nngp: rowDot(out.values[0], 0, out.values[1], 0, OUTPUTS) / OUTPUTS, ntk: run.total };
  });
  return { nngp: estimate(found.map((f) => f.nngp)), ntk: estimate(found.map((f) => f.ntk)) };
}
