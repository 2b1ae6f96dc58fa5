import { approximations } from '../../../src/programme/approximations.js';
import { gaussLegendre } from '../../../src/programme/maps/gauss-legendre.js';
import { literal, polynomial } from './polynomial.js';

const RULE = gaussLegendre(20);
const INVERSE_ROOT_TWO_PI = literal(1 / Math.sqrt(2 * Math.PI));

const list = (numbers: readonly number[]): string => numbers.map(literal).join(', ');

/**
 * The exponential tail: one variable in closed form, the other panel by panel (derivation in
 * src/programme/maps/elu.ts). Lanes that have all their panels take empty ones until the others have theirs.
 */
export const TAIL: Readonly<Record<string, () => string>> = {
  dErfcx: () => `// exp(x^2) erfc(x) for x >= 0.
INLINE dV dErfcx(dV given) {
  dV t = dsplat(1) / dmadd(given, dsplat(0.5), dsplat(1));
  dV x = t + t - dsplat(1);
${polynomial(approximations('f64').erfcx, 'd')}
  return t * p;
}`,
  tailRule: () => `// Nodes and weights of a panel.
static const double tailNodes[20] = { ${list(RULE.nodes)} };
static const double tailRule[20] = { ${list(RULE.weights)} };`,
  tailBend: () => `// phi(a) - a, and phi'(a).
INLINE dV tailBend(dV a) { return dpick(dless(dsplat(0), a), dsplat(0), -dDecay(dsize(a)) - a); }`,
  tailStep: () => `INLINE dV tailStep(dV a) { return dpick(dless(dsplat(0), a), dsplat(1), dExp(a)); }`,
  tailSmoothed: () => `// E[bend(m + sigma g)], or E[phi'(m + sigma g)].
INLINE dV tailSmoothed(int slope, dV m, dV sigma) {
  dV h = m / sigma;
  dV y = h + sigma;
  dV density = dExp(dsplat(-0.5) * h * h);
  dV below = dsplat(0.5) * density * dErfcx(dsize(h) * dsplat(${literal(Math.SQRT1_2)}));
  dM right = dless(dsplat(0), h);
  dV reach = dsplat(0.5) * dErfcx(dsize(y) * dsplat(${literal(Math.SQRT1_2)}));
  dV mean = reach * density;
  dM near = datMost(y, dsplat(0));
  if (dany(near)) {
    dV whole = dExp(m + dsplat(0.5) * sigma * sigma) * (dsplat(1) - reach * dExp(dsplat(-0.5) * y * y));
    mean = dpick(near, whole, mean);
  }
  dV result = slope ? dpick(right, dsplat(1) - below, below) + mean
    : mean - (dsplat(1) + m) * dpick(right, below, dsplat(1) - below)
      + sigma * density * dsplat(${INVERSE_ROOT_TWO_PI});
  return dpick(dless(sigma, dsplat(1e-150)), slope ? tailStep(m) : tailBend(m), result);
}`,
  tailPanel: () => `static __attribute__((noinline)) dV tailPanel(int slope, dV from, dV to, dV s, dV ur, dV sigma) {
  dV half = dsplat(0.5) * (to - from), centre = dsplat(0.5) * (to + from);
  dV sum = dsplat(0);
  for (int i = 0; i < 20; i++) {
    dV g = centre + half * dsplat(tailNodes[i]);
    dV weight = half * dsplat(tailRule[i]) * dExp(dsplat(-0.5) * g * g);
    dV plus = slope ? tailStep(s * g) : tailBend(s * g);
    dV minus = slope ? tailStep(-s * g) : tailBend(-s * g);
    sum = sum + weight * (plus * tailSmoothed(slope, ur * g, sigma) + minus * tailSmoothed(slope, -ur * g, sigma));
  }
  return sum;
}`,
  tailExpectation: () => `// E[phi' phi'], or E[bend bend].
static __attribute__((noinline)) dV tailExpectation(int slope, dV d1, dV d2, dV below, dV above) {
  dV r = dlarger(d1, d2), s = dsmaller(d1, d2);
  dV rs = r * s;
  dM some = dless(dsplat(0), s);
  dV safe = dpick(some, rs, dsplat(1));
  dV u = dpick(datMost(below, above), rs - below, above - rs) / safe;
  dV rest = droot(below * above) / safe;
  dV width = dsmaller(rest / dlarger(dsize(u), dsplat(1e-3)), dsplat(1) / r);
  dV ur = u * r, sigma = r * rest;
  dV sum = dsplat(0), from = dsplat(0);
  dV at = dsplat(0.5) * dlarger(dsmaller(width, dsplat(1)), dsplat(1e-12));
  for (;;) {
    dM open = dless(at, dsplat(0.75));
    if (!dany(open)) break;
    dV to = dpick(open, at, from);
    sum = sum + tailPanel(slope, from, to, s, ur, sigma);
    from = to;
    at = at * dsplat(2.5);
  }
  for (double v = 0.75; v < 9; v += 0.75) {
    sum = sum + tailPanel(slope, from, dsplat(v), s, ur, sigma);
    from = dsplat(v);
  }
  sum = (sum + tailPanel(slope, from, dsplat(9), s, ur, sigma)) * dsplat(${INVERSE_ROOT_TWO_PI});
  return dpick(some, sum, slope ? tailSmoothed(1, dsplat(0), r) : dsplat(0));
}`,
  eluProduct: () => `INLINE dV eluProduct(dV p, dV q, dV r, dV s, dV below, dV above) {
  dV straight = dErfcx(r * dsplat(${literal(Math.SQRT1_2)})) + dErfcx(s * dsplat(${literal(Math.SQRT1_2)}));
  dV k = dCovariance(r * s, below, above);
  return dsplat(0.5) * k * straight + tailExpectation(0, r, s, below, above);
}`,
  eluGradient: () => `INLINE dV eluGradient(dV p, dV q, dV r, dV s, dV below, dV above) {
  return tailExpectation(1, r, s, below, above);
}`,
  eluDistance: () => `// By Price's theorem, three Gauss points on [K, rs].
INLINE dV eluDistance(dV p, dV q, dV r, dV s, dV distance, dV above) {
  dV twice = dsplat(2) * r * s;
  dV a = distance * dsplat(${literal(0.5 - Math.sqrt(0.15))});
  dV b = distance * dsplat(0.5);
  dV c = distance * dsplat(${literal(0.5 + Math.sqrt(0.15))});
  dV ends = tailExpectation(1, r, s, a, twice - a) + tailExpectation(1, r, s, c, twice - c);
  return distance * (dsplat(5) * ends + dsplat(8) * tailExpectation(1, r, s, b, twice - b)) / dsplat(18);
}`,
};
