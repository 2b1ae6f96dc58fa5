import { positionPairCount, lanes, Pair, word, xAt, zAt, zColumn } from './position-pairs';
import { high, low, signed } from './sum';
import { madd } from './vector';

// Windows over pairs of positions of images: what they add up, the cosine distances behind them, and where that has to
// be done once more.

// s s' (1 - u) + 1/2 (s - s')^2; behind the last position pair 0 for what lies outside, then half the square of what is
// inside one image alone.
export function weigh<T>(pair: Pair, out: usize, src: usize, grid: usize, deviation: i32, halves: usize): void {
  const half = v128.splat<T>(<T>0.5);
  const ps = <usize>load<i32>(grid, 4);
  const qs = <usize>load<i32>(grid, 8);
  const count = <usize>positionPairCount(grid);
  const xs = pair.x + <usize>deviation;
  const zs = zColumn<T>(pair, deviation);
  for (let c: usize = 0; c < count; c++) {
    const a = xAt<T>(xs, ps, c);
    const b = zAt(zs, qs, c);
    const d = v128.sub<T>(a, b);
    const distance = low<T>(v128.load(src + (c << 4)));
    v128.store(out + (c << 4), madd<T>(v128.mul<T>(a, b), distance, v128.mul<T>(half, v128.mul<T>(d, d))));
  }
  behind<T>(out, count, halves, xs, zs);
}

// What stands behind the position pairs of a weighed value: 0 for what lies outside, then half a square for each half.
export function behind<T>(out: usize, count: usize, halves: usize, xs: usize, zs: usize): void {
  const half = v128.splat<T>(<T>0.5);
  v128.store(out + (count << 4), v128.splat<T>(<T>0));
  const more = <usize>load<i32>(halves);
  for (let h: usize = 0; h < more; h++) {
    const s = halfDeviation<T>(halves, h, xs, zs);
    v128.store(out + ((count + 1 + h) << 4), v128.mul<T>(half, v128.mul<T>(s, s)));
  }
}

// The deviation of a half: that of the position inside.
@inline
function halfDeviation<T>(halves: usize, h: usize, xs: usize, zs: usize): v128 {
  const p = load<i32>(halves + ((h + 1) << 3));
  const q = load<i32>(halves + ((h + 1) << 3), 4);
  return p >= 0 ? v128.load_splat<T>(xs + <usize>p * sizeof<T>()) : v128.load(zs + (<usize>q << 4));
}

@inline
export function tap(src: usize, table: usize, k: usize): v128 {
  return v128.load(src + <usize>load<i32>(table + (k << 2)));
}

// Sum over the taps of one position pair; the table holds byte offsets of the position pairs that it reads.
@inline
function gather<T>(src: usize, table: usize, taps: usize): v128 {
  if (taps == 9) {
    // Column by column, in the order of slide3, so that a shifted image gives the same bits.
    const a = v128.add<T>(v128.add<T>(tap(src, table, 0), tap(src, table, 3)), tap(src, table, 6));
    const b = v128.add<T>(v128.add<T>(tap(src, table, 1), tap(src, table, 4)), tap(src, table, 7));
    const c = v128.add<T>(v128.add<T>(tap(src, table, 2), tap(src, table, 5)), tap(src, table, 8));
    return v128.add<T>(v128.add<T>(a, b), c);
  }
  let sum = v128.splat<T>(<T>0);
  for (let k: usize = 0; k < taps; k++) sum = v128.add<T>(sum, tap(src, table, k));
  return sum;
}

// Sums over the taps of all position pairs into `out`, by segments [first position pair, position pairs, rows of taps,
// byte offsets of up to three rows]. Where position pairs and taps run side by side in rows of three (rows of taps >
// 0), the sum of a column is used by three position pairs; elsewhere by the table.
function sums<T>(out: usize, src: usize, table: usize, taps: usize, segments: usize): void {
  const count = <usize>load<i32>(segments);
  for (let i: usize = 0; i < count; i++) {
    const at = segments + 8 + 24 * i;
    const first = <usize>load<i32>(at);
    const positionPairs = <usize>load<i32>(at, 4);
    const rows = load<i32>(at, 8);
    if (rows == 3) slide3<T>(out + (first << 4), src + load<i32>(at, 12), src + load<i32>(at, 16), src + load<i32>(at,
      20), positionPairs << 4);
    else if (rows == 1) slide1<T>(out + (first << 4), src + load<i32>(at, 12), positionPairs << 4);
    else {
      for (let c = first; c < first + positionPairs; c++) v128.store(out + (c << 4), gather<T>(src, table +
        ((c * taps) << 2), taps));
    }
  }
}

function slide3<T>(out: usize, a: usize, b: usize, c: usize, bytes: usize): void {
  let left = v128.add<T>(v128.add<T>(v128.load(a), v128.load(b)), v128.load(c));
  let here = v128.add<T>(v128.add<T>(v128.load(a, 16), v128.load(b, 16)), v128.load(c, 16));
  for (let at: usize = 0; at < bytes; at += 16) {
    const right = v128.add<T>(v128.add<T>(v128.load(a + at, 32), v128.load(b + at, 32)), v128.load(c + at, 32));
    v128.store(out + at, v128.add<T>(v128.add<T>(left, here), right));
    left = here;
    here = right;
  }
}

