import { madd, signBit, signMask } from './vector';

// Weighted sums of independent parts: d' = sum w_k d_k + h, w_k = a_k b_k, h = 1/2 sum (a_k - b_k)^2, where a and b are
// the shares of the two rows (unit length). Since sum w_k + h = 1, this is d_0 + sum_(k>0) w_k (d_k - d_0) + h (1 -
// d_0): in this form rounding of the mixing weights does not add up over a thousand layers. Part 0 is the largest
// (encode.ts sees to it). Where it is small in some pair all the same (w_0 < 1/4), the sum starts there from 0 instead
// of d_0, which would cancel. A part is a signed cosine distance or a cosine distance in [0, 2]: for both, `low` is 1 -
// u and `high` is 1 + u. A constant is a part of cosine distance 0, slot -1. Shares of part k are column `column` + k
// of the factors.

// The addresses that one strip works on.
@unmanaged
export class Strip {
  // First value slot, bytes between slots, the source strip (slot 0), entries of this strip.
  slots: usize;
  bytes: usize;
  source: usize;
  count: i32;
  // Factors of the strip's row (stride between columns in bytes) and of its first column.
  x: usize;
  strideX: usize;
  z: usize;
  strideZ: usize;
}

@inline
export function slotAt(strip: Strip, slot: i32): usize {
  return slot == 0 ? strip.source : strip.slots + <usize>(slot - 1) * strip.bytes;
}

@inline
export function low<T>(v: v128, bare: bool = false): v128 {
  if (bare) return v;
  const g = v128.abs<T>(v);
  return v128.bitselect(v128.sub<T>(v128.splat<T>(<T>2), g), g, signMask<T>(v));
}

@inline
export function high<T>(v: v128, bare: bool = false): v128 {
  if (bare) return v128.sub<T>(v128.splat<T>(<T>2), v);
  const g = v128.abs<T>(v);
  return v128.bitselect(g, v128.sub<T>(v128.splat<T>(<T>2), g), signMask<T>(v));
}

// The signed cosine distance from both cosine distances.
@inline
export function signed<T>(below: v128, above: v128): v128 {
  const minus = v128.or(above, signBit<T>(v128.splat<T>(<T>-1)));
  return v128.bitselect(below, minus, v128.le<T>(below, above));
}

// One part beside the base: adds w (cosine distance - distance0) to both cosine distances, and its difference of shares
// to the spread.
@inline
function blend<T>(a: v128, b: v128, distance: v128, distance0: v128, sum: v128): v128 {
  return madd<T>(v128.mul<T>(a, b), v128.sub<T>(distance, distance0), sum);
}

// What a sum starts from: the cosine distance of part 0, or 0 where it is too small a part.
@inline
export function startOf<T>(distance: v128, a: v128, b: v128, dominates: bool): v128 {
  if (dominates) return distance;
  return v128.and(distance, v128.ge<T>(v128.mul<T>(a, b), v128.splat<T>(<T>0.25)));
}

@inline
function square<T>(a: v128, b: v128, sum: v128): v128 {
  const difference = v128.sub<T>(a, b);
  return madd<T>(difference, difference, sum);
}

// A part's value: slot -1 is the constant, of cosine distance 0.
@inline
function partAt(strip: Strip, terms: usize, k: i32): usize {
  const slot = load<i32>(terms + (<usize>k << 2));
  return slot < 0 ? 0 : slotAt(strip, slot);
}

// `parts` of 2 or 3 (the shapes that networks have); `last`: the last part is the constant.
@inline
function fixedSum<T>(strip: Strip, terms: usize, parts: i32, last: bool, column: i32, dst: usize, wantSign: bool,
  bare: bool): void {
  const half = v128.splat<T>(<T>0.5);
  const one = v128.splat<T>(<T>1);
  const zero = v128.splat<T>(<T>0);
  const two = v128.splat<T>(<T>2);
  const x = strip.x + <usize>column * strip.strideX;
  const z0 = strip.z + <usize>column * strip.strideZ;
  const z1 = z0 + strip.strideZ;
  const z2 = z1 + strip.strideZ;
  const s0 = partAt(strip, terms, 0);
  const s1: usize = parts == 2 && last ? 0 : partAt(strip, terms, 1);
  const s2: usize = parts == 3 && !last ? partAt(strip, terms, 2) : 0;
  const a0 = v128.load_splat<T>(x);
  const a1 = v128.load_splat<T>(x + strip.strideX);
  const a2 = parts == 3 ? v128.load_splat<T>(x + 2 * strip.strideX) : zero;
  const bytes = <usize>strip.count * sizeof<T>();
  for (let at: usize = 0; at < bytes; at += 16) {
    const v0 = v128.load(s0 + at);
    const v1 = parts == 2 && last ? zero : v128.load(s1 + at);
    const b1 = v128.load(z1 + at);
    let h = square<T>(a1, b1, square<T>(a0, v128.load(z0 + at), zero));
    const low0 = low<T>(v0, bare);
    const low1 = parts == 2 && last ? zero : low<T>(v1, bare);
    let below = blend<T>(a1, b1, low1, low0, low0);
    let high0 = zero;
    let above = zero;
    if (wantSign) {
      high0 = high<T>(v0, bare);
      above = blend<T>(a1, b1, parts == 2 && last ? two : high<T>(v1, bare), high0, high0);
    }
    if (parts == 3) {
      const v2 = last ? zero : v128.load(s2 + at);
      const b2 = v128.load(z2 + at);
      h = square<T>(a2, b2, h);
      below = blend<T>(a2, b2, last ? zero : low<T>(v2, bare), low0, below);
      if (wantSign) above = blend<T>(a2, b2, last ? two : high<T>(v2, bare), high0, above);
    }
    h = v128.mul<T>(half, h);
    below = v128.max<T>(zero, madd<T>(h, v128.sub<T>(one, low0), below));
    if (wantSign) {
      above = v128.max<T>(zero, madd<T>(h, v128.sub<T>(one, high0), above));
      v128.store(dst + at, signed<T>(below, above));
    } else {
      v128.store(dst + at, below);
    }
  }
}

