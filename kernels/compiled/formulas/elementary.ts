import { approximations } from '../../../src/programme/approximations.js';
import { literal, polynomial } from './polynomial.js';

/** Taylor coefficients 1 / k! of the exponential: degree 13 has all digits on [-ln 2 / 2, ln 2 / 2]. */
function exponential(): readonly number[] {
  const list = [1];
  for (let k = 1; k <= 13; k++) list.push(list[k - 1] / k);
  return list;
}

/** ln 2 in two parts, of which the first has zeros enough at its end to be multiplied by any exponent exactly. */
const LN2 = [6.931471803691238e-1, 1.9082149292705877e-10];

/** Elementary functions of vectors of doubles, to about one unit in the last place. */
export const ELEMENTARY: Readonly<Record<string, () => string>> = {
  dExp: () => `// exp(x); beyond the range of a double, its ends.
INLINE dV dExp(dV given) {
  dV bounded = dlarger(dsmaller(given, dsplat(709)), dsplat(-708));
  // n = x / ln 2 to the nearest integer, which lies in the last bits of the shifted sum.
  dV shifted = dmadd(bounded, dsplat(${literal(Math.LOG2E)}), dsplat(0x1.8p52));
  dV n = shifted - dsplat(0x1.8p52);
  dV x = dmadd(n, dsplat(${literal(-LN2[1])}), dmadd(n, dsplat(${literal(-LN2[0])}), bounded));
${polynomial(exponential(), 'd')}
  dI scale = ((dI)shifted << 52) + (dI)dsplat(1);
  return p * (dV)scale;
}`,
  dDecay: () => `// 1 - exp(-x) for x >= 0.
INLINE dV dDecay(dV given) {
  dV x = dsmaller(given, dsplat(1));
  x = x + x - dsplat(1);
${polynomial(approximations('f64').decay, 'd')}
  return dpick(dless(given, dsplat(1)), given * p, dsplat(1) - dExp(-given));
}`,
  dArcTangent: () => `// Angle of the point (right, top), as atan2.
INLINE dV dArcTangent(dV top, dV right) {
  dV a = dsize(top), b = dsize(right);
  dV most = dlarger(a, b);
  dV t = dpick(dless(dsplat(0), most), dsmaller(a, b) / most, dsplat(0));
  dV x = dmadd(t + t, t, dsplat(-1));
${polynomial(approximations('f64').arcTangent, 'd')}
  dV first = t * p;
  dV steep = dpick(dless(b, a), dsplat(${literal(Math.PI / 2)}) - first, first);
  dV turned = dpick(dless(right, dsplat(0)), dsplat(${literal(Math.PI)}) - steep, steep);
  return dpick(dless(top, dsplat(0)), -turned, turned);
}`,
};
