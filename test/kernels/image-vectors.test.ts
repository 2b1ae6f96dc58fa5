import { describe, expect, test } from '../jest.js';
import type { Combination } from './backends.js';
import { label } from './backends.js';
import { caseFiles, FIXTURES, type ImageCase, imageCases, worstError } from './cases.js';
import { IMAGE_COMBINATIONS, imageKernels } from './image-kernels.js';
import { imageLimit } from './tolerances.js';

const CASES = imageCases();
const KINDS = ['nngp', 'ntk'] as const;

/** Cases that are not printed as C: some of their windows wrap, others do not. */
const IRREGULAR = new Set(['conv-activations', 'conv-layerNorm', 'conv-rect_filter']);

/** Errors above their limits, in words. */
async function complaints(c: ImageCase, combination: Combination): Promise<readonly string[]> {
  const options = {
    ...(c.z === null ? {} : { z: c.z }),
    kind: c.ntk === null ? ('nngp' as const) : ('both' as const),
    normalized: c.normalized ?? false,
    mayBeIrregular: IRREGULAR.has(c.name),
  };
  const result = await imageKernels(c.architecture, c.x, combination, options);
  return KINDS.flatMap((kind) => {
    const k = result[kind];
    if (c[kind] === null) return [];
    if (k === null) return [`${kind}: missing`];
    const error = worstError(c, kind, k);
    const limit = imageLimit(combination, c.floor?.[combination.precision]?.[kind]);
    return error <= limit ? [] : [`${kind}: ${error.toExponential(2)} > ${limit.toExponential(2)}`];
  });
}

/** One in so many cases where each is compiled first, another one in each precision; all with NTK_TEST_ALL=1. */
const COMPILED = process.env.NTK_TEST_ALL === '1' ? 1 : 6;

function casesOf({ backend, precision }: Combination): readonly ImageCase[] {
  if (backend !== 'compiled') return CASES;
  return CASES.filter((_, k) => k % COMPILED === (precision === 'f64' ? 0 : COMPILED >> 1));
}

describe.each(IMAGE_COMBINATIONS.map((c) => [label(c), c] as const))('image vectors on %s', (_label, combination) => {
  test.each(casesOf(combination).map((c) => [c.name, c] as const))('%s', async (_name, c) => {
    expect(await complaints(c, combination)).toEqual([]);
  });
});

test('image cases are committed, and reference computes them', () => {
  const committed = caseFiles(FIXTURES);
  expect(CASES.filter((c) => committed.includes(`${c.name}.json`)).length).toBeGreaterThan(35);
  expect(IMAGE_COMBINATIONS.some(({ backend }) => backend === 'reference')).toBe(true);
});
