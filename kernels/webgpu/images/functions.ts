import { SMOOTH_DUALS, type SmoothMap } from '../../../src/programme/maps/index.js';
import { literal } from '../formulas/functions.js';
import { NONE } from './tables.js';

/**
 * Share of the spread of norms below which a window's cosine distance has lost too many digits to it, as for f32 on the
 * host (docs/numerics.md).
 */
const DOUBTFUL = 1e-2;
/** Cosine distance above which 1 + u of a window has too few digits left. */
const FAR = 1.9;
/** 1 + u of opposite pixels: a device may drop the sign of a zero. */
const LEAST = 1e-30;

/** Functions of a position pair, printed where they are called. */
const CELL: Readonly<Record<string, string>> = {
  factors: `// A factor of the position p of the image of x and of p' of the image of z.
fn factors(column: u32, positionPair: vec2u) -> vec2f {
  return vec2f(imagesX[x + column + positionPair.x], imagesZ[z + column + positionPair.y]);
}`,
  both: `fn both(a: vec2f) -> f32 {
  return a.x * a.y;
}`,
  spread: `fn spread(a: vec2f) -> f32 {
  return 0.5 * (a.x - a.y) * (a.x - a.y);
}`,
  bothOf: `// (1 - u, 1 + u) from 1 - u.
fn bothOf(distance: f32) -> vec2f {
  return vec2f(distance, 2.0 - distance);
}`,
  signed: `// (1 - u, 1 + u) as one number: 1 - u, or for u < 0 minus 1 + u.
fn signed(v: vec2f) -> f32 {
  return select(v.x, -max(v.y, ${literal(LEAST)}), v.y < v.x);
}`,
  sides: `// Back from one number to (1 - u, 1 + u).
fn sides(v: f32) -> vec2f {
  return select(vec2f(v, 2.0 - v), vec2f(2.0 + v, -v), v < 0.0);
}`,
  weighed: `// s s' (1 - u) + 1/2 (s - s')^2.
fn weighed(distance: f32, s: vec2f) -> f32 {
  return both(s) * distance + spread(s);
}`,
  distancesOf: `// (1 - u, 1 + u) of a covariance and both own values; exactly 0 where all three are one number.
fn distancesOf(k: f32, own: vec2f) -> vec2f {
  if (own.x == own.y && k == own.x && k > 0.0) { return vec2f(0.0, 2.0); }
  let root = sqrt(both(own));
  if (!(root > 0.0)) { return vec2f(1.0); }
  return vec2f(max(0.0, root - k), max(0.0, root + k)) / root;
}`,
  summed: `// Sum over the taps of a window; what lies outside counts as 0.
fn summed(slot: u32, w: Window, taps: u32, c: u32) -> f32 {
  var sum = 0.0;
  for (var k = 0u; k < taps; k++) {
    let at = tap(w, k, c);
    if (at < w.inside) { sum += held(slot, at); }
  }
  return sum;
}`,
  summedSides: `// The same for (1 - u, 1 + u).
fn summedSides(slot: u32, w: Window, taps: u32, c: u32) -> vec2f {
  var sum = vec2f(0.0);
  for (var k = 0u; k < taps; k++) { sum += sides(held(slot, tap(w, k, c))); }
  return sum;
}`,
  windowDistance: `fn windowDistance(
  slot: u32, distances: u32, w: Window, taps: u32, read: u32, s: vec2f, inverse: vec2f, c: u32
) -> f32 {
  return windowed(slot, distances, w, taps, read, s, inverse, c, 2.0).x;
}`,
  windowSides: `fn windowSides(
  slot: u32, distances: u32, w: Window, taps: u32, read: u32, s: vec2f, inverse: vec2f, c: u32
) -> vec2f {
  return windowed(slot, distances, w, taps, read, s, inverse, c, ${literal(FAR)});
}`,
  windowed: `// Cosine distances behind a window, (mean of what was weighed - 1/2 (s - s')^2) / (s s');
// by their mixing weights where that cancels, or above \`far\`.
fn windowed(
  slot: u32, distances: u32, w: Window, taps: u32, read: u32, s: vec2f, inverse: vec2f, c: u32, far: f32
) -> vec2f {
  var sum = 0.0;
  for (var k = 0u; k < taps; k++) {
    let at = tap(w, k, c);
    if (at < w.inside) { sum += held(slot, at); }
    else if (at > w.inside) {
      let half = halfDeviation(w, at, read).x;
      sum += 0.5 * half * half;
    }
  }
  let scale = both(inverse);
  let lost = spread(s) * scale;
  let distance = max(0.0, sum / f32(taps) * scale - lost);
  if (distance < ${literal(DOUBTFUL)} * lost || distance > far) {
    return fromWeights(distances, w, taps, read, inverse, c);
  }
  return bothOf(distance);
}`,
  fromWeights: `// Sum over the taps of a b cosine distance + 1/2 (a - b)^2 for their shares a, b.
fn fromWeights(distances: u32, w: Window, taps: u32, read: u32, inverse: vec2f, c: u32) -> vec2f {
  let root = inverse / sqrt(f32(taps));
  var sum = vec2f(0.0);
  for (var k = 0u; k < taps; k++) {
    let at = tap(w, k, c);
    if (at < w.inside) {
      let a = factors(read, positionPairAt(w.positionPairs, w.inside, at)) * root;
      sum += both(a) * sides(held(distances, at)) + spread(a);
    } else if (at > w.inside) {
      let half = halfDeviation(w, at, read);
      let a = half.x * select(root.y, root.x, half.y > 0.0);
      sum += vec2f(0.5 * a * a);
    }
  }
  return sum;
}`,
  halfDeviation: `// The deviation of a tap inside one image alone, and 1 where that is the image of x.
fn halfDeviation(w: Window, at: u32, read: u32) -> vec2f {
  let half = w.halves + 2u * (at - w.inside - 1u);
  let p = tables[half];
  if (p == ${NONE}u) { return vec2f(imagesZ[z + read + tables[half + 1u]], 0.0); }
  return vec2f(imagesX[x + read + p], 1.0);
}`,
  putSelfKernels: `// Stores the own values of the positions of an image.
fn putSelfKernels(positions: u32, pair: vec2u, positionPair: vec2u, value: f32) {
  if (positionPair.x == positionPair.y) { results[pair.x * positions + positionPair.x] = value; }
}`,
  handOn: `fn handOn(place: u32, value: f32) {
  handedOn[handedFirst + place] = value;
}`,
  pooled: `// Sum over the pairs of taps of a position pair of a pool; short sums first.
fn pooled(place: u32, numbers: u32, count: u32, side: u32, c: u32) -> f32 {
  var sum = 0.0;
  for (var k = 0u; k < side; k++) {
    var part = 0.0;
    for (var l = 0u; l < side; l++) { part += handed(place + tables[numbers + (k * side + l) * count + c]); }
    sum += part;
  }
  return sum;
}`,
  total: `// Sum of the numbers that the components have handed on.
fn total(place: u32, count: u32, thread: u32) -> f32 {
  var part = 0.0;
  for (var k = thread; k < count; k += THREADS) { part += handed(place + k); }
  return reduced(part, thread);
}`,
  handed: `fn handed(place: u32) -> f32 {
  return handedOn[handedFirst + place];
}`,
  reduced: `// Sum over the threads, as a tree.
fn reduced(part: f32, thread: u32) -> f32 {
  workgroupBarrier();
  parts[thread] = part;
  workgroupBarrier();
  for (var half = THREADS / 2u; half > 0u; half /= 2u) {
    if (thread < half) { parts[thread] += parts[thread + half]; }
    workgroupBarrier();
  }
  return parts[0];
}`,
  pixelDistances: `// 1/2 |x - z|^2 of unit pixels, and 2 minus that; by the sum of the pixels where x . z < 0.
fn pixelDistances(positionPair: vec2u) -> vec2f {
  let first = x + positionPair.x * CHANNELS;
  let second = z + positionPair.y * CHANNELS;
  var u = 0.0;
  for (var k = 0u; k < CHANNELS; k++) { u += imagesX[first + k] * imagesZ[second + k]; }
  let sign = select(1.0, -1.0, u < 0.0);
  var sum = 0.0;
  for (var k = 0u; k < CHANNELS; k++) {
    let d = imagesX[first + k] - sign * imagesZ[second + k];
    sum += d * d;
  }
  let distances = bothOf(0.5 * sum);
  return select(distances, distances.yx, u < 0.0);
}`,
  tap: `fn tap(w: Window, k: u32, c: u32) -> u32 {
  return tables[w.taps + k * w.count + c];
}`,
  positionPairAt: `fn positionPairAt(positionPairs: u32, count: u32, c: u32) -> vec2u {
  return vec2u(tables[positionPairs + c], tables[positionPairs + count + c]);
}`,
};

