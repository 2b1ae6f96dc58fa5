import { madd, signBit, signMask } from './vector';

// Maps that act on the angle alone, on strips of signed cosine distances g (bare: without a sign, for u >= 0).
// `angles` and `sines`: polynomials in x = 2 g - 1 for theta / (pi sqrt g) and (sin theta - theta cos theta) / (pi g
// sqrt g), of degree 22 in f64 and 10 in f32 (`sines` in f64: degree 9 in 20 g - 1, for g < 0.1); even coefficients
// first, highest first, each repeated over a vector. Two chains, one for even and one for odd powers, halve the waiting
// for results.

@inline
function polynomial22<T>(x: v128, y: v128, t: usize): v128 {
  let even = v128.load(t);
  let odd = v128.load(t, 192);
  even = madd<T>(even, y, v128.load(t, 16));
  odd = madd<T>(odd, y, v128.load(t, 208));
  even = madd<T>(even, y, v128.load(t, 32));
  odd = madd<T>(odd, y, v128.load(t, 224));
  even = madd<T>(even, y, v128.load(t, 48));
  odd = madd<T>(odd, y, v128.load(t, 240));
  even = madd<T>(even, y, v128.load(t, 64));
  odd = madd<T>(odd, y, v128.load(t, 256));
  even = madd<T>(even, y, v128.load(t, 80));
  odd = madd<T>(odd, y, v128.load(t, 272));
  even = madd<T>(even, y, v128.load(t, 96));
  odd = madd<T>(odd, y, v128.load(t, 288));
  even = madd<T>(even, y, v128.load(t, 112));
  odd = madd<T>(odd, y, v128.load(t, 304));
  even = madd<T>(even, y, v128.load(t, 128));
  odd = madd<T>(odd, y, v128.load(t, 320));
  even = madd<T>(even, y, v128.load(t, 144));
  odd = madd<T>(odd, y, v128.load(t, 336));
  even = madd<T>(even, y, v128.load(t, 160));
  odd = madd<T>(odd, y, v128.load(t, 352));
  even = madd<T>(even, y, v128.load(t, 176));
  return madd<T>(odd, x, even);
}

@inline
function polynomial9<T>(x: v128, y: v128, t: usize): v128 {
  let even = v128.load(t);
  let odd = v128.load(t, 80);
  even = madd<T>(even, y, v128.load(t, 16));
  odd = madd<T>(odd, y, v128.load(t, 96));
  even = madd<T>(even, y, v128.load(t, 32));
  odd = madd<T>(odd, y, v128.load(t, 112));
  even = madd<T>(even, y, v128.load(t, 48));
  odd = madd<T>(odd, y, v128.load(t, 128));
  even = madd<T>(even, y, v128.load(t, 64));
  odd = madd<T>(odd, y, v128.load(t, 144));
  return madd<T>(odd, x, even);
}

@inline
function polynomial10<T>(x: v128, y: v128, t: usize): v128 {
  let even = v128.load(t);
  let odd = v128.load(t, 96);
  even = madd<T>(even, y, v128.load(t, 16));
  odd = madd<T>(odd, y, v128.load(t, 112));
  even = madd<T>(even, y, v128.load(t, 32));
  odd = madd<T>(odd, y, v128.load(t, 128));
  even = madd<T>(even, y, v128.load(t, 48));
  odd = madd<T>(odd, y, v128.load(t, 144));
  even = madd<T>(even, y, v128.load(t, 64));
  odd = madd<T>(odd, y, v128.load(t, 160));
  even = madd<T>(even, y, v128.load(t, 80));
  return madd<T>(odd, x, even);
}

@inline
export function polynomial<T>(x: v128, table: usize): v128 {
  const y = v128.mul<T>(x, x);
  return sizeof<T>() == 8 ? polynomial22<T>(x, y, table) : polynomial10<T>(x, y, table);
}

