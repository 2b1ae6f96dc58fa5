// Expectations of the exponential tail phi(a) = a for a > 0, exp(a) - 1 below: one variable in closed form, the other
// by Gauss-Legendre panels (derivation in src/programme/maps/elu.ts).

// Address of the quadrature rule: 20 nodes, then 20 weights, then 14 weights exp(-((k + 1) / 2)^2); set by
// initialiseTail.
let rule: usize = 0;

export function setRule(address: usize): void {
  rule = address;
}

function erfSeries(x: f64): f64 {
  let term = x;
  let sum = x;
  for (let n = 1; n < 16; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

// exp(x^2) erfc(x).
function erfcx(x: f64): f64 {
  if (x < -0.5) return 2 * Math.exp(x * x) - erfcx(-x);
  if (x < 0.5) return Math.exp(x * x) * (1 - erfSeries(x));
  let sum = 1 / (x * x);
  for (let k = 0; k < 14; k++) {
    const t = 0.5 * (k + 1);
    sum += (2 * load<f64>(rule + ((40 + <usize>k) << 3))) / (t * t + x * x);
  }
  const pole = x < 6 ? (2 * Math.exp(x * x)) / (1 - Math.exp(4 * Math.PI * x)) : 0;
  return ((0.5 * x) / Math.PI) * sum + pole;
}

// E[phi phi] without E[bend bend], over K.
export function straightPart(deviation1: f64, deviation2: f64): f64 {
  return (erfcx(deviation1 / Math.SQRT2) + erfcx(deviation2 / Math.SQRT2)) / 2;
}

function normalCdf(x: f64): f64 {
  if (x > 0) return 1 - normalCdf(-x);
  return 0.5 * Math.exp((-x * x) / 2) * erfcx(-x / Math.SQRT2);
}

// phi(a) - a
function bend(a: f64): f64 {
  return a > 0 ? 0 : Math.expm1(a) - a;
}

function phiSlope(a: f64): f64 {
  return a > 0 ? 1 : Math.exp(a);
}

function tailMean(m: f64, sigma: f64): f64 {
  const h = m / sigma;
  const y = h + sigma;
  if (y > 0) return 0.5 * erfcx(y / Math.SQRT2) * Math.exp((-h * h) / 2);
  return Math.exp(m + (sigma * sigma) / 2) * normalCdf(-y);
}

function smoothed(slope: bool, m: f64, sigma: f64): f64 {
  if (sigma < 1e-150) return slope ? phiSlope(m) : bend(m);
  const h = m / sigma;
  if (slope) return normalCdf(h) + tailMean(m, sigma);
  const density = Math.exp((-h * h) / 2) / Math.sqrt(2 * Math.PI);
  return tailMean(m, sigma) - (1 + m) * normalCdf(-h) + sigma * density;
}

function panel(slope: bool, from: f64, to: f64, s: f64, ur: f64, sigma: f64): f64 {
  const half = (to - from) / 2;
  const centre = (to + from) / 2;
  let sum: f64 = 0;
  for (let i = 0; i < 20; i++) {
    const g = centre + half * load<f64>(rule + (<usize>i << 3));
    const weight = half * load<f64>(rule + ((20 + <usize>i) << 3)) * Math.exp((-g * g) / 2);
    const plus = slope ? phiSlope(s * g) : bend(s * g);
    const minus = slope ? phiSlope(-s * g) : bend(-s * g);
    sum += weight * (plus * smoothed(slope, ur * g, sigma) + minus * smoothed(slope, -ur * g, sigma));
  }
  return sum;
}

// E[phi' phi'], or E[bend bend] of bend(a) = phi(a) - a.
export function erfcxTail(slope: bool, deviation1: f64, deviation2: f64, below: f64, above: f64): f64 {
  const r = max(deviation1, deviation2);
  const s = min(deviation1, deviation2);
  if (s == 0) return smoothed(slope, 0, r) * (slope ? 1 : 0);
  const rs = r * s;
  const u = (below <= above ? rs - below : above - rs) / rs;
  const rest = Math.sqrt(below * above) / rs;
  const width = min(rest / max(abs(u), 1e-3), 1 / r);
  let sum: f64 = 0;
  let from: f64 = 0;
  for (let v = max(min(width, 1), 1e-12) / 2; v < 0.75; v *= 2.5) {
    sum += panel(slope, from, v, s, u * r, r * rest);
    from = v;
  }
  for (let v = 0.75; v < 9; v += 0.75) {
    sum += panel(slope, from, v, s, u * r, r * rest);
    from = v;
  }
  return (sum + panel(slope, from, 9, s, u * r, r * rest)) / Math.sqrt(2 * Math.PI);
}