/** Texts of the functions of a position pair that `code` calls, and of those that they call. */
export function calledPositionPairFunctions(code: string): string {
  const found = new Set<string>();
  const add = (text: string): void => {
    for (const [name, body] of Object.entries(CELL)) {
      if (found.has(name) || !new RegExp(`\\b${name}\\(`).test(text)) continue;
      found.add(name);
      add(body);
    }
  };
  add(code);
  return Object.entries(CELL)
    .filter(([name]) => found.has(name))
    .map(([, body]) => body)
    .join('\n\n');
}

/** What a difference of two expectations loses, relative to them. */
const SUBTRACTION = 5e-7;

/**
 * 1 - E[phi phi] / scale of a smooth map for inputs that only differ in size: of waves in closed form, of others by
 * their curvature (`bend` are halves of it) or by subtraction, whichever loses less.
 */
export function spreadFunction(map: SmoothMap): string {
  const head = `// 1 - E[phi phi] / (f f') of inputs of correlation 1 whose sizes differ.
fn ${map}Spread(q: vec2f, r: vec2f, f: vec2f, bend: vec2f) -> f32 {
  let scale = f.x * f.y;
  let d = r.x - r.y;
  if (!(scale > 0.0) || d == 0.0) { return 0.0; }`;
  if (SMOOTH_DUALS[map].isWave) {
    return `${head}
  return ${map}Apart(q, r, d, f);
}`;
  }
  return `${head}
  let bent = 0.5 * (bend.x + bend.y) * d * d;
  let share = d / (r.x + r.y);
  if (bent * share * share < ${literal(SUBTRACTION)} * scale) { return bent / scale; }
  return max(0.0, 1.0 - ${map}Product(q, r, d, 0.0, 2.0 * r.x * r.y) / scale);
}`;
}
