import type { Precision } from '../../../src/data/array.js';
import { TABLE_RULES } from '../../../src/programme/table.js';
import type { Target } from '../vector.js';

/** Coefficients of each lane, one after the other: for any processor. */
const GATHERED = `INLINE V gathered(const T *const *at, int k) {
  V c;
  for (int lane = 0; lane < LANES; lane++) c[lane] = at[lane][k];
  return c;
}`;

/** Horner's rule over coefficients by name, the highest first. */
function steps(coefficient: (k: number) => string, degree: number): string {
  const lines = [`  V sum = ${coefficient(degree)};`];
  for (let k = degree - 1; k >= 0; k--) lines.push(`  sum = madd(sum, x, ${coefficient(k)});`);
  return lines.join('\n');
}

/** Four coefficients of 16 lanes: 128 bits of each lane side by side, then turned. */
const SINGLES_512 = `INLINE V four(const T *const *at, int lane) {
  __m512 v = _mm512_castps128_ps512(_mm_loadu_ps(at[lane]));
  v = _mm512_insertf32x4(v, _mm_loadu_ps(at[lane + 4]), 1);
  v = _mm512_insertf32x4(v, _mm_loadu_ps(at[lane + 8]), 2);
  return _mm512_insertf32x4(v, _mm_loadu_ps(at[lane + 12]), 3);
}`;

const SINGLES_256 = `INLINE V four(const T *const *at, int lane) {
  return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(at[lane])), _mm_loadu_ps(at[lane + 4]), 1);
}`;

const SINGLES_128 = 'INLINE V four(const T *const *at, int lane) { return _mm_loadu_ps(at[lane]); }';

/** Two coefficients, from number k on, of every second lane. */
const DOUBLES_512 = `INLINE V two(const T *const *at, int lane, int k) {
  __m512d v = _mm512_castpd128_pd512(_mm_loadu_pd(at[lane] + k));
  v = _mm512_insertf64x2(v, _mm_loadu_pd(at[lane + 2] + k), 1);
  v = _mm512_insertf64x2(v, _mm_loadu_pd(at[lane + 4] + k), 2);
  return _mm512_insertf64x2(v, _mm_loadu_pd(at[lane + 6] + k), 3);
}`;

const DOUBLES_256 = `INLINE V two(const T *const *at, int lane, int k) {
  return _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_loadu_pd(at[lane] + k)), _mm_loadu_pd(at[lane + 2] + k), 1);
}`;

const DOUBLES_128 = 'INLINE V two(const T *const *at, int lane, int k) { return _mm_loadu_pd(at[lane] + k); }';

const LOADS = {
  f32: { 512: SINGLES_512, 256: SINGLES_256, 128: SINGLES_128 },
  f64: { 512: DOUBLES_512, 256: DOUBLES_256, 128: DOUBLES_128 },
} as const;

/** Loads of coefficients, and the polynomial by them. */
function coefficients(target: Target, precision: Precision): { readonly loads: string; readonly rule: string } {
  const { degree } = TABLE_RULES[precision];
  const { bits, family } = target;
  if (family !== 'x86') return { loads: GATHERED, rule: steps((k) => `gathered(at, ${k})`, degree) };
  const call = (name: string): string => `_mm${bits === 128 ? '' : bits}_${name}`;
  if (precision === 'f32') {
    const turned = `  V r0 = four(at, 0), r1 = four(at, 1), r2 = four(at, 2), r3 = four(at, 3);
  V a = ${call('unpacklo_ps')}(r0, r1), b = ${call('unpacklo_ps')}(r2, r3);
  V c = ${call('unpackhi_ps')}(r0, r1), d = ${call('unpackhi_ps')}(r2, r3);
  V c0 = ${call('shuffle_ps')}(a, b, 0x44), c1 = ${call('shuffle_ps')}(a, b, 0xee);
  V c2 = ${call('shuffle_ps')}(c, d, 0x44), c3 = ${call('shuffle_ps')}(c, d, 0xee);`;
    return { loads: LOADS.f32[bits], rule: `${turned}\n${steps((k) => `c${k}`, degree)}` };
  }
  const pairs = [0, 2, 4, 6].map(
    (k) => `  V e${k} = two(at, 0, ${k}), o${k} = two(at, 1, ${k});
  V c${k} = ${call('unpacklo_pd')}(e${k}, o${k}), c${k + 1} = ${call('unpackhi_pd')}(e${k}, o${k});`,
  );
  return { loads: LOADS.f64[bits], rule: `${pairs.join('\n')}\n${steps((k) => `c${k}`, degree)}` };
}

/**
 * A function of the signed cosine distance, tabulated: on each side of u = 0 equal intervals in t = sqrt|v|, in each a
 * polynomial in the position in it, coefficients from the lowest degree up. A rounding below 0 must not look like a
 * sign.
 */
export function lookupText(target: Target, precision: Precision): string {
  const { loads, rule } = coefficients(target, precision);
  const { degree } = TABLE_RULES[precision];
  return `${loads}

INLINE V lookup(V v, const T *table, int64_t intervals) {
  V t = root(size(v)) * splat(intervals);
  // The last interval takes its end.
  V k = smaller(whole(t), splat(intervals - 1));
  V x = t - k;
  I index = __builtin_convertvector(pick(negative(v), k + splat(intervals), k), I);
  const T *at[LANES];
  for (int lane = 0; lane < LANES; lane++) at[lane] = table + (int64_t)index[lane] * ${degree + 1};
${rule}
  return larger(sum, splat(0));
}`;
}
