import { studentQuantile } from './student.js';

/** A straight line through points. */
export interface LinearFit {
  /** Rise per unit of x. */
  readonly slope: number;
  /** Value at x = 0. */
  readonly intercept: number;
  /**
   * Half the width of the confidence interval of the slope, of independent scatter about the line; null for fewer than
   * three points.
   */
  readonly half: number | null;
  /** Root of the mean square deviation from the line. */
  readonly deviation: number;
}

/**
 * Least squares line y = intercept + slope x, the interval of its slope by Student's t with n - 2 degrees of freedom;
 * at least two different x.
 */
export function linearFit(x: readonly number[], y: readonly number[], confidence: number): LinearFit {
  const count = x.length;
  const meanX = x.reduce((a, b) => a + b) / count;
  const meanY = y.reduce((a, b) => a + b) / count;
  let [xx, xy] = [0, 0];
  x.forEach((value, i) => {
    xx += (value - meanX) ** 2;
    xy += (value - meanX) * (y[i] - meanY);
  });
  const slope = xy / xx;
  const squares = y.reduce((sum, value, i) => sum + (value - meanY - slope * (x[i] - meanX)) ** 2, 0);
  const degrees = count - 2;
  return {
    slope,
    intercept: meanY - slope * meanX,
    half: degrees < 1 ? null : studentQuantile(degrees, confidence) * Math.sqrt(squares / degrees / xx),
    deviation: Math.sqrt(squares / count),
  };
}
