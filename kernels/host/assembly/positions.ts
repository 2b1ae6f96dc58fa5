import { bothSides, piecewiseLinear, polynomial, sineTerm, threshold } from './angle';
import { smoothSlope, smoothValue } from './smooth';
import { high, low, signed } from './sum';
import { madd, signMask } from './vector';

// Instructions on pairs of positions of images, written by encode-images.ts. A value is a list of vectors, one for each pair of
// positions (cell); the lanes are images z, all with the same image x. Factors of x lie as [position], those of z as
// [position][lane]; the words give the place of a column in the block of an image of x, in bytes.

// What the instructions of one pair of images work on.
@unmanaged
export class Pair {
  // Blocks of factors of the image x and of the group of images z.
  x: usize;
  z: usize;
  // Values that stages hand on, [cell][lane] in f64.
  stored: usize;
  // Where the results go.
  first: usize;
  second: usize;
}

@inline
export function setPair(pair: Pair, x: usize, z: usize, stored: usize, first: usize, second: usize): void {
  pair.x = x;
  pair.z = z;
  pair.stored = stored;
  pair.first = first;
  pair.second = second;
}

// Cells of a grid: count, address of p, address of p' (as positions).
@inline
function cellCount(grid: usize): i32 {
  return load<i32>(grid);
}

@inline
function xAt<T>(column: usize, positions: usize, c: usize): v128 {
  return v128.load_splat<T>(column + <usize>load<i32>(positions + (c << 2)) * sizeof<T>());
}

@inline
function zAt(column: usize, positions: usize, c: usize): v128 {
  return v128.load(column + (<usize>load<i32>(positions + (c << 2)) << 4));
}

@inline
function lanes<T>(): usize {
  return 16 / sizeof<T>();
}

@inline
function zColumn<T>(pair: Pair, column: i32): usize {
  return pair.z + <usize>column * lanes<T>();
}

// Signed gaps of unit pixels, 1/2 |x - z|^2 or, where x . z < 0, -1/2 |x + z|^2.
function source<T>(pair: Pair, out: usize, grid: usize, pixels: i32, channels: i32): void {
  const zero = v128.splat<T>(<T>0);
  const half = v128.splat<T>(<T>0.5);
  const minus = v128.splat<T>(<T>-1);
  const sign = sizeof<T>() == 4 ? i32x4.splat(0x80000000) : i64x2.splat(0x8000000000000000);
  const ps = <usize>load<i32>(grid, 4);
  const qs = <usize>load<i32>(grid, 8);
  const count = <usize>cellCount(grid);
  const zs = zColumn<T>(pair, pixels);
  for (let c: usize = 0; c < count; c++) {
    const x = pair.x + <usize>pixels + <usize>(load<i32>(ps + (c << 2)) * channels) * sizeof<T>();
    const z = zs + (<usize>(load<i32>(qs + (c << 2)) * channels) << 4);
    let u = zero;
    for (let k: usize = 0; k < <usize>channels; k++) {
      u = v128.add<T>(u, v128.mul<T>(v128.load_splat<T>(x + k * sizeof<T>()), v128.load(z + (k << 4))));
    }
    const negative = v128.lt<T>(u, zero);
    let sum = zero;
    for (let k: usize = 0; k < <usize>channels; k++) {
      const v = v128.load(z + (k << 4));
      const d = v128.sub<T>(v128.load_splat<T>(x + k * sizeof<T>()), v128.bitselect(v128.mul<T>(v, minus), v, negative));
      sum = v128.add<T>(sum, v128.mul<T>(d, d));
    }
    v128.store(out + (c << 4), v128.or(v128.mul<T>(half, sum), v128.and(negative, sign)));
  }
}

// s s' (1 - u) + 1/2 (s - s')^2; behind the last cell 0 for what lies outside, then half the square of what is inside one image alone.
function weigh<T>(pair: Pair, out: usize, src: usize, grid: usize, deviation: i32, halves: usize): void {
  const half = v128.splat<T>(<T>0.5);
  const ps = <usize>load<i32>(grid, 4);
  const qs = <usize>load<i32>(grid, 8);
  const count = <usize>cellCount(grid);
  const xs = pair.x + <usize>deviation;
  const zs = zColumn<T>(pair, deviation);
  for (let c: usize = 0; c < count; c++) {
    const a = xAt<T>(xs, ps, c);
    const b = zAt(zs, qs, c);
    const d = v128.sub<T>(a, b);
    const gap = low<T>(v128.load(src + (c << 4)));
    v128.store(out + (c << 4), madd<T>(v128.mul<T>(a, b), gap, v128.mul<T>(half, v128.mul<T>(d, d))));
  }
  behind<T>(out, count, halves, xs, zs);
}

