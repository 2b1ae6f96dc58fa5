import { madd } from './vector';

// Products of a finished tile with four vectors, in double precision whatever the tile holds.
// Vectors lie one after the other, `ld` doubles apart. Strips of rows stay in the first-level cache for both
// directions.

const STRIP_ROWS: i32 = 16;

// Two neighbouring entries as doubles.
@inline
function pair<T>(at: usize): v128 {
  if (sizeof<T>() == 8) return v128.load(at);
  return f64x2.promote_low_f32x4(v128.load64_zero(at));
}

@inline
function total(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

// y[v][i] = sum_j T[i, j] x[v][j] for two rows, `second` elements apart (0: the same row again).
@inline
function twoRows<T>(row: usize, second: usize, columns: i32, x: usize, ld: usize, y: usize, next: usize): void {
  const s = sizeof<T>();
  let a0 = f64x2.splat(0), a1 = f64x2.splat(0), a2 = f64x2.splat(0), a3 = f64x2.splat(0);
  let b0 = f64x2.splat(0), b1 = f64x2.splat(0), b2 = f64x2.splat(0), b3 = f64x2.splat(0);
  const even = columns & ~1;
  let at = x;
  let from = row;
  const end = row + <usize>even * s;
  while (from < end) {
    const ka = pair<T>(from);
    const kb = pair<T>(from + second);
    let v = v128.load(at);
    a0 = madd<f64>(ka, v, a0);
    b0 = madd<f64>(kb, v, b0);
    v = v128.load(at + ld);
    a1 = madd<f64>(ka, v, a1);
    b1 = madd<f64>(kb, v, b1);
    v = v128.load(at + 2 * ld);
    a2 = madd<f64>(ka, v, a2);
    b2 = madd<f64>(kb, v, b2);
    v = v128.load(at + 3 * ld);
    a3 = madd<f64>(ka, v, a3);
    b3 = madd<f64>(kb, v, b3);
    from += 2 * s;
    at += 16;
  }
  let lastA: f64 = 0;
  let lastB: f64 = 0;
  if (even < columns) {
    lastA = <f64>load<T>(from);
    lastB = <f64>load<T>(from + second);
  } else {
    // Nothing is left: stay inside the vectors.
    at = x;
  }
  // The same row again writes the same sum again.
  store<f64>(y + next, total(b0) + lastB * load<f64>(at));
  store<f64>(y, total(a0) + lastA * load<f64>(at));
  store<f64>(y + ld + next, total(b1) + lastB * load<f64>(at + ld));
  store<f64>(y + ld, total(a1) + lastA * load<f64>(at + ld));
  store<f64>(y + 2 * ld + next, total(b2) + lastB * load<f64>(at + 2 * ld));
  store<f64>(y + 2 * ld, total(a2) + lastA * load<f64>(at + 2 * ld));
  store<f64>(y + 3 * ld + next, total(b3) + lastB * load<f64>(at + 3 * ld));
  store<f64>(y + 3 * ld, total(a3) + lastA * load<f64>(at + 3 * ld));
}

// y[v][j] += sum_i T[i, j] x[v][i] over `rows` rows, for four neighbouring columns.
@inline
function fourColumns<T>(tile: usize, stride: usize, rows: i32, x: usize, ld: usize, y: usize): void {
  const s = sizeof<T>();
  let a0 = v128.load(y), b0 = v128.load(y, 16);
  let a1 = v128.load(y + ld), b1 = v128.load(y + ld, 16);
  let a2 = v128.load(y + 2 * ld), b2 = v128.load(y + 2 * ld, 16);
  let a3 = v128.load(y + 3 * ld), b3 = v128.load(y + 3 * ld, 16);
  let at = tile;
  let from = x;
  const end = x + (<usize>rows << 3);
  while (from < end) {
    const ka = pair<T>(at);
    const kb = pair<T>(at + 2 * s);
    let v = v128.load64_splat(from);
    a0 = madd<f64>(ka, v, a0);
    b0 = madd<f64>(kb, v, b0);
    v = v128.load64_splat(from + ld);
    a1 = madd<f64>(ka, v, a1);
    b1 = madd<f64>(kb, v, b1);
    v = v128.load64_splat(from + 2 * ld);
    a2 = madd<f64>(ka, v, a2);
    b2 = madd<f64>(kb, v, b2);
    v = v128.load64_splat(from + 3 * ld);
    a3 = madd<f64>(ka, v, a3);
    b3 = madd<f64>(kb, v, b3);
    at += stride;
    from += 8;
  }
  v128.store(y, a0);
  v128.store(y, b0, 16);
  v128.store(y + ld, a1);
  v128.store(y + ld, b1, 16);
  v128.store(y + 2 * ld, a2);
  v128.store(y + 2 * ld, b2, 16);
  v128.store(y + 3 * ld, a3);
  v128.store(y + 3 * ld, b3, 16);
}

// forRows[v] = T across[v], and with `both` also forColumns[v] = T' along[v], for a tile of `rows` by `columns`, `ldc`
// elements a row. Columns up to the next multiple of four are read and give sums that nobody looks at.
@inline
export function multiplyVectors<T>(
  c: usize, ldc: i32, rows: i32, columns: i32, across: usize, along: usize, forRows: usize, forColumns: usize,
    length: i32, both: bool,
): void {
  const s = sizeof<T>();
  const stride = <usize>ldc * s;
  const ld = <usize>length << 3;
  if (both) memory.fill(forColumns, 0, 4 * ld);
  for (let first = 0; first < rows; first += STRIP_ROWS) {
    const count = min(STRIP_ROWS, rows - first);
    const strip = c + <usize>first * stride;
    for (let i = 0; i < count; i += 2) {
      const two = i + 1 < count;
      const y = forRows + (<usize>(first + i) << 3);
      twoRows<T>(strip + <usize>i * stride, two ? stride : 0, columns, across, ld, y, two ? 8 : 0);
    }
    if (!both) continue;
    for (let j = 0; j < columns; j += 4) {
      fourColumns<T>(strip + <usize>j * s, stride, count, along + (<usize>first << 3), ld, forColumns +
        (<usize>j << 3));
    }
  }
}
