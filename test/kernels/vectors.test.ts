import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type KernelKind,
  type KernelMatrices,
  kernelMatrix,
  NumericalError,
  parseArchitecture,
  planKernel,
  presetArchitecture,
} from '../../src/index.js';
import { describe, expect, test } from '../jest.js';
import { normals } from '../reference/monte-carlo.js';
import { COMBINATIONS, type Combination, label } from './backends.js';
import { caseFiles, FIXTURES, rows, sharedVectors, type VectorCase, vectorCases, worstError } from './cases.js';
import { entryLimit, limits } from './tolerances.js';

const CASES = vectorCases();
const KINDS = ['nngp', 'ntk'] as const;
/** Rows that make a table pay. */
const TABLE_ROWS = 380;
/** Deeper networks take long to tabulate at so few rows; `properties.test.ts` has one. */
const TABLE_DEPTH = 12;

interface Run {
  readonly kind: KernelKind;
  readonly zonal: boolean;
  /** How often the rows are repeated. */
  readonly times?: number;
}

function floorOf(c: VectorCase, { precision }: Combination, kind: 'nngp' | 'ntk'): number | null | undefined {
  return c.floor?.[precision]?.[kind];
}

/** Options of a run, and the rows of the case, repeated. */
function asked(c: VectorCase, combination: Combination, { kind, zonal, times = 1 }: Run) {
  const options = {
    architecture: parseArchitecture(c.architecture),
    ...combination,
    kind,
    zonal,
    normalized: c.normalized ?? false,
    threads: 1,
  };
  const x = rows(Array.from({ length: times }, () => c.x).flat());
  return { x, options: c.z === null ? options : { ...options, z: rows(c.z) } };
}

/** The kernels of a case; null when the precision cannot hold them and need not. */
async function compute(c: VectorCase, combination: Combination, run: Run): Promise<KernelMatrices | null> {
  const { kind } = run;
  const { x, options } = asked(c, combination, run);
  try {
    return await kernelMatrix(x, options);
  } catch (error) {
    const exempt = KINDS.some((k) => (kind === k || kind === 'both') && floorOf(c, combination, k) === null);
    if (exempt && error instanceof NumericalError) return null;
    throw error;
  }
}

/** Errors that are above their limits, in words. */
async function complaints(c: VectorCase, combination: Combination, run: Run): Promise<readonly string[]> {
  const result = await compute(c, combination, run);
  if (result === null) return [];
  return KINDS.flatMap((kind) => {
    const k = result[kind];
    if (k === undefined || c[kind] === null) return [];
    if (floorOf(c, combination, kind) === null) {
      return k.data.every((v) => Number.isFinite(v)) ? [] : [`${kind}: not finite, and no error`];
    }
    const [error, limit] = [worstError(c, kind, k), entryLimit(combination, floorOf(c, combination, kind))];
    return error <= limit ? [] : [`${kind} zonal ${run.zonal}: ${error.toExponential(2)} > ${limit.toExponential(2)}`];
  });
}

/** One in so many cases where each is compiled first; all of them with NTK_TEST_ALL=1. */
const COMPILED = process.env.NTK_TEST_ALL === '1' ? 1 : 6;

/**
 * Cases of a combination: of the networks of 200 blocks, whose operations are all alike, one on devices that take
 * seconds for each; and a part of all where each is compiled, another one in each precision.
 */
function casesOn({ backend, precision }: Combination): readonly VectorCase[] {
  if (backend === 'compiled') return CASES.filter((_, k) => k % COMPILED === (precision === 'f64' ? 0 : COMPILED >> 1));
  if (backend === 'host' || backend === 'reference') return CASES;
  return CASES.filter(({ name }) => !name.startsWith('resntk-L200-') || name === 'resntk-L200-aL-.5-free');
}

describe.each(COMBINATIONS.map((c) => [label(c), c] as const))('vectors on %s', (_label, combination) => {
  const cases = casesOn(combination);
  test.each(cases.map((c) => [c.name, c] as const))('%s', async (_name, c) => {
    const runs: Run[] = c.ntk === null ? [] : [{ kind: 'both', zonal: true }];
    runs.push({ kind: 'nngp', zonal: c.ntk === null });
    runs.push({ kind: c.ntk === null ? 'nngp' : 'ntk', zonal: false });
    const found = await Promise.all(runs.map((run) => complaints(c, combination, run)));
    expect(found.flat()).toEqual([]);
  });

  if (combination.backend !== 'reference') {
    const committed = caseFiles(FIXTURES);
    const shallow = casesOn(combination).filter(
      (c) =>
        committed.includes(`${c.name}.json`) &&
        c.z === null &&
        parseArchitecture(c.architecture).layers.length <= TABLE_DEPTH,
    );
    test.each(shallow.map((c) => [c.name, c] as const))('%s by the table, where there is one', async (_name, c) => {
      const times = Math.ceil(TABLE_ROWS / c.x.length);
      const run: Run = { kind: c.ntk === null ? 'nngp' : 'both', zonal: true, times };
      // Without the shortcut this is the test above on more rows.
      const few = asked(c, combination, { ...run, times: 1 });
      if (!(await planKernel(few.x, few.options)).shortcut.includes('too few pairs')) return;
      expect(await complaints(c, combination, run)).toEqual([]);
    });
  }
});

test('the committed cases are those of the shared set', () => {
  const shared = sharedVectors();
  const files = caseFiles(FIXTURES);
  expect(files.length).toBeGreaterThan(40);
  if (shared === null) return;
  const changed = files.filter(
    (file) => readFileSync(join(shared, file), 'utf8') !== readFileSync(join(FIXTURES, file), 'utf8'),
  );
  expect(changed).toEqual([]);
});

describe('great depth', () => {
  const next = normals(5);
  const x = { data: Float64Array.from({ length: 4 * 6 }, next), shape: [4, 6] };

  async function normalized(depth: number, combination: Combination): Promise<KernelMatrices> {
    const architecture = presetArchitecture('resntk', { depth });
    return kernelMatrix(x, { architecture, kind: 'both', normalized: true, threads: 1, ...combination });
  }

  test.each([1000, 10_000])('resntk of %d blocks, normalized', async (depth) => {
    const expected = await normalized(depth, { backend: 'reference', precision: 'f64' });
    for (const combination of COMBINATIONS) {
      // The operations of tfjs, each a call: 1000 blocks show all that 10,000 do, in a tenth of the time.
      const { backend, precision } = combination;
      if (backend === 'tfjs' && depth > 1000) continue;
      if (backend === 'tensorflow' && (depth > 1000 || precision === 'f32')) continue;
      const found = combination.backend === 'reference' ? expected : await normalized(depth, combination);
      const { entry } = limits(combination);
      for (const kind of KINDS) {
        const [a, b] = [found[kind]?.data ?? [], expected[kind]?.data ?? []];
        const errors = Array.from(a, (v, i) => Math.abs(v - b[i]));
        expect(errors.every((e) => e <= entry) ? '' : `${label(combination)} ${kind}: ${Math.max(...errors)}`).toBe('');
        for (let i = 0; i < 4; i++) expect(Math.abs(a[i * 5] - 1)).toBeLessThanOrEqual(entry);
      }
    }
  });

  test.each([1000, 10_000])('resntk of %d blocks, as it is, is refused where an entry overflows', async (depth) => {
    const architecture = presetArchitecture('resntk', { depth, alpha: 2 });
    for (const combination of COMBINATIONS) {
      await expect(kernelMatrix(x, { architecture, threads: 1, ...combination })).rejects.toThrow(NumericalError);
    }
  });
});
