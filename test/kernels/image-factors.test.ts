/** What pairs of images need of each image: found once an image, by compiled code where there is a compiler. */
import fc from 'fast-check';
import { factorSource } from '../../kernels/compiled/images/factor-source.js';
import { hasFactorTable, type PlacedFactor } from '../../kernels/compiled/images/factor-table.js';
import { BlockFiller, type FactorShape, factorRoomBytes } from '../../kernels/compiled/images/factors.js';
import { compiledLibrary, machine } from '../../kernels/compiled/library.js';
import { laneCount, prelude, type Target } from '../../kernels/compiled/vector.js';
import { pooledOnHost } from '../../kernels/host/images/engine.js';
import { FactorWriter } from '../../src/backend/images/factors.js';
import { type PreparedImages, prepareImages } from '../../src/backend/images/prepare.js';
import type { FloatArray, NdArray, Precision } from '../../src/data/array.js';
import { type CompiledFunctions, openLibrary } from '../../src/platform/compiled-library.js';
import type { ImageColumn } from '../../src/programme/images/columns.js';
import { smoothDual } from '../../src/programme/maps/index.js';
import { valueShapes } from '../../src/programme/shapes.js';
import type { Step } from '../../src/vocabulary/steps.js';
import { positionCount } from '../../src/vocabulary/windows.js';
import { arbitraryImageNetwork, type ImageNetwork } from '../architecture/arbitrary-images.js';
import { describe, expect, test } from '../jest.js';
import { type ImageLayerJson, imageNetwork } from '../reference/image-layers.js';
import { imageTask, randomImages } from './image-kernels.js';

const PRECISIONS = ['f64', 'f32'] as const;

/** Images with a zero pixel. */
function imagesWithZeros(count: number, positions: readonly number[], channels: number): NdArray {
  const x = randomImages(count, positions, channels, 5);
  x.data.fill(0, channels, 2 * channels);
  return x;
}

function columnsOf(step: Step, value: number): readonly ImageColumn[] {
  const plain = (['square', 'deviation', 'inverse'] as const).map((kind): ImageColumn => ({ kind, value }));
  if (step.op === 'sum') {
    const parts = step.terms.length + (step.constant > 0 ? 1 : 0);
    return [
      ...plain,
      ...Array.from({ length: parts }, (_, place) => ({ kind: 'mixingWeight', value, place }) as const),
    ];
  }
  const isSmooth = (step.op === 'dual' || step.op === 'dualDerivative') && smoothDual(step.phi) !== null;
  return isSmooth ? [...plain, { kind: 'smooth', value }] : plain;
}

/** Blocks with every column that there can be of the steps in front of the first pool that nothing reads. */
function shapeOf(job: PreparedImages, target: Target): FactorShape {
  const { programme, precision, channels } = job;
  const element = precision === 'f64' ? 8 : 4;
  const shapes = valueShapes(programme);
  let end = 0;
  const take = (bytes: number): number => {
    const at = end;
    end += Math.ceil(bytes / 64) * 64;
    return at;
  };
  take(positionCount(programme.positions ?? []) * channels * element);
  const isKnown = programme.steps.map(() => false);
  const columns = programme.steps.flatMap((step, value): PlacedFactor[] => {
    const operands = 'of' in step ? [step.of] : step.op === 'sum' ? step.terms.map((t) => t.value) : [];
    const all = step.op === 'product' ? [step.left, step.right] : operands;
    isKnown[value] = step.op === 'pool' ? job.x.pooled.has(value) : all.every((of) => isKnown[of]);
    if (!isKnown[value]) return [];
    const count = positionCount(shapes[value]);
    return columnsOf(step, value).map((column) => {
      return { column, at: take(column.kind === 'smooth' ? 32 * count : element * count) };
    });
  });
  return { programme, precision, channels, layout: { columns, blockBytes: end }, lanes: laneCount(target, precision) };
}

interface Filled {
  readonly buffer: ArrayBufferLike;
  readonly x: number;
  readonly z: number;
  readonly grouped: number;
}

