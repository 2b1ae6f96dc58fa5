const EPS = 2 ** -52;
const MOST_STEPS = 100;

/** The function 1 / rho + sum_j z_j^2 / (d_j - x), whose roots are the eigenvalues of diag(d) + rho z z'. */
export interface Secular {
  /** Poles, ascending and distinct. */
  readonly d: Float64Array;
  /** Weights z_j^2 > 0. */
  readonly weights: Float64Array;
  readonly inverseRho: number;
  readonly count: number;
}

/** Root i relative to a pole: d_origin + shift. */
interface Root {
  readonly origin: number;
  readonly shift: number;
}

/** A point strictly inside a bracket, whose ends may differ by many powers of ten or be a pole at 0. */
function inside(low: number, high: number): number {
  if (low === 0) return high / 64;
  if (high === 0) return low / 64;
  const ratio = high / low;
  if (ratio > 16 || ratio < 1 / 16) return Math.sign(low) * Math.sqrt(Math.abs(low)) * Math.sqrt(Math.abs(high));
  return low + (high - low) / 2;
}

/** Sum of the poles other than i and i + 1 at the middle of their interval. */
function others({ d, weights, count }: Secular, i: number, x: number): number {
  let sum = 0;
  for (let j = 0; j < count; j++) if (j !== i && j !== i + 1) sum += weights[j] / (d[j] - d[i] - x);
  return sum;
}

/** Root of c + s / (p - x) + t / (q - x) with p < 0 < q or one of them 0, written as c x^2 - a x + b = 0. */
function quadraticRoot(a: number, b: number, c: number): number {
  const root = Math.sqrt(Math.abs(a * a - 4 * b * c));
  return a <= 0 ? (a - root) / (2 * c) : (2 * b) / (a + root);
}

/** First guess between two poles: both exactly, the others by their value in the middle. */
function start(f: Secular, i: number): { readonly origin: number; readonly guess: number } {
  const { d, weights, inverseRho } = f;
  const gap = d[i + 1] - d[i];
  const c = inverseRho + others(f, i, gap / 2);
  const left = weights[i];
  const right = weights[i + 1];
  const middle = c - left / (gap / 2) + right / (gap / 2);
  if (middle >= 0) return { origin: i, guess: quadraticRoot(c * gap + left + right, left * gap, c) };
  return { origin: i + 1, guess: quadraticRoot(left + right - c * gap, -right * gap, c) };
}

/** Bracket of root i and a first guess, relative to a pole. */
function bracket(f: Secular, i: number): { origin: number; low: number; high: number; x: number } {
  const { d, weights, inverseRho, count } = f;
  if (i === count - 1) {
    let high = 0;
    for (let j = 0; j < count; j++) high += weights[j];
    high = (high / inverseRho) * (1 + 8 * count * EPS);
    return { origin: i, low: 0, high, x: high / 2 };
  }
  const { origin, guess } = start(f, i);
  const half = ((d[i + 1] - d[i]) / 2) * (1 + 4 * EPS);
  return origin === i ? { origin, low: 0, high: half, x: guess } : { origin, low: -half, high: 0, x: guess };
}

/** Values and slopes of the two parts of the function at a point: poles up to i, and above. */
interface Parts {
  psi: number;
  slopePsi: number;
  phi: number;
  slopePhi: number;
}

function evaluate(weights: Float64Array, poles: Float64Array, i: number, x: number, to: Parts): void {
  let psi = 0;
  let slopePsi = 0;
  for (let j = 0; j <= i; j++) {
    const gap = poles[j] - x;
    const term = weights[j] / gap;
    psi += term;
    slopePsi += term / gap;
  }
  let phi = 0;
  let slopePhi = 0;
  for (let j = poles.length - 1; j > i; j--) {
    const gap = poles[j] - x;
    const term = weights[j] / gap;
    phi += term;
    slopePhi += term / gap;
  }
  to.psi = psi;
  to.slopePsi = slopePsi;
  to.phi = phi;
  to.slopePhi = slopePhi;
}

/** Root number i, in (d_i, d_i+1), or above the last pole. */
function rootOf(f: Secular, i: number, poles: Float64Array): Root {
  const { d, weights, inverseRho, count } = f;
  const { origin, ...first } = bracket(f, i);
  let { low, high, x } = first;
  for (let j = 0; j < count; j++) poles[j] = d[j] - d[origin];
  const parts: Parts = { psi: 0, slopePsi: 0, phi: 0, slopePhi: 0 };
  for (let step = 0; step < MOST_STEPS; step++) {
    if (!(x > low && x < high)) x = inside(low, high);
    evaluate(weights, poles, i, x, parts);
    const { psi, slopePsi, phi, slopePhi } = parts;
    const value = inverseRho + psi + phi;
    if (Math.abs(value) <= EPS * (inverseRho + phi - psi)) break;
    if (value < 0) low = x;
    else high = x;
    const near = poles[i] - x;
    let change = near + (slopePsi * near * near) / (value - near * slopePsi);
    if (i < poles.length - 1) {
      const far = poles[i + 1] - x;
      const c = value - near * slopePsi - far * slopePhi;
      change = quadraticRoot((near + far) * value - near * far * (slopePsi + slopePhi), near * far * value, c);
    }
    if (x + change === x || high - low <= EPS * Math.abs(x)) break;
    x += change;
  }
  return { origin, shift: x };
}

/**
 * All roots, and their distances to all poles: row i of `gaps` `[count, count]` is d_j - root i, to full relative
 * accuracy.
 *
 * Each root is sought relative to the nearer pole, by rational interpolation of both sides within a bracket
 * (Li, Solving secular equations stably and efficiently, 1993: the middle way).
 */
export function secularRoots(f: Secular, gaps: Float64Array): Float64Array {
  const { d, count } = f;
  const poles = new Float64Array(count);
  const roots = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const { origin, shift } = rootOf(f, i, poles);
    roots[i] = d[origin] + shift;
    for (let j = 0; j < count; j++) gaps[i * count + j] = d[j] - d[origin] - shift;
  }
  return roots;
}
