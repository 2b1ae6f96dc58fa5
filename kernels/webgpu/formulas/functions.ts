import { calledFrom } from '../../../src/backend/printed.js';
import { type Approximations, approximations } from '../../../src/programme/approximations.js';
import { gaussLegendre } from '../../../src/programme/maps/gauss-legendre.js';

/** A number as WGSL takes it: every digit of a single, and never an integer literal. */
export function literal(value: number): string {
  const text = String(Math.fround(value));
  const short = [6, 7, 8, 9]
    .map((digits) => value.toPrecision(digits))
    .find((t) => Math.fround(Number(t)) === Number(text));
  const number = String(Number(short ?? text));
  return /[.e]/.test(number) ? number : `${number}.0`;
}

/** A polynomial in `y` by Horner's rule: lines that leave its value in `p`. */
function horner(coefficients: readonly number[]): string {
  const [highest, ...rest] = coefficients.map(literal).reverse();
  const lines = rest.map((c) => `  p = fma(p, y, ${c});`);
  return [`  var p = ${highest};`, ...lines].join('\n');
}

const polynomial = (name: keyof Approximations): string => horner(approximations()[name]);

const RULE = gaussLegendre(8);
/** Panels of the quadrature of the exponential tail, 8 nodes each. */
const PANELS = 12;

function nodes(): string {
  const all = Array.from({ length: PANELS }, (_, panel) =>
    RULE.nodes.map(
      (node, i) => `vec2f(${literal((panel + (node + 1) / 2) / PANELS)}, ${literal(RULE.weights[i] / 2 / PANELS)})`,
    ),
  ).flat();
  return all.join(', ');
}

/** What the product and the slope of the Gaussian gate have in common. */
const GATE_TERMS = `  let k = covariance(r.x * r.y, b, a);
  let s = q.x + q.y;
  let t = q.x * q.y;
  let square = 1.0 + s + b * a;
  let root = sqrt(square);`;

/** Arc-cosine maps and the functions below everything else. */
const ANGLE: Readonly<Record<string, () => string>> = {
  angles: () => `// theta and sin theta - theta cos theta, both over pi.
fn angles(g: f32) -> vec2f {
  return vec2f(angleOf(g), sineOf(g));
}`,
  angleOf: () => `// theta / pi for g = 1 - cos theta in [0, 1].
fn angleOf(g: f32) -> f32 {
  let y = 2.0 * g - 1.0;
${polynomial('angle')}
  return sqrt(g) * p;
}`,
  sineOf: () => `// (sin theta - theta cos theta) / pi for g = 1 - cos theta in [0, 1].
fn sineOf(g: f32) -> f32 {
  let y = 2.0 * g - 1.0;
${polynomial('sine')}
  return g * sqrt(g) * p;
}`,
  bothSides: () => `// The value of even |a| + odd a with weight c, and J = c (sin theta - theta cos theta) / pi
// at the smaller cosine distance g.
fn bothSides(g: f32, j: f32, c: f32, far: bool) -> vec2f {
  let near = max(0.0, g - j);
  let below = max(0.0, 2.0 - c - (1.0 - c) * g - j);
  let above = max(0.0, c + (1.0 - c) * g + j);
  return select(vec2f(near, 2.0 - near), vec2f(below, above), far);
}`,
  decay: () => `// 1 - exp(-x) for x >= 0.
fn decay(x: f32) -> f32 {
  let y = 2.0 * min(x, 1.0) - 1.0;
${polynomial('decay')}
  return select(1.0 - exp(-x), x * p, x < 1.0);
}`,
  arcTangent: () => `// Angle of the point (x, y), as atan2, which WGSL does not give exactly.
fn arcTangent(top: f32, right: f32) -> f32 {
  let most = max(abs(top), abs(right));
  let t = select(min(abs(top), abs(right)) / most, 0.0, most == 0.0);
  let y = 2.0 * t * t - 1.0;
${polynomial('arcTangent')}
  let first = t * p;
  let steep = select(first, 1.5707963267948966 - first, abs(top) > abs(right));
  let turned = select(steep, 3.141592653589793 - steep, right < 0.0);
  return select(turned, -turned, top < 0.0);
}`,
};

