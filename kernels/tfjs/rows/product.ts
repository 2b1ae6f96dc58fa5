import type { RowSet } from '../../../src/backend/tasks.js';
import { zeros } from '../../../src/data/array.js';
import type { Tensor, Tensors } from '../tensors.js';
import { padded } from './columns.js';

/**
 * Features of one matrix product; longer inner products are added up with their rounding errors, which in single
 * precision would grow with the length.
 */
const DEPTH = { f32: 1024, f64: Infinity } as const;

/** Unit rows on the device, in pieces of `DEPTH` features: `[rows, depth]`, or `[depth, rows]` for the right factor. */
export interface Panel {
  readonly row: number;
  readonly rows: number;
  readonly pieces: readonly Tensor[];
}

/** Uploads rows of a set; the right factor is filled up with zero rows. */
export function uploadPanel(tf: Tensors, set: RowSet, row: number, rows: number, side: 'left' | 'right'): Panel {
  const { features, unit } = set;
  const height = side === 'left' ? rows : padded(rows);
  const most = Math.min(features, DEPTH[tf.precision]);
  const piece = (first: number): Tensor => {
    const depth = Math.min(most, features - first);
    const data = zeros(height * depth, tf.precision);
    for (let i = 0; i < rows; i++) {
      const at = (row + i) * features + first;
      data.set(unit.subarray(at, at + depth), i * depth);
    }
    return tf.tidy(() => {
      const block = tf.tensor(data, [height, depth]);
      return side === 'left' ? block : tf.transpose(block);
    });
  };
  const count = Math.ceil(features / most);
  return { row, rows, pieces: tf.tidy(() => Array.from({ length: count }, (_, k) => piece(k * most))) };
}

/** Gives the memory of a panel back. */
export function disposePanel({ pieces }: Panel): void {
  for (const piece of pieces) piece.dispose();
}

/** The sum of `count` products, with what rounding takes from the partial sums. */
export function sumOfProducts(tf: Tensors, count: number, part: (k: number) => Tensor): Tensor {
  return tf.tidy(() => {
    let sum = part(0);
    if (count === 1) return sum;
    let lost = tf.zerosLike(sum);
    for (let k = 1; k < count; k++) {
      const before = [sum, lost];
      [sum, lost] = tf.tidy((): [Tensor, Tensor] => {
        const next = part(k);
        const total = tf.add(sum, next);
        const added = tf.sub(total, sum);
        const error = tf.add(tf.sub(sum, tf.sub(total, added)), tf.sub(next, added));
        return [total, tf.add(lost, error)];
      });
      // At once, not at the end of the scope.
      for (const tensor of before) tensor.dispose();
    }
    return tf.add(sum, lost);
  });
}

/** Inner products of the rows of two panels. */
export function innerProducts(tf: Tensors, left: Panel, right: Panel): Tensor {
  return sumOfProducts(tf, left.pieces.length, (k) => tf.matMul(left.pieces[k], right.pieces[k]));
}

/** Inner products of the rows of two matrices `[rows, length]`, a piece of the length at a time. */
export function gram(tf: Tensors, left: Tensor, right: Tensor): Tensor {
  const length = left.shape[1] ?? 0;
  const most = Math.min(length, DEPTH[tf.precision]);
  if (most === length) return tf.matMul(left, right, false, true);
  return sumOfProducts(tf, Math.ceil(length / most), (k) => {
    const depth = Math.min(most, length - k * most);
    const piece = (from: Tensor): Tensor => tf.slice(from, [0, k * most], [from.shape[0], depth]);
    const first = piece(left);
    return tf.matMul(first, left === right ? first : piece(right), false, true);
  });
}

/**
 * The same in the memory of the process, where only plain products have fast code, and every slice reads the whole
 * tensor.
 */
export function gramHere(tf: Tensors, left: Tensor, right: Tensor): Tensor {
  const [rows, length] = left.shape as [number, number];
  const columns = right.shape[0];
  return tf.tidy(() => {
    const a = tf.readSync(left);
    const turned = tf.readSync(tf.transpose(right));
    return sumOfProducts(tf, Math.ceil(length / DEPTH.f32), (k) => {
      const at = k * DEPTH.f32;
      const depth = Math.min(DEPTH.f32, length - at);
      const piece = new Float32Array(rows * depth);
      for (let i = 0; i < rows; i++) piece.set(a.subarray(i * length + at, i * length + at + depth), i * depth);
      const other = tf.tensor(turned.slice(at * columns, (at + depth) * columns), [depth, columns]);
      return tf.matMul(tf.tensor(piece, [rows, depth]), other);
    });
  });
}
