/** Values in descending order; rows `[n, n]` are moved along, in place. */
export function sortRows(values: Float64Array, rows: Float64Array | null): Float64Array {
  const n = values.length;
  const order = Array.from(values.keys()).sort((i, j) => values[j] - values[i]);
  if (rows !== null) permute(rows, order);
  return Float64Array.from({ length: n }, (_, k) => values[order[k]]);
}

/** Row k becomes what row order[k] was: cycle by cycle, with one row in hand. */
function permute(rows: Float64Array, order: readonly number[]): void {
  const n = order.length;
  const row = (k: number): Float64Array => rows.subarray(k * n, (k + 1) * n);
  const done = new Uint8Array(n);
  for (let first = 0; first < n; first++) {
    if (done[first] !== 0) continue;
    const held = row(first).slice();
    let at = first;
    for (; order[at] !== first; at = order[at]) {
      row(at).set(row(order[at]));
      done[at] = 1;
    }
    row(at).set(held);
    done[at] = 1;
  }
}