function fill(job: PreparedImages, shape: FactorShape, functions: CompiledFunctions): Filled {
  const { layout, lanes } = shape;
  const room = Math.ceil(factorRoomBytes(shape) / 64) * 64;
  const groups = Math.ceil(job.x.count / lanes) * lanes * layout.blockBytes;
  const [x, z, grouped] = [64 + room, 64 + room + groups, 64 + room + 2 * groups];
  const buffer = new SharedArrayBuffer(grouped + groups);
  // What is not written must not pass for a 0.
  new Uint8Array(buffer).fill(255);
  const filler = new BlockFiller(job, shape, functions, buffer, 64);
  filler.fill(job.x, 0, job.x.count, x);
  filler.fillGroups(job.x, 0, job.x.count, z);
  filler.group(x, job.x.count, grouped);
  return { buffer, x, z, grouped };
}

/** Numbers in the memory of a thread. */
function viewOf(buffer: ArrayBufferLike, isDouble: boolean): (at: number, length: number) => FloatArray {
  return (at, length) => (isDouble ? new Float64Array(buffer, at, length) : new Float32Array(buffer, at, length));
}

/** The largest difference from what `FactorWriter` finds, relative to the largest number of a column. */
function worst(job: PreparedImages, shape: FactorShape, { buffer, x, z, grouped }: Filled): number {
  const { layout, lanes } = shape;
  const writer = new FactorWriter(
    job,
    layout.columns.map(({ column }) => column),
  );
  const pixels = positionCount(job.programme.positions ?? []) * job.channels;
  const shapes = valueShapes(job.programme);
  let most = 0;
  for (let image = 0; image < job.x.count; image++) {
    writer.read(job.x, image);
    const compare = (at: number, expected: Float64Array, isDouble: boolean): void => {
      const view = viewOf(buffer, isDouble);
      const largest = expected.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-300);
      const mine = view(x + image * layout.blockBytes + at, expected.length);
      const group = Math.floor(image / lanes) * lanes * layout.blockBytes + at * lanes;
      const sides = [z, grouped].map((start) => view(start + group, expected.length * lanes));
      expected.forEach((number, k) => {
        const difference = Math.abs(mine[k] - (isDouble ? number : Math.fround(number))) / largest;
        if (!(difference <= most)) most = difference;
        for (const side of sides) if (side[k * lanes + (image % lanes)] !== mine[k]) most = Number.NaN;
      });
    };
    const unit = new Float64Array(pixels);
    writer.unit(unit, 0, 1);
    compare(0, unit, job.precision === 'f64');
    for (const { column, at } of layout.columns) {
      const isSmooth = column.kind === 'smooth';
      const numbers = new Float64Array((isSmooth ? 4 : 1) * positionCount(shapes[column.value]));
      writer.column(column, numbers, 0, 1);
      compare(at, numbers, isSmooth || job.precision === 'f64');
    }
  }
  return most;
}

/** Lanes of the last group without an image. */
function emptyLanes(job: PreparedImages, { layout, lanes }: FactorShape, { buffer, z }: Filled): readonly number[] {
  const last = Math.floor(job.x.count / lanes) * lanes;
  if (last === job.x.count) return [];
  const pixels = positionCount(job.programme.positions ?? []) * job.channels;
  const block = viewOf(buffer, job.precision === 'f64')(z + last * layout.blockBytes, pixels * lanes);
  return Array.from(block).filter((_, k) => k % lanes >= job.x.count - last);
}

const found = await machine();
const LIMITS = { f64: 1e-14, f32: 1e-7 } satisfies Record<Precision, number>;

async function functionsFor(precision: Precision, target: Target): Promise<CompiledFunctions> {
  const { path } = await compiledLibrary(`${prelude(target, precision)}\n${factorSource()}\n`, target);
  return openLibrary(path);
}

