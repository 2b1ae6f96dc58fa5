import { bodySizes, fileSizes, type Sized } from '../../scripts/measures/sizes.js';
import { describe, expect, test } from '../jest.js';
import { sources } from './sources.js';

const FILE_LIMIT = 350;
const BODY_LIMIT = 60;

/**
 * What may be longer, with its present length and the reason. The numbers may only fall:
 * a test fails as soon as an entry is longer than it says, or no longer needed.
 */
const LONG_FILES: Readonly<Record<string, { readonly lines: number; readonly reason: string }>> = {};
const LONG_BODIES: Readonly<Record<string, { readonly lines: number; readonly reason: string }>> = {};

/** The longest of each name. */
function longest(sizes: readonly Sized[]): ReadonlyMap<string, number> {
  const lengths = new Map<string, number>();
  for (const { name, lines } of sizes) lengths.set(name, Math.max(lengths.get(name) ?? 0, lines));
  return lengths;
}

function tooLong(
  lengths: ReadonlyMap<string, number>,
  limit: number,
  allowed: Readonly<Record<string, { readonly lines: number }>>,
): readonly string[] {
  return [...lengths]
    .filter(([key, lines]) => lines > (allowed[key]?.lines ?? limit))
    .map(([key, lines]) => `${key}: ${lines} lines, at most ${allowed[key]?.lines ?? limit}`);
}

function obsolete(
  lengths: ReadonlyMap<string, number>,
  limit: number,
  allowed: Readonly<Record<string, { readonly lines: number }>>,
): readonly string[] {
  return Object.keys(allowed).filter((key) => (lengths.get(key) ?? 0) <= limit);
}

describe('size', () => {
  const files = sources('src', 'kernels');

  test(`a file has at most ${FILE_LIMIT} lines`, () => {
    expect(tooLong(longest(fileSizes(files)), FILE_LIMIT, LONG_FILES)).toEqual([]);
    expect(obsolete(longest(fileSizes(files)), FILE_LIMIT, LONG_FILES)).toEqual([]);
  });

  test(`a function body has at most ${BODY_LIMIT} lines`, () => {
    expect(tooLong(longest(bodySizes(files)), BODY_LIMIT, LONG_BODIES)).toEqual([]);
    expect(obsolete(longest(bodySizes(files)), BODY_LIMIT, LONG_BODIES)).toEqual([]);
  });
});
