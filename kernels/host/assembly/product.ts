import { madd } from './vector';

// Matrix product of packed panels: C[i, j] (+)= sum_k A[i, k] B[j, k].
// Panels: A by 6 rows, B by two vectors of rows; both stored [panel][k][row]. 12 accumulators stay in registers.

// Rows of A in a panel.
export const ROWS: i32 = 6;

// Packs `count` rows (from `src`, `stride` elements apart, elements first .. first + depth) into panels of `width`
// rows; rows from `count` to `padded` are zeros.
@inline
export function pack<T>(src: usize, stride: i32, count: i32, padded: i32, first: i32, depth: i32, dst: usize,
  width: i32): void {
  const size = sizeof<T>();
  for (let row = 0; row < padded; row++) {
    let to = dst + (<usize>(row / width) * <usize>(width * depth) + <usize>(row % width)) * size;
    const step = <usize>width * size;
    if (row < count) {
      let from = src + (<usize>row * <usize>stride + <usize>first) * size;
      for (let k = 0; k < depth; k++) {
        store<T>(to, load<T>(from));
        to += step;
        from += size;
      }
    } else {
      for (let k = 0; k < depth; k++) {
        store<T>(to, <T>0);
        to += step;
      }
    }
  }
}

@inline
function put<T>(c: usize, value0: v128, value1: v128, add: bool): void {
  if (add) {
    v128.store(c, v128.add<T>(v128.load(c), value0));
    v128.store(c, v128.add<T>(v128.load(c, 16), value1), 16);
  } else {
    v128.store(c, value0);
    v128.store(c, value1, 16);
  }
}

// One block of 6 rows by two vectors; `ldc` in bytes.
@inline
function micro<T>(a: usize, b: usize, depth: i32, c: usize, ldc: usize, add: bool): void {
  const s = sizeof<T>();
  let c00 = v128.splat<T>(<T>0), c01 = v128.splat<T>(<T>0);
  let c10 = v128.splat<T>(<T>0), c11 = v128.splat<T>(<T>0);
  let c20 = v128.splat<T>(<T>0), c21 = v128.splat<T>(<T>0);
  let c30 = v128.splat<T>(<T>0), c31 = v128.splat<T>(<T>0);
  let c40 = v128.splat<T>(<T>0), c41 = v128.splat<T>(<T>0);
  let c50 = v128.splat<T>(<T>0), c51 = v128.splat<T>(<T>0);
  const end = a + <usize>depth * 6 * s;
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load_splat<T>(a);
    c00 = madd<T>(x, b0, c00);
    c01 = madd<T>(x, b1, c01);
    x = v128.load_splat<T>(a + s);
    c10 = madd<T>(x, b0, c10);
    c11 = madd<T>(x, b1, c11);
    x = v128.load_splat<T>(a + 2 * s);
    c20 = madd<T>(x, b0, c20);
    c21 = madd<T>(x, b1, c21);
    x = v128.load_splat<T>(a + 3 * s);
    c30 = madd<T>(x, b0, c30);
    c31 = madd<T>(x, b1, c31);
    x = v128.load_splat<T>(a + 4 * s);
    c40 = madd<T>(x, b0, c40);
    c41 = madd<T>(x, b1, c41);
    x = v128.load_splat<T>(a + 5 * s);
    c50 = madd<T>(x, b0, c50);
    c51 = madd<T>(x, b1, c51);
    a += 6 * s;
    b += 32;
  }
  put<T>(c, c00, c01, add);
  put<T>(c + ldc, c10, c11, add);
  put<T>(c + 2 * ldc, c20, c21, add);
  put<T>(c + 3 * ldc, c30, c31, add);
  put<T>(c + 4 * ldc, c40, c41, add);
  put<T>(c + 5 * ldc, c50, c51, add);
}

// Product of all panels: `rows` (multiple of 6) by `columns` (multiple of two vectors). With `upper`, blocks that lie
// wholly below the diagonal are left out.
@inline
export function multiply<T>(a: usize, b: usize, rows: i32, columns: i32, depth: i32, c: usize, ldc: i32, add: bool,
  upper: bool): void {
  const s = sizeof<T>();
  const width = 32 / <i32>s;
  const bytes = <usize>ldc * s;
  for (let j = 0; j < columns; j += width) {
    const panel = b + <usize>(j * depth) * s;
    const last = upper ? min(rows, j + width) : rows;
    for (let i = 0; i < last; i += ROWS) {
      micro<T>(a + <usize>(i * depth) * s, panel, depth, c + <usize>i * bytes + <usize>j * s, bytes, add);
    }
  }
}

// Peak of the same multiply-add with 12 independent accumulators in registers: `count` rounds of 12 vectors.
@inline
export function peak<T>(count: i32, seed: usize): void {
  const x = v128.load(seed);
  const y = v128.load(seed, 16);
  let c0 = x, c1 = y, c2 = x, c3 = y, c4 = x, c5 = y, c6 = x, c7 = y, c8 = x, c9 = y, c10 = x, c11 = y;
  for (let i = 0; i < count; i++) {
    c0 = madd<T>(x, y, c0);
    c1 = madd<T>(x, y, c1);
    c2 = madd<T>(x, y, c2);
    c3 = madd<T>(x, y, c3);
    c4 = madd<T>(x, y, c4);
    c5 = madd<T>(x, y, c5);
    c6 = madd<T>(x, y, c6);
    c7 = madd<T>(x, y, c7);
    c8 = madd<T>(x, y, c8);
    c9 = madd<T>(x, y, c9);
    c10 = madd<T>(x, y, c10);
    c11 = madd<T>(x, y, c11);
  }
  let sum = v128.add<T>(v128.add<T>(v128.add<T>(c0, c1), v128.add<T>(c2, c3)), v128.add<T>(v128.add<T>(c4, c5),
    v128.add<T>(c6, c7)));
  sum = v128.add<T>(sum, v128.add<T>(v128.add<T>(c8, c9), v128.add<T>(c10, c11)));
  v128.store(seed, sum, 32);
}