// Any number of parts in any order: the same sums with a loop over the parts inside. `dominates`: part 0 is large in
// every pair.
@inline
function anySum<T>(strip: Strip, terms: usize, parts: i32, column: i32, dst: usize, wantSign: bool,
  dominates: bool): void {
  const half = v128.splat<T>(<T>0.5);
  const one = v128.splat<T>(<T>1);
  const two = v128.splat<T>(<T>2);
  const zero = v128.splat<T>(<T>0);
  const bytes = <usize>strip.count * sizeof<T>();
  for (let at: usize = 0; at < bytes; at += 16) {
    let low0 = zero;
    let high0 = zero;
    let below = zero;
    let above = zero;
    let h = zero;
    for (let k = 0; k < parts; k++) {
      const slot = partAt(strip, terms, k);
      const v = slot == 0 ? zero : v128.load(slot + at);
      const a = v128.load_splat<T>(strip.x + <usize>(column + k) * strip.strideX);
      const b = v128.load(strip.z + <usize>(column + k) * strip.strideZ + at);
      h = square<T>(a, b, h);
      if (k == 0) {
        low0 = startOf<T>(low<T>(v), a, b, dominates);
        high0 = startOf<T>(high<T>(v), a, b, dominates);
        below = low0;
        above = high0;
      }
      if (k > 0 || !dominates) {
        below = blend<T>(a, b, slot == 0 ? zero : low<T>(v), low0, below);
        above = blend<T>(a, b, slot == 0 ? two : high<T>(v), high0, above);
      }
    }
    h = v128.mul<T>(half, h);
    below = v128.max<T>(zero, madd<T>(h, v128.sub<T>(one, low0), below));
    above = v128.max<T>(zero, madd<T>(h, v128.sub<T>(one, high0), above));
    v128.store(dst + at, wantSign ? signed<T>(below, above) : below);
  }
}

@inline
function shapedSum<T>(strip: Strip, terms: usize, parts: i32, constant: i32, column: i32, dst: usize, wantSign: bool,
  bare: bool): void {
  const last = constant == parts - 1;
  if (parts == 2 && last) fixedSum<T>(strip, terms, 2, true, column, dst, wantSign, bare);
  else if (parts == 3 && last) fixedSum<T>(strip, terms, 3, true, column, dst, wantSign, bare);
  else if (parts == 2 && constant < 0) fixedSum<T>(strip, terms, 2, false, column, dst, wantSign, bare);
  else anySum<T>(strip, terms, parts, column, dst, wantSign, true);
}

// `mode`: 1 when the result needs its sign, 2 when every part is bare, 4 when part 0 is small in some pairs.
@inline
export function weightedSum<T>(strip: Strip, terms: usize, parts: i32, constant: i32, column: i32, dst: usize,
  mode: i32): void {
  if (mode >= 4) anySum<T>(strip, terms, parts, column, dst, (mode & 1) != 0, false);
  else if (mode == 0) shapedSum<T>(strip, terms, parts, constant, column, dst, false, false);
  else if (mode == 1) shapedSum<T>(strip, terms, parts, constant, column, dst, true, false);
  else if (mode == 2) shapedSum<T>(strip, terms, parts, constant, column, dst, false, true);
  else shapedSum<T>(strip, terms, parts, constant, column, dst, true, true);
}

// 1 - u v of two bare values: cosine distance a + b - a b.
@inline
function bareProduct<T>(l: usize, r: usize, dst: usize, bytes: usize): void {
  const zero = v128.splat<T>(<T>0);
  for (let at: usize = 0; at < bytes; at += 16) {
    const a = v128.load(l + at);
    const b = v128.load(r + at);
    v128.store(dst + at, v128.max<T>(zero, v128.sub<T>(v128.add<T>(a, b), v128.mul<T>(a, b))));
  }
}

// The same for any two values and with the sign if wanted (`mode` as above).
@inline
export function product<T>(strip: Strip, left: i32, right: i32, dst: usize, mode: i32): void {
  const l = slotAt(strip, left);
  const r = slotAt(strip, right);
  const zero = v128.splat<T>(<T>0);
  const bytes = <usize>strip.count * sizeof<T>();
  const wantSign = (mode & 1) != 0;
  if (mode == 2) {
    bareProduct<T>(l, r, dst, bytes);
    return;
  }
  for (let at: usize = 0; at < bytes; at += 16) {
    const v = v128.load(l + at);
    const a = low<T>(v);
    const b = low<T>(v128.load(r + at));
    const below = v128.max<T>(zero, v128.sub<T>(v128.add<T>(a, b), v128.mul<T>(a, b)));
    if (wantSign) {
      const c = high<T>(v);
      v128.store(dst + at, signed<T>(below, v128.sub<T>(v128.add<T>(c, b), v128.mul<T>(c, b))));
    } else {
      v128.store(dst + at, below);
    }
  }
}
