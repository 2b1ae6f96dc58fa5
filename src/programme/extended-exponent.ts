/**
 * Non-negative numbers with an extended exponent, one for each row: value = mantissa * 2^(512 exponent).
 *
 * Self-kernels of deep residual networks grow like (1 + alpha^2)^depth, past the range of a double; their ratios, which
 * are all that a pair needs, stay ordinary numbers.
 */
export interface Extended {
  /** 0, or in [2^-256, 2^256); `[n]`. */
  readonly mantissa: Float64Array;
  /** Number of factors 2^512; `[n]`. */
  readonly exponent: Int32Array;
}

const LIMB = 2 ** 512;
const HIGH = 2 ** 256;
const LOW = 2 ** -256;

/** `n` zeros. */
export function extendedZeros(n: number): Extended {
  return { mantissa: new Float64Array(n), exponent: new Int32Array(n) };
}

/** Numbers that doubles hold. */
export function extendedNumbers(values: ArrayLike<number>): Extended {
  const extended = extendedZeros(values.length);
  for (let i = 0; i < values.length; i++) setExtended(extended, i, values[i], 0);
  return extended;
}

/** Stores `mantissa * 2^(512 exponent)` in row `i`, brought into the range of a mantissa. Scaling by 2 stays exact. */
export function setExtended(target: Extended, i: number, mantissa: number, exponent: number): void {
  let m = mantissa;
  let e = exponent;
  for (; m >= HIGH && m < Infinity; e += 1) m /= LIMB;
  for (; m < LOW && m > 0; e -= 1) m *= LIMB;
  target.mantissa[i] = m;
  target.exponent[i] = m === 0 ? 0 : e;
}

/** The square of `root`, a norm that may lie anywhere in the range of a double. */
export function setSquare(target: Extended, i: number, root: number): void {
  const shift = root >= HIGH ? 1 : root < LOW && root > 0 ? -1 : 0;
  const small = shift === 1 ? root / LIMB : shift === -1 ? root * LIMB : root;
  setExtended(target, i, small * small, 2 * shift);
}

/** The plain number of row `i`: Infinity or 0 where a double cannot hold it. */
export function extendedNumber(w: Extended, i: number): number {
  const half = 2 ** (256 * w.exponent[i]);
  return w.mantissa[i] * half * half;
}

/** The square root of row `i` as a plain number: Infinity or 0 where a double cannot hold it. */
export function extendedRoot(w: Extended, i: number): number {
  const half = 2 ** (128 * w.exponent[i]);
  return Math.sqrt(w.mantissa[i]) * half * half;
}

/**
 * sqrt(K) r^degree of row `i` of K and row `j` of r as a plain number: Infinity where a double cannot hold it, and the
 * smallest number that is not 0 where it is only too small.
 */
export function extendedScale(w: Extended, i: number, factor: Extended | null = null, j = i, degree = 0): number {
  if (w.mantissa[i] === 0) return 0;
  const power = factor === null ? 1 : factor.mantissa[j] ** degree;
  const limbs = w.exponent[i] + (factor === null ? 0 : 2 * degree * factor.exponent[j]);
  const half = 2 ** (128 * limbs);
  return power === 0 ? 0 : Math.sqrt(w.mantissa[i]) * power * half * half || Number.MIN_VALUE;
}

/** weight * part / total, row `i` of the part and row `j` of the total; 0 when the total is 0. */
export function extendedQuotient(weight: number, part: Extended, total: Extended, i: number, j = i): number {
  if (total.mantissa[j] === 0) return 0;
  const ratio = (weight * part.mantissa[i]) / total.mantissa[j];
  const difference = part.exponent[i] - total.exponent[j];
  return difference === 0 ? ratio : ratio * 2 ** (512 * difference);
}

/** Stores factor * sum of the numbers of `part` at `rows`; a row below 0 counts as 0. */
export function setSum(target: Extended, i: number, factor: number, part: Extended, rows: Int32Array): void {
  let top = -Infinity;
  for (const row of rows) if (row >= 0 && part.mantissa[row] > 0) top = Math.max(top, part.exponent[row]);
  if (top === -Infinity) return;
  let sum = 0;
  for (const row of rows) if (row >= 0) sum += part.mantissa[row] * 2 ** (512 * (part.exponent[row] - top));
  setExtended(target, i, factor * sum, top);
}
