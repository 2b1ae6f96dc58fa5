import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { presetArchitecture } from '../../src/architecture/presets.js';
import { readInput } from '../../src/data/input.js';
import { empiricalKernel } from '../../src/matrix/empirical-kernel.js';
import { planEmpirical } from '../../src/matrix/empirical-plan.js';
import { planEmpiricalFile, writeEmpirical } from '../../src/matrix/empirical-write.js';
import { collectGarbage } from '../../src/matrix/garbage.js';
import { inputs } from './networks.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ntk-write-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const out = (name: string): string => join(folder, name);

const N = 4000;
const [x, z] = [inputs([N, 3], 1), inputs([3000, 3], 2)];
const common = { architecture: presetArchitecture('fc', { depth: 1 }), width: 8, native: 'off', threads: 1 } as const;

/** What the plan leaves to the growth of the process. */
const GROWTH = 48 * 2 ** 20;

/** A promise that holds the network and a part of the matrix. */
async function tight(precision: 'f64' | 'f32', share: number): Promise<number> {
  collectGarbage();
  const { plan } = await planEmpirical(x, { ...common, precision, examples: 1, memory: Number.MAX_VALUE });
  return plan.memoryBytes - (1 - share) * plan.outputBytes + GROWTH;
}

describe.each(['f64', 'f32'] as const)('a matrix beyond the promise in %s', (precision) => {
  const options = { ...common, precision, outputs: 2 } as const;
  // What blocks of other sizes round differently.
  const tolerance = precision === 'f64' ? 1e-13 : 1e-5;

  test('goes to its file some rows at a time, number for number symmetric', async () => {
    const { ntk: truth, outputs } = await empiricalKernel(x, options);
    const memory = await tight(precision, precision === 'f64' ? 0.4 : 0.1);
    await expect(planEmpirical(x, { ...options, memory })).rejects.toThrow('--memory');
    const told: number[] = [];
    const written = await writeEmpirical(x, out(`${precision}.npy`), {
      ...options,
      memory,
      onProgress: ({ done }) => told.push(done),
    });
    expect(written.plan.rowsAtOnce).toBeLessThan(N);
    expect(written.plan).toMatchObject({ shape: [N, N], symmetric: true, outputBytes: truth.data.byteLength });
    expect(written.check.difference).toBeLessThan(written.check.tolerance);
    expect(told.at(-1)).toBe(N * N);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(written.outputs.data).toHaveLength(outputs.data.length);
    const { data } = await readInput(out(`${precision}.npy`));
    let [worst, scale, asymmetry] = [0, 0, 0];
    for (let i = 0; i < N; i += 7) {
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
  const { plan } = await planEmpirical(x, { ...options, examples: 1, memory: Number.MAX_VALUE });
  collectGarbage();
  const memory = plan.memoryBytes - 0.6 * plan.outputBytes + GROWTH;
  const written = await writeEmpirical(x, out('rectangle.npy'), { ...options, memory });
  expect(written.plan.rowsAtOnce).toBeLessThan(N);
  const { data, shape } = await readInput(out('rectangle.npy'));
  expect(shape).toEqual([N, 3000]);
  const worst = Array.from(data).reduce((most, v, k) => Math.max(most, Math.abs(v - truth.data[k])), 0);
  expect(worst).toBeLessThan(1e-10);
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
