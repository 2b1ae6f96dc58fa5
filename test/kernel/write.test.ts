import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  InterruptedError,
  kernelMatrix,
  MemoryError,
  type NdArray,
  OutputError,
  type Progress,
  planKernel,
  presetArchitecture,
  readInput,
  UsageError,
  writeKernel,
} from '../../src/index.js';
import { afterEach, beforeEach, describe, expect, test } from '../jest.js';
import { normals } from '../reference/monte-carlo.js';

function randomRows(n: number, d: number, seed: number): NdArray {
  return { data: Float64Array.from({ length: n * d }, normals(seed)), shape: [n, d] };
}

const x = randomRows(40, 6, 1);
const z = randomRows(23, 6, 2);
const architecture = presetArchitecture('resntk', { depth: 2 });
const options = { architecture, threads: 1 } as const;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ntk-write-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a written kernel is the one in memory', () => {
  test.each(['f64', 'f32'] as const)('.npy in %s', async (precision) => {
    const out = join(folder, 'K.npy');
    for (const inputs of [options, { ...options, z }]) {
      const expected = await kernelMatrix(x, { ...inputs, precision });
      const run = await writeKernel(x, out, { ...inputs, precision, force: true });
      const found = await readInput(out);
      expect(found.shape).toEqual(expected.ntk?.shape);
      expect(found.data).toEqual(expected.ntk?.data);
      expect(run.plan.shape).toEqual(found.shape);
    }
    expect(readdirSync(folder)).toEqual(['K.npy']);
  });

  test('.npz holds both kernels', async () => {
    const out = join(folder, 'K.npz');
    const expected = await kernelMatrix(x, { ...options, kind: 'both' });
    await writeKernel(x, out, { ...options, kind: 'both' });
    for (const name of ['nngp', 'ntk'] as const) {
      expect((await readInput(`${out}:${name}`)).data).toEqual(expected[name]?.data);
    }
    expect(readdirSync(folder)).toEqual(['K.npz']);
  });

  test('.csv keeps every digit', async () => {
    const out = join(folder, 'K.csv');
    const expected = await kernelMatrix(x, { ...options, z });
    await writeKernel(x, out, { ...options, z });
    const lines = readFileSync(out, 'utf8').trim().split('\n');
    expect(lines.flatMap((line) => line.split(',').map(Number))).toEqual([...(expected.ntk?.data ?? [])]);
    expect(lines).toHaveLength(40);
    expect(readdirSync(folder)).toEqual(['K.csv']);
  });

  test('progress ends at the total', async () => {
    const seen: Progress[] = [];
    await writeKernel(x, join(folder, 'K.npy'), { ...options, onProgress: (p) => seen.push(p) });
    expect(seen.at(-1)).toMatchObject({ done: 1600, total: 1600, remaining: 0 });
    seen.slice(1).forEach((p, i) => {
      expect(p.done).toBeGreaterThan(seen[i].done);
    });
  });
});

describe('nothing is left behind', () => {
  test('when the signal fired before', async () => {
    const signal = AbortSignal.abort();
    const work = writeKernel(x, join(folder, 'K.npy'), { ...options, signal });
    await expect(work).rejects.toThrow(InterruptedError);
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each(['K.npy', 'K.csv', 'K.npz'])('when it fires half-way to %s', async (name) => {
    const controller = new AbortController();
    const many = randomRows(900, 6, 3);
    const memory = process.memoryUsage.rss() + 2 ** 28;
    const work = writeKernel(many, join(folder, name), {
      ...options,
      backend: 'reference',
      memory,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(work).rejects.toThrow(InterruptedError);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('and an existing file stays as it was', async () => {
    const out = join(folder, 'K.npy');
    writeFileSync(out, 'mine');
    await expect(writeKernel(x, out, options)).rejects.toThrow(/must not exist yet/);
    const signal = AbortSignal.abort();
    await expect(writeKernel(x, out, { ...options, signal, force: true })).rejects.toThrow(InterruptedError);
    expect(readFileSync(out, 'utf8')).toBe('mine');
    expect(readdirSync(folder)).toEqual(['K.npy']);
  });
});

describe('what cannot be written is refused', () => {
  test.each([
    ['an unknown ending', 'K.txt', /must end in/],
    ['no ending', 'K', /must end in/],
    ['a missing folder', 'none/K.npy', /existing folder/],
  ])('%s', async (_what, name, message) => {
    const work = writeKernel(x, join(folder, name), options);
    await expect(work).rejects.toThrow(OutputError);
    await expect(writeKernel(x, join(folder, name), options)).rejects.toThrow(message);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('both kernels in a file for one', async () => {
    const work = writeKernel(x, join(folder, 'K.npy'), { ...options, kind: 'both' });
    await expect(work).rejects.toThrow(UsageError);
  });

  test('a promise of memory that no tile fits into', async () => {
    const small = { ...options, memory: 2 ** 20 };
    await expect(planKernel(x, small)).rejects.toThrow(MemoryError);
    await expect(writeKernel(x, join(folder, 'K.npy'), small)).rejects.toThrow(/--memory/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([{ threads: 0 }, { threads: 1.5 }, { memory: 0 }, { memory: Number.NaN }])('%j', async (wrong) => {
    await expect(planKernel(x, { ...options, ...wrong })).rejects.toThrow(UsageError);
  });

  test('inputs of different widths', async () => {
    await expect(kernelMatrix(x, { ...options, z: randomRows(3, 5, 4) })).rejects.toThrow(/as many features/);
    const noRows: NdArray = { data: new Float64Array(), shape: [0, 4] };
    await expect(kernelMatrix(noRows, options)).rejects.toThrow(UsageError);
  });
});
