import { cpus } from 'node:os';
import { parseArchitecture } from '../architecture/parse.js';
import { presetArchitecture } from '../architecture/presets.js';
import type { Architecture } from '../architecture/types.js';
import type { NdArray, Precision } from '../data/array.js';
import { asVectors } from '../data/image.js';
import { readInput } from '../data/input.js';
import { empiricalKernel } from '../empirical/kernel.js';
import type { EmpiricalOptions } from '../empirical/types.js';
import { type MatrixProduct, matrixProduct } from '../linalg/product.js';
import { zeros } from '../network/engine.js';
import { defaultThreads } from '../platform/limits.js';
import { firstRows, madeUpImages, madeUpRows } from './inputs.js';
import { type BenchLine, linesText } from './lines.js';
import { least, secondsOf } from './measure.js';
import type { BenchOutcome } from './outcome.js';

/** What the benchmark is told. */
export interface EmpiricalBenchOptions {
  /** Rows to compute on, e.g. MNIST test images; without it made-up rows of the same size. */
  readonly data?: string;
  readonly threads?: number;
}

const EXAMPLES = 500;
const WIDTH = 512;
const DEPTH = 3;
const IMAGES = 64;
const CHANNELS = 64;

/**
 * Seconds of the fastest other program in single precision on two Xeon cores: neural-tangents 0.6.5, torch.func 2.6.
 */
const PEERS = { fcOne: 0.042, fcTen: 1.19, convOne: 0.49, convTen: 3.9 } as const;

/** Sizes of one matrix product. */
type Sizes = readonly [rows: number, columns: number, depth: number];

/**
 * The products that the structured method needs for n rows of d features: forward, back, and half of each Gram matrix.
 */
function productsNeeded(n: number, d: number): readonly Sizes[] {
  const hidden = Array.from({ length: DEPTH - 1 }, (): Sizes => [n, WIDTH, WIDTH]);
  const inputs = [d, ...Array.from({ length: DEPTH }, () => WIDTH)];
  const cotangents = Array.from({ length: DEPTH }, () => WIDTH);
  const grams = [...inputs, ...cotangents].map((depth): Sizes => [Math.ceil(n / 2), n, depth]);
  return [[n, WIDTH, d], ...hidden, ...hidden, ...grams];
}

/** Seconds of plain products of these sizes. */
function productSeconds(product: MatrixProduct, precision: Precision, sizes: readonly Sizes[]): Promise<number> {
  const room = (size: (one: Sizes) => number) => zeros({ precision }, Math.max(...sizes.map(size))).fill(0.5);
  const a = room(([m, , k]) => m * k);
  const b = room(([, n, k]) => n * k);
  const c = room(([m, n]) => m * n);
  return secondsOf(() => {
    for (const [m, n, k] of sizes) {
      const operand = (data: typeof a) => ({ data, offset: 0, rowStep: k, depthStep: 1 });
      product.multiply(operand(a), operand(b), m, n, k, { data: c, offset: 0, rowStep: n }, false);
    }
  });
}

/** Seconds of the arithmetic of one kernel, without drawing weights. */
async function kernelSeconds(x: NdArray, options: EmpiricalOptions): Promise<number> {
  return (await empiricalKernel(x, options)).stages.compute;
}

async function denseLines(x: NdArray, precision: Precision, threads: number): Promise<BenchLine[]> {
  const [n, d] = x.shape;
  const product = await matrixProduct('auto', precision, threads);
  const options = { architecture: presetArchitecture('fc', { depth: DEPTH }), width: WIDTH, precision, threads };
  const peer = (seconds: number): string => (precision === 'f32' ? `<= ${seconds} (neural-tangents)` : '');
  const [plain, one] = await least(12, [
    () => productSeconds(product, precision, productsNeeded(n, d)),
    () => kernelSeconds(x, options),
  ]);
  const [ten] = await least(4, [() => kernelSeconds(x, { ...options, outputs: 10, contract: 'full' })]);
  return [
    { name: `${precision} products needed (${product.name})`, value: plain, unit: 's', limit: '' },
    { name: `${precision} fc, 1 output`, value: one, unit: 's', limit: peer(PEERS.fcOne) },
    { name: `${precision} fc, 1 output / products`, value: one / plain, unit: 'times', limit: '<= 3' },
    { name: `${precision} fc, 10 outputs full`, value: ten, unit: 's', limit: peer(PEERS.fcTen) },
    { name: `${precision} fc, 10 outputs / 1 output`, value: ten / one, unit: 'times', limit: '<= 25' },
  ];
}

/** Four convolutions of 3 x 3 taps, zeros at the border, and the mean over all positions. */
function convolutional(): Architecture {
  const conv = { kind: 'conv', filter: [3, 3], padding: 'same', weightStd: Math.SQRT2 };
  const layers = Array.from({ length: 4 }, () => [conv, { kind: 'relu' }]).flat();
  return parseArchitecture({
    format: 'ntk-architecture/1',
    name: 'four convolutions, GAP',
    layers: [...layers, { kind: 'globalAvgPool' }, { kind: 'dense' }],
  });
}

async function imageLines(threads: number): Promise<BenchLine[]> {
  const x = madeUpImages(IMAGES, 32, 0);
  const options = { architecture: convolutional(), width: CHANNELS, precision: 'f32', threads } as const;
  const [one] = await least(8, [() => kernelSeconds(x, options)]);
  const [ten] = await least(3, [() => kernelSeconds(x, { ...options, outputs: 10, contract: 'full' })]);
  const name = `f32 four convolutions, ${CHANNELS} channels, ${IMAGES} images`;
  return [
    { name: `${name}, 1 output`, value: one, unit: 's', limit: `<= ${PEERS.convOne} (torch.func)` },
    { name: `${name}, 10 outputs full`, value: ten, unit: 's', limit: `<= ${PEERS.convTen} (torch.func)` },
  ];
}

/**
 * Measures empirical kernels: a dense network (width 512, depth 3, 500 rows) beside the plain matrix products that its
 * structure needs, ten outputs beside one, and a small convolutional network.
 */
export async function benchEmpirical({
  data,
  threads = defaultThreads(),
}: EmpiricalBenchOptions): Promise<BenchOutcome<'empirical'>> {
  const x = firstRows(data === undefined ? madeUpRows(EXAMPLES, 784) : asVectors(await readInput(data)), EXAMPLES);
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}`;
  const lines = [
    ...(await denseLines(x, 'f32', threads)),
    ...(await denseLines(x, 'f64', threads)),
    ...(await imageLines(threads)),
  ];
  const shape = x.shape.slice(0, 2);
  return {
    result: { machine, shape, threads, lines },
    text: linesText(lines, `${machine}\nrows ${shape.join(' x ')}, ${threads} threads`),
  };
}
