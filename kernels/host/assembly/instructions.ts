import { piecewiseLinear, heaviside } from './angle';
import { smoothSlope, smoothValue } from './smooth';
import { high, low, product, signed, slotAt, Strip, weightedSum } from './sum';
import { lookupF32, lookupF64 } from './table';

// The interpreter of a body: instructions of 32-bit words [operation, length, operands...], written by encode.ts. It
// runs all instructions on a strip of some hundred pairs that stays in the first-level cache, then goes on to the next
// strip.

// An self-kernel of a row: in f32 two columns, its rounded value and the rest.
@inline
function wide<T>(at: usize, place: i32, stride: usize): f64 {
  if (sizeof<T>() == 4) return <f64>load<T>(at + 2 * <usize>place * stride) + <f64>load<T>(at + (2 * <usize>place +
    1) * stride);
  return <f64>load<T>(at + <usize>place * stride);
}

// 1 - exp(-rate |x - z|^power) with |x - z|^2 = (r - s)^2 + 2 r s (1 - u).
@inline
function radial<T>(strip: Strip, dst: usize, column: i32, rate: f64, power: f64): void {
  const r = wide<T>(strip.x + <usize>column * strip.strideX, 0, strip.strideX);
  const z = strip.z + <usize>column * strip.strideZ;
  const bytes = <usize>strip.count * sizeof<T>();
  for (let at: usize = 0; at < bytes; at += sizeof<T>()) {
    const s = wide<T>(z + at, 0, strip.strideZ);
    const v = <f64>load<T>(strip.source + at);
    const distance = NativeMath.signbit(v) ? 2 + v : v;
    const square = (r - s) * (r - s) + 2 * r * s * distance;
    let length = square;
    if (power == 1) length = Math.sqrt(square);
    else if (power != 2) length = Math.pow(square, power / 2);
    store<T>(dst + at, <T>-Math.expm1(-rate * length));
  }
}

@inline
function smooth<T>(strip: Strip, src: usize, dst: usize, map: i32, column: i32, derivative: bool): void {
  const x = strip.x + <usize>column * strip.strideX;
  const z = strip.z + <usize>column * strip.strideZ;
  const p = wide<T>(x, 0, strip.strideX);
  const r = wide<T>(x, 1, strip.strideX);
  const root = wide<T>(x, 2, strip.strideX);
  const bend = derivative ? 0 : wide<T>(x, 3, strip.strideX);
  const bytes = <usize>strip.count * sizeof<T>();
  for (let at: usize = 0; at < bytes; at += sizeof<T>()) {
    const q = wide<T>(z + at, 0, strip.strideZ);
    const s = wide<T>(z + at, 1, strip.strideZ);
    const root2 = wide<T>(z + at, 2, strip.strideZ);
    const v = <f64>load<T>(src + at);
    if (derivative) store<T>(dst + at, <T>smoothSlope(map, v, p, q, r, s, root, root2));
    else store<T>(dst + at, <T>smoothValue(map, v, p, q, r, s, root, root2, bend, wide<T>(z + at, 3, strip.strideZ)));
  }
}

// K = scale(x) scale(z) u; adding 0 turns -0 into 0.
@inline
function output<T>(strip: Strip, src: usize, dst: usize, column: i32): void {
  const one = v128.splat<T>(<T>1);
  const zero = v128.splat<T>(<T>0);
  const a = v128.load_splat<T>(strip.x + <usize>column * strip.strideX);
  const z = strip.z + <usize>column * strip.strideZ;
  const bytes = <usize>strip.count * sizeof<T>();
  for (let at: usize = 0; at < bytes; at += 16) {
    const u = v128.sub<T>(one, low<T>(v128.load(src + at)));
    v128.store(dst + at, v128.add<T>(v128.mul<T>(v128.mul<T>(a, v128.load(z + at)), u), zero));
  }
}

@inline
function sign<T>(strip: Strip, src: usize, dst: usize): void {
  const bytes = <usize>strip.count * sizeof<T>();
  for (let at: usize = 0; at < bytes; at += 16) {
    const v = v128.load(src + at);
    v128.store(dst + at, signed<T>(low<T>(v), high<T>(v)));
  }
}

