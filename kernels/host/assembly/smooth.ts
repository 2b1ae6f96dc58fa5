import { erfcxTail, straightPart } from './tail';

// Smooth maps, one pair at a time in f64 whatever the precision of the strip: the same formulas as
// src/programme/pair.ts and src/programme/duals, where they are derived.

// Codes of the maps, shared with encode.ts.
export const ERROR_FUNCTION: i32 = 0;
export const GAUSSIAN_GATE: i32 = 1;
export const EXPONENTIAL_TAIL: i32 = 2;
export const SINE: i32 = 3;
export const COSINE: i32 = 4;

@inline
const TWO_PI: f64 = 2 * Math.PI;

@inline
function covariance(rs: f64, below: f64, above: f64): f64 {
  return below <= above ? rs - below : above - rs;
}

function waves(r: f64, s: f64, below: f64, above: f64, sign: f64): f64 {
  const spread = (r - s) * (r - s);
  return (Math.exp(-(spread + 2 * below) / 2) + sign * Math.exp(-(spread + 2 * above) / 2)) / 2;
}

function sineProduct(r: f64, s: f64, below: f64, above: f64): f64 {
  const k = covariance(r * s, below, above);
  if (abs(k) < 1) return Math.exp(-(r * r + s * s) / 2) * Math.sinh(k);
  return waves(r, s, below, above, -1);
}

function gateProduct(p: f64, q: f64, r: f64, s: f64, below: f64, above: f64): f64 {
  const k = covariance(r * s, below, above);
  const sum = p + q;
  const both = p * q;
  const square = 1 + sum + below * above;
  const root = Math.sqrt(square);
  return ((k * k + both * square) / ((1 + sum + both) * root) + k * Math.atan2(k, root)) / TWO_PI + k / 4;
}

function gateSlope(p: f64, q: f64, r: f64, s: f64, below: f64, above: f64): f64 {
  const k = covariance(r * s, below, above);
  const sum = p + q;
  const both = p * q;
  const square = 1 + sum + below * above;
  const root = Math.sqrt(square);
  return (k / (TWO_PI * root)) * (1 / square + (2 + sum) / (1 + sum + both)) + 0.25 + Math.atan2(k, root) / TWO_PI;
}

// E[phi phi] for variances p, q, deviations r, s and the two cosine distances rs - K, rs + K.
function dualProduct(map: i32, p: f64, q: f64, r: f64, s: f64, below: f64, above: f64): f64 {
  if (map == ERROR_FUNCTION) {
    const root = Math.sqrt(1 + 2 * (p + q) + 4 * below * above);
    return (2 / Math.PI) * Math.atan2(2 * covariance(r * s, below, above), root);
  }
  if (map == GAUSSIAN_GATE) return gateProduct(p, q, r, s, below, above);
  if (map == SINE) return sineProduct(r, s, below, above);
  if (map == COSINE) return waves(r, s, below, above, 1);
  return covariance(r * s, below, above) * straightPart(r, s) + erfcxTail(false, r, s, below, above);
}

// E[phi' phi'] likewise.
function dualSlope(map: i32, p: f64, q: f64, r: f64, s: f64, below: f64, above: f64): f64 {
  if (map == ERROR_FUNCTION) return 4 / (Math.PI * Math.sqrt(1 + 2 * (p + q) + 4 * below * above));
  if (map == GAUSSIAN_GATE) return gateSlope(p, q, r, s, below, above);
  if (map == SINE) return waves(r, s, below, above, 1);
  if (map == COSINE) return sineProduct(r, s, below, above);
  return erfcxTail(true, r, s, below, above);
}

function perfectCorrelation(map: i32, p: f64, q: f64, r: f64, s: f64, root1: f64, root2: f64, bend1: f64,
  bend2: f64): f64 {
  const difference = r - s;
  const bend = ((bend1 + bend2) / 2) * difference * difference;
  const mixingWeight = difference / (map == SINE || map == COSINE ? min(1, r + s) : r + s);
  const scale = root1 * root2;
  if (bend * mixingWeight * mixingWeight < 1e-15 * scale) return bend;
  return max(0, scale - dualProduct(map, p, q, r, s, 0, 2 * r * s));
}

