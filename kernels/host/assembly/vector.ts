// Helpers on 128-bit vectors of T = f32 (4 lanes) or f64 (2 lanes).

// a b + c, fused where the module is built for relaxed SIMD.
@inline
export function madd<T>(a: v128, b: v128, c: v128): v128 {
  if (FUSED) return v128.relaxed_madd<T>(a, b, c);
  return v128.add<T>(v128.mul<T>(a, b), c);
}

// All bits of a lane set where its sign bit is.
@inline
export function signMask<T>(v: v128): v128 {
  if (sizeof<T>() == 4) return i32x4.shr_s(v, 31);
  return i64x2.shr_s(v, 63);
}

// The sign bits alone.
@inline
export function signBit<T>(v: v128): v128 {
  if (sizeof<T>() == 4) return v128.and(v, i32x4.splat(0x80000000));
  return v128.and(v, i64x2.splat(0x8000000000000000));
}