const relu = { kind: 'relu' };
const conv = (more: Partial<ImageLayerJson> = {}): ImageLayerJson => ({ kind: 'conv', filter: [3, 3], ...more });
const NETWORKS = {
  'relu, circular': [conv(), relu, conv({ weightStd: 1.4 }), relu, { kind: 'flatten' }, { kind: 'dense' }],
  'relu, same, strides, biases': [
    conv({ padding: 'same', biasStd: 0.3, filter: [2, 4] }),
    relu,
    conv({ padding: 'same', stride: [2, 1] }),
    relu,
    conv({ padding: 'valid', filter: [2, 3] }),
    { kind: 'flatten' },
    { kind: 'dense', biasStd: 0.1 },
  ],
  'blocks and layer norm': [
    conv(),
    { kind: 'residual', alpha: 0.7, branch: [relu, conv({ padding: 'same' })] },
    { kind: 'layerNorm' },
    { kind: 'step' },
    conv(),
    { kind: 'flatten' },
    { kind: 'dense' },
  ],
  'a map behind a pool': [
    conv(),
    relu,
    { kind: 'avgPool', window: [2, 2] },
    conv(),
    relu,
    { kind: 'globalAvgPool' },
    { kind: 'dense' },
  ],
  'a smooth map': [conv(), { kind: 'erf' }, conv(), relu, { kind: 'flatten' }, { kind: 'dense' }],
} as const;

function jobOf(layers: readonly ImageLayerJson[], x: NdArray, precision: Precision): PreparedImages {
  return prepareImages(imageTask(imageNetwork(...layers), x, {}, precision), pooledOnHost);
}

describe.each('reason' in found ? [] : PRECISIONS.map((precision) => [precision, found.target] as const))(
  'compiled factors in %s',
  (precision, target) => {
    const opened = functionsFor(precision, target);

    test.each(Object.entries(NETWORKS))('%s', async (_name, layers) => {
      for (const x of [imagesWithZeros(11, [6, 5], 3), imagesWithZeros(laneCount(target, precision), [6, 5], 1)]) {
        const data = x.shape[3] === 3 ? x.data : Float32Array.from(x.data);
        const job = jobOf(layers, { ...x, data }, precision);
        const shape = shapeOf(job, target);
        const filled = fill(job, shape, await opened);
        expect(worst(job, shape, filled)).toBeLessThan(LIMITS[precision]);
        for (const number of emptyLanes(job, shape, filled)) expect(number).toBe(0);
      }
    });

    test('networks drawn at random', async () => {
      const functions = await opened;
      let tables = 0;
      const property = ({ json, shape: { positions, channels } }: ImageNetwork): void => {
        const job = prepareImages(
          imageTask(json, imagesWithZeros(3, positions, channels), {}, precision),
          pooledOnHost,
        );
        const shape = shapeOf(job, target);
        const columns = shape.layout.columns.map(({ column }) => column);
        tables += hasFactorTable(job.programme, columns) ? 1 : 0;
        expect(worst(job, shape, fill(job, shape, functions))).toBeLessThan(LIMITS[precision]);
      };
      fc.assert(fc.property(arbitraryImageNetwork(), property), { seed: 18, numRuns: 25 });
      expect(tables).toBeGreaterThan(5);
    });
  },
);

test('an image beyond the range of doubles is named as without a compiler', async () => {
  if ('reason' in found) return;
  const layers = [
    ...Array.from({ length: 6 }, () => conv({ weightStd: 1e60 })),
    { kind: 'flatten' },
    { kind: 'dense' },
  ];
  const x = randomImages(2, [4, 4], 2, 1);
  const job = { ...jobOf([conv(), { kind: 'flatten' }, { kind: 'dense' }], x, 'f64') };
  const task = imageTask(imageNetwork(...layers), x, {}, 'f64');
  const far: PreparedImages = { ...job, programme: task.programme, exponents: task.programme.steps.map(() => 0) };
  const shape = shapeOf(far, found.target);
  const functions = await functionsFor('f64', found.target);
  expect(() => fill(far, shape, functions)).toThrow(/a variance must be a double, got one above 1e308/);
});
