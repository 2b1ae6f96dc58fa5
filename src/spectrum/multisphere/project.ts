/** Harmonics times weights on one axis: `[rows, nodes]`. */
export interface Basis {
  readonly rows: number;
  readonly nodes: number;
  readonly values: Float64Array;
}

/** Sums over the last axis of `[count, nodes]` against each row of a basis: `[count, rows]`. */
function contractLast(source: Float64Array, { rows, nodes, values }: Basis, out: Float64Array): void {
  const count = source.length / nodes;
  for (let c = 0; c < count; c++) {
    const from = c * nodes;
    for (let k = 0; k < rows; k++) {
      const row = k * nodes;
      let sum = 0;
      for (let i = 0; i < nodes; i++) sum += values[row + i] * source[from + i];
      out[c * rows + k] = sum;
    }
  }
}

/** Sums over the middle axis of `[count, nodes, width]` against each row of a basis: `[count, rows, width]`. */
function contractMiddle(source: Float64Array, width: number, { rows, nodes, values }: Basis, out: Float64Array): void {
  const count = source.length / (nodes * width);
  for (let c = 0; c < count; c++) {
    for (let k = 0; k < rows; k++) {
      const to = (c * rows + k) * width;
      for (let i = 0; i < nodes; i++) {
        const [weight, from] = [values[k * nodes + i], (c * nodes + i) * width];
        for (let j = 0; j < width; j++) out[to + j] += weight * source[from + j];
      }
    }
  }
}

/** A function on a grid, `[nodes of the first axis, ...]`, against the harmonics of every axis: `[rows, ...]`. */
export function project(values: Float64Array, bases: readonly Basis[]): Float64Array {
  let [current, width] = [values, 1];
  for (let axis = bases.length - 1; axis >= 0; axis--) {
    const basis = bases[axis];
    const next = new Float64Array((current.length / basis.nodes) * basis.rows);
    if (width === 1) contractLast(current, basis, next);
    else contractMiddle(current, width, basis, next);
    current = next;
    width *= basis.rows;
  }
  return current;
}
