import { positionPairCount, lanes, Pair, word, xAt, zAt, zColumn } from './position-pairs';
import { smoothSlope, smoothValue } from './smooth';
import { high, low, signed, startOf } from './sum';
import { madd } from './vector';

// CosineDistances of pairs of positions of images: of pixels, of sums, and behind maps that are taken lane by lane.

// Signed cosine distances of unit pixels, 1/2 |x - z|^2 or, where x . z < 0, -1/2 |x + z|^2.
export function source<T>(pair: Pair, out: usize, grid: usize, pixels: i32, channels: i32): void {
  const zero = v128.splat<T>(<T>0);
  const half = v128.splat<T>(<T>0.5);
  const minus = v128.splat<T>(<T>-1);
  const sign = sizeof<T>() == 4 ? i32x4.splat(0x80000000) : i64x2.splat(0x8000000000000000);
  const ps = <usize>load<i32>(grid, 4);
  const qs = <usize>load<i32>(grid, 8);
  const count = <usize>positionPairCount(grid);
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
      const d = v128.sub<T>(v128.load_splat<T>(x + k * sizeof<T>()), v128.bitselect(v128.mul<T>(v, minus), v,
        negative));
      sum = v128.add<T>(sum, v128.mul<T>(d, d));
    }
    v128.store(out + (c << 4), v128.or(v128.mul<T>(half, sum), v128.and(negative, sign)));
  }
}

// Weighted sum of correlations with mixing weights for each position: words out, grid, both sides, parts, then [value
// or 0, column] each.
export function sum<T>(pair: Pair, code: usize): void {
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
  const count = <usize>positionPairCount(grid);
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
        low0 = startOf<T>(low<T>(v), a, b, false);
        high0 = startOf<T>(high<T>(v), a, b, false);
        below = low0;
        above = high0;
      }
      below = madd<T>(w, v128.sub<T>(low<T>(v), low0), below);
      above = madd<T>(w, v128.sub<T>(value == 0 ? two : high<T>(v), high0), above);
    }
    spread = v128.mul<T>(half, spread);
    below = v128.max<T>(zero, madd<T>(spread, v128.sub<T>(one, low0), below));
    above = v128.max<T>(zero, madd<T>(spread, v128.sub<T>(one, high0), above));
    v128.store(out + (c << 4), both ? signed<T>(below, above) : below);
  }
}

// The same where the weights are numbers: words out, grid, both sides, parts, then [value or 0, weight] each.
export function evenSum<T>(code: usize): void {
  const out = word(code, 2);
  const both = word(code, 4) != 0;
  const parts = word(code, 5);
  const zero = v128.splat<T>(<T>0);
  const end = <usize>positionPairCount(word(code, 3)) << 4;
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

// Maps without a closed form that vectors take: lane by lane, with columns in f64.
export function smooth<T>(pair: Pair, code: usize, derivative: bool): void {
  const src = word(code, 2);
  const out = word(code, 3);
  const map = <i32>word(code, 4);
  const grid = word(code, 5);
  const stride = word(code, 7);
  const ps = <usize>load<i32>(grid, 4);
  const qs = <usize>load<i32>(grid, 8);
  const count = <usize>positionPairCount(grid);
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
      else store<T>(out + at, <T>smoothValue(map, v, p, q, r, s, root, root2, load<f64>(x + 3 * stride), load<f64>(z +
        3 * step)));
    }
  }
}
