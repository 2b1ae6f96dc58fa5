import { openEngine } from '../../kernels/tfjs/backend.js';
import type { Engine } from '../../kernels/tfjs/engine.js';
import { TensorJob } from '../../kernels/tfjs/rows/job.js';
import { foldedProducts, lookUp, uploadTable } from '../../kernels/tfjs/rows/table.js';
import type { Tensor, Tensors } from '../../kernels/tfjs/tensors.js';
import { presetArchitecture } from '../architecture/presets.js';
import type { Architecture } from '../architecture/types.js';
import type { RowTask } from '../backend/tasks.js';
import { bytesOf, type NdArray, type Precision } from '../data/array.js';
import { asVectors } from '../data/image.js';
import { readInput } from '../data/input.js';
import { outline, prepareTask } from '../kernel/rows/prepare.js';
import { biased, firstRows, madeUpRows } from './inputs.js';
import { type BenchLine, linesText } from './lines.js';
import { least, secondsOf } from './measure.js';
import type { BenchOutcome } from './outcome.js';

/** What the benchmark is told. */
export interface TensorflowBenchOptions {
  /** Rows to compute on; without it made-up rows. */
  readonly data?: string;
}

/** Side of the tile: the largest that jobs have. */
const SIDE = 2048;
const MADE_UP_FEATURES = 784;
const ROUNDS = 7;

/** Waits until a tensor is there, by one of its numbers. */
function awaited(tf: Tensors, tensor: Tensor): void {
  tf.tidy(() => {
    const one = tf.slice(
      tensor,
      tensor.shape.map(() => 0),
      tensor.shape.map(() => 1),
    );
    tf.readSync(one);
  });
}

/** Seconds of the plain product of the rows of a tile, of the table on all of it at once, and of the whole tile. */
interface TileSeconds {
  readonly product: number;
  readonly table: number;
  readonly tile: number;
}

function taskOf(x: NdArray, architecture: Architecture, precision: Precision): RowTask {
  return prepareTask(outline(x, { architecture, precision }), true).task;
}

/** The tile of the first rows with those behind them, which has no diagonal. */
async function tileSeconds(engine: Engine, task: RowTask, side: number): Promise<TileSeconds> {
  engine.use();
  const { precision, x } = task;
  const tf = engine.tensors(precision);
  const some = (row: number): Tensor =>
    tf.tensor(x.unit.subarray(row * x.features, (row + side) * x.features), [side, x.features]);
  const [left, behind] = [some(0), some(side)];
  const right = tf.transpose(behind);
  const table = uploadTable(tf, task);
  const u = tf.matMul(left, right);
  const job = new TensorJob(engine, task);
  const range = { row: 0, rows: side, column: side, columns: side };
  const product = (): void => {
    const result = tf.matMul(left, right);
    awaited(tf, result);
    result.dispose();
  };
  const byTable = (): void =>
    tf.tidy(() => {
      if (table === null) return;
      const folded = foldedProducts(tf, u, tf.cosineDistance(u));
      for (const value of lookUp(tf, table, folded)) if (value) awaited(tf, value);
    });
  const tile = async (): Promise<void> => (await job.compute(range, false)).release();
  try {
    const measures = [product, byTable, tile].map((work) => () => secondsOf(work));
    const [first, second, third] = await least(ROUNDS, measures);
    return { product: first, table: second, tile: third };
  } finally {
    await job.close();
    table?.dispose();
    for (const tensor of [left, behind, right, u]) tensor.dispose();
  }
}

async function tileLines(engine: Engine, x: NdArray, side: number, precision: Precision): Promise<BenchLine[]> {
  const task = taskOf(x, presetArchitecture('fc', { depth: 3 }), precision);
  const { product, table, tile } = await tileSeconds(engine, task, side);
  const body = await tileSeconds(engine, taskOf(x, biased(3), precision), side);
  const flops = 2 * side * side * x.shape[1];
  const line = (name: string, value: number, unit: string, limit = ''): BenchLine => ({
    ...{ name: `${precision} ${name}`, value, unit, limit },
  });
  return [
    line('product', flops / product / 1e9, 'GFLOP/s'),
    line('table', (1e9 * table) / side ** 2, 'ns/entry'),
    line('tile by table', (1e9 * tile) / side ** 2, 'ns/entry'),
    line('tile by table / (1.3 product + table)', tile / (1.3 * product + table), '', '<= 1'),
    line('tile by its body, depth 3 with biases', (1e9 * body.tile) / side ** 2, 'ns/entry'),
  ];
}

/** Both ways of numbers past the binding, in GB/s. */
async function transferLines(engine: Engine, precision: Precision): Promise<BenchLine[]> {
  engine.use();
  const tf = engine.tensors(precision);
  const count = 2 ** 22;
  const values = precision === 'f64' ? new Float64Array(count).fill(0.1) : new Float32Array(count).fill(0.1);
  const there = tf.tensor1d(values);
  const upload = (): void => {
    const tensor = tf.tensor1d(values);
    awaited(tf, tensor);
    tensor.dispose();
  };
  const read = (): void => void tf.readSync(there);
  const [up, down] = await least(
    ROUNDS,
    [upload, read].map((work) => () => secondsOf(work)),
  );
  there.dispose();
  const speed = (seconds: number): number => (count * bytesOf(precision)) / seconds / 1e9;
  return [
    { name: `${precision} upload`, value: speed(up), unit: 'GB/s', limit: '' },
    { name: `${precision} read-back`, value: speed(down), unit: 'GB/s', limit: '' },
  ];
}

/**
 * Measures kernels on TensorFlow in both precisions: a tile against the plain product of its rows and the table on it.
 *
 * Throws BackendError where TensorFlow is not there.
 */
export async function benchTensorflow({ data }: TensorflowBenchOptions): Promise<BenchOutcome<'tensorflow'>> {
  const engine = await openEngine('tensorflow');
  const own = data === undefined ? madeUpRows(2 * SIDE, MADE_UP_FEATURES) : asVectors(await readInput(data));
  const side = Math.max(1, Math.min(SIDE, Math.floor(own.shape[0] / 2)));
  const x = firstRows(own, 2 * side);
  const lines: BenchLine[] = [];
  for (const precision of ['f64', 'f32'] as const) {
    lines.push(...(await tileLines(engine, x, side, precision)), ...(await transferLines(engine, precision)));
  }
  const { version, device } = engine;
  return {
    result: { library: version, device, shape: x.shape, tile: side, lines },
    text: linesText(lines, `${version}, tile of ${side} x ${side}, ${x.shape[1]} features`),
  };
}
