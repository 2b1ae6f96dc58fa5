import { madd, signBit, signMask } from './vector';

// Weighted sums of independent parts: gap' = sum a_k b_k gap_k + 1/2 sum (a_k - b_k)^2, where a and b are the shares of the
// two rows (unit length). A part is a signed gap or a gap in [0, 2]: for both, `low` is 1 - u and `high` is 1 + u.
// A constant is a part with gap 0. Term descriptors are 32-bit slots; shares of term k are row column + k of the factors.

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

// @ts-ignore: decorator
@inline
export function slotAt(strip: Strip, slot: i32): usize {
  return slot == 0 ? strip.source : strip.slots + <usize>(slot - 1) * strip.bytes;
}

// @ts-ignore: decorator
@inline
export function low<T>(v: v128): v128 {
  const g = v128.abs<T>(v);
  return v128.bitselect(v128.sub<T>(v128.splat<T>(<T>2), g), g, signMask<T>(v));
}

// @ts-ignore: decorator
@inline
export function high<T>(v: v128): v128 {
  const g = v128.abs<T>(v);
  return v128.bitselect(g, v128.sub<T>(v128.splat<T>(<T>2), g), signMask<T>(v));
}

// The signed gap from both gaps.
// @ts-ignore: decorator
@inline
export function signed<T>(below: v128, above: v128): v128 {
  const minus = v128.or(above, signBit<T>(v128.splat<T>(<T>-1)));
  return v128.bitselect(below, minus, v128.le<T>(below, above));
}

// @ts-ignore: decorator
@inline
function fixedSum<T>(strip: Strip, terms: usize, n: i32, constant: bool, column: i32, dst: usize, wantSign: bool): void {
  const half = v128.splat<T>(<T>0.5);
  const two = v128.splat<T>(<T>2);
  const x = strip.x + <usize>column * strip.strideX;
  const z = strip.z + <usize>column * strip.strideZ;
  const s0 = slotAt(strip, load<i32>(terms));
  const s1 = n > 1 ? slotAt(strip, load<i32>(terms, 4)) : 0;
  const a0 = v128.load_splat<T>(x);
  const a1 = n > 1 || constant ? v128.load_splat<T>(x + strip.strideX) : a0;
  const a2 = n > 1 && constant ? v128.load_splat<T>(x + 2 * strip.strideX) : a0;
  const z1 = z + strip.strideZ;
  const z2 = z1 + strip.strideZ;
  const bytes = <usize>strip.count * sizeof<T>();
  for (let at: usize = 0; at < bytes; at += 16) {
    const v0 = v128.load(s0 + at);
    const b0 = v128.load(z + at);
    const w0 = v128.mul<T>(a0, b0);
    let difference = v128.sub<T>(a0, b0);
    let spread = v128.mul<T>(difference, difference);
    let below = v128.mul<T>(w0, low<T>(v0));
    let above = v128.mul<T>(w0, high<T>(v0));
    if (n > 1) {
      const v1 = v128.load(s1 + at);
      const b1 = v128.load(z1 + at);
      const w1 = v128.mul<T>(a1, b1);
      difference = v128.sub<T>(a1, b1);
      spread = madd<T>(difference, difference, spread);
      below = madd<T>(w1, low<T>(v1), below);
      above = madd<T>(w1, high<T>(v1), above);
    }
    if (constant) {
      const a = n > 1 ? a2 : a1;
      const b = v128.load((n > 1 ? z2 : z1) + at);
      difference = v128.sub<T>(a, b);
      spread = madd<T>(difference, difference, spread);
      above = madd<T>(v128.mul<T>(a, b), two, above);
    }
    below = madd<T>(spread, half, below);
    if (wantSign) {
      above = madd<T>(spread, half, above);
      v128.store(dst + at, signed<T>(below, above));
    } else {
      v128.store(dst + at, below);
    }
  }
}

// Any number of terms: the same sums with a loop over the terms inside.
// @ts-ignore: decorator
@inline
function anySum<T>(strip: Strip, terms: usize, n: i32, constant: bool, column: i32, dst: usize, wantSign: bool): void {
  const half = v128.splat<T>(<T>0.5);
  const bytes = <usize>strip.count * sizeof<T>();
  const parts = n + (constant ? 1 : 0);
  for (let at: usize = 0; at < bytes; at += 16) {
    let below = v128.splat<T>(<T>0);
    let above = v128.splat<T>(<T>0);
    let spread = v128.splat<T>(<T>0);
    for (let k = 0; k < parts; k++) {
      const a = v128.load_splat<T>(strip.x + <usize>(column + k) * strip.strideX);
      const b = v128.load(strip.z + <usize>(column + k) * strip.strideZ + at);
      const weight = v128.mul<T>(a, b);
      const difference = v128.sub<T>(a, b);
      spread = madd<T>(difference, difference, spread);
      let v = v128.splat<T>(<T>0);
      if (k < n) v = v128.load(slotAt(strip, load<i32>(terms + (<usize>k << 2))) + at);
      below = madd<T>(weight, low<T>(v), below);
      above = madd<T>(weight, high<T>(v), above);
    }
    below = madd<T>(spread, half, below);
    above = madd<T>(spread, half, above);
    v128.store(dst + at, wantSign ? signed<T>(below, above) : below);
  }
}

// @ts-ignore: decorator
@inline
export function weightedSum<T>(strip: Strip, terms: usize, n: i32, constant: bool, column: i32, dst: usize, wantSign: bool): void {
  if (n == 1 && constant) {
    if (wantSign) fixedSum<T>(strip, terms, 1, true, column, dst, true);
    else fixedSum<T>(strip, terms, 1, true, column, dst, false);
  } else if (n == 2 && constant) {
    if (wantSign) fixedSum<T>(strip, terms, 2, true, column, dst, true);
    else fixedSum<T>(strip, terms, 2, true, column, dst, false);
  } else if (n == 2) {
    if (wantSign) fixedSum<T>(strip, terms, 2, false, column, dst, true);
    else fixedSum<T>(strip, terms, 2, false, column, dst, false);
  } else {
    anySum<T>(strip, terms, n, constant, column, dst, wantSign);
  }
}

// 1 - u v of two values: gap a + b - a b; signed if wanted.
// @ts-ignore: decorator
@inline
export function product<T>(strip: Strip, left: i32, right: i32, dst: usize, wantSign: bool): void {
  const l = slotAt(strip, left);
  const r = slotAt(strip, right);
  const bytes = <usize>strip.count * sizeof<T>();
  for (let at: usize = 0; at < bytes; at += 16) {
    const v = v128.load(l + at);
    const a = low<T>(v);
    const b = low<T>(v128.load(r + at));
    const below = v128.sub<T>(v128.add<T>(a, b), v128.mul<T>(a, b));
    if (wantSign) {
      const c = high<T>(v);
      v128.store(dst + at, signed<T>(below, v128.sub<T>(v128.add<T>(c, b), v128.mul<T>(c, b))));
    } else {
      v128.store(dst + at, below);
    }
  }
}
