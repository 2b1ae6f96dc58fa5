/** Changes to files that nobody would make, from a seed. */
import type { Chance } from '../fuzz/chance.js';

type Change = (bytes: Buffer, chance: Chance) => Buffer;

/** Whole numbers that headers are read with. */
const NUMBERS = [
  0n,
  1n,
  127n,
  255n,
  256n,
  65535n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 53n,
  2n ** 63n - 1n,
];

/** What stands for a number in text. */
const TEXTS = [
  '0',
  '-1',
  '1.5',
  '1e999',
  '1e15',
  '9007199254740993',
  '99999999999999999999999',
  '0x10',
  'nan',
  '',
  '1e-999',
];

/** Marks that mean something to one format or another. */
const MARKS = [
  '"',
  "'",
  '\0',
  '\n',
  '\r',
  ',',
  ';',
  '{',
  '[',
  ']',
  '}',
  '(',
  ':',
  '\\',
  '\ufeff',
  '\u2028',
  '\x1b[31m',
  '<',
  '\ud83d\ude00',
];

/** A place: a third of them in the header, some near the end, where archives have their directory. */
function place(bytes: Buffer, chance: Chance): number {
  const last = Math.max(0, bytes.length - 1);
  if (chance.holds(0.35)) return chance.integer(0, Math.min(last, 160));
  if (chance.holds(0.3)) return chance.integer(Math.max(0, last - 160), last);
  return chance.integer(0, last);
}

function spliced(bytes: Buffer, at: number, removed: number, added: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);
}

const CHANGES: readonly Change[] = [
  function flipBits(bytes, chance) {
    for (let k = chance.integer(1, 6); k > 0; k--) bytes[place(bytes, chance)] ^= 1 << chance.integer(0, 7);
    return bytes;
  },
  function setBytes(bytes, chance) {
    for (let k = chance.integer(1, 4); k > 0; k--)
      bytes[place(bytes, chance)] = chance.of([0, 255, 127, 128, chance.integer(0, 255)]);
    return bytes;
  },
  function truncate(bytes, chance) {
    return bytes.subarray(0, place(bytes, chance));
  },
  function insert(bytes, chance) {
    const added = Uint8Array.from({ length: chance.integer(1, 40) }, () => chance.integer(0, 255));
    return spliced(bytes, place(bytes, chance), 0, added);
  },
  function duplicate(bytes, chance) {
    const at = place(bytes, chance);
    const block = bytes.subarray(at, at + chance.integer(1, 200));
    return spliced(bytes, at, 0, Buffer.concat(Array.from({ length: chance.integer(1, 20) }, () => block)));
  },
  function remove(bytes, chance) {
    return spliced(bytes, place(bytes, chance), chance.integer(1, 60), new Uint8Array(0));
  },
  function swap(bytes, chance) {
    const [a, b] = [place(bytes, chance), place(bytes, chance)].sort((x, y) => x - y);
    const size = Math.min(chance.integer(1, 40), b - a);
    const first = Buffer.from(bytes.subarray(a, a + size));
    bytes.copyWithin(a, b, b + size);
    bytes.set(first.subarray(0, Math.max(0, bytes.length - b)), b);
    return bytes;
  },
  function number(bytes, chance) {
    const size = chance.of([1, 2, 4, 8]);
    if (bytes.length < size) return bytes;
    const at = Math.min(place(bytes, chance), bytes.length - size);
    const value = BigInt.asUintN(8 * size, chance.of(NUMBERS));
    for (let k = 0; k < size; k++) bytes[at + k] = Number((value >> BigInt(8 * k)) & 255n);
    if (chance.holds(0.5)) bytes.subarray(at, at + size).reverse();
    return bytes;
  },
  function numberInText(bytes, chance) {
    const text = bytes.toString('latin1');
    const found = [...text.slice(0, 100_000).matchAll(/\d+/g)];
    if (found.length === 0) return bytes;
    const one = chance.of(found);
    return spliced(bytes, one.index, one[0].length, Buffer.from(chance.of(TEXTS)));
  },
  function mark(bytes, chance) {
    return spliced(bytes, place(bytes, chance), chance.integer(0, 1), Buffer.from(chance.of(MARKS)));
  },
];

/** A copy of `bytes` with one to four changes. */
export function mutated(bytes: Uint8Array, chance: Chance): Buffer {
  let result: Buffer = Buffer.from(bytes);
  for (let k = chance.of([1, 1, 2, 4]); k > 0; k--) {
    if (result.length === 0) return result;
    result = chance.of(CHANGES)(Buffer.from(result), chance);
  }
  return result;
}

/** What may stand in the place of a value. */
function odd(chance: Chance): unknown {
  const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);
  return chance.of<() => unknown>([
    () => null,
    () => '',
    () => true,
    () => 0,
    () => -1,
    () => 1.5,
    () => 1e308,
    () => 2 ** 53,
    () => 2_000_000_000,
    () => [],
    () => ({}),
    () => [[]],
    () => 'constructor',
    () => '<script>&"\'\u001b[31m\u2028\u202e\ud800',
    () => 'x'.repeat(100_000),
    () => deep(chance.integer(2, 60)),
    () => Array.from({ length: chance.integer(1, 3000) }, () => chance.of([0, 'a', null])),
    () => ({ constructor: 1, toString: 2, hasOwnProperty: 3, length: 1e9 }),
  ])();
}

/** All places of a JSON value: the object or list, and the key. */
function placesOf(json: unknown): (readonly [object, string])[] {
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json).flatMap(([key, inner]) => [[json, key] as const, ...placesOf(inner)]);
}

/** A copy of a JSON value in which some places hold something else, are missing, or are there twice. */
export function mutatedJson(json: unknown, chance: Chance): unknown {
  const copy: unknown = structuredClone(json);
  for (let k = chance.integer(1, 3); k > 0; k--) {
    const places = placesOf(copy);
    if (places.length === 0) return copy;
    const [owner, key] = chance.of(places);
    const value: unknown = Reflect.get(owner, key);
    const other = chance.of(places);
    const changes: readonly (() => void)[] = [
      () => Reflect.set(owner, key, odd(chance)),
      () => Reflect.set(owner, key, odd(chance)),
      () => Reflect.deleteProperty(owner, key),
      () => Reflect.set(owner, key, structuredClone(Reflect.get(other[0], other[1]))),
      () => Reflect.set(owner, `${key}${chance.of(['', '2', ' ', '\u0000', '__proto__'])}`, value),
      () => {
        if (Array.isArray(owner)) owner.push(...Array.from({ length: chance.integer(1, 300) }, () => value));
      },
      () => {
        if (Array.isArray(owner)) owner.length = chance.integer(0, owner.length);
      },
    ];
    chance.of(changes)();
  }
  return copy;
}
