import { UsageError } from '../../errors.js';

/** Up to this number of frequencies each of their degrees runs to the highest; above, their sum does. */
const ALL_UP_TO = 100_000;
/** Most frequencies that are listed. */
const MOST = 1_000_000;

/** Number of frequencies of total degree up to `degree`: the binomial of positions + degree over degree. */
function countByTotal(positions: number, degree: number): number {
  let count = 1;
  for (let j = 1; j <= degree; j++) count *= (positions + j) / j;
  return Math.round(count);
}

/** Whether only frequencies of total degree up to `degree` are listed. */
export function isByTotal(positions: number, degree: number): boolean {
  return (degree + 1) ** positions > ALL_UP_TO;
}

/** @throws UsageError where the list would be too long */
export function checkFrequencies(positions: number, degree: number): void {
  if (!isByTotal(positions, degree)) return;
  const count = countByTotal(positions, degree);
  if (count <= MOST) return;
  let fits = degree;
  while (fits > 0 && countByTotal(positions, fits) > MOST) fits--;
  throw new UsageError(
    `--max-degree: must leave at most ${MOST} frequencies, got ${degree} for ${positions} positions, which are ` +
      `${count < 1e15 ? count : count.toExponential(1)}. Give --max-degree ${fits}.`,
  );
}

/**
 * The frequencies (k_1, ..., k_P), the last degree running fastest: each degree from 0 to `degree`, or, where these are
 * more than 100,000, those whose sum is at most `degree`.
 */
export function frequencyList(positions: number, degree: number): readonly (readonly number[])[] {
  const byTotal = isByTotal(positions, degree);
  const list: number[][] = [];
  const k = new Array<number>(positions).fill(0);
  let total = 0;
  for (;;) {
    list.push([...k]);
    let j = positions - 1;
    // The last degree that can still grow.
    while (j >= 0 && (byTotal ? total === degree : k[j] === degree)) {
      total -= k[j];
      k[j--] = 0;
    }
    if (j < 0) return list;
    k[j]++;
    total++;
  }
}