/**
 * CosineDistances and derivatives of the smooth maps; derivations in src/programme/duals. `d` = r - s, `b` = rs - K,
 * `a` = rs + K.
 */
const SMOOTH: Readonly<Record<string, () => string>> = {
  covariance: () => `fn covariance(rs: f32, b: f32, a: f32) -> f32 {
  return select(a - rs, rs - b, b <= a);
}`,
  erfDistance: () => `fn erfDistance(q: vec2f, r: vec2f, d: f32, b: f32, a: f32) -> f32 {
  let rs = r.x * r.y;
  let root0 = sqrt(1.0 + 2.0 * (q.x + q.y));
  let root = sqrt(1.0 + 2.0 * (q.x + q.y) + 4.0 * b * a);
  let rise = 4.0 * b * a / (root + root0);
  return 0.6366197723675814 * arcTangent(2.0 * (rs * rise + b * root0), root0 * root + 4.0 * rs * covariance(rs, b, a));
}`,
  erfProduct: () => `fn erfProduct(q: vec2f, r: vec2f, d: f32, b: f32, a: f32) -> f32 {
  let root = sqrt(1.0 + 2.0 * (q.x + q.y) + 4.0 * b * a);
  return 0.6366197723675814 * arcTangent(2.0 * covariance(r.x * r.y, b, a), root);
}`,
  erfSlope: () => `fn erfSlope(q: vec2f, r: vec2f, d: f32, b: f32, a: f32) -> f32 {
  return 1.2732395447351628 / sqrt(1.0 + 2.0 * (q.x + q.y) + 4.0 * b * a);
}`,
  geluDistance: () => `fn geluDistance(q: vec2f, r: vec2f, d: f32, b: f32, a: f32) -> f32 {
  let rs = r.x * r.y;
  let k = covariance(rs, b, a);
  let s = q.x + q.y;
  let t = q.x * q.y;
  let root0 = sqrt(1.0 + s);
  let root = sqrt(1.0 + s + b * a);
  let rise = b * a / (root + root0);
  let algebraic = (b * a / root + t * rise * (1.0 / (root0 * root) - 1.0)) / (1.0 + s + t);
  let turn = arcTangent(rs * rise + b * root0, root0 * root + rs * k);
  return (algebraic + b * arcTangent(rs, root0) + k * turn) * 0.15915494309189535 + 0.25 * b;
}`,
  geluProduct: () => `fn geluProduct(q: vec2f, r: vec2f, d: f32, b: f32, a: f32) -> f32 {
${GATE_TERMS}
  return ((k * k + t * square) / ((1.0 + s + t) * root) + k * arcTangent(k, root)) * 0.15915494309189535 + 0.25 * k;
}`,
  geluSlope: () => `fn geluSlope(q: vec2f, r: vec2f, d: f32, b: f32, a: f32) -> f32 {
${GATE_TERMS}
  let algebraic = k / root * (1.0 / square + (2.0 + s) / (1.0 + s + t));
  return 0.25 + (algebraic + arcTangent(k, root)) * 0.15915494309189535;
}`,
  sineDistance: () => `fn sineDistance(q: vec2f, r: vec2f, d: f32, b: f32, a: f32) -> f32 {
  return 0.5 * exp(-0.5 * d * d) * decay(b) * (1.0 + exp(-a));
}`,
  cosineDistance: () => `fn cosineDistance(q: vec2f, r: vec2f, d: f32, b: f32, a: f32) -> f32 {
  return 0.5 * exp(-0.5 * d * d) * decay(b) * decay(a);
}`,
  sineProduct: () => `fn sineProduct(q: vec2f, r: vec2f, d: f32, b: f32, a: f32) -> f32 {
  let k = covariance(r.x * r.y, b, a);
  let size = 0.5 * exp(-0.5 * d * d - min(b, a)) * decay(2.0 * abs(k));
  return select(size, -size, k < 0.0);
}`,
  cosineProduct: () => `fn cosineProduct(q: vec2f, r: vec2f, d: f32, b: f32, a: f32) -> f32 {
  return 0.5 * exp(-0.5 * d * d) * (exp(-b) + exp(-a));
}`,
  sineSlope: () => `fn sineSlope(q: vec2f, r: vec2f, d: f32, b: f32, a: f32) -> f32 {
  return cosineProduct(q, r, d, b, a);
}`,
  cosineSlope: () => `fn cosineSlope(q: vec2f, r: vec2f, d: f32, b: f32, a: f32) -> f32 {
  return sineProduct(q, r, d, b, a);
}`,
};

