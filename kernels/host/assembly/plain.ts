import { positionPairCount, lanes, Pair, word, xAt, zAt, zColumn } from './position-pairs';
import { low, signed } from './sum';
import { madd } from './vector';

// Covariances of pairs of positions of images: from cosine distances, in sums, through pools and between stages.

// factor s s' (1 - cosine distance), or factor (1 - cosine distance) for column -1; times `left` unless that is 0.
export function covariance<T>(pair: Pair, out: usize, src: usize, left: usize, grid: usize, column: i32,
  factor: f64): void {
  const one = v128.splat<T>(<T>1);
  const f = v128.splat<T>(<T>factor);
  const ps = <usize>load<i32>(grid, 4);
  const qs = <usize>load<i32>(grid, 8);
  const count = <usize>positionPairCount(grid);
  const xs = pair.x + <usize>column;
  const zs = zColumn<T>(pair, column);
  for (let c: usize = 0; c < count; c++) {
    let k = v128.mul<T>(f, v128.sub<T>(one, low<T>(v128.load(src + (c << 4)))));
    if (column >= 0) k = v128.mul<T>(k, v128.mul<T>(xAt<T>(xs, ps, c), zAt(zs, qs, c)));
    if (left != 0) k = v128.mul<T>(k, v128.load(left + (c << 4)));
    v128.store(out + (c << 4), k);
  }
}

// Words out, grid, constant, parts, then [value, weight] each.
export function plainSum<T>(code: usize): void {
  const out = word(code, 2);
  const constant = v128.splat<T>(<T>load<f64>(word(code, 4)));
  const parts = word(code, 5);
  const end = <usize>positionPairCount(word(code, 3)) << 4;
  for (let at: usize = 0; at < end; at += 16) {
    let k = constant;
    for (let i: i32 = 0; i < <i32>parts; i++) {
      const w = v128.splat<T>(<T>load<f64>(word(code, 7 + 2 * i)));
      k = madd<T>(w, v128.load(word(code, 6 + 2 * i) + at), k);
    }
    v128.store(out + at, k);
  }
}

export function plainNormalise<T>(pair: Pair, out: usize, src: usize, grid: usize, column: i32, factor: f64): void {
  const f = v128.splat<T>(<T>factor);
  const ps = <usize>load<i32>(grid, 4);
  const qs = <usize>load<i32>(grid, 8);
  const count = <usize>positionPairCount(grid);
  const xs = pair.x + <usize>column;
  const zs = zColumn<T>(pair, column);
  for (let c: usize = 0; c < count; c++) {
    const scale = v128.mul<T>(v128.mul<T>(xAt<T>(xs, ps, c), zAt(zs, qs, c)), f);
    v128.store(out + (c << 4), v128.mul<T>(scale, v128.load(src + (c << 4))));
  }
}

// 1 - K / sqrt(K(x,x) K(z,z)) of what was stored, with the sign in its place; exactly 0 where all three are one number.
export function distanceOf<T>(pair: Pair, out: usize, src: usize, grid: usize, square: i32): void {
  const zero = v128.splat<T>(<T>0);
  const one = v128.splat<T>(<T>1);
  const ps = <usize>load<i32>(grid, 4);
  const qs = <usize>load<i32>(grid, 8);
  const count = <usize>positionPairCount(grid);
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

// Adds position pairs to a pool: words value, grid, place in the store, links, table of [position pair, position pair
// of the pool]. With no table the pool has one position pair that takes all of them: short sums in T, then in f64.
export function pool<T>(pair: Pair, src: usize, grid: usize, place: usize, links: i32, table: usize): void {
  const to = pair.stored + place * lanes<T>();
  if (table == 0) {
    const end = <usize>positionPairCount(grid) << 4;
    for (let from: usize = 0; from < end; from += 512) {
      let part = v128.splat<T>(<T>0);
      const stop = min(end, from + 512);
      for (let at = from; at < stop; at += 16) part = v128.add<T>(part, v128.load(src + at));
      addStored<T>(to, part);
    }
    return;
  }
  for (let k: usize = 0; k < <usize>links; k++) {
    const positionPair = <usize>load<i32>(table + (k << 3));
    const target = <usize>load<i32>(table + (k << 3), 4);
    addStored<T>(to + (target << 3) * lanes<T>(), v128.load(src + (positionPair << 4)));
  }
}

// Keeps position pairs for a later stage (`into`), or brings them back times `factor`; the table holds the number of
// each position pair in the store.
export function move<T>(pair: Pair, value: usize, grid: usize, place: usize, table: usize, into: bool,
  factor: f64): void {
  const count = <usize>positionPairCount(grid);
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
