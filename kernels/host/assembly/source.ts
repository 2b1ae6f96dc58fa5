import { signBit } from './vector';

// Turns inner products of unit rows into signed cosine distances, in place: v = 1 - |u| with the sign of u.
// Writes the positions (row * ld + column) of pairs with 1 - |u| < `threshold` to `list` and returns how many;
// those are redone from the difference of their rows.
@inline
export function signedDistances<T>(c: usize, ldc: i32, rows: i32, columns: i32, threshold: f64, list: usize,
  upper: bool): i32 {
  const s = sizeof<T>();
  const lanes = 16 / <i32>s;
  const one = v128.splat<T>(<T>1);
  const zero = v128.splat<T>(<T>0);
  const limit = v128.splat<T>(<T>threshold);
  let found = 0;
  for (let i = 0; i < rows; i++) {
    const row = c + <usize>(i * ldc) * s;
    const first = upper ? i - (i % lanes) : 0;
    for (let j = first; j < columns; j += lanes) {
      const at = row + <usize>j * s;
      const u = v128.load(at);
      const distance = v128.max<T>(zero, v128.sub<T>(one, v128.abs<T>(u)));
      v128.store(at, v128.or(distance, signBit<T>(u)));
      const near = v128.lt<T>(distance, limit);
      if (v128.any_true(near)) {
        for (let lane = 0; lane < lanes; lane++) {
          const column = j + lane;
          if (column < columns && abs<T>(load<T>(row + <usize>column * s)) < <T>threshold) {
            store<i32>(list + (<usize>found << 2), i * ldc + column);
            found++;
          }
        }
      }
    }
  }
  return found;
}
