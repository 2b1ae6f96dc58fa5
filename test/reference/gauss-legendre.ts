/** A quadrature rule: sum of weights[i] f(nodes[i]). */
export interface Rule {
  readonly nodes: readonly number[];
  readonly weights: readonly number[];
}

/** Value and derivative of the Legendre polynomial of degree n at x, by its three-term recursion. */
function legendre(n: number, x: number): readonly [value: number, derivative: number] {
  let before = 1;
  let value = x;
  for (let k = 2; k <= n; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
  return [value, (n * (x * value - before)) / (x * x - 1)];
}

/** Gauss-Legendre rule with n nodes on [-1, 1], by Newton's iteration (Abramowitz, Stegun 1964, 25.4.29). */
export function gaussLegendre(n: number): Rule {
  const nodes: number[] = [];
  const weights: number[] = [];
  for (let i = 0; i < n; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    for (let step = 0; step < 50; step++) {
      const [value, derivative] = legendre(n, x);
      x -= value / derivative;
      if (Math.abs(value / derivative) < 1e-16) break;
    }
    const [, derivative] = legendre(n, x);
    nodes.push(x);
    weights.push(2 / ((1 - x * x) * derivative * derivative));
  }
  return { nodes, weights };
}

/** The rule laid over each panel between neighbouring cuts (ascending); panels of no width are left out. */
export function composite(rule: Rule, cuts: readonly number[]): Rule {
  const nodes: number[] = [];
  const weights: number[] = [];
  for (let p = 1; p < cuts.length; p++) {
    const half = (cuts[p] - cuts[p - 1]) / 2;
    if (half <= 0) continue;
    const middle = (cuts[p] + cuts[p - 1]) / 2;
    rule.nodes.forEach((x, i) => {
      nodes.push(middle + half * x);
      weights.push(half * rule.weights[i]);
    });
  }
  return { nodes, weights };
}
