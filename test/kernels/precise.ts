/**
 * Kernels of a pair to some 60 digits: textbook covariances in fixed-point arithmetic on integers.
 *
 * Shares no formula with the engine, which carries cosine distances: with so many digits K itself may be subtracted
 * from 1.
 */
import type { ArchitectureJson, LayerJson } from '../reference/textbook.js';

/** Numbers are integers over 2^BITS. */
const BITS = 256n;
const ONE = 1n << BITS;

function mul(a: bigint, b: bigint): bigint {
  return (a * b) >> BITS;
}

function div(a: bigint, b: bigint): bigint {
  return (a << BITS) / b;
}

function root(a: bigint): bigint {
  if (a <= 0n) return 0n;
  const square = a << BITS;
  let x = 1n << BigInt(Math.ceil(square.toString(2).length / 2));
  for (;;) {
    const next = (x + square / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}

/** The exact value of a double. */
export function exact(value: number): bigint {
  let [mantissa, shift] = [value, 0n];
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    shift += 1n;
  }
  return (BigInt(mantissa) << BITS) >> shift;
}

/** The nearest double, relative to the last digits that are there. */
export function toNumber(value: bigint): number {
  const digits = value.toString(2).replace('-', '').length;
  const drop = BigInt(Math.max(0, digits - 60));
  return Number(value >> drop) * 2 ** (Number(drop) - Number(BITS));
}

function arctangent(x: bigint): bigint {
  let y = x;
  const halvings = 12n;
  for (let i = 0n; i < halvings; i++) y = div(y, ONE + root(ONE + mul(y, y)));
  const square = mul(y, y);
  let [sum, power] = [0n, y];
  for (let k = 1n; power !== 0n && power !== -1n; k += 2n) {
    sum += (k % 4n === 1n ? power : -power) / k;
    power = mul(power, square);
  }
  return sum << halvings;
}

const PI = 4n * arctangent(ONE);

/** Angle of the point (x, y) with y >= 0, in [0, pi]. */
function angleOf(x: bigint, y: bigint): bigint {
  const r = root(mul(x, x) + mul(y, y));
  if (r + x === 0n) return PI;
  return 2n * arctangent(div(y, r + x));
}

function exponential(x: bigint): bigint {
  const halvings = 16n;
  const y = x >> halvings;
  let [sum, term] = [ONE, ONE];
  for (let k = 1n; term !== 0n && term !== -1n; k++) {
    term = mul(term, y) / k;
    sum += term;
  }
  for (let i = 0n; i < halvings; i++) sum = mul(sum, sum);
  return sum;
}

interface Covariance {
  readonly xx: bigint;
  readonly zz: bigint;
  readonly xz: bigint;
}

type Dual = (k: Covariance) => readonly [value: bigint, slope: bigint];

/** phi(a) = a for a > 0, slope a below: arc-cosine kernels of Cho, Saul 2009. */
function leaky(slope: number): Dual {
  const c = exact(slope);
  const half = mul(ONE - c, ONE - c) / 2n;
  return ({ xx, zz, xz }) => {
    const sine = root(mul(xx, zz) - mul(xz, xz));
    const theta = angleOf(xz, sine);
    const value = div(mul(xz, PI - theta) + sine, PI);
    return [mul(half, value) + mul(c, xz), mul(half, div(PI - theta, PI)) + c];
  };
}

/** Williams 1997; the derivative is an elementary Gaussian integral. */
const erf: Dual = ({ xx, zz, xz }) => {
  const rest = root(mul(ONE + 2n * xx, ONE + 2n * zz) - 4n * mul(xz, xz));
  return [div(2n * quarter(2n * xz, rest), PI), div(4n * ONE, mul(PI, rest))];
};

/** atan2(y, x) for x > 0, in [-pi/2, pi/2]. */
function quarter(y: bigint, x: bigint): bigint {
  return arctangent(div(y, x));
}

/** Tsuchida et al. 2020. */
const gelu: Dual = ({ xx, zz, xz }) => {
  const p = mul(ONE + xx, ONE + zz);
  const square = p - mul(xz, xz);
  const d = root(square);
  const angle = quarter(xz, d);
  const product = mul(xx, zz);
  const value = div(div(mul(xz, xz) + mul(product, square), mul(p, d)) + mul(xz, angle), 2n * PI) + xz / 4n;
  const bracket = div(ONE, square) + div(ONE - product, p) + ONE;
  return [value, mul(div(xz, mul(2n * PI, d)), bracket) + ONE / 4n + div(angle, 2n * PI)];
};

function waves({ xx, zz, xz }: Covariance): readonly [sines: bigint, cosines: bigint] {
  const [minus, plus] = [exponential(xz - (xx + zz) / 2n), exponential(-xz - (xx + zz) / 2n)];
  return [(minus - plus) / 2n, (minus + plus) / 2n];
}

const DUALS: Readonly<Record<string, (slope: number) => Dual>> = {
  relu: () => leaky(0),
  leakyRelu: leaky,
  abs: () => leaky(-1),
  erf: () => erf,
  gelu: () => gelu,
  sin: () => waves,
  cos: () => (k) => {
    const [sines, cosines] = waves(k);
    return [cosines, sines];
  },
};

/** S and T of a pair; `channels` divide the data at the first dense layer. */
interface State {
  readonly s: Covariance;
  readonly t: Covariance;
  readonly channels: bigint;
}

function map(f: (key: keyof Covariance) => bigint): Covariance {
  return { xx: f('xx'), zz: f('zz'), xz: f('xz') };
}

function dense(layer: LayerJson, { s, t, channels }: State): State {
  const { weightStd = 1, biasStd = 0, biasInit = 'normal', scaling = 'fan-in', train = true } = layer;
  const weight = mul(exact(weightStd), exact(weightStd)) / (scaling === 'fan-in' ? channels : 1n);
  const bias = mul(exact(biasStd), exact(biasStd));
  const rate = exact(Number(train));
  return {
    s: map((k) => mul(weight, s[k]) + (biasInit === 'normal' ? bias : 0n)),
    t: map((k) => mul(weight, t[k]) + mul(rate, mul(weight, s[k]) + bias)),
    channels: 1n,
  };
}

function activation(layer: LayerJson, { s, t }: State): State {
  const dual = DUALS[layer.kind](layer.slope ?? 0);
  const selfKernels = (k: bigint): Covariance => ({ xx: k, zz: k, xz: k });
  const of = { xx: dual(selfKernels(s.xx)), zz: dual(selfKernels(s.zz)), xz: dual(s) };
  return { s: map((k) => of[k][0]), t: map((k) => mul(t[k], of[k][1])), channels: 1n };
}

function layerNorm({ s, t, channels }: State): State {
  const scale = { xx: s.xx, zz: s.zz, xz: root(mul(s.xx, s.zz)) };
  return { s: map((k) => div(s[k], scale[k])), t: map((k) => div(t[k], scale[k])), channels };
}

function residual(layer: LayerJson, state: State): State {
  const alpha = exact(layer.alpha ?? 1);
  const [skip, branch] = [apply(layer.skip ?? [], state), apply(layer.branch ?? [], state)];
  const add = (a: Covariance, b: Covariance): Covariance => map((k) => a[k] + mul(mul(alpha, alpha), b[k]));
  return { s: add(skip.s, branch.s), t: add(skip.t, branch.t), channels: skip.channels };
}

function apply(layers: readonly LayerJson[], start: State): State {
  let state = start;
  for (const layer of layers) {
    if (layer.kind === 'dense') state = dense(layer, state);
    else if (layer.kind === 'residual') state = residual(layer, state);
    else if (layer.kind === 'layerNorm') state = layerNorm(state);
    else if (layer.kind !== 'identity') state = activation(layer, state);
  }
  return state;
}

/** 1 - K(x,z) / sqrt(K(x,x) K(z,z)) of both kernels, for rows of exact doubles. */
export function preciseDistances(
  architecture: ArchitectureJson,
  x: ArrayLike<number>,
  z: ArrayLike<number>,
): { readonly nngp: number; readonly ntk: number } {
  const [a, b] = [Array.from(x, exact), Array.from(z, exact)];
  const dot = (p: readonly bigint[], q: readonly bigint[]): bigint => p.reduce((sum, v, i) => sum + mul(v, q[i]), 0n);
  const zero = { xx: 0n, zz: 0n, xz: 0n };
  const start = { s: { xx: dot(a, a), zz: dot(b, b), xz: dot(a, b) }, t: zero, channels: BigInt(a.length) };
  const { s, t } = apply(architecture.layers, start);
  const distance = (k: Covariance): number => toNumber(ONE - div(k.xz, root(mul(k.xx, k.zz))));
  return { nngp: distance(s), ntk: distance(t) };
}
