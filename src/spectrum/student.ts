/**
 * P(|T| <= t) of Student's t with `degrees` degrees of freedom: a finite sum (M. Abramowitz, I. Stegun, 26.7.3 and
 * 26.7.4).
 */
function central(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const square = Math.cos(angle) ** 2;
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? Math.cos(angle) : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let j = isOdd ? 3 : 2; j < degrees; j += 2) {
    term *= (square * (j - 1)) / j;
    sum += term;
  }
  const series = Math.sin(angle) * sum;
  return isOdd ? (2 / Math.PI) * (angle + series) : series;
}

/** The t with P(|T| <= t) = `probability` for Student's t with `degrees` (1, 2, ...) degrees of freedom. */
export function studentQuantile(degrees: number, probability: number): number {
  let [low, high] = [0, 1];
  while (central(high, degrees) < probability && high < 1e12) high *= 2;
  for (let i = 0; i < 100 && high - low > 1e-14 * high; i++) {
    const middle = (low + high) / 2;
    if (central(middle, degrees) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
