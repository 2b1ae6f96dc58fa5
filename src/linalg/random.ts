import type { FloatArray } from '../data/array.js';

// Looked up once: where a program runs in a context of its own, as tests do, each look at a global takes as long as a
// normal.
const { sqrt, LN2, SQRT1_2 } = Math;

/** FNV-1a, 32 bits, of the UTF-16 units of a text. */
function hash(text: string): number {
  let word = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) word = Math.imul(word ^ text.charCodeAt(i), 0x01000193);
  return word;
}

/**
 * log s for 0 < s < 1 by sums, products and square roots alone, which all machines round alike; that of a library may
 * differ in its last bit.
 *
 * s = m 2^-e with m in (1/sqrt 2, sqrt 2], log m = 2 artanh((m - 1) / (m + 1)) by its series.
 */
function logarithm(s: number): number {
  let m = s;
  let halvings = 0;
  while (m < 2 ** -16) {
    m *= 2 ** 16;
    halvings += 16;
  }
  while (m <= SQRT1_2) {
    m *= 2;
    halvings += 1;
  }
  const z = (m - 1) / (m + 1);
  const q = z * z;
  // Written out: a loop that divides takes as long as all the rest of a random normal.
  const high = (((((1 / 23) * q + 1 / 21) * q + 1 / 19) * q + 1 / 17) * q + 1 / 15) * q + 1 / 13;
  const sum = (((((high * q + 1 / 11) * q + 1 / 9) * q + 1 / 7) * q + 1 / 5) * q + 1 / 3) * q + 1;
  return 2 * z * sum - halvings * LN2;
}

/**
 * Random numbers that a seed determines on every machine: the small fast counter generator sfc32, and normals by the
 * polar method.
 *
 * Seeds and streams start it at different states; different streams of one seed are independent of each other.
 * Source: C. Doty-Humphrey, PractRand (sfc32); G. Marsaglia, T. A. Bray 1964, A convenient method for generating normal
 * variables.
 */
export class RandomSource {
  #a: number;
  #b = 0x9e3779b9;
  #c = 0x243f6a88;
  #counter = 1;
  /** The second of a pair; NaN where there is none. */
  #spare = Number.NaN;
  readonly #one = new Float64Array(1);

  constructor(seed: number, stream = '') {
    this.#a = seed | 0;
    this.#b ^= Math.floor(seed / 2 ** 32) | 0;
    if (stream !== '') this.#c ^= hash(stream);
    for (let i = 0; i < 15; i++) this.#word();
  }

  #word(): number {
    const t = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + t) | 0;
    return t >>> 0;
  }

  /** Uniform in (0, 1), with 53 bits. */
  uniform(): number {
    return ((this.#word() >>> 5) * 2 ** 26 + (this.#word() >>> 6) + 0.5) / 2 ** 53;
  }

  /** Standard normal. */
  normal(): number {
    const spare = this.#spare;
    if (Number.isNaN(spare)) {
      this.fill(this.#one);
      return this.#one[0];
    }
    this.#spare = Number.NaN;
    return spare;
  }

  /**
   * Fills an array with the next standard normals, rounded where it holds singles; they come in pairs, the last of
   * which may be left for the next call.
   */
  fill(target: FloatArray): void {
    const length = target.length;
    let k = 0;
    if (length > 0 && !Number.isNaN(this.#spare)) target[k++] = this.normal();
    while (k < length) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const factor = sqrt((-2 * logarithm(s)) / s);
      target[k++] = u * factor;
      if (k < length) target[k++] = v * factor;
      else this.#spare = v * factor;
    }
  }

  /** `[length]` standard normals: a direction without preference. */
  normals(length: number): Float64Array {
    const values = new Float64Array(length);
    this.fill(values);
    return values;
  }
}
