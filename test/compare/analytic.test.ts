import { parseArchitecture } from '../../src/architecture/parse.js';
import { presetArchitecture } from '../../src/architecture/presets.js';
import type { Architecture } from '../../src/architecture/types.js';
import { analyticKernel } from '../../src/compare/analytic.js';
import { finiteNetwork } from '../../src/network/network.js';
import { weightsOf } from '../../src/vocabulary/operations.js';
import { EVERY_IMAGE_LAYER, EVERY_VECTOR_LAYER, inputs } from '../empirical/networks.js';
import { describe, expect, test } from '../jest.js';

/** Paths of trained layers as finite networks name them. */
function trained(architecture: Architecture, shape: readonly number[]): readonly string[] {
  const { operations } = finiteNetwork(architecture, shape, { width: 4 });
  return weightsOf(operations)
    .filter(({ fields }) => Number(fields.train) > 0)
    .map(({ path }) => path);
}

const nothing = (): void => undefined;

describe('shares of layers in the analytic kernel', () => {
  test.each<[string, Architecture, readonly number[]]>([
    ['every layer of vectors', EVERY_VECTOR_LAYER, [5, 3]],
    ['every layer of images', EVERY_IMAGE_LAYER, [2, 6, 5, 2]],
    ['resntk', presetArchitecture('resntk', { depth: 3, alpha: 0.5, train: 'all' }), [5, 3]],
    ['rescntk', presetArchitecture('rescntk', { depth: 2, head: 'gap' }), [3, 4, 4, 2]],
  ])('add up to the kernel: %s', async (_name, architecture, shape) => {
    const paths = trained(architecture, shape);
    const { shares, difference } = await analyticKernel(
      inputs(shape, 3),
      { architecture, widths: [4] },
      paths,
      nothing,
    );
    expect(shares).toHaveLength(paths.length);
    expect(shares.every((share) => share >= 0)).toBe(true);
    expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 10);
    expect(difference).toBeLessThan(1e-11);
  });

  test('are equal for every layer of a plain relu network', async () => {
    const architecture = presetArchitecture('fc', { depth: 3 });
    const x = inputs([4, 6], 1);
    const { shares } = await analyticKernel(x, { architecture, widths: [4] }, trained(architecture, x.shape), nothing);
    expect(shares).toHaveLength(4);
    for (const share of shares) expect(share).toBeCloseTo(1 / 4, 12);
  });

  test('a layer that does not reach the output has none; a kernel of 0 is refused', async () => {
    const layers = [{ kind: 'dense' }, { kind: 'residual', alpha: 0, branch: [{ kind: 'dense' }] }];
    const architecture = parseArchitecture({ format: 'ntk-architecture/1', layers });
    const x = inputs([3, 2], 1);
    const { shares } = await analyticKernel(x, { architecture, widths: [4] }, trained(architecture, x.shape), nothing);
    expect(shares).toEqual([1, 0]);
    const frozen = parseArchitecture({ format: 'ntk-architecture/1', layers: [{ kind: 'dense', train: false }] });
    await expect(analyticKernel(x, { architecture: frozen, widths: [4] }, [], nothing)).rejects.toThrow(
      'must not be 0',
    );
  });
});