function slide1<T>(out: usize, a: usize, bytes: usize): void {
  let left = v128.load(a);
  let here = v128.load(a, 16);
  for (let at: usize = 0; at < bytes; at += 16) {
    const right = v128.load(a + at, 32);
    v128.store(out + at, v128.add<T>(v128.add<T>(left, here), right));
    left = here;
    here = right;
  }
}

// Sum over the taps of the gaps' shares: a b cosine distance + 1/2 (a - b)^2, both sides; `rx`, `rz`: 1 / (sqrt(taps)
// s') of the result.
function exact<T>(src: usize, table: usize, taps: usize, grid: usize, xs: usize, zs: usize, rx: v128, rz: v128,
  halves: usize): v128 {
  const ps = <usize>load<i32>(grid, 4);
  const qs = <usize>load<i32>(grid, 8);
  const end = <usize>positionPairCount(grid) << 4;
  let below = v128.splat<T>(<T>0);
  let above = v128.splat<T>(<T>0);
  let spread = v128.splat<T>(<T>0);
  for (let k: usize = 0; k < taps; k++) {
    const at = <usize>load<i32>(table + (k << 2));
    if (at == end) continue;
    if (at > end) {
      const h = (at - end - 16) >> 4;
      const s = v128.mul<T>(halfDeviation<T>(halves, h, xs, zs), load<i32>(halves + ((h + 1) << 3)) >= 0 ? rx : rz);
      spread = madd<T>(s, s, spread);
      continue;
    }
    const a = v128.mul<T>(xAt<T>(xs, ps, at >> 4), rx);
    const b = v128.mul<T>(zAt(zs, qs, at >> 4), rz);
    const w = v128.mul<T>(a, b);
    const d = v128.sub<T>(a, b);
    const v = v128.load(src + at);
    below = madd<T>(w, low<T>(v), below);
    above = madd<T>(w, high<T>(v), above);
    spread = madd<T>(d, d, spread);
  }
  const half = v128.mul<T>(v128.splat<T>(<T>0.5), spread);
  return signed<T>(v128.add<T>(below, half), v128.add<T>(above, half));
}

// The cosine distances behind a window from what was weighed; lanes where that cancels, or that come near -1, once more
// by their mixing weights. Words: out, weighed, cosine distances, grid, grid that is read, table, taps, deviation read,
// deviation, inverse, both sides, limit, halves, segments; with the tangent also it, its result, its weight, the weight
// of the covariance behind the window, a constant, and the table without halves.
@inline
function distancesBehind<T>(pair: Pair, code: usize, withTangent: bool): void {
  const out = word(code, 2);
  const src = word(code, 3);
  const distances = word(code, 4);
  const grid = word(code, 5);
  const table = word(code, 7);
  const taps = word(code, 8);
  const deviation = <i32>word(code, 10);
  const inverse = <i32>word(code, 11);
  const both = word(code, 12) != 0;
  const limit = v128.splat<T>(<T>load<f64>(word(code, 13)));
  const tangent = withTangent ? word(code, 16) : 0;
  const result = withTangent ? word(code, 17) : 0;
  const mine = v128.splat<T>(withTangent ? <T>load<f64>(word(code, 18)) : <T>0);
  const fresh = v128.splat<T>(withTangent ? <T>load<f64>(word(code, 19)) : <T>0);
  const constant = v128.splat<T>(withTangent ? <T>load<f64>(word(code, 20)) : <T>0);
  const whole = withTangent ? word(code, 21) : 0;
  const far = v128.splat<T>(<T>1.9);
  const zero = v128.splat<T>(<T>0);
  const one = v128.splat<T>(<T>1);
  const two = v128.splat<T>(<T>2);
  const half = v128.splat<T>(<T>0.5);
  const mean = v128.splat<T>(<T>(1.0 / <f64>taps));
  const root = v128.splat<T>(<T>(1.0 / Math.sqrt(<f64>taps)));
  const ps = <usize>load<i32>(grid, 4);
  const qs = <usize>load<i32>(grid, 8);
  const count = <usize>positionPairCount(grid);
  const xd = pair.x + <usize>deviation;
  const zd = zColumn<T>(pair, deviation);
  const xi = pair.x + <usize>inverse;
  const zi = zColumn<T>(pair, inverse);
  if (withTangent) v128.store(tangent + (<usize>positionPairCount(word(code, 6)) << 4), zero);
  sums<T>(out, src, table, taps, word(code, 15));
  if (withTangent) sums<T>(result, tangent, whole, taps, word(code, 15));
  for (let c: usize = 0; c < count; c++) {
    const row = (c * taps) << 2;
    const sum = v128.load(out + (c << 4));
    const a = xAt<T>(xd, ps, c);
    const b = zAt(zd, qs, c);
    const d = v128.sub<T>(a, b);
    const ix = xAt<T>(xi, ps, c);
    const iz = zAt(zi, qs, c);
    const scale = v128.mul<T>(ix, iz);
    const spread = v128.mul<T>(v128.mul<T>(half, v128.mul<T>(d, d)), scale);
    const below = v128.max<T>(zero, v128.sub<T>(v128.mul<T>(v128.mul<T>(sum, mean), scale), spread));
    let distance = both ? signed<T>(below, v128.sub<T>(two, below)) : below;
    let doubtful = v128.lt<T>(below, v128.mul<T>(limit, spread));
    if (both) doubtful = v128.or(doubtful, v128.gt<T>(below, far));
    if (v128.any_true(doubtful)) {
      const again = exact<T>(distances, table + row, taps, word(code, 6), pair.x + word(code, 9), zColumn<T>(pair,
        <i32>word(code, 9)), v128.mul<T>(ix, root), v128.mul<T>(iz, root), word(code, 14));
      distance = v128.bitselect(again, distance, doubtful);
    }
    v128.store(out + (c << 4), distance);
    if (withTangent) {
      const moved = v128.load(result + (c << 4));
      const covariance = v128.mul<T>(v128.mul<T>(a, b), v128.sub<T>(one, low<T>(distance)));
      v128.store(result + (c << 4), madd<T>(fresh, covariance, madd<T>(mine, moved, constant)));
    }
  }
}

