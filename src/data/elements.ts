import type { Precision } from './array.js';

/** Numbers side by side, in the processor's own byte order. */
export type Numbers =
  | Float32Array
  | Float64Array
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array;

/** How one kind of element is stored in a file and what it becomes. */
export interface ElementType {
  /** Bytes of one element. */
  readonly bytes: 1 | 2 | 4 | 8;
  /** The smaller precision that holds every value exactly. */
  readonly precision: Precision;
  /** Whether values from 2^53 on lose digits. */
  readonly wide: boolean;
  /** Little-endian elements from the start of `buffer` as numbers. */
  readonly view: (buffer: ArrayBuffer, count: number) => Numbers;
}

/** Names of element types, as in NumPy: kind and bytes. */
export type ElementName = 'f2' | 'f4' | 'f8' | 'u1' | 'u2' | 'u4' | 'u8' | 'i1' | 'i2' | 'i4' | 'i8' | 'b1';

const small = { precision: 'f32', wide: false } as const;
const large = { precision: 'f64', wide: false } as const;
const wide = { precision: 'f64', wide: true } as const;

/** Every element type that a file may have. */
export const ELEMENT_TYPES: Readonly<Record<ElementName, ElementType>> = {
  f2: { bytes: 2, ...small, view: halves },
  f4: { bytes: 4, ...small, view: (buffer, count) => new Float32Array(buffer, 0, count) },
  f8: { bytes: 8, ...large, view: (buffer, count) => new Float64Array(buffer, 0, count) },
  u1: { bytes: 1, ...small, view: (buffer, count) => new Uint8Array(buffer, 0, count) },
  u2: { bytes: 2, ...small, view: (buffer, count) => new Uint16Array(buffer, 0, count) },
  u4: { bytes: 4, ...large, view: (buffer, count) => new Uint32Array(buffer, 0, count) },
  u8: { bytes: 8, ...wide, view: (buffer, count) => wides(count, new Uint32Array(buffer), new Uint32Array(buffer)) },
  i1: { bytes: 1, ...small, view: (buffer, count) => new Int8Array(buffer, 0, count) },
  i2: { bytes: 2, ...small, view: (buffer, count) => new Int16Array(buffer, 0, count) },
  i4: { bytes: 4, ...large, view: (buffer, count) => new Int32Array(buffer, 0, count) },
  i8: { bytes: 8, ...wide, view: (buffer, count) => wides(count, new Uint32Array(buffer), new Int32Array(buffer)) },
  b1: { bytes: 1, ...small, view: (buffer, count) => new Uint8Array(buffer, 0, count) },
};

/** Whether `name` is an element type of the table. */
export function isElementName(name: string): name is ElementName {
  return Object.hasOwn(ELEMENT_TYPES, name);
}

/** 64-bit integers from their lower and upper halves, rounded once. */
function wides(count: number, words: Uint32Array, signed: Uint32Array | Int32Array): Float64Array {
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = signed[2 * i + 1] * 2 ** 32 + words[2 * i];
  return values;
}

/** IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction. */
function halves(buffer: ArrayBuffer, count: number): Float32Array {
  const bits = new Uint16Array(buffer, 0, count);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const exponent = (bits[i] >> 10) & 31;
    const fraction = bits[i] & 1023;
    const sign = bits[i] >> 15 ? -1 : 1;
    if (exponent === 31) values[i] = fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    else values[i] = sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
  }
  return values;
}
