import { presetArchitecture } from '../../src/architecture/presets.js';
import { parseRadial } from '../../src/architecture/radial.js';
import type { KernelDefinition } from '../../src/architecture/types.js';
import { MemoryError } from '../../src/errors.js';
import { linearAlgebra } from '../../src/linalg/index.js';
import {
  barzilai,
  measureConditioning,
  measureFormulas,
  measureLocality,
  measureSkips,
} from '../../src/papers/barzilai.js';
import { belfer, measureDecay, measureDepth, measureEigenfunctions, measureRkhs } from '../../src/papers/belfer.js';
import { digitImages } from '../../src/papers/data.js';
import { geifman, measureDepthAndDecay, measureLikeness, measureTwins, stepNetwork } from '../../src/papers/geifman.js';
import { rowKernel } from '../../src/papers/measurements/row-kernel.js';
import { measureClaims } from '../../src/papers/run.js';
import type { ClaimContext, Measurement } from '../../src/papers/types.js';
import { verdictOf } from '../../src/papers/verdict.js';
import { defaultMemory } from '../../src/platform/limits.js';
import { describe, expect, test } from '../jest.js';

const context: ClaimContext = {
  size: 'quick',
  data: await digitImages(),
  seed: 0,
  memory: defaultMemory(),
  algebra: await linearAlgebra('auto'),
};

const fc = (depth: number): KernelDefinition => presetArchitecture('fc', { depth });
function radial(spec: string): KernelDefinition {
  const found = parseRadial(spec);
  if (found === null) throw new Error(spec);
  return found;
}
const signals = (dim: number): readonly number[] => [dim, 1];
const rescntk = (depth: number, rank: 1 | 2, more: object = {}) =>
  presetArchitecture('rescntk', { depth, ...more }, rank);
const cntk = (depth: number, rank: 1 | 2, more: object = {}) => presetArchitecture('cntk', { depth, ...more }, rank);
const gaussian = radial('gaussian:0.7');
const [SMALL, SHALLOW] = [{ widths: [8, 32], seeds: 4 }, [1, 4]];

/** For each claim a kernel for which it is false. */
const FALSE: Readonly<Record<string, () => Promise<Measurement>>> = {
  '1, a convolution, which sees the axes': () =>
    measureEigenfunctions(
      [rowKernel('CNTK', presetArchitecture('cntk', { depth: 2, head: 'eq', firstFilter: 1 }, 1), 'ntk', signals)],
      context,
    ),
  '2, the step activation': () =>
    measureDecay([{ name: 'step', definition: stepNetwork(2), kind: 'nngp', nu: 0.5 }], context),
  '2, the NNGP with the exponent of the NTK': () =>
    measureDecay([{ name: 'NNGP', definition: fc(3), kind: 'nngp', nu: 0.5 }], context),
  '2, alpha = 0: no kernel at all': () =>
    measureDecay(
      [{ name: 'zero', definition: presetArchitecture('resntk', { depth: 3, alpha: 0 }), nu: 0.5 }],
      context,
    ),
  '3, the Gaussian kernel': () =>
    measureRkhs(
      [
        {
          one: { name: 'ResNTK', definition: presetArchitecture('resntk', { depth: 3 }) },
          other: { name: 'Gaussian', definition: gaussian },
        },
      ],
      context,
    ),
  '4, a network whose weight does nothing': () =>
    measureDepth({ name: 'FC', network: (depth) => fc(depth), shallow: fc(1) }, context),
  '4, one hidden layer at any depth': () => measureDepth({ name: 'FC', network: () => fc(1), shallow: fc(1) }, context),
  '30, step networks, whose depth changes the exponent': () =>
    measureDepthAndDecay(
      [
        {
          shallow: { name: 'step L=2', definition: stepNetwork(2), kind: 'nngp', nu: 0.5 },
          deep: [{ name: 'step L=3', definition: stepNetwork(3), kind: 'nngp', nu: 0.5 }],
        },
      ],
      context,
    ),
  '31, the Gaussian kernel for the Laplace one': () =>
    measureTwins(
      {
        rows: [rowKernel('Gaussian', gaussian)],
        decaying: [{ name: 'Gaussian', definition: gaussian, nu: 0.5 }],
        pairs: [{ one: { name: 'FC', definition: fc(3) }, other: { name: 'Gaussian', definition: gaussian } }],
      },
      context,
    ),
  '32, a kernel so narrow that it knows no neighbours': () =>
    measureLikeness(
      { one: { name: 'FC', definitions: [fc(3)] }, other: { name: 'Laplace', definitions: [radial('laplace:300')] } },
      context,
    ),
  '17, formulas of another network': () =>
    measureFormulas(
      [
        {
          name: 'plain',
          formulas: { depth: 2, alpha: 1, first: 1, filter: 3, head: 'tr' },
          network: cntk(2, 1, { head: 'tr' }),
        },
      ],
      context,
      SMALL,
    ),
  '18, the NTK with skips beside the NNGP without': () =>
    measureSkips(
      [
        {
          name: 'mixed',
          residual: rescntk(2, 1, { head: 'eq' }),
          residualKind: 'ntk',
          plain: cntk(2, 1, { head: 'eq', firstFilter: 1 }),
          kind: 'nngp',
        },
      ],
      context,
    ),
  '19, no skips': () =>
    measureLocality(
      {
        residual: (blocks, rank) => cntk(2 * blocks, rank, { head: 'eq' }),
        plain: (convolutions, rank) => cntk(convolutions, rank, { head: 'eq' }),
      },
      context,
    ),
  '20, no skips': () =>
    measureConditioning(
      {
        residual: (depth, rank) => cntk(depth, rank, { head: 'tr' }),
        plain: (depth, rank) => cntk(depth, rank, { head: 'tr' }),
      },
      context,
      SHALLOW,
    ),
};

