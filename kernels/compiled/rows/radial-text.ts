/** 1 - exp(-rate |x - z|^power) with |x - z|^2 = (r - s)^2 + 2 r s (1 - u), of vectors of doubles. */
const DISTANCE = `INLINE dV squareOf(dV v, dV r, dV s) {
  dV distance = dpick(dnegative(v), dsplat(2) + v, v);
  return (r - s) * (r - s) + dsplat(2) * r * s * distance;
}`;

const RADIAL: Readonly<Record<string, () => string>> = {
  squareOf: () => DISTANCE,
  gaussian: () => `INLINE dV gaussian(dV v, dV r, dV s, const double *rate) {
  return dDecay(dsplat(rate[0]) * squareOf(v, r, s));
}`,
  laplace: () => `INLINE dV laplace(dV v, dV r, dV s, const double *rate) {
  return dDecay(dsplat(rate[0]) * droot(squareOf(v, r, s)));
}`,
  anyPower: () => `INLINE dV anyPower(dV v, dV r, dV s, const double *rate) {
  dV length = squareOf(v, r, s);
  for (int k = 0; k < DOUBLES; k++) length[k] = __builtin_pow(length[k], rate[1] / 2);
  return dDecay(dsplat(rate[0]) * length);
}`,
};

export { RADIAL };
