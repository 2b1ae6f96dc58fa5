/** Self-kernels of the positions of images, and what is known of them from the sizes of pixels alone. */
import fc from 'fast-check';
import { pixelsOf } from '../../src/backend/images/pixels.js';
import { prepareImages } from '../../src/backend/images/prepare.js';
import { surveyImages } from '../../src/backend/images/survey.js';
import type { ImageTask } from '../../src/backend/tasks.js';
import { positionsRead } from '../../src/programme/images/position-pairs.js';
import { SelfKernelRunner } from '../../src/programme/images/self-kernels.js';
import { selfKernelSpreads } from '../../src/programme/images/spreads.js';
import { WindowMeans } from '../../src/programme/images/window-means.js';
import { valueShapes } from '../../src/programme/shapes.js';
import { positionCount } from '../../src/vocabulary/windows.js';
import { arbitraryImageNetwork, type ImageNetwork } from '../architecture/arbitrary-images.js';
import { describe, expect, test } from '../jest.js';
import { imageTask, randomImages } from '../kernels/image-kernels.js';
import { imageNetwork } from '../reference/image-layers.js';

describe('self-kernels', () => {
  const placed = {
    from: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 2 }),
    wraps: fc.boolean(),
    numbers: fc.infiniteStream(fc.integer({ min: 1, max: 4 })),
  };

  test('means over windows are those of what the windows read', () => {
    const property = fc.property(fc.record(placed), ({ from, wraps, numbers }) => {
      const next = (): number => numbers.next().value;
      const filter = from.map(next);
      const stride = from.map(next);
      const before = filter.map((q) => Math.min(q - 1, next() - 1));
      const to = from.map((n, axis) => 1 + Math.floor((n - 1 + before[axis]) / stride[axis]));
      const windows = { from, to, filter, stride, before, wraps };
      const of = Float64Array.from({ length: positionCount(from) }, (_, p) => 1 / (p + 1));
      const [read, taps] = [positionsRead(windows), positionCount(filter)];
      const out = new Float64Array(positionCount(to)).fill(Number.NaN);
      new WindowMeans(windows).run(of, out);
      out.forEach((mean, j) => {
        const sum = read.subarray(j * taps, (j + 1) * taps).reduce((all, p) => all + (p < 0 ? 0 : of[p]), 0);
        expect(Math.abs(mean - sum / taps)).toBeLessThan(1e-15);
      });
    });
    fc.assert(property, { seed: 3, numRuns: 200 });
  });

  /** log2 of those of each value of an image that are not 0. */
  function logs({ programme, x }: ImageTask, image: number): readonly (readonly number[])[] {
    const shapes = valueShapes(programme);
    const runner = new SelfKernelRunner(programme, new Uint8Array(programme.steps.length).fill(1), null);
    const { squares } = pixelsOf(x.data, image, positionCount(x.positions), x.channels);
    const values = runner.run(squares, (v) => new Float64Array(positionCount(shapes[v])).fill(1));
    return values.map((list, v) => {
      return Array.from(list ?? [], (k) => Math.log2(k) + 2 * runner.exponents[v]).filter(Number.isFinite);
    });
  }

  test('lie within what the sizes of pixels tell', () => {
    let known = 0;
    const property = ({ json, shape: { positions, channels } }: ImageNetwork): void => {
      const x = randomImages(3, positions, channels, 7);
      x.data.fill(0, channels, 2 * channels);
      const task = imageTask(json, x, {}, 'f64');
      const { leastAbove, most } = surveyImages([task.x]);
      const spreads = selfKernelSpreads(task.programme, { least: Math.log2(leastAbove), most: Math.log2(most) });
      for (let image = 0; image < 3; image++) {
        logs(task, image).forEach((list, v) => {
          const spread = spreads[v];
          if (spread === null) return;
          known += list.length;
          for (const k of list) expect(k).toBeGreaterThan(spread.least - 1e-9);
          for (const k of list) expect(k).toBeLessThan(spread.most + 1e-9);
        });
      }
    };
    fc.assert(fc.property(arbitraryImageNetwork(), property), { seed: 4, numRuns: 60 });
    expect(known).toBeGreaterThan(1000);
  });

  test('of pixels of one size are told within the factor of a window', () => {
    const x = { data: new Float64Array(32).fill(2), shape: [1, 4, 4, 2] };
    const layers = [{ kind: 'conv', filter: [2, 2] }, { kind: 'relu' }, { kind: 'flatten' }, { kind: 'dense' }];
    const { programme } = imageTask(imageNetwork(...layers), x, { kind: 'nngp' }, 'f64');
    const last = selfKernelSpreads(programme, { least: 3, most: 3 })[programme.nngp ?? 0];
    // |x|^2 = 8 over 2 channels; a mean over 4 taps or a fourth, half of that, a mean over 16 positions or a 16th.
    expect(last?.most).toBeCloseTo(3 - 1 - 1, 12);
    expect(last?.least).toBeCloseTo(3 - 1 - 2 - 1 - 4, 12);
  });

  test('of a kernel that is 0 throughout are in range', () => {
    const x = randomImages(2, [3, 3], 2, 1);
    const layers = [
      { kind: 'conv', filter: [2, 2] },
      { kind: 'flatten' },
      { kind: 'dense', weightStd: 0, train: false },
    ];
    const task = imageTask(imageNetwork(...layers), x, { kind: 'ntk' }, 'f32');
    expect(task.programme.ntk).toBeNull();
    const job = prepareImages(task, () => new Float64Array(0));
    expect(job.x.scales).toEqual([null]);
  });
});