describe('a claim fails for a kernel for which it is false', () => {
  test.each(Object.entries(FALSE))('claim %s', async (_name, measure) => {
    const { checks } = await measure();
    expect(checks.filter(({ passed, beside }) => passed && beside !== true)).toEqual([]);
    expect(verdictOf(checks)).toBe('fails');
  });
});

test.each([
  [belfer, { 1: 'holds', 2: 'holds', 3: 'holds', 4: 'holds' }],
  [geifman, { 30: 'holds', 31: 'holds', 32: 'holds' }],
])('verdicts of $name', async (paper, wanted) => {
  const results = await measureClaims(paper, context);
  expect(Object.fromEntries(results.map(({ id, verdict }) => [id, verdict]))).toEqual(wanted);
  for (const { measured, checks, figures } of results) {
    expect(measured).toMatch(/\d/);
    expect(measured.length).toBeLessThan(400);
    expect(checks.length).toBeGreaterThan(2);
    for (const { form, title } of figures)
      expect([form, title]).toEqual([expect.stringMatching(/curves|field/), expect.any(String)]);
  }
});

test('every claim has its words, and no number twice', () => {
  const claims = [belfer, geifman, barzilai].flatMap((paper) => paper.claims);
  expect(claims.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 17, 18, 19, 20, 30, 31, 32]);
  for (const { claim, criterion, look } of claims)
    for (const text of [claim, criterion, look]) expect(text).toMatch(/^.{20,}\.$/s);
});

describe('memory', () => {
  const words = { id: 7, claim: 'a', criterion: 'b', look: 'c' };
  const of = (measure: () => Promise<Measurement>) =>
    measureClaims({ ...belfer, claims: [{ ...words, measure }] }, { ...context, memory: 2 ** 34 });

  test('a measurement that lacks it is told by the claim, without flags of other commands', async () => {
    const lack =
      '--memory: the regression needs about 3 GiB, got a promise of 2 GiB. Raise --memory, or leave --time out.';
    await expect(of(() => Promise.reject(new MemoryError(lack)))).rejects.toThrow(
      '--memory: in claim 7 the regression needs about 3 GiB, got a promise of 2 GiB. ' +
        'Raise --memory, or leave the claim out by --claims.',
    );
    const other = new MemoryError('x.npy: too large, of another form');
    await expect(of(() => Promise.reject(other))).rejects.toBe(other);
  });
});
