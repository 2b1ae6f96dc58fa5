import { SMOOTH_DUALS, type SmoothMap } from '../../../src/programme/maps/index.js';
import { literal } from './polynomial.js';

/** What every formula of a smooth map takes: variances, deviations, and the two covariance distances rs -+ K. */
const PAIR = 'dV p, dV q, dV r, dV s, dV below, dV above';
const GIVEN = 'p, q, r, s, below, above';

/** Terms that the product and the slope of the Gaussian gate have in common. */
const GATE_TERMS = `  dV k = dCovariance(r * s, below, above);
  dV sum = p + q;
  dV both = p * q;
  dV square = dsplat(1) + sum + below * above;
  dV side = droot(square);
  dV share = dsplat(1) + sum + both;`;

const OVER_TWO_PI = literal(1 / (2 * Math.PI));
const TWO_OVER_PI = literal(2 / Math.PI);

/** E[phi phi] (`Product`), E[phi' phi'] (`Gradient`) and E[phi phi] at K = rs minus its value at K (`Distance`). */
const TERMS: Readonly<Record<string, () => string>> = {
  dCovariance: () => `// K from the smaller of rs - K and rs + K.
INLINE dV dCovariance(dV rs, dV below, dV above) { return dpick(datMost(below, above), rs - below, above - rs); }`,
  erfProduct: () => `INLINE dV erfProduct(${PAIR}) {
  dV side = droot(dsplat(1) + dsplat(2) * (p + q) + dsplat(4) * below * above);
  return dsplat(${TWO_OVER_PI}) * dArcTangent(dsplat(2) * dCovariance(r * s, below, above), side);
}`,
  erfGradient: () => `INLINE dV erfGradient(${PAIR}) {
  return dsplat(${literal(4 / Math.PI)}) / droot(dsplat(1) + dsplat(2) * (p + q) + dsplat(4) * below * above);
}`,
  erfDistance: () => `INLINE dV erfDistance(${PAIR}) {
  dV rs = r * s;
  dV side0 = droot(dsplat(1) + dsplat(2) * (p + q));
  dV side = droot(dsplat(1) + dsplat(2) * (p + q) + dsplat(4) * below * above);
  dV rise = dsplat(4) * below * above / (side + side0);
  dV cosine = side0 * side + dsplat(4) * rs * dCovariance(rs, below, above);
  return dsplat(${TWO_OVER_PI}) * dArcTangent(dsplat(2) * (rs * rise + below * side0), cosine);
}`,
  geluProduct: () => `INLINE dV geluProduct(${PAIR}) {
${GATE_TERMS}
  dV turn = k * dArcTangent(k, side);
  return ((k * k + both * square) / (share * side) + turn) * dsplat(${OVER_TWO_PI}) + dsplat(0.25) * k;
}`,
  geluGradient: () => `INLINE dV geluGradient(${PAIR}) {
${GATE_TERMS}
  dV algebraic = k * (share + (dsplat(2) + sum) * square) / (share * side * square);
  return (algebraic + dArcTangent(k, side)) * dsplat(${OVER_TWO_PI}) + dsplat(0.25);
}`,
  geluDistance: () => `INLINE dV geluDistance(${PAIR}) {
  dV rs = r * s;
  dV k = dCovariance(rs, below, above);
  dV sum = p + q;
  dV product = p * q;
  dV both = below * above;
  dV side0 = droot(dsplat(1) + sum);
  dV side = droot(dsplat(1) + sum + both);
  dV rise = both / (side + side0);
  dV algebraic = (both / side + product * rise * (dsplat(1) / (side0 * side) - dsplat(1)))
    / (dsplat(1) + sum + product);
  dV turn = k * dArcTangent(rs * rise + below * side0, side0 * side + rs * k);
  return (algebraic + below * dArcTangent(rs, side0) + turn) * dsplat(${OVER_TWO_PI}) + dsplat(0.25) * below;
}`,
  dSpread: () => `// exp(-(r - s)^2 / 2) / 2
INLINE dV dSpread(dV r, dV s) { return dsplat(0.5) * dExp(dsplat(-0.5) * (r - s) * (r - s)); }`,
  sineProduct: () => `// exp(-(p + q) / 2) sinh K
INLINE dV sineProduct(${PAIR}) {
  dV k = dCovariance(r * s, below, above);
  dV size = dsplat(0.5) * dExp(dsplat(-0.5) * (r - s) * (r - s) - dsmaller(below, above))
    * dDecay(dsplat(2) * dsize(k));
  return dpick(dless(k, dsplat(0)), -size, size);
}`,
  cosineProduct: () => `INLINE dV cosineProduct(${PAIR}) {
  dV spread = dsplat(-0.5) * (r - s) * (r - s);
  return dsplat(0.5) * (dExp(spread - below) + dExp(spread - above));
}`,
  sineGradient: () => `INLINE dV sineGradient(${PAIR}) { return cosineProduct(${GIVEN}); }`,
  cosineGradient: () => `INLINE dV cosineGradient(${PAIR}) { return sineProduct(${GIVEN}); }`,
  sineDistance: () => `INLINE dV sineDistance(${PAIR}) {
  return dSpread(r, s) * dDecay(below) * (dsplat(1) + dExp(-above));
}`,
  cosineDistance: () => `INLINE dV cosineDistance(${PAIR}) {
  return dSpread(r, s) * dDecay(below) * dDecay(above);
}`,
};