/**
 * 1 - E[phi phi] / (f f') of fully correlated inputs of different size, of waves in closed form; derivations in
 * kernels/tfjs/formulas/smooth.ts.
 */
const APART: Readonly<Record<string, () => string>> = {
  decayProduct: () => `// (1 - exp(-(r + s)^2)) (1 - exp(-(r - s)^2)).
fn decayProduct(r: vec2f, d: f32) -> f32 {
  return decay((r.x + r.y) * (r.x + r.y)) * decay(d * d);
}`,
  decayBetween: () => `// The difference of exp(-p) and exp(-q).
fn decayBetween(q: vec2f, r: vec2f, d: f32) -> f32 {
  return exp(-min(q.x, q.y)) * decay((r.x + r.y) * abs(d));
}`,
  sineSeries: () => `// (sinh p sinh q - sinh^2 rs) exp(-p - q) / (f f')^2 of small variances, as a series.
fn sineSeries(q: vec2f, r: vec2f, d: f32, root: f32) -> f32 {
  let sum = q.x + q.y;
  let rs = r.x * r.y;
  let v = 4.0 * rs * rs;
  let t = (r.x + r.y) * (r.x + r.y) * d * d;
  let series = 1.0 + sum * sum / 20.0 + (2.0 * v * v + t * (3.0 * v + 2.0 * t)) / 1680.0;
  return t / 6.0 * exp(-sum) * (rs / root) * (rs / root) * series;
}`,
  sineApart: () => `fn sineApart(q: vec2f, r: vec2f, d: f32, f: vec2f) -> f32 {
  let root = f.x * f.y;
  let sum = (r.x + r.y) * (r.x + r.y);
  let u = sineProduct(q, r, d, 0.0, 2.0 * r.x * r.y) / root;
  if (sum < 0.5) { return sineSeries(q, r, d, root) / (1.0 + u); }
  if (d * d > 0.0625 * sum) { return max(0.0, 1.0 - u); }
  let between = decayBetween(q, r, d);
  return max(0.0, decayProduct(r, d) - between * between) / (4.0 * root * root * (1.0 + u));
}`,
  cosineApart: () => `fn cosineApart(q: vec2f, r: vec2f, d: f32, f: vec2f) -> f32 {
  let root = f.x * f.y;
  let u = cosineProduct(q, r, d, 0.0, 2.0 * r.x * r.y) / root;
  let between = decayBetween(q, r, d);
  return (decayProduct(r, d) + between * between) / (4.0 * root * root * (1.0 + u));
}`,
};

