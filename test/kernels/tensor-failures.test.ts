import type { Engine } from '../../kernels/tfjs/engine.js';
import { openImageJob } from '../../kernels/tfjs/images/job.js';
import { NetworkTensorJob } from '../../kernels/tfjs/network/job.js';
import { openJob } from '../../kernels/tfjs/rows/job.js';
import type { Tensors } from '../../kernels/tfjs/tensors.js';
import type { NetworkTask } from '../../src/backend/network.js';
import { BackendError, type NdArray, type Precision, parseArchitecture } from '../../src/index.js';
import { outline, prepareTask } from '../../src/kernel/rows/prepare.js';
import { finiteNetwork } from '../../src/network/network.js';
import { weightsOf } from '../../src/vocabulary/operations.js';
import { EVERY_IMAGE_LAYER, EVERY_VECTOR_LAYER } from '../empirical/networks.js';
import { describe, expect, test } from '../jest.js';
import { imageNetwork } from '../reference/image-layers.js';
import { normals } from '../reference/monte-carlo.js';
import { imageTask } from './image-kernels.js';
import { tensorEngines } from './tensor-engines.js';

const ENGINES = (await tensorEngines()).filter(([name]) => name !== 'tfjs wasm');

/** Calls that make tensors until one fails. */
interface Fuse {
  left: number;
}

/** Operations of which the one that the fuse ends at fails. */
function fused(tensors: Tensors, fuse: Fuse): Tensors {
  return new Proxy(tensors, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (name === 'tidy') return value.bind(target);
      return (...given: readonly unknown[]) => {
        fuse.left -= 1;
        if (fuse.left < 0) throw new Error(`no kernel of ${String(name)}`);
        return value.apply(target, given);
      };
    },
  });
}

const withFuse = (engine: Engine, fuse: Fuse): Engine => ({
  ...engine,
  tensors: (precision) => fused(engine.tensors(precision), fuse),
});

function inputs(shape: readonly number[]): NdArray {
  const size = shape.reduce((product, n) => product * n, 1);
  const data = Float64Array.from({ length: size }, normals(4));
  // A duplicate, so that near pairs are computed too.
  const each = size / shape[0];
  data.copyWithin(each, 0, each);
  return { data, shape };
}

const dense = { kind: 'dense', biasStd: 0.2 };
const ROWS = {
  'a body': ['relu', 'erf', 'elu'].flatMap((kind) => [dense, { kind }]),
  'a table': [{ kind: 'dense' }, { kind: 'relu' }],
};

async function rows(engine: Engine, precision: Precision, name: keyof typeof ROWS): Promise<void> {
  const zonal = name === 'a table';
  const architecture = parseArchitecture({ format: 'ntk-architecture/1', layers: [...ROWS[name], { kind: 'dense' }] });
  const x = inputs(zonal ? [400, 3] : [6, 1100]);
  const { task } = prepareTask(outline(x, { architecture, kind: 'both', precision, zonal }), zonal);
  const job = await openJob(engine, task, { threads: 1, tile: [6, 6] });
  try {
    const tile = await job.compute({ row: 0, rows: 6, column: 0, columns: 6 }, false);
    await tile.read('ntk');
    tile.release();
  } finally {
    await job.close();
  }
}

async function images(engine: Engine, precision: Precision): Promise<void> {
  const network = imageNetwork(
    { kind: 'conv', filter: [2, 1], biasStd: 0.2 },
    { kind: 'gelu' },
    { kind: 'avgPool', window: [2, 1], stride: [1, 1] },
    { kind: 'conv', filter: [1, 1] },
    { kind: 'relu' },
    { kind: 'globalAvgPool' },
    { kind: 'dense' },
  );
  const job = await openImageJob(engine, imageTask(network, inputs([3, 3, 1, 2]), {}, precision));
  try {
    const tile = await job.compute({ row: 0, rows: 3, column: 0, columns: 3 }, false);
    await tile.read('ntk');
    tile.release();
  } finally {
    await job.close();
  }
}

async function network(
  engine: Engine,
  precision: Precision,
  [architecture, shape]: readonly [typeof EVERY_IMAGE_LAYER, readonly number[]],
  methods: 'structured' | 'jacobian',
): Promise<void> {
  const { operations, input, outputs } = finiteNetwork(architecture, shape, { width: 3, outputs: 2 });
  const next = normals(8);
  const numbers = (count: number) =>
    precision === 'f64' ? Float64Array.from({ length: count }, next) : Float32Array.from({ length: count }, next);
  const layers = weightsOf(operations);
  const weights = new Map(
    layers.map((operation) => {
      const { to, from, windows } = operation;
      const taps = windows === null ? 1 : windows.filter.reduce((a, b) => a * b, 1);
      return [operation.path, { matrix: numbers(to.channels * from.channels * taps), bias: numbers(to.channels) }];
    }),
  );
  const task: NetworkTask = {
    kind: 'network',
    precision,
    operations,
    input,
    outputs,
    weights,
    methods: new Map(layers.map(({ path }) => [path, methods])),
    contraction: 'trace',
    apart: false,
  };
  const job = new NetworkTensorJob(engine, task);
  try {
    const x = inputs(shape);
    const batch = await job.pass(precision === 'f64' ? x.data : Float32Array.from(x.data), shape[0]);
    await job.kernel(batch, batch, 0, 2);
    batch.release();
  } finally {
    await job.close();
  }
}

const EXPLAINED =
  /^--backend (tfjs|tensorflow): tensor operations must succeed, got: no kernel of \w+\. Use --backend host\.$/;

const WORK: Readonly<Record<string, (engine: Engine, precision: Precision) => Promise<void>>> = {
  'rows by a body': (engine, precision) => rows(engine, precision, 'a body'),
  'rows by a table': (engine, precision) => rows(engine, precision, 'a table'),
  images,
  'a finite network on vectors, by structure': (engine, precision) =>
    network(engine, precision, [EVERY_VECTOR_LAYER, [2, 3]], 'structured'),
  'a finite network on images, by structure': (engine, precision) =>
    network(engine, precision, [EVERY_IMAGE_LAYER, [2, 7, 4, 2]], 'structured'),
  'a finite network on images, by Jacobian': (engine, precision) =>
    network(engine, precision, [EVERY_IMAGE_LAYER, [2, 7, 4, 2]], 'jacobian'),
};

describe.each(ENGINES)('%s', (_name, engine, precision) => {
  test.each(Object.entries(WORK))(
    '%s: whichever operation fails, no tensor stays, and the error is clear',
    async (_w, work) => {
      engine.use();
      const held = (): number => engine.tensors(precision).held;
      const whole = { left: Infinity };
      let calls = 0;
      const counted = new Proxy(whole, {
        set(_target, _name, _value) {
          calls += 1;
          return true;
        },
      });
      await work(withFuse(engine, counted), precision);
      expect(calls).toBeGreaterThan(20);
      const before = held();
      // Some forty places.
      const step = Math.max(1, Math.floor(calls / 40));
      const faults: string[] = [];
      for (let at = 0; at < calls; at += step) {
        const error: unknown = await work(withFuse(engine, { left: at }), precision).catch((caught: unknown) => caught);
        const message = error instanceof BackendError ? error.message : String(error);
        if (!EXPLAINED.test(message)) faults.push(`${at} of ${calls}: ${message}`);
        if (held() !== before) faults.push(`${at} of ${calls}: ${held() - before} tensors, ${message}`);
        if (faults.length > 5) break;
      }
      expect(faults).toEqual([]);
    },
  );
});
