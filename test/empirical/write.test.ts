import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { presetArchitecture } from '../../src/architecture/presets.js';
import { readInput } from '../../src/data/input.js';
import { empiricalKernel } from '../../src/empirical/kernel.js';
import { planEmpirical } from '../../src/empirical/plan.js';
import { planEmpiricalFile, writeEmpirical } from '../../src/empirical/write.js';
import { afterAll, beforeAll, describe, expect, test } from '../jest.js';
import { inputs } from './networks.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ntk-write-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const out = (name: string): string => join(folder, name);

const N = 1000;
const [x, z] = [inputs([N, 3], 1), inputs([700, 3], 2)];
const common = { architecture: presetArchitecture('fc', { depth: 1 }), width: 8, native: 'off', threads: 1 } as const;

describe.each(['f64', 'f32'] as const)('a matrix of which a part is held in %s', (precision) => {
  const options = { ...common, precision, outputs: 2 } as const;
  // What blocks of other sizes round differently.
  const tolerance = precision === 'f64' ? 1e-13 : 1e-5;

  test('goes to its file some rows at a time, number for number symmetric', async () => {
    const { ntk: truth, outputs } = await empiricalKernel(x, options);
    const told: number[] = [];
    const written = await writeEmpirical(x, out(`${precision}.npy`), {
      ...options,
      rowsAtOnce: 300,
      onProgress: ({ done }) => told.push(done),
    });
    expect(written.plan).toMatchObject({
      shape: [N, N],
      symmetric: true,
      rowsAtOnce: 300,
      outputBytes: truth.data.byteLength,
    });
    expect(written.check.difference).toBeLessThan(written.check.tolerance);
    expect(told.at(-1)).toBe(N * N);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(written.outputs.data).toHaveLength(outputs.data.length);
    const { data } = await readInput(out(`${precision}.npy`));
    let [worst, scale, asymmetry] = [0, 0, 0];
    for (let i = 0; i < N; i++) {
      for (let j = 0; j < N; j++) {
        worst = Math.max(worst, Math.abs(data[i * N + j] - truth.data[i * N + j]));
        scale = Math.max(scale, Math.abs(truth.data[i * N + j]));
        if (data[i * N + j] !== data[j * N + i]) asymmetry += 1;
      }
    }
    expect(worst / scale).toBeLessThan(tolerance);
    expect(asymmetry).toBe(0);
  });
});

test('a rectangle goes to its file in panels too', async () => {
  const options = { ...common, z } as const;
  const { ntk: truth } = await empiricalKernel(x, options);
  const { plan } = await writeEmpirical(x, out('rectangle.npy'), { ...options, rowsAtOnce: 300 });
  expect(plan.rowsAtOnce).toBe(300);
  const { data, shape } = await readInput(out('rectangle.npy'));
  expect(shape).toEqual([N, 700]);
  const worst = Array.from(data).reduce((most, v, k) => Math.max(most, Math.abs(v - truth.data[k])), 0);
  expect(worst).toBeLessThan(1e-10);
});

describe('a promise of memory', () => {
  // 20,000 x 20,000 doubles are 3 GiB, far from what this process may hold or free while the test runs.
  const many = inputs([20_000, 3], 1);

  test('that does not hold the matrix plans as many rows at once as it holds', async () => {
    const memory = process.memoryUsage.rss() + 2 ** 30;
    await expect(planEmpirical(many, { ...common, memory })).rejects.toThrow('--memory');
    const plan = await planEmpiricalFile(many, { ...common, memory });
    expect(plan.rowsAtOnce).toBeLessThan(20_000);
    expect(plan.rowsAtOnce).toBeGreaterThan(1000);
    expect(plan.memoryBytes).toBeLessThanOrEqual(memory);
  });

  test('is halved rows at a time from the most that were asked for', async () => {
    const memory = process.memoryUsage.rss() + 2 ** 30;
    expect(await planEmpiricalFile(many, { ...common, memory, rowsAtOnce: 500 })).toMatchObject({ rowsAtOnce: 500 });
    for (const rowsAtOnce of [0, 1.5, Number.NaN]) {
      await expect(planEmpiricalFile(many, { ...common, rowsAtOnce })).rejects.toThrow('rowsAtOnce: must be a whole');
    }
  });
});

test('a matrix that the promise holds is planned whole; what is no matrix is refused, and nothing stays', async () => {
  const small = inputs([5, 3], 1);
  expect(await planEmpiricalFile(small, common)).toMatchObject({ rowsAtOnce: 5 });
  const before = readdirSync(folder);
  await expect(writeEmpirical(small, out('F.npy'), { ...common, outputs: 2, contract: 'full' })).rejects.toThrow(
    'got contract: full',
  );
  await expect(writeEmpirical(small, out('C.npy'), { ...common, contributions: true })).rejects.toThrow(
    'got contributions',
  );
  await expect(writeEmpirical(small, out('K.csv'), common)).rejects.toThrow('must end in .npy');
  await expect(writeEmpirical(small, out('K.npy'), { ...common, memory: 1000 })).rejects.toThrow('--memory');
  const signal = AbortSignal.abort();
  await expect(writeEmpirical(small, out('K.npy'), { ...common, signal })).rejects.toThrow('interrupted');
  expect(readdirSync(folder)).toEqual(before);
});
