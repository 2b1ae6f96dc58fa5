/** Predictions `[outputs, m]` in the order in which they are written: `[m, outputs]`. */
export function byRow(values: Float64Array, m: number): Float64Array {
  const outputs = values.length / m;
  return Float64Array.from(values, (_, k) => values[(k % outputs) * m + Math.floor(k / outputs)]);
}

/**
 * Predictions K(z, x) A from the cross kernel `[m, n]` and coefficients `[outputs, n]`: `[m, outputs]`.
 */
export function predict(cross: ArrayLike<number>, coefficients: Float64Array, n: number): Float64Array {
  const m = cross.length / n;
  const outputs = coefficients.length / n;
  const result = new Float64Array(m * outputs);
  for (let i = 0; i < m; i++) {
    const row = i * n;
    for (let c = 0; c < outputs; c++) {
      const at = c * n;
      let sum = 0;
      for (let k = 0; k < n; k++) sum += cross[row + k] * coefficients[at + k];
      result[i * outputs + c] = sum;
    }
  }
  return result;
}
