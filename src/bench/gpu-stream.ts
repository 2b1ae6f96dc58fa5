import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KernelJob, TileData, TileRange } from '../backend/tile.js';
import type { Planned } from '../kernel/plan.js';
import type { RowComputation } from '../kernel/rows/computation.js';
import { prepareTask } from '../kernel/rows/prepare.js';
import { tiles } from '../kernel/tiles.js';
import { NpyFile } from '../store/npy-file.js';

/** Calls `work` with a folder of its own for temporary files, and removes it. */
async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'ntk-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Bytes that temporary files may take here: half of what is free. */
export function room(): number {
  const { bavail, bsize } = statfsSync(tmpdir());
  return (bavail * bsize) / 2;
}

/** Bytes per second of a file written from end to end: as the system takes them, and until they are on the disk. */
export function diskSpeed(most: number, seconds: number): Promise<{ readonly taken: number; readonly synced: number }> {
  return withFolder(async (folder) => {
    const block = new Uint8Array(2 ** 23).map((_, i) => i % 251);
    const file = openSync(join(folder, 'disk'), 'wx');
    try {
      const start = performance.now();
      const elapsed = (): number => (performance.now() - start) / 1000;
      let bytes = 0;
      while (bytes === 0 || (elapsed() < seconds && bytes + block.length <= most)) bytes += writeSync(file, block);
      const taken = bytes / elapsed();
      fsyncSync(file);
      return { taken, synced: bytes / elapsed() };
    } finally {
      closeSync(file);
    }
  });
}

/** Where finished tiles go. */
export type Target = 'nowhere' | 'memory' | 'file';

/** What came of streaming. */
export interface Streamed {
  /** Bytes of the matrix that arrived, mirror images included. */
  readonly bytes: number;
  readonly seconds: number;
  /** Seconds until the first tile was there, from the start of the job: shaders, rows, tables. */
  readonly first: number;
  /** Seconds of handing tiles on: their copies or writes. */
  readonly handing: number;
  readonly tiles: number;
  readonly tilesInAll: number;
}

type Put = (range: TileRange, data: TileData) => void;

/** Copies what counts of a tile to one place in memory. */
function copying(size: number): Put {
  const target = new Float32Array(size * size);
  return (range, { values, stride, transposed, transposedStride }) => {
    for (let i = 0; i < range.rows; i++) {
      target.set(values.subarray(i * stride, i * stride + range.columns), i * range.columns);
    }
    if (transposed === null) return;
    for (let j = 0; j < range.columns; j++) {
      const from = j * transposedStride;
      target.set(transposed.subarray(from, from + range.rows), j * range.rows);
    }
  };
}

interface Loop {
  readonly job: KernelJob;
  readonly planned: Planned<RowComputation>;
  readonly put: Put;
  readonly budget: { readonly seconds: number; readonly bytes: number };
  readonly started: number;
}

/** Makes tiles as a computation does, several in work, until all are done or the budget is spent. */
async function loop({ job, planned: { plan }, put, budget, started }: Loop): Promise<Streamed> {
  const extent = { rows: plan.shape[0], columns: plan.shape[1], symmetric: plan.symmetric };
  const queue = tiles(extent, plan.tile[0]);
  const state = { bytes: 0, tiles: 0, first: 0, handing: 0 };
  const start = performance.now();
  const work = async (): Promise<void> => {
    // One tile at least, so that there is a first one to tell of.
    while (state.tiles === 0 || (performance.now() - start < 1000 * budget.seconds && state.bytes < budget.bytes)) {
      const next = queue.next();
      if (next.done === true) return;
      const range = next.value;
      const mirrored = plan.symmetric && range.row !== range.column;
      const tile = await job.compute(range, mirrored);
      try {
        const data = await tile.read('ntk');
        if (state.tiles++ === 0) state.first = (performance.now() - started) / 1000;
        const before = performance.now();
        put(range, data);
        state.handing += (performance.now() - before) / 1000;
        state.bytes += 4 * range.rows * range.columns * (mirrored ? 2 : 1);
      } finally {
        tile.release();
      }
    }
  };
  await Promise.all(Array.from({ length: job.concurrency }, work));
  return { ...state, seconds: (performance.now() - start) / 1000, tilesInAll: plan.tiles };
}

/** Streams the tiles of a planned kernel to a target for `seconds` at most. */
export async function stream(planned: Planned<RowComputation>, target: Target, seconds: number): Promise<Streamed> {
  const { plan, backend, computation } = planned;
  const started = performance.now();
  const job = await backend.tasks.rows.open(prepareTask(computation.outline, true).task, {
    threads: plan.threads,
    tile: plan.tile,
  });
  const run = (put: Put, bytes = Infinity): Promise<Streamed> =>
    loop({ job, planned, put, budget: { seconds, bytes }, started });
  try {
    if (target === 'nowhere') return await run(() => undefined);
    if (target === 'memory') return await run(copying(plan.tile[0]));
    return await withFolder(async (folder) => {
      const file = new NpyFile(join(folder, 'K.npy'), plan);
      try {
        return await run((range, data) => file.put(range, data), room());
      } finally {
        file.close();
      }
    });
  } finally {
    await job.close();
  }
}

/** The corner of the last tile off the diagonal of a planned symmetric kernel, `[side, side]`, and where it stands. */
export async function lastCorner(
  planned: Planned<RowComputation>,
  most: number,
): Promise<TileRange & { readonly values: Float64Array }> {
  const { plan, backend, computation } = planned;
  const [n] = plan.shape;
  const range = [...tiles({ rows: n, columns: n, symmetric: true }, plan.tile[0])].at(plan.tiles > 1 ? -2 : -1);
  const { row, rows, column, columns } = range ?? { row: 0, rows: n, column: 0, columns: n };
  const side = Math.min(most, rows, columns);
  const job = await backend.tasks.rows.open(prepareTask(computation.outline, true).task, {
    threads: plan.threads,
    tile: plan.tile,
  });
  try {
    const tile = await job.compute({ row, rows, column, columns }, false);
    const { values, stride } = await tile.read('ntk');
    const [i0, j0] = [rows - side, columns - side];
    const part = Float64Array.from({ length: side * side }, (_, e) => {
      return values[(i0 + Math.floor(e / side)) * stride + j0 + (e % side)];
    });
    tile.release();
    return { row: row + i0, rows: side, column: column + j0, columns: side, values: part };
  } finally {
    await job.close();
  }
}
