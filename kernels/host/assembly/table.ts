import { madd, signMask } from './vector';

// A function of the signed cosine distance, tabulated: on each side of u = 0 equal intervals in t = sqrt|v|, in each a
// polynomial in the position x in [0, 1] within it, coefficients from the lowest degree up (4 in f32, 8 in f64, each
// interval 16 or 64 bytes). Values are cosine distances: a rounding below 0 must not look like a sign.

@inline
export function lookupF32(src: usize, dst: usize, count: i32, table: usize, intervals: i32): void {
  const scale = f32x4.splat(<f32>intervals);
  const last = i32x4.splat(intervals - 1);
  const other = i32x4.splat(intervals);
  const bytes = <usize>count << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    const v = v128.load(src + at);
    const t = f32x4.mul(f32x4.sqrt(f32x4.abs(v)), scale);
    const k = i32x4.min_s(i32x4.trunc_sat_f32x4_s(t), last);
    const whole = f32x4.convert_i32x4_s(k);
    const x = f32x4.sub(t, whole);
    const index = i32x4.shl(i32x4.add(k, v128.and(other, signMask<f32>(v))), 4);
    const p0 = v128.load(table + <usize>i32x4.extract_lane(index, 0));
    const p1 = v128.load(table + <usize>i32x4.extract_lane(index, 1));
    const p2 = v128.load(table + <usize>i32x4.extract_lane(index, 2));
    const p3 = v128.load(table + <usize>i32x4.extract_lane(index, 3));
    const a = v128.shuffle<i32>(p0, p1, 0, 4, 1, 5);
    const b = v128.shuffle<i32>(p2, p3, 0, 4, 1, 5);
    const c = v128.shuffle<i32>(p0, p1, 2, 6, 3, 7);
    const d = v128.shuffle<i32>(p2, p3, 2, 6, 3, 7);
    let sum = madd<f32>(v128.shuffle<i64>(c, d, 1, 3), x, v128.shuffle<i64>(c, d, 0, 2));
    sum = madd<f32>(sum, x, v128.shuffle<i64>(a, b, 1, 3));
    sum = madd<f32>(sum, x, v128.shuffle<i64>(a, b, 0, 2));
    v128.store(dst + at, f32x4.max(sum, f32x4.splat(0)));
  }
}

@inline
export function lookupF64(src: usize, dst: usize, count: i32, table: usize, intervals: i32): void {
  const scale = f64x2.splat(<f64>intervals);
  const last = i32x4.splat(intervals - 1);
  const bytes = <usize>count << 3;
  for (let at: usize = 0; at < bytes; at += 16) {
    const v = v128.load(src + at);
    const t = f64x2.mul(f64x2.sqrt(f64x2.abs(v)), scale);
    const k = i32x4.min_s(i32x4.trunc_sat_f64x2_s_zero(t), last);
    const x = f64x2.sub(t, f64x2.convert_low_i32x4_s(k));
    const k0 = i32x4.extract_lane(k, 0) + (i64x2.extract_lane(v, 0) < 0 ? intervals : 0);
    const k1 = i32x4.extract_lane(k, 1) + (i64x2.extract_lane(v, 1) < 0 ? intervals : 0);
    const p = table + (<usize>k0 << 6);
    const q = table + (<usize>k1 << 6);
    let l = v128.load(p, 48);
    let m = v128.load(q, 48);
    let sum = madd<f64>(v128.shuffle<i64>(l, m, 1, 3), x, v128.shuffle<i64>(l, m, 0, 2));
    l = v128.load(p, 32);
    m = v128.load(q, 32);
    sum = madd<f64>(madd<f64>(sum, x, v128.shuffle<i64>(l, m, 1, 3)), x, v128.shuffle<i64>(l, m, 0, 2));
    l = v128.load(p, 16);
    m = v128.load(q, 16);
    sum = madd<f64>(madd<f64>(sum, x, v128.shuffle<i64>(l, m, 1, 3)), x, v128.shuffle<i64>(l, m, 0, 2));
    l = v128.load(p);
    m = v128.load(q);
    sum = madd<f64>(madd<f64>(sum, x, v128.shuffle<i64>(l, m, 1, 3)), x, v128.shuffle<i64>(l, m, 0, 2));
    v128.store(dst + at, f64x2.max(sum, f64x2.splat(0)));
  }
}