function geluDistance(p: f64, q: f64, r: f64, s: f64, below: f64, above: f64): f64 {
  const k = covariance(r * s, below, above);
  const sum = p + q;
  const product = p * q;
  const both = below * above;
  const root0 = Math.sqrt(1 + sum);
  const root = Math.sqrt(1 + sum + both);
  const rise = both / (root + root0);
  const algebraic = (both / root + product * rise * (1 / (root0 * root) - 1)) / (1 + sum + product);
  const turn = Math.atan2(r * s * rise + below * root0, root0 * root + r * s * k);
  return (algebraic + below * Math.atan2(r * s, root0) + k * turn) / TWO_PI + below / 4;
}

function erfDistance(p: f64, q: f64, r: f64, s: f64, below: f64, above: f64): f64 {
  const root0 = Math.sqrt(1 + 2 * (p + q));
  const root = Math.sqrt(1 + 2 * (p + q) + 4 * below * above);
  const rise = (4 * below * above) / (root + root0);
  const cosine = root0 * root + 4 * r * s * covariance(r * s, below, above);
  return (2 / Math.PI) * Math.atan2(2 * (r * s * rise + below * root0), cosine);
}

// By Price's theorem, three Gauss points on [K, rs].
function eluDistance(r: f64, s: f64, distance: f64): f64 {
  const twice = 2 * r * s;
  const a = distance * (0.5 - Math.sqrt(0.15));
  const b = distance * 0.5;
  const c = distance * (0.5 + Math.sqrt(0.15));
  const ends = erfcxTail(true, r, s, a, twice - a) + erfcxTail(true, r, s, c, twice - c);
  return (distance * (5 * ends + 8 * erfcxTail(true, r, s, b, twice - b))) / 18;
}

// E[phi phi] at K = rs minus its value at K.
function dualDistance(map: i32, p: f64, q: f64, r: f64, s: f64, below: f64, above: f64): f64 {
  if (map == ERROR_FUNCTION) return erfDistance(p, q, r, s, below, above);
  if (map == GAUSSIAN_GATE) return geluDistance(p, q, r, s, below, above);
  if (map == EXPONENTIAL_TAIL) return eluDistance(r, s, below);
  const near = (Math.exp(-((r - s) * (r - s)) / 2) * -Math.expm1(-below)) / 2;
  return near * (map == SINE ? 1 + Math.exp(-above) : -Math.expm1(-above));
}

// The signed cosine distance of the value for a signed cosine distance v of the input.
export function smoothValue(map: i32, v: f64, p: f64, q: f64, r: f64, s: f64, root1: f64, root2: f64, bend1: f64,
  bend2: f64): f64 {
  const scale = root1 * root2;
  if (!(scale > 0)) return 1;
  const negative = NativeMath.signbit(v);
  const g = abs(v);
  const even = map == COSINE;
  const odd = map == ERROR_FUNCTION || map == SINE;
  const mirrored = negative && (even || odd);
  const rs = r * s;
  const below = rs * (negative && !mirrored ? 2 - g : g);
  const above = rs * (negative && !mirrored ? g : 2 - g);
  const resolution: f64 = map == EXPONENTIAL_TAIL ? 1e-5 : 0.005;
  let distance: f64;
  if (below <= resolution * min(1, rs)) {
    distance = (perfectCorrelation(map, p, q, r, s, root1, root2, bend1, bend2) + dualDistance(map, p, q, r, s, below,
      above)) / scale;
  } else {
    distance = 1 - dualProduct(map, p, q, r, s, below, above) / scale;
  }
  distance = max(0, distance);
  if (mirrored && odd) return distance <= 1 ? -distance : 2 - distance;
  return distance <= 1 ? distance : -max(0, 2 - distance);
}

// The cosine distance of the derivative's correlation.
export function smoothSlope(map: i32, v: f64, p: f64, q: f64, r: f64, s: f64, root1: f64, root2: f64): f64 {
  const scale = root1 * root2;
  if (!(scale > 0)) return 1;
  const g = abs(v);
  const rs = r * s;
  const negative = NativeMath.signbit(v);
  const below = rs * (negative ? 2 - g : g);
  const above = rs * (negative ? g : 2 - g);
  return max(0, 1 - dualSlope(map, p, q, r, s, below, above) / scale);
}
