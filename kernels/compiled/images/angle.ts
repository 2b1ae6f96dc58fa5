import type { Precision } from '../../../src/data/array.js';
import { approximations } from '../../../src/programme/approximations.js';

const literal = (value: number): string => `splat((T)${value})`;

/** A polynomial in x by two chains, of even and of odd powers, which halve the waiting for results. */
function polynomial(name: string, coefficients: readonly number[]): string {
  const chain = (parity: number): string => {
    const list = coefficients.filter((_, k) => k % 2 === parity).reverse();
    return list.slice(1).reduce((sum, a) => `madd(${sum}, y, ${literal(a)})`, literal(list[0]));
  };
  return `INLINE V ${name}(V x) {
  const V y = x * x;
  const V even = ${chain(0)};
  const V odd = ${chain(1)};
  return madd(odd, x, even);
}`;
}

export function angleFunctions(precision: Precision): string {
  const { angle, sine, shortSine } = approximations(precision);
  const sines =
    precision === 'f32'
      ? `INLINE V sineTerm(V g, V root, V angle) { return root * g * sinePolynomial(g + g - ONE); }`
      : `INLINE V sineTerm(V g, V r, V angle) {
  const V large = root(TWO - g) * splat(${1 / Math.PI}) - angle * (ONE - g);
  const V small = g * sinePolynomial(g * splat(20) - ONE);
  return r * pick(less(g, splat(0.1)), small, large);
}`;
  return [
    polynomial('anglePolynomial', angle),
    polynomial('sinePolynomial', precision === 'f32' ? sine : shortSine),
    'INLINE V angleOverRoot(V g) { return anglePolynomial(g + g - ONE); }',
    sines,
    `INLINE V eitherSide(V g, V j, V c, M far) {
  const V rest = ONE - c;
  const V below = larger(ZERO, TWO - c - rest * g - j), above = larger(ZERO, madd(rest, g, c) + j);
  const V minus_ = pick(atMost(below, above), below, -above);
  return pick(far, minus_, larger(ZERO, g - j));
}`,
  ].join('\n\n');
}