// What stands behind the cells of a weighed value: 0 for what lies outside, then half a square for each half.
function behind<T>(out: usize, count: usize, halves: usize, xs: usize, zs: usize): void {
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
function tap(src: usize, table: usize, k: usize): v128 {
  return v128.load(src + <usize>load<i32>(table + (k << 2)));
}

// Sum over the taps of one cell; the table holds byte offsets of the cells that it reads.
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

// Sums over the taps of all cells into `out`, by segments [first cell, cells, rows of taps, byte offsets of up to three rows]. Where cells
// and taps run side by side in rows of three (rows of taps > 0), the sum of a column is used by three cells; elsewhere by the table.
function sums<T>(out: usize, src: usize, table: usize, taps: usize, segments: usize): void {
  const count = <usize>load<i32>(segments);
  for (let i: usize = 0; i < count; i++) {
    const at = segments + 8 + 24 * i;
    const first = <usize>load<i32>(at);
    const cells = <usize>load<i32>(at, 4);
    const rows = load<i32>(at, 8);
    if (rows == 3) slide3<T>(out + (first << 4), src + load<i32>(at, 12), src + load<i32>(at, 16), src + load<i32>(at, 20), cells << 4);
    else if (rows == 1) slide1<T>(out + (first << 4), src + load<i32>(at, 12), cells << 4);
    else {
      for (let c = first; c < first + cells; c++) v128.store(out + (c << 4), gather<T>(src, table + ((c * taps) << 2), taps));
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

// Sum over the taps of the gaps' shares: a b gap + 1/2 (a - b)^2, both sides; `rx`, `rz`: 1 / (sqrt(taps) s') of the result.
function exact<T>(src: usize, table: usize, taps: usize, grid: usize, xs: usize, zs: usize, rx: v128, rz: v128, halves: usize): v128 {
  const ps = <usize>load<i32>(grid, 4);
  const qs = <usize>load<i32>(grid, 8);
  const end = <usize>cellCount(grid) << 4;
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

// The gaps behind a window from what was weighed; lanes where that cancels, or that come near -1, once more by their shares.
// Words: out, weighed, gaps, grid, grid that is read, table, taps, deviation read, deviation, inverse, both sides, limit,
// halves, segments.
function window<T>(pair: Pair, code: usize): void {
  const out = word(code, 2);
  const src = word(code, 3);
  const gaps = word(code, 4);
  const grid = word(code, 5);
  const taps = word(code, 8);
  const table = word(code, 7);
  const deviation = <i32>word(code, 10);
  const inverse = <i32>word(code, 11);
  const both = word(code, 12) != 0;
  const limit = v128.splat<T>(<T>load<f64>(word(code, 13)));
  const far = v128.splat<T>(<T>1.9);
  const zero = v128.splat<T>(<T>0);
  const half = v128.splat<T>(<T>0.5);
  const mean = v128.splat<T>(<T>(1.0 / <f64>taps));
  const root = v128.splat<T>(<T>(1.0 / Math.sqrt(<f64>taps)));
  const ps = <usize>load<i32>(grid, 4);
  const qs = <usize>load<i32>(grid, 8);
  const count = <usize>cellCount(grid);
  const xd = pair.x + <usize>deviation;
  const zd = zColumn<T>(pair, deviation);
  const xi = pair.x + <usize>inverse;
  const zi = zColumn<T>(pair, inverse);
  sums<T>(out, src, table, taps, word(code, 15));
  for (let c: usize = 0; c < count; c++) {
    const row = table + ((c * taps) << 2);
    const sum = v128.load(out + (c << 4));
    const d = v128.sub<T>(xAt<T>(xd, ps, c), zAt(zd, qs, c));
    const ix = xAt<T>(xi, ps, c);
    const iz = zAt(zi, qs, c);
    const scale = v128.mul<T>(ix, iz);
    const spread = v128.mul<T>(v128.mul<T>(half, v128.mul<T>(d, d)), scale);
    const below = v128.max<T>(zero, v128.sub<T>(v128.mul<T>(v128.mul<T>(sum, mean), scale), spread));
    let result = below;
    let doubtful = v128.lt<T>(below, v128.mul<T>(limit, spread));
    if (both) doubtful = v128.or(doubtful, v128.gt<T>(below, far));
    if (v128.any_true(doubtful)) {
      const again = exact<T>(gaps, row, taps, word(code, 6), pair.x + word(code, 9), zColumn<T>(pair, <i32>word(code, 9)), v128.mul<T>(ix, root), v128.mul<T>(iz, root), word(code, 14));
      if (both) result = signed<T>(below, v128.sub<T>(v128.splat<T>(<T>2), below));
      result = v128.bitselect(again, result, doubtful);
    } else if (both) result = signed<T>(below, v128.sub<T>(v128.splat<T>(<T>2), below));
    v128.store(out + (c << 4), result);
  }
}

// The mean of the gaps of the taps, where all own values are alike.
function evenWindow<T>(out: usize, src: usize, grid: usize, table: usize, taps: usize, both: bool, segments: usize): void {
  const mean = v128.splat<T>(<T>(1.0 / <f64>taps));
  const count = <usize>cellCount(grid);
  if (!both) sums<T>(out, src, table, taps, segments);
  for (let c: usize = 0; c < count; c++) {
    const sum = both ? bothSums<T>(src, table + ((c * taps) << 2), taps, mean) : v128.mul<T>(mean, v128.load(out + (c << 4)));
    v128.store(out + (c << 4), sum);
  }
}

// The mean of signed gaps, from both sides.
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

// Weighted sum of correlations with shares for each position: words out, grid, both sides, parts, then [value or 0, column] each.
function sum<T>(pair: Pair, code: usize): void {
  const out = word(code, 2);
  const grid = word(code, 3);
  const both = word(code, 4) != 0;
  const parts = word(code, 5);
  const half = v128.splat<T>(<T>0.5);
  const one = v128.splat<T>(<T>1);
  const two = v128.splat<T>(<T>2);
  const zero = v128.splat<T>(<T>0);
  const ps = <usize>load<i32>(grid, 4);
  const qs = <usize>load<i32>(grid, 8);
  const count = <usize>cellCount(grid);
  for (let c: usize = 0; c < count; c++) {
    let low0 = zero;
    let high0 = zero;
    let below = zero;
    let above = zero;
    let spread = zero;
    for (let k: usize = 0; k < parts; k++) {
      const value = word(code, 6 + 2 * <i32>k);
      const column = <i32>word(code, 7 + 2 * <i32>k);
      const v = value == 0 ? zero : v128.load(value + (c << 4));
      const a = xAt<T>(pair.x + <usize>column, ps, c);
      const b = zAt(zColumn<T>(pair, column), qs, c);
      const d = v128.sub<T>(a, b);
      const w = v128.mul<T>(a, b);
      spread = madd<T>(d, d, spread);
      if (k == 0) {
        low0 = low<T>(v);
        high0 = high<T>(v);
        below = low0;
        above = high0;
      } else {
        below = madd<T>(w, v128.sub<T>(low<T>(v), low0), below);
        above = madd<T>(w, v128.sub<T>(value == 0 ? two : high<T>(v), high0), above);
      }
    }
    spread = v128.mul<T>(half, spread);
    below = v128.max<T>(zero, madd<T>(spread, v128.sub<T>(one, low0), below));
    above = v128.max<T>(zero, madd<T>(spread, v128.sub<T>(one, high0), above));
    v128.store(out + (c << 4), both ? signed<T>(below, above) : below);
  }
}

// The same where the weights are numbers: words out, grid, both sides, parts, then [value or 0, weight] each.
function evenSum<T>(code: usize): void {
  const out = word(code, 2);
  const both = word(code, 4) != 0;
  const parts = word(code, 5);
  const zero = v128.splat<T>(<T>0);
  const end = <usize>cellCount(word(code, 3)) << 4;
  for (let at: usize = 0; at < end; at += 16) {
    let below = zero;
    let above = zero;
    for (let k: usize = 0; k < parts; k++) {
      const value = word(code, 6 + 2 * <i32>k);
      const w = v128.splat<T>(<T>load<f64>(word(code, 7 + 2 * <i32>k)));
      const v = value == 0 ? zero : v128.load(value + at);
      below = madd<T>(w, low<T>(v), below);
      if (both) above = madd<T>(w, high<T>(v), above);
    }
    v128.store(out + at, both ? signed<T>(below, above) : below);
  }
}

// factor s s' (1 - gap), or factor (1 - gap) for column -1; times `left` unless that is 0.
function covariance<T>(pair: Pair, out: usize, src: usize, left: usize, grid: usize, column: i32, factor: f64): void {
  const one = v128.splat<T>(<T>1);
  const f = v128.splat<T>(<T>factor);
  const ps = <usize>load<i32>(grid, 4);
  const qs = <usize>load<i32>(grid, 8);
  const count = <usize>cellCount(grid);
  const xs = pair.x + <usize>column;
  const zs = zColumn<T>(pair, column);
  for (let c: usize = 0; c < count; c++) {
    let k = v128.mul<T>(f, v128.sub<T>(one, low<T>(v128.load(src + (c << 4)))));
    if (column >= 0) k = v128.mul<T>(k, v128.mul<T>(xAt<T>(xs, ps, c), zAt(zs, qs, c)));
    if (left != 0) k = v128.mul<T>(k, v128.load(left + (c << 4)));
    v128.store(out + (c << 4), k);
  }
}

function plainWindow<T>(out: usize, src: usize, grid: usize, from: usize, table: usize, taps: usize, factor: f64, segments: usize): void {
  v128.store(src + (<usize>cellCount(from) << 4), v128.splat<T>(<T>0));
  const mean = v128.splat<T>(<T>(factor / <f64>taps));
  const end = <usize>cellCount(grid) << 4;
  sums<T>(out, src, table, taps, segments);
  for (let at: usize = 0; at < end; at += 16) v128.store(out + at, v128.mul<T>(mean, v128.load(out + at)));
}

// Words out, grid, constant, parts, then [value, weight] each.
function plainSum<T>(code: usize): void {
  const out = word(code, 2);
  const constant = v128.splat<T>(<T>load<f64>(word(code, 4)));
  const parts = word(code, 5);
  const end = <usize>cellCount(word(code, 3)) << 4;
  for (let at: usize = 0; at < end; at += 16) {
    let k = constant;
    for (let i: i32 = 0; i < <i32>parts; i++) {
      const w = v128.splat<T>(<T>load<f64>(word(code, 7 + 2 * i)));
      k = madd<T>(w, v128.load(word(code, 6 + 2 * i) + at), k);
    }
    v128.store(out + at, k);
  }
}

function plainNormalise<T>(pair: Pair, out: usize, src: usize, grid: usize, column: i32, factor: f64): void {
  const f = v128.splat<T>(<T>factor);
  const ps = <usize>load<i32>(grid, 4);
  const qs = <usize>load<i32>(grid, 8);
  const count = <usize>cellCount(grid);
  const xs = pair.x + <usize>column;
  const zs = zColumn<T>(pair, column);
  for (let c: usize = 0; c < count; c++) {
    const scale = v128.mul<T>(v128.mul<T>(xAt<T>(xs, ps, c), zAt(zs, qs, c)), f);
    v128.store(out + (c << 4), v128.mul<T>(scale, v128.load(src + (c << 4))));
  }
}

// 1 - K / sqrt(K(x,x) K(z,z)) of what was stored, with the sign in its place; exactly 0 where all three are one number.
function gapOf<T>(pair: Pair, out: usize, src: usize, grid: usize, square: i32): void {
  const zero = v128.splat<T>(<T>0);
  const one = v128.splat<T>(<T>1);
  const ps = <usize>load<i32>(grid, 4);
  const qs = <usize>load<i32>(grid, 8);
  const count = <usize>cellCount(grid);
  const xs = pair.x + <usize>square;
  const zs = zColumn<T>(pair, square);
  for (let c: usize = 0; c < count; c++) {
    const root = v128.sqrt<T>(v128.mul<T>(xAt<T>(xs, ps, c), zAt(zs, qs, c)));
    const k = v128.load(src + (c << 4));
    const below = v128.div<T>(v128.max<T>(zero, v128.sub<T>(root, k)), root);
    const above = v128.div<T>(v128.max<T>(zero, v128.add<T>(root, k)), root);
    v128.store(out + (c << 4), v128.bitselect(signed<T>(below, above), one, v128.gt<T>(root, zero)));
  }
}

@inline
function addStored<T>(at: usize, v: v128): void {
  if (sizeof<T>() == 8) {
    v128.store(at, f64x2.add(v128.load(at), v));
    return;
  }
  v128.store(at, f64x2.add(v128.load(at), f64x2.promote_low_f32x4(v)));
  v128.store(at + 16, f64x2.add(v128.load(at + 16), f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1))));
}

// Adds cells to a pool: words value, grid, place in the store, links, table of [cell, cell of the pool]. With no table the pool
// has one cell that takes all of them: short sums in T, then in f64.
function pool<T>(pair: Pair, src: usize, grid: usize, place: usize, links: i32, table: usize): void {
  const to = pair.stored + place * lanes<T>();
  if (table == 0) {
    const end = <usize>cellCount(grid) << 4;
    for (let from: usize = 0; from < end; from += 512) {
      let part = v128.splat<T>(<T>0);
      const stop = min(end, from + 512);
      for (let at = from; at < stop; at += 16) part = v128.add<T>(part, v128.load(src + at));
      addStored<T>(to, part);
    }
    return;
  }
  for (let k: usize = 0; k < <usize>links; k++) {
    const cell = <usize>load<i32>(table + (k << 3));
    const target = <usize>load<i32>(table + (k << 3), 4);
    addStored<T>(to + (target << 3) * lanes<T>(), v128.load(src + (cell << 4)));
  }
}

// Keeps cells for a later stage (`into`), or brings them back times `factor`; the table holds the number of each cell in the store.
function move<T>(pair: Pair, value: usize, grid: usize, place: usize, table: usize, into: bool, factor: f64): void {
  const count = <usize>cellCount(grid);
  const base = pair.stored + place * lanes<T>();
  for (let c: usize = 0; c < count; c++) {
    const at = base + (<usize>load<i32>(table + (c << 2)) << 3) * lanes<T>();
    for (let lane: usize = 0; lane < lanes<T>(); lane++) {
      const here = value + (c << 4) + lane * sizeof<T>();
      if (into) store<f64>(at + (lane << 3), <f64>load<T>(here));
      else store<T>(here, <T>(factor * load<f64>(at + (lane << 3))));
    }
  }
}

// Maps without a closed form that vectors take: lane by lane, with columns in f64.
function smooth<T>(pair: Pair, code: usize, derivative: bool): void {
  const src = word(code, 2);
  const out = word(code, 3);
  const map = <i32>word(code, 4);
  const grid = word(code, 5);
  const stride = word(code, 7);
  const ps = <usize>load<i32>(grid, 4);
  const qs = <usize>load<i32>(grid, 8);
  const count = <usize>cellCount(grid);
  for (let c: usize = 0; c < count; c++) {
    const x = pair.x + word(code, 6) + (<usize>load<i32>(ps + (c << 2)) << 3);
    const group = pair.z + (word(code, 6) + (<usize>load<i32>(qs + (c << 2)) << 3)) * lanes<T>();
    for (let lane: usize = 0; lane < lanes<T>(); lane++) {
      const z = group + (lane << 3);
      const step = stride * lanes<T>();
      const at = (c << 4) + lane * sizeof<T>();
      const v = <f64>load<T>(src + at);
      const p = load<f64>(x);
      const r = load<f64>(x + stride);
      const root = load<f64>(x + 2 * stride);
      const q = load<f64>(z);
      const s = load<f64>(z + step);
      const root2 = load<f64>(z + 2 * step);
      if (derivative) store<T>(out + at, <T>smoothSlope(map, v, p, q, r, s, root, root2));
      else store<T>(out + at, <T>smoothValue(map, v, p, q, r, s, root, root2, load<f64>(x + 3 * stride), load<f64>(z + 3 * step)));
    }
  }
}

// A layer in one pass: the gaps behind a piecewise linear map, what the next window weighs of them, and the tangent times its slope.
// Words: gaps, tangent, gaps behind, weighed (0: not wanted), tangent behind, grid, weight, bare, column of the slope, factor, deviation, halves.
@inline
function layer<T>(pair: Pair, code: usize, angles: usize, sines: usize, bare: bool): void {
  const src = word(code, 2);
  const tangent = word(code, 3);
  const out = word(code, 4);
  const weighed = word(code, 5);
  const product = word(code, 6);
  const grid = word(code, 7);
  const weight = load<f64>(word(code, 8));
  const column = <i32>word(code, 10);
  const deviation = <i32>word(code, 12);
  const one = v128.splat<T>(<T>1);
  const zero = v128.splat<T>(<T>0);
  const half = v128.splat<T>(<T>0.5);
  const c = v128.splat<T>(<T>weight);
  const factor = v128.splat<T>(<T>load<f64>(word(code, 11)));
  const ps = <usize>load<i32>(grid, 4);
  const qs = <usize>load<i32>(grid, 8);
  const count = <usize>cellCount(grid);
  const xs = pair.x + <usize>column;
  const zs = zColumn<T>(pair, column);
  const xd = pair.x + <usize>deviation;
  const zd = zColumn<T>(pair, deviation);
  for (let k: usize = 0; k < count; k++) {
    const v = v128.load(src + (k << 4));
    const g = bare ? v : v128.abs<T>(v);
    const negative = signMask<T>(v);
    const root = v128.sqrt<T>(g);
    const x = v128.sub<T>(v128.add<T>(g, g), one);
    const angle = polynomial<T>(x, angles);
    const t = v128.mul<T>(root, angle);
    const j = v128.mul<T>(c, sineTerm<T>(g, root, x, angle, sines));
    let value = zero;
    let slope = v128.mul<T>(c, t);
    if (bare) value = v128.max<T>(zero, v128.sub<T>(g, j));
    else {
      value = weight == 1.0 ? v128.max<T>(zero, v128.sub<T>(v128.bitselect(one, g, negative), j)) : bothSides<T>(g, j, c, negative);
      slope = v128.mul<T>(c, v128.bitselect(v128.sub<T>(one, t), t, negative));
    }
    v128.store(out + (k << 4), value);
    let after = v128.mul<T>(v128.mul<T>(factor, v128.sub<T>(one, slope)), v128.load(tangent + (k << 4)));
    if (column >= 0) after = v128.mul<T>(after, v128.mul<T>(xAt<T>(xs, ps, k), zAt(zs, qs, k)));
    v128.store(product + (k << 4), after);
    if (weighed != 0) {
      const a = xAt<T>(xd, ps, k);
      const b = zAt(zd, qs, k);
      const d = v128.sub<T>(a, b);
      v128.store(weighed + (k << 4), madd<T>(v128.mul<T>(a, b), low<T>(value), v128.mul<T>(half, v128.mul<T>(d, d))));
    }
  }
  if (weighed != 0) behind<T>(weighed, count, word(code, 13), xd, zd);
}

function bareLayer<T>(pair: Pair, code: usize, angles: usize, sines: usize): void {
  layer<T>(pair, code, angles, sines, true);
}

function signedLayer<T>(pair: Pair, code: usize, angles: usize, sines: usize): void {
  layer<T>(pair, code, angles, sines, false);
}

// The window of the gaps and that of the tangent in one pass, with the tangent's sum: words as of `window`, then tangent, its
// result, its weight, the weight of the covariance behind the window, a constant, and the table without halves.
function windows<T>(pair: Pair, code: usize): void {
  const out = word(code, 2);
  const src = word(code, 3);
  const gaps = word(code, 4);
  const grid = word(code, 5);
  const table = word(code, 7);
  const taps = word(code, 8);
  const deviation = <i32>word(code, 10);
  const inverse = <i32>word(code, 11);
  const both = word(code, 12) != 0;
  const limit = v128.splat<T>(<T>load<f64>(word(code, 13)));
  const tangent = word(code, 16);
  const result = word(code, 17);
  const mine = v128.splat<T>(<T>load<f64>(word(code, 18)));
  const fresh = v128.splat<T>(<T>load<f64>(word(code, 19)));
  const constant = v128.splat<T>(<T>load<f64>(word(code, 20)));
  const whole = word(code, 21);
  const far = v128.splat<T>(<T>1.9);
  const zero = v128.splat<T>(<T>0);
  const one = v128.splat<T>(<T>1);
  const two = v128.splat<T>(<T>2);
  const half = v128.splat<T>(<T>0.5);
  const mean = v128.splat<T>(<T>(1.0 / <f64>taps));
  const root = v128.splat<T>(<T>(1.0 / Math.sqrt(<f64>taps)));
  const ps = <usize>load<i32>(grid, 4);
  const qs = <usize>load<i32>(grid, 8);
  const count = <usize>cellCount(grid);
  const xd = pair.x + <usize>deviation;
  const zd = zColumn<T>(pair, deviation);
  const xi = pair.x + <usize>inverse;
  const zi = zColumn<T>(pair, inverse);
  v128.store(tangent + (<usize>cellCount(word(code, 6)) << 4), zero);
  sums<T>(out, src, table, taps, word(code, 15));
  sums<T>(result, tangent, whole, taps, word(code, 15));
  for (let c: usize = 0; c < count; c++) {
    const row = (c * taps) << 2;
    const sum = v128.load(out + (c << 4));
    const moved = v128.load(result + (c << 4));
    const a = xAt<T>(xd, ps, c);
    const b = zAt(zd, qs, c);
    const d = v128.sub<T>(a, b);
    const ix = xAt<T>(xi, ps, c);
    const iz = zAt(zi, qs, c);
    const scale = v128.mul<T>(ix, iz);
    const spread = v128.mul<T>(v128.mul<T>(half, v128.mul<T>(d, d)), scale);
    const below = v128.max<T>(zero, v128.sub<T>(v128.mul<T>(v128.mul<T>(sum, mean), scale), spread));
    let gap = both ? signed<T>(below, v128.sub<T>(two, below)) : below;
    let doubtful = v128.lt<T>(below, v128.mul<T>(limit, spread));
    if (both) doubtful = v128.or(doubtful, v128.gt<T>(below, far));
    if (v128.any_true(doubtful)) {
      const again = exact<T>(gaps, table + row, taps, word(code, 6), pair.x + word(code, 9), zColumn<T>(pair, <i32>word(code, 9)), v128.mul<T>(ix, root), v128.mul<T>(iz, root), word(code, 14));
      gap = v128.bitselect(again, gap, doubtful);
    }
    v128.store(out + (c << 4), gap);
    const covariance = v128.mul<T>(v128.mul<T>(a, b), v128.sub<T>(one, low<T>(gap)));
    v128.store(result + (c << 4), madd<T>(fresh, covariance, madd<T>(mine, moved, constant)));
  }
}

// The same where own values are alike: words out, gaps, grid, grid that is read, table, taps, both sides, tangent, its result, weights, constant.
function evenWindows<T>(code: usize): void {
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
  const count = <usize>cellCount(grid);
  v128.store(tangent + (<usize>cellCount(word(code, 5)) << 4), v128.splat<T>(<T>0));
  const segments = word(code, 14);
  if (!both) sums<T>(out, src, table, taps, segments);
  sums<T>(result, tangent, table, taps, segments);
  for (let c: usize = 0; c < count; c++) {
    const gap = both ? bothSums<T>(src, table + ((c * taps) << 2), taps, mean) : v128.mul<T>(mean, v128.load(out + (c << 4)));
    v128.store(out + (c << 4), gap);
    const moved = v128.load(result + (c << 4));
    v128.store(result + (c << 4), madd<T>(fresh, v128.sub<T>(one, low<T>(gap)), madd<T>(mine, moved, constant)));
  }
}

@inline
function word(code: usize, index: i32): usize {
  return <usize>load<i32>(code + (<usize>index << 2));
}

@inline
function number(code: usize, index: i32): f64 {
  return load<f64>(word(code, index));
}

@inline
function length<T>(grid: usize): i32 {
  return cellCount(grid) * <i32>lanes<T>();
}

// Runs instructions [operation, length, operands...] for one pair of an image x and a group of images z.
@inline
export function runPair<T>(pair: Pair, begin: usize, end: usize, angles: usize, sines: usize): void {
  for (let code = begin; code < end; code += word(code, 1) << 2) {
    const a = word(code, 2);
    const b = word(code, 3);
    switch (<i32>word(code, 0)) {
      case 1:
        source<T>(pair, a, b, <i32>word(code, 4), <i32>word(code, 5));
        break;
      case 2:
        piecewiseLinear<T>(a, b, word(code, 4), length<T>(word(code, 5)), number(code, 6), angles, sines, word(code, 7) != 0);
        break;
      case 3:
        threshold<T>(a, b, length<T>(word(code, 4)), angles);
        break;
      case 4:
        weigh<T>(pair, a, b, word(code, 4), <i32>word(code, 5), word(code, 6));
        break;
      case 5:
        window<T>(pair, code);
        break;
      case 6:
        evenWindow<T>(a, b, word(code, 4), word(code, 5), word(code, 6), word(code, 7) != 0, word(code, 8));
        break;
      case 7:
        sum<T>(pair, code);
        break;
      case 8:
        evenSum<T>(code);
        break;
      case 9:
        covariance<T>(pair, a, b, word(code, 4), word(code, 5), <i32>word(code, 6), number(code, 7));
        break;
      case 10:
        plainWindow<T>(a, b, word(code, 4), word(code, 5), word(code, 6), word(code, 7), number(code, 8), word(code, 9));
        break;
      case 11:
        plainSum<T>(code);
        break;
      case 12:
        plainNormalise<T>(pair, a, b, word(code, 4), <i32>word(code, 5), number(code, 6));
        break;
      case 13:
        gapOf<T>(pair, a, b, word(code, 4), <i32>word(code, 5));
        break;
      case 14:
        pool<T>(pair, a, b, word(code, 4), load<i32>(word(code, 5)), word(code, 6));
        break;
      case 15:
        move<T>(pair, a, b, word(code, 4), word(code, 5), true, 1);
        break;
      case 16:
        move<T>(pair, a, b, word(code, 4), word(code, 5), false, number(code, 6));
        break;
      case 17:
        smooth<T>(pair, code, false);
        break;
      case 18:
        smooth<T>(pair, code, true);
        break;
      case 20:
        if (word(code, 9) != 0) bareLayer<T>(pair, code, angles, sines);
        else signedLayer<T>(pair, code, angles, sines);
        break;
      case 21:
        windows<T>(pair, code);
        break;
      case 22:
        evenWindows<T>(code);
        break;
      case 19:
        if (cellCount(word(code, 5)) > 0) v128.store(b == 0 ? pair.first : pair.second, v128.mul<T>(v128.splat<T>(<T>number(code, 4)), v128.load(a)));
        break;
    }
  }
}

// The arithmetic of a layer and a window of nine taps on 16 vectors that stay in the first-level cache: what the instructions above
// could reach at most. Gaps, tangents and factors stand at `data`, results go behind them.
export function arithmetic<T>(data: usize, rounds: i32, angles: usize, sines: usize): void {
  const one = v128.splat<T>(<T>1);
  const half = v128.splat<T>(<T>0.5);
  const zero = v128.splat<T>(<T>0);
  const ninth = v128.splat<T>(<T>(1.0 / 9));
  for (let round = 0; round < rounds; round++) {
    for (let at: usize = 0; at < 256; at += 16) {
      const g = v128.load(data + at);
      const t = v128.load(data + 256 + at);
      const a = v128.load(data + 512 + at);
      const b = v128.load(data + 768 + at);
      const root = v128.sqrt<T>(g);
      const x = v128.sub<T>(v128.add<T>(g, g), one);
      const angle = polynomial<T>(x, angles);
      const value = v128.max<T>(zero, v128.sub<T>(g, sineTerm<T>(g, root, x, angle, sines)));
      const product = v128.mul<T>(v128.mul<T>(half, v128.sub<T>(one, v128.mul<T>(root, angle))), t);
      const d = v128.sub<T>(a, b);
      const weighed = madd<T>(v128.mul<T>(a, b), value, v128.mul<T>(half, v128.mul<T>(d, d)));
      const sum = v128.add<T>(v128.add<T>(weighed, a), v128.add<T>(v128.add<T>(weighed, b), g));
      const moved = v128.add<T>(v128.add<T>(product, a), v128.add<T>(v128.add<T>(product, b), g));
      const scale = v128.mul<T>(a, b);
      const spread = v128.mul<T>(v128.mul<T>(half, v128.mul<T>(d, d)), scale);
      const gap = v128.max<T>(zero, v128.sub<T>(v128.mul<T>(v128.mul<T>(sum, ninth), scale), spread));
      const mixed = v128.bitselect(gap, sum, v128.lt<T>(gap, v128.mul<T>(half, spread)));
      v128.store(data + 1024 + at, mixed);
      v128.store(data + 1280 + at, madd<T>(half, v128.mul<T>(scale, v128.sub<T>(one, gap)), madd<T>(ninth, moved, half)));
    }
  }
}