@inline
function word(code: usize, index: i32): i32 {
  return load<i32>(code + (<usize>index << 2));
}

@inline
export function runStrip<T>(strip: Strip, begin: usize, end: usize, first: usize, second: usize, angles: usize,
  sines: usize): void {
  for (let code = begin; code < end; code += <usize>word(code, 1) << 2) {
    const a = word(code, 2);
    const b = word(code, 3);
    switch (word(code, 0)) {
      case 1:
        piecewiseLinear<T>(slotAt(strip, a), slotAt(strip, b), slotAt(strip, word(code, 4)), strip.count,
          load<f64>(word(code, 5)), angles, sines, word(code, 6) != 0);
        break;
      case 2:
        heaviside<T>(slotAt(strip, a), slotAt(strip, b), strip.count, angles);
        break;
      case 3:
        weightedSum<T>(strip, code + 28, word(code, 4), word(code, 5), word(code, 6), slotAt(strip, a), b);
        break;
      case 4:
        product<T>(strip, a, b, slotAt(strip, word(code, 4)), word(code, 5));
        break;
      case 5:
        radial<T>(strip, slotAt(strip, a), b, load<f64>(word(code, 4)), load<f64>(word(code, 4), 8));
        break;
      case 6:
        smooth<T>(strip, slotAt(strip, a), slotAt(strip, b), word(code, 4), word(code, 5), false);
        break;
      case 7:
        smooth<T>(strip, slotAt(strip, a), slotAt(strip, b), word(code, 4), word(code, 5), true);
        break;
      case 8:
        output<T>(strip, slotAt(strip, a), b == 0 ? first : second, word(code, 4));
        break;
      case 9:
        if (sizeof<T>() == 4) lookupF32(strip.source, slotAt(strip, a), strip.count, b, word(code, 4));
        else lookupF64(strip.source, slotAt(strip, a), strip.count, b, word(code, 4));
        break;
      case 10:
        sign<T>(strip, slotAt(strip, a), slotAt(strip, b));
        break;
    }
  }
}

@inline
export function runBody<T>(
  strip: Strip, begin: usize, end: usize, rows: i32, columns: i32, c: usize, second: usize, ldc: i32, length: i32,
  slots: usize, x: usize, strideX: i32, z: usize, strideZ: i32, angles: usize, sines: usize, upper: bool,
): void {
  const s = sizeof<T>();
  strip.slots = slots;
  strip.bytes = <usize>length * s;
  strip.strideX = <usize>strideX * s;
  strip.strideZ = <usize>strideZ * s;
  for (let j = 0; j < columns; j += length) {
    const count = min(length, columns - j);
    const last = upper ? min(rows, j + count) : rows;
    strip.count = count;
    strip.z = z + <usize>j * s;
    for (let i = 0; i < last; i++) {
      const at = <usize>(i * ldc + j) * s;
      strip.source = c + at;
      strip.x = x + <usize>i * s;
      runStrip<T>(strip, begin, end, c + at, second + at, angles, sines);
    }
  }
}

// Copies the entries above the diagonal to below it, in place.
@inline
export function mirror<T>(c: usize, ldc: i32, n: i32): void {
  const s = sizeof<T>();
  for (let i = 1; i < n; i++) {
    for (let j = 0; j < i; j++) {
      store<T>(c + <usize>(i * ldc + j) * s, load<T>(c + <usize>(j * ldc + i) * s));
    }
  }
}

// Writes the transpose of C `[rows, columns]` to `dst` `[columns, rows]` with row length `ldt`.
@inline
export function transpose<T>(c: usize, ldc: i32, rows: i32, columns: i32, dst: usize, ldt: i32): void {
  const s = sizeof<T>();
  for (let j0 = 0; j0 < columns; j0 += 16) {
    for (let i = 0; i < rows; i++) {
      const end = min(columns, j0 + 16);
      for (let j = j0; j < end; j++) {
        store<T>(dst + <usize>(j * ldt + i) * s, load<T>(c + <usize>(i * ldc + j) * s));
      }
    }
  }
}