/** rs - K and rs + K from a signed cosine distance; with `mirrored`, from the side where u >= 0. */
function sides(isMirrored: boolean): string {
  if (isMirrored) return '  dV below = rs * g, above = rs * (dsplat(2) - g);';
  return `  dV far = dsplat(2) - g;
  dV below = rs * dpick(negative, far, g), above = rs * dpick(negative, g, far);`;
}

/** The signed cosine distance from the cosine distance, by the parity of the map. */
function signed(parity: number): string {
  const rest = 'dsplat(2) - distance';
  const one = 'datMost(distance, dsplat(1))';
  const plain = `dpick(${one}, distance, -datLeastNothing(${rest}))`;
  return parity === -1 ? `dpick(negative, dpick(${one}, -distance, ${rest}), ${plain})` : plain;
}

/** The near side of a map: what the value takes below its resolution, in a function of its own since it is rare. */
function near(map: SmoothMap): string {
  const reach = SMOOTH_DUALS[map].isWave ? 'dsmaller(dsplat(1), r + s)' : 'r + s';
  return `// The cosine distance, over scale, where K is near rs: of the variances, then of the correlation.
static __attribute__((noinline)) dV ${map}Near(${PAIR}, dV scale, dV bends) {
  dV difference = r - s;
  dV bend = dsplat(0.5) * bends * difference * difference;
  dV weight = difference / (${reach});
  dM far = datMost(dsplat(1e-15) * scale, bend * weight * weight);
  if (dany(far)) {
    dV apart = datLeastNothing(scale - ${map}Product(p, q, r, s, dsplat(0), dsplat(2) * r * s));
    bend = dpick(far, apart, bend);
  }
  return bend + ${map}Distance(${GIVEN});
}`;
}

function value(map: SmoothMap): string {
  const { parity, resolution } = SMOOTH_DUALS[map];
  return `// The signed cosine distance behind ${map}; root1, root2: of E phi^2; bend1, bend2: how fast phi turns.
INLINE dV ${map}Value(dV v, dV p, dV q, dV r, dV s, dV root1, dV root2, dV bend1, dV bend2) {
  dV scale = root1 * root2;
  dV rs = r * s;
  dV g = dsize(v);
  dM negative = dnegative(v);
${sides(parity !== 0)}
  dV distance = dsplat(1) - ${map}Product(${GIVEN}) / scale;
  dM isNear = datMost(below, dsplat(${literal(resolution)}) * dsmaller(dsplat(1), rs));
  if (__builtin_expect(dany(isNear), 0))
    distance = dpick(isNear, ${map}Near(${GIVEN}, scale, bend1 + bend2) / scale, distance);
  distance = datLeastNothing(distance);
  return dpick(dless(dsplat(0), scale), ${signed(parity)}, dsplat(1));
}`;
}

function slope(map: SmoothMap): string {
  return `// The cosine distance of the correlation of phi' for ${map}; root1, root2: of E phi'^2.
INLINE dV ${map}Slope(dV v, dV p, dV q, dV r, dV s, dV root1, dV root2) {
  dV scale = root1 * root2;
  dV rs = r * s;
  dV g = dsize(v);
  dM negative = dnegative(v);
${sides(false)}
  dV distance = datLeastNothing(dsplat(1) - ${map}Gradient(${GIVEN}) / scale);
  return dpick(dless(dsplat(0), scale), distance, dsplat(1));
}`;
}

/** All functions of smooth maps: derivations stand in src/programme/maps. */
export function smoothFunctions(): Readonly<Record<string, () => string>> {
  const maps = Object.keys(SMOOTH_DUALS) as readonly SmoothMap[];
  const outer = maps.flatMap((map): [string, () => string][] => [
    [`${map}Near`, () => near(map)],
    [`${map}Value`, () => value(map)],
    [`${map}Slope`, () => slope(map)],
  ]);
  return { ...TERMS, ...Object.fromEntries(outer) };
}