/** The exponential tail: one variable in closed form, the other by quadrature (src/programme/maps/elu.ts). */
const TAIL: Readonly<Record<string, () => string>> = {
  erfcx: () => `// exp(x^2) erfc(x) for x >= 0.
fn erfcx(x: f32) -> f32 {
  let t = 1.0 / (1.0 + 0.5 * x);
  let y = 2.0 * t - 1.0;
${polynomial('erfcx')}
  return t * p;
}`,
  normalCdf: () => `fn normalCdf(x: f32) -> f32 {
  let tail = 0.5 * exp(-0.5 * x * x) * erfcx(abs(x) * 0.7071067811865476);
  return select(tail, 1.0 - tail, x > 0.0);
}`,
  tailMean: () => `// E[exp(m + sigma g); m + sigma g < 0].
fn tailMean(m: f32, sigma: f32) -> f32 {
  let h = m / sigma;
  let y = h + sigma;
  let far = 0.5 * erfcx(max(y, 0.0) * 0.7071067811865476) * exp(-0.5 * h * h);
  return select(exp(m + 0.5 * sigma * sigma) * normalCdf(-min(y, 0.0)), far, y > 0.0);
}`,
  tailValue: () => `fn tailValue(x: f32) -> f32 {
  return select(-decay(-min(x, 0.0)), x, x > 0.0);
}`,
  tailStep: () => `fn tailStep(x: f32) -> f32 {
  return select(exp(min(x, 0.0)), 1.0, x > 0.0);
}`,
  smoothed: () => `// E[phi(m + sigma g)], or E[phi'(m + sigma g)].
fn smoothed(slope: bool, m: f32, sigma: f32) -> f32 {
  if (sigma < 1e-6) { return select(tailValue(m), tailStep(m), slope); }
  let h = m / sigma;
  if (slope) { return normalCdf(h) + tailMean(m, sigma); }
  return m * normalCdf(h) + sigma * 0.3989422804014327 * exp(-0.5 * h * h) + tailMean(m, sigma) - normalCdf(-h);
}`,
  tailNodes: () => `const tailNodes = array<vec2f, ${PANELS * 8}>(${nodes()});`,
  expectation: () => `// Over g = w sinh(s): the transition of width w at 0 gets as many nodes as the rest.
fn expectation(slope: bool, r: vec2f, b: f32, a: f32) -> f32 {
  let most = max(r.x, r.y);
  let least = min(r.x, r.y);
  let rs = most * least;
  // An input without variance is the number 0, whatever its correlation.
  let u = select(0.0, covariance(rs, b, a) / rs, rs > 0.0);
  let rest = select(0.0, sqrt(max(0.0, b * a)) / rs, rs > 0.0);
  let width = clamp(rest / max(abs(u), 1e-3), 1e-3, 1.0);
  let reach = asinh(6.5 / width);
  var sum = 0.0;
  for (var i = 0u; i < ${PANELS * 8}u; i++) {
    let grow = exp(tailNodes[i].x * reach);
    let g = 0.5 * width * (grow - 1.0 / grow);
    let weight = tailNodes[i].y * reach * 0.5 * width * (grow + 1.0 / grow) * exp(-0.5 * g * g);
    let plus = smoothed(slope, u * least * g, least * rest);
    let minus = smoothed(slope, -u * least * g, least * rest);
    let x = most * g;
    if (slope) { sum += weight * (tailStep(x) * plus + tailStep(-x) * minus); }
    else { sum += weight * (tailValue(x) * plus + tailValue(-x) * minus); }
  }
  return 0.3989422804014327 * sum;
}`,
  eluProduct: () => `fn eluProduct(q: vec2f, r: vec2f, d: f32, b: f32, a: f32) -> f32 {
  return expectation(false, r, b, a);
}`,
  eluSlope: () => `fn eluSlope(q: vec2f, r: vec2f, d: f32, b: f32, a: f32) -> f32 {
  return expectation(true, r, b, a);
}`,
  eluDistance: () => `// By Price's theorem, three Gauss points on [K, rs].
fn eluDistance(q: vec2f, r: vec2f, d: f32, b: f32, a: f32) -> f32 {
  var sum = 0.0;
  for (var i = 0; i < 3; i++) {
    let at = b * (0.5 + 0.3872983346207417 * f32(i - 1));
    sum += select(5.0, 8.0, i == 1) * expectation(true, r, at, a + b - at);
  }
  return b * sum / 18.0;
}`,
};

/** The functions of the shader by name; each is printed only where it is called. */
export const FUNCTIONS: Readonly<Record<string, () => string>> = { ...ANGLE, ...SMOOTH, ...APART, ...TAIL };

/** Texts of the functions that `code` calls, and of those that they call. */
export function calledFunctions(code: string): string {
  return calledFrom(FUNCTIONS, code);
}
