import type { BenchLine } from '../../src/bench/lines.js';
import { npyOf } from '../data/fixtures.js';
import { beforeAll, describe, expect, test } from '../jest.js';
import { fitsBench } from '../report/fits.js';
import { numbers, refused } from './ntk.js';
import { processBench } from './process.js';

// Times are those of a process of its own.
const at = processBench();

beforeAll(() => {
  at.write('images.npy', npyOf([8, 4, 4, 2], numbers(256)));
});

describe('ntk bench conv', () => {
  test('every time stands beside the arithmetic of the same run, and pairs beside those of neural-tangents', async () => {
    const { code, stdout, stderr } = await at.ntk('bench', 'conv', '--data', 'images.npy', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    fitsBench(stdout, 'conv');
    const { lines }: { readonly lines: readonly BenchLine[] } = JSON.parse(stdout);
    for (const { value } of lines) expect(Number.isFinite(value)).toBe(true);
    for (const precision of ['f32', 'f64']) {
      const limit = lines.find(({ name }) => name === `${precision} arithmetic of a layer in registers`)?.value ?? 0;
      expect(limit).toBeGreaterThan(0);
      const ratios = lines.filter(({ name }) => name.startsWith(precision) && name.endsWith(' / arithmetic'));
      expect(ratios).toHaveLength(3);
      for (const { name, value } of ratios) {
        const time = lines.find((line) => `${line.name} / arithmetic` === name);
        expect(value).toBeCloseTo((time?.value ?? Number.NaN) / limit, 10);
      }
    }
    expect(lines.filter(({ name }) => name.endsWith('neural-tangents / this'))).toHaveLength(4);
  });

  test('rows are no images: exit code 2 with the remedy', async () => {
    await refused(at, ['bench', 'conv', '--data', 'x.npy'], '--data: must hold images [n, h, w, c], got shape [6, 3]');
  });
});