export function window<T>(pair: Pair, code: usize): void {
  distancesBehind<T>(pair, code, false);
}

// The same and the window of the tangent with its sum, in one pass.
export function windows<T>(pair: Pair, code: usize): void {
  distancesBehind<T>(pair, code, true);
}

// The mean of the cosine distances of the taps, where all self-kernels are alike.
export function evenWindow<T>(out: usize, src: usize, grid: usize, table: usize, taps: usize, both: bool,
  segments: usize): void {
  const mean = v128.splat<T>(<T>(1.0 / <f64>taps));
  const count = <usize>positionPairCount(grid);
  if (!both) sums<T>(out, src, table, taps, segments);
  for (let c: usize = 0; c < count; c++) {
    const sum = both ? bothSums<T>(src, table + ((c * taps) << 2), taps, mean) : v128.mul<T>(mean, v128.load(out +
      (c << 4)));
    v128.store(out + (c << 4), sum);
  }
}

// The mean of signed cosine distances, from both sides.
function bothSums<T>(src: usize, table: usize, taps: usize, mean: v128): v128 {
  let below = v128.splat<T>(<T>0);
  let above = below;
  for (let k: usize = 0; k < taps; k++) {
    const v = tap(src, table, k);
    below = v128.add<T>(below, low<T>(v));
    above = v128.add<T>(above, high<T>(v));
  }
  return signed<T>(v128.mul<T>(mean, below), v128.mul<T>(mean, above));
}

export function plainWindow<T>(out: usize, src: usize, grid: usize, from: usize, table: usize, taps: usize, factor: f64,
  segments: usize): void {
  v128.store(src + (<usize>positionPairCount(from) << 4), v128.splat<T>(<T>0));
  const mean = v128.splat<T>(<T>(factor / <f64>taps));
  const end = <usize>positionPairCount(grid) << 4;
  sums<T>(out, src, table, taps, segments);
  for (let at: usize = 0; at < end; at += 16) v128.store(out + at, v128.mul<T>(mean, v128.load(out + at)));
}

// The same where self-kernels are alike: words out, cosine distances, grid, grid that is read, table, taps, both sides,
// tangent, its result, weights, constant.
export function evenWindows<T>(code: usize): void {
  const out = word(code, 2);
  const src = word(code, 3);
  const grid = word(code, 4);
  const table = word(code, 6);
  const taps = word(code, 7);
  const both = word(code, 8) != 0;
  const tangent = word(code, 9);
  const result = word(code, 10);
  const mine = v128.splat<T>(<T>load<f64>(word(code, 11)));
  const fresh = v128.splat<T>(<T>load<f64>(word(code, 12)));
  const constant = v128.splat<T>(<T>load<f64>(word(code, 13)));
  const one = v128.splat<T>(<T>1);
  const mean = v128.splat<T>(<T>(1.0 / <f64>taps));
  const count = <usize>positionPairCount(grid);
  v128.store(tangent + (<usize>positionPairCount(word(code, 5)) << 4), v128.splat<T>(<T>0));
  const segments = word(code, 14);
  if (!both) sums<T>(out, src, table, taps, segments);
  sums<T>(result, tangent, table, taps, segments);
  for (let c: usize = 0; c < count; c++) {
    const distance = both ? bothSums<T>(src, table + ((c * taps) << 2), taps, mean) : v128.mul<T>(mean, v128.load(out +
      (c << 4)));
    v128.store(out + (c << 4), distance);
    const moved = v128.load(result + (c << 4));
    v128.store(result + (c << 4), madd<T>(fresh, v128.sub<T>(one, low<T>(distance)), madd<T>(mine, moved, constant)));
  }
}