// (sin theta - theta cos theta) / pi. f32: by its polynomial. f64: from theta itself, sqrt(g) (sqrt(2 - g) - theta /
// sqrt(g) (1 - g)), and where that cancels, for g < 0.1, by a polynomial that is short because its interval is.
@inline
export function sineTerm<T>(g: v128, root: v128, x: v128, angle: v128, sines: usize): v128 {
  if (sizeof<T>() == 4) return v128.mul<T>(v128.mul<T>(root, g), polynomial<T>(x, sines));
  const one = v128.splat<T>(<T>1);
  const sine = v128.mul<T>(v128.sqrt<T>(v128.sub<T>(v128.splat<T>(<T>2), g)), v128.splat<T>(<T>(1 / Math.PI)));
  const large = v128.sub<T>(sine, v128.mul<T>(angle, v128.sub<T>(one, g)));
  const y = v128.sub<T>(v128.mul<T>(g, v128.splat<T>(<T>20)), one);
  const small = v128.mul<T>(g, polynomial9<T>(y, v128.mul<T>(y, y), sines));
  return v128.mul<T>(root, v128.bitselect(small, large, v128.lt<T>(g, v128.splat<T>(<T>0.1))));
}

@inline
function rectify<T>(src: usize, value: usize, slope: usize, count: i32, weight: f64, angles: usize, sines: usize,
  bare: bool): void {
  const one = v128.splat<T>(<T>1);
  const zero = v128.splat<T>(<T>0);
  const c = v128.splat<T>(<T>weight);
  const bytes = <usize>count * sizeof<T>();
  for (let at: usize = 0; at < bytes; at += 16) {
    const v = v128.load(src + at);
    const g = bare ? v : v128.abs<T>(v);
    const negative = signMask<T>(v);
    const root = v128.sqrt<T>(g);
    const x = v128.sub<T>(v128.add<T>(g, g), one);
    const angle = polynomial<T>(x, angles);
    const t = v128.mul<T>(root, angle);
    const j = v128.mul<T>(c, sineTerm<T>(g, root, x, angle, sines));
    if (bare) {
      v128.store(value + at, v128.max<T>(zero, v128.sub<T>(g, j)));
      v128.store(slope + at, v128.mul<T>(c, t));
    } else {
      v128.store(value + at, weight == 1.0 ? v128.max<T>(zero, v128.sub<T>(v128.bitselect(one, g, negative),
        j)) : bothSides<T>(g, j, c, negative));
      v128.store(slope + at, v128.mul<T>(c, v128.bitselect(v128.sub<T>(one, t), t, negative)));
    }
  }
}

// phi(a) = even |a| + odd a with weight c = 2 even^2 / (even^2 + odd^2), 1 for a rectifier: value (signed cosine
// distance) and derivative (cosine distance). A result that is not wanted goes to a slot that nothing reads.
@inline
export function piecewiseLinear<T>(src: usize, value: usize, slope: usize, count: i32, weight: f64, angles: usize,
  sines: usize, bare: bool): void {
  if (bare) rectify<T>(src, value, slope, count, weight, angles, sines, true);
  else rectify<T>(src, value, slope, count, weight, angles, sines, false);
}

// The value for any weight: below = g - j for u >= 0; else below = (2 - c) + (c - 1) g - j, above = c + (1 - c) g + j.
@inline
export function bothSides<T>(g: v128, j: v128, c: v128, negative: v128): v128 {
  const one = v128.splat<T>(<T>1);
  const two = v128.splat<T>(<T>2);
  const zero = v128.splat<T>(<T>0);
  const rest = v128.sub<T>(one, c);
  const direct = v128.sub<T>(g, j);
  const below = v128.max<T>(zero, v128.sub<T>(v128.sub<T>(v128.sub<T>(two, c), v128.mul<T>(rest, g)), j));
  const above = v128.max<T>(zero, v128.add<T>(madd<T>(rest, g, c), j));
  const minus = v128.or(above, signBit<T>(v128.neg<T>(one)));
  const far = v128.bitselect(below, minus, v128.le<T>(below, above));
  const near = v128.max<T>(zero, direct);
  return v128.bitselect(far, near, negative);
}

// The heaviside: cosine distance theta / pi.
@inline
export function heaviside<T>(src: usize, value: usize, count: i32, angles: usize): void {
  const one = v128.splat<T>(<T>1);
  const bytes = <usize>count * sizeof<T>();
  for (let at: usize = 0; at < bytes; at += 16) {
    const v = v128.load(src + at);
    const g = v128.abs<T>(v);
    const x = v128.sub<T>(v128.add<T>(g, g), one);
    const t = v128.mul<T>(v128.sqrt<T>(g), polynomial<T>(x, angles));
    v128.store(value + at, v128.bitselect(v128.sub<T>(one, t), t, signMask<T>(v)));
  }
}
