import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Output } from '../../src/backend/tasks.js';
import { OutputError, readInput } from '../../src/index.js';
import { checkOutput } from '../../src/store/destination.js';
import { formatOf, writtenEndings } from '../../src/store/formats.js';
import type { FileSink, SinkPlan } from '../../src/store/sink.js';
import { afterEach, beforeEach, describe, expect, test } from '../jest.js';

/** Entries that only float64 holds, and that differ from matrix to matrix. */
const entry = (output: Output, i: number, j: number): number => (output === 'ntk' ? 1 : -1) / (3 + 7 * i + j);

const PLAN: SinkPlan = { shape: [5, 4], symmetric: false, tile: [3, 2], precision: 'f64', outputs: ['ntk'] };

function sinkOf(out: string, ending: string, plan: SinkPlan): FileSink {
  const format = formatOf(ending);
  if (format === undefined) throw new Error(`${ending} must be in the table`);
  return format.sink(out, plan);
}

/** Puts all tiles of a plan, the last ones first. */
function fill(sink: FileSink, { shape: [n, m], tile: [h, w], precision, outputs }: SinkPlan): void {
  for (let row = h * Math.floor((n - 1) / h); row >= 0; row -= h) {
    for (let column = 0; column < m; column += w) {
      const range = { row, rows: Math.min(h, n - row), column, columns: Math.min(w, m - column) };
      const stride = w + 1;
      for (const output of outputs) {
        const length = range.rows * stride;
        const at = (k: number): number => entry(output, row + Math.floor(k / stride), column + (k % stride));
        const numbers = Float64Array.from({ length }, (_, k) => at(k));
        const values = precision === 'f64' ? numbers : Float32Array.from(numbers);
        sink.put(output, range, { values, stride, transposed: null, transposedStride: 0 });
      }
    }
  }
}

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ntk-formats-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the table has the endings that --out takes', () => {
  expect(writtenEndings()).toEqual(['.npy', '.npz', '.csv']);
  expect(['.NPY', 'npy', '.zarr', '', 'constructor', '__proto__'].map(formatOf)).toEqual(new Array(6).fill(undefined));
});

describe.each([...writtenEndings()])('%s', (ending) => {
  const out = (): string => join(folder, `K${ending}`);
  const array = (output: Output): string => (ending === '.npz' ? `${out()}:${output}` : out());

  test.each(['f64', 'f32'] as const)('tiles in any order become the matrix in %s', async (precision) => {
    const plan = { ...PLAN, precision };
    const sink = sinkOf(out(), ending, plan);
    fill(sink, plan);
    const kept = precision === 'f64' ? entry('ntk', 4, 3) : Math.fround(entry('ntk', 4, 3));
    expect(sink.entry?.('ntk', 4, 3)).toBe(kept);
    expect(existsSync(out())).toBe(false);
    await sink.finish({ replace: false });
    sink.discard();
    const { data, shape } = await readInput(array('ntk'));
    expect(shape).toEqual([5, 4]);
    const round = precision === 'f64' ? Number : Math.fround;
    expect(Array.from(data, round)).toEqual(
      Array.from({ length: 20 }, (_, k) => round(entry('ntk', Math.floor(k / 4), k % 4))),
    );
    expect(readdirSync(folder)).toEqual([`K${ending}`]);
  });

  test('what is discarded leaves nothing, and what exists stays', async () => {
    const half = sinkOf(out(), ending, PLAN);
    fill(half, { ...PLAN, shape: [3, 2] });
    half.discard();
    half.discard();
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync(out(), 'of another');
    const sink = sinkOf(out(), ending, PLAN);
    fill(sink, PLAN);
    await expect(sink.finish({ replace: false })).rejects.toThrow(OutputError);
    sink.discard();
    expect(readdirSync(folder)).toEqual([`K${ending}`]);
    expect(readFileSync(out(), 'utf8')).toBe('of another');
  });

  test('holds both kernels where it says so, and is refused for them elsewhere', async () => {
    if (formatOf(ending)?.holdsSeveral !== true) {
      expect(() => checkOutput(out(), false, true)).toThrow('--kind both: needs an .npz file');
      return;
    }
    checkOutput(out(), false, true);
    const plan: SinkPlan = { ...PLAN, outputs: ['ntk', 'nngp'] };
    const sink = sinkOf(out(), ending, plan);
    fill(sink, plan);
    await sink.finish({ replace: true });
    for (const output of plan.outputs) {
      expect((await readInput(array(output))).data[7]).toBe(entry(output, 1, 3));
    }
  });

  test('a folder that is not there is refused before any tile', () => {
    expect(() => sinkOf(join(folder, 'none', `K${ending}`), ending, PLAN)).toThrow(OutputError);
  });
});
