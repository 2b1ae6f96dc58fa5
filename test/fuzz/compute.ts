/** Kernels straight from a backend, on the calling thread, in tiles of a few rows. */
import { type KernelKind, lower } from '../../src/architecture/lower.js';
import type { Backend } from '../../src/backend/contract.js';
import { doorOf } from '../../src/backend/door.js';
import type { ImageTask, Output, RowTask } from '../../src/backend/tasks.js';
import type { KernelJob } from '../../src/backend/tile.js';
import { type NdArray, type Precision, parseArchitecture } from '../../src/index.js';
import { outline, prepareTask } from '../../src/kernel/rows/prepare.js';
import { tiles } from '../../src/kernel/tiles.js';
import { keepNeeded } from '../../src/programme/needs.js';
import type { Network } from './network.js';

/** What is computed: a kernel of inputs with themselves, or against the same inputs given once more. */
export interface Case {
  readonly network: Network;
  readonly x: NdArray;
  readonly normalized: boolean;
  /** Which kernels are asked for. [all that there are] */
  readonly kind?: KernelKind;
}

/** What is asked for; of a network without an NTK the NNGP. */
function kindOf({ network, kind = 'both' }: Case): KernelKind {
  return network.tangent ? kind : 'nngp';
}

/** In the order in which tiles hold them. */
function outputsOf(which: Case): readonly Output[] {
  const kind = kindOf(which);
  return kind === 'both' ? ['ntk', 'nngp'] : [kind];
}

/** Kernel matrices `[n, n]`. */
export type Kernels = Partial<Record<Output, Float64Array>>;

function imageTask(which: Case, precision: Precision): ImageTask {
  const { network, x, normalized } = which;
  const { json, sizes, channels } = network;
  const kind = kindOf(which);
  const programme = keepNeeded(lower(parseArchitecture(json), { positions: sizes, channels }, kind));
  const set = { data: x.data, count: x.shape[0], positions: sizes ?? [], channels };
  const outputs = outputsOf(which);
  return { kind: 'images', programme, precision, outputs, x: set, z: set, symmetric: true, normalized };
}

function rowTask(which: Case, precision: Precision, useTable: boolean): RowTask {
  const { network, x, normalized } = which;
  const { json } = network;
  const kind = kindOf(which);
  return prepareTask(outline(x, { architecture: parseArchitecture(json), kind, precision, normalized }), useTable).task;
}

/** Sides of tiles that make several of a few inputs. */
const SIDE = 3;

/** Inputs from one tile to the next. Rows on `webgpu` lie so that its tiles must begin at multiples of their size. */
function stepOf(backend: Backend, { network }: Case): number {
  return backend.name === 'webgpu' && network.sizes === null ? Math.min(...backend.tasks.rows.tileSizes) : SIDE;
}

async function open(backend: Backend, which: Case, precision: Precision): Promise<KernelJob> {
  const onImages = which.network.sizes !== null;
  const { tileSizes } = doorOf(backend, onImages ? 'images' : 'rows');
  const side = Math.min(...tileSizes.filter((size) => size >= SIDE));
  const options = { threads: 1, tile: [side, side] as const };
  if (onImages) return doorOf(backend, 'images').open(imageTask(which, precision), options);
  return backend.tasks.rows.open(rowTask(which, precision, backend.name !== 'reference'), options);
}

/** The kernels of a case by a backend; the NTK only where there is one. */
export async function compute(backend: Backend, which: Case, precision: Precision): Promise<Kernels> {
  const n = which.x.shape[0];
  const outputs = outputsOf(which);
  const found: Kernels = Object.fromEntries(outputs.map((output) => [output, new Float64Array(n * n)]));
  const job = await open(backend, which, precision);
  try {
    for (const range of tiles({ rows: n, columns: n, symmetric: true }, stepOf(backend, which))) {
      const mirrored = range.row !== range.column;
      const tile = await job.compute(range, mirrored);
      for (const output of outputs) {
        const { values, stride, transposed, transposedStride } = await tile.read(output);
        const out = found[output] ?? new Float64Array(0);
        for (let i = 0; i < range.rows; i++) {
          for (let j = 0; j < range.columns; j++) {
            const [row, column] = [range.row + i, range.column + j];
            out[row * n + column] = values[i * stride + j];
            if (mirrored) out[column * n + row] = transposed?.[j * transposedStride + i] ?? Number.NaN;
          }
        }
      }
      tile.release();
    }
  } finally {
    await job.close();
  }
  return found;
}
