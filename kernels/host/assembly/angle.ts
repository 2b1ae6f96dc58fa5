import { horner, madd, signBit, signMask } from './vector';

// Maps that act on the angle alone, on strips of signed gaps.
// `angles` and `sines`: polynomials in x = 2 g - 1 for theta / (pi sqrt g) and (sin theta - theta cos theta) / (pi g sqrt g).

// phi(a) = even |a| + odd a with weight c = 2 even^2 / (even^2 + odd^2), 1 for a rectifier: value (signed gap, to `value` unless 0)
// and derivative (gap, to `slope` unless 0).
// @ts-ignore: decorator
@inline
export function piecewiseLinear<T>(src: usize, value: usize, slope: usize, count: i32, weight: f64, angles: usize, sines: usize, degree: i32): void {
  const one = v128.splat<T>(<T>1);
  const zero = v128.splat<T>(<T>0);
  const c = v128.splat<T>(<T>weight);
  const rectifier = weight == 1.0;
  const bytes = <usize>count * sizeof<T>();
  for (let at: usize = 0; at < bytes; at += 16) {
    const v = v128.load(src + at);
    const g = v128.abs<T>(v);
    const negative = signMask<T>(v);
    const root = v128.sqrt<T>(g);
    const x = v128.sub<T>(v128.add<T>(g, g), one);
    if (value) {
      const j = v128.mul<T>(v128.mul<T>(c, v128.mul<T>(root, g)), horner<T>(x, sines, degree));
      if (rectifier) {
        v128.store(value + at, v128.max<T>(zero, v128.sub<T>(v128.bitselect(one, g, negative), j)));
      } else {
        v128.store(value + at, bothSides<T>(g, j, c, negative));
      }
    }
    if (slope) {
      const t = v128.mul<T>(root, horner<T>(x, angles, degree));
      v128.store(slope + at, v128.mul<T>(c, v128.bitselect(v128.sub<T>(one, t), t, negative)));
    }
  }
}

// The value for any weight: below = g - j for u >= 0; else below = (2 - c) + (c - 1) g - j, above = c + (1 - c) g + j.
// @ts-ignore: decorator
@inline
function bothSides<T>(g: v128, j: v128, c: v128, negative: v128): v128 {
  const one = v128.splat<T>(<T>1);
  const two = v128.splat<T>(<T>2);
  const zero = v128.splat<T>(<T>0);
  const rest = v128.sub<T>(one, c);
  const direct = v128.sub<T>(g, j);
  const below = v128.sub<T>(v128.sub<T>(v128.sub<T>(two, c), v128.mul<T>(rest, g)), j);
  const above = v128.max<T>(zero, v128.add<T>(madd<T>(rest, g, c), j));
  const minus = v128.or(above, signBit<T>(v128.neg<T>(one)));
  const far = v128.bitselect(below, minus, v128.le<T>(below, above));
  const near = v128.max<T>(zero, direct);
  return v128.bitselect(far, near, negative);
}

// The threshold: gap theta / pi.
// @ts-ignore: decorator
@inline
export function threshold<T>(src: usize, value: usize, count: i32, angles: usize, degree: i32): void {
  const one = v128.splat<T>(<T>1);
  const bytes = <usize>count * sizeof<T>();
  for (let at: usize = 0; at < bytes; at += 16) {
    const v = v128.load(src + at);
    const g = v128.abs<T>(v);
    const x = v128.sub<T>(v128.add<T>(g, g), one);
    const t = v128.mul<T>(v128.sqrt<T>(g), horner<T>(x, angles, degree));
    v128.store(value + at, v128.bitselect(v128.sub<T>(one, t), t, signMask<T>(v)));
  }
}
