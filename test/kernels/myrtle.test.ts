import { type NdArray, presetArchitecture, serialiseArchitecture } from '../../src/index.js';
import { describe, expect, test } from '../jest.js';
import { numbers } from '../linalg/matrices.js';
import { label } from './backends.js';
import { IMAGE_COMBINATIONS, imageKernels } from './image-kernels.js';
import { limits } from './tolerances.js';

/** Devices run the same pools in other suites; on this size they take minutes where there is no GPU. */
const TESTED = IMAGE_COMBINATIONS.filter(({ backend }) => backend === 'host' || backend === 'reference');

/** Two images of the size that the pools of `myrtle` need. */
const IMAGES: NdArray = { data: numbers(2 * 3072, 7), shape: [2, 32, 32, 3] };

/** K(x, x), K(x, z) and K(z, z) of `myrtle --depth 5` by `shared/vectors/scripts/ref.py`, in extended precision. */
const GOLDEN = {
  nngp: [0.026855514826934337, 0.02714615017696729, 0.02752867298682173],
  ntk: [0.07030958769628941, 0.07062110472942149, 0.07189060503673317],
} as const;

describe('myrtle on images of 32x32', () => {
  for (const combination of TESTED) {
    test(`is what the reference evaluator gives, ${label(combination)}`, async () => {
      const architecture = JSON.parse(serialiseArchitecture(presetArchitecture('myrtle')));
      const found = await imageKernels(architecture, IMAGES, combination);
      for (const kind of ['nngp', 'ntk'] as const) {
        const [a, b, mirrored, c] = found[kind]?.data ?? [];
        expect(mirrored).toBe(b);
        const [xx, xz, zz] = GOLDEN[kind];
        const worst = Math.max(Math.abs(a / xx - 1), Math.abs(c / zz - 1), Math.abs(b - xz) / Math.sqrt(xx * zz));
        expect(worst).toBeLessThan(limits(combination).image);
      }
    }, 240_000);
  }

  test('has the blocks of Shankar et al.', () => {
    const kinds = (depth: number): string =>
      presetArchitecture('myrtle', { depth })
        .layers.map(({ kind }) => ({ conv: 'c', relu: 'r', avgPool: 'p', flatten: 'f', dense: 'd' })[kind as 'conv'])
        .join('');
    expect(kinds(5)).toBe('crcrpcrpcrpppfd');
    expect(kinds(7)).toBe('crcrpcrcrpcrcrpppfd');
    expect(kinds(10)).toBe('crcrcrpcrcrcrpcrcrcrpppfd');
    const [first, , , , pool] = presetArchitecture('myrtle').layers;
    expect(first).toMatchObject({ filter: [3, 3], padding: 'same', weightStd: Math.SQRT2 });
    expect(pool).toMatchObject({ window: [2, 2] });
    expect(presetArchitecture('myrtle', {}, 1).layers[0]).toMatchObject({ filter: [3] });
  });
});
