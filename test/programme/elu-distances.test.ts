import { readFileSync } from 'node:fs';
import { lower } from '../../src/architecture/lower.js';
import { parseArchitecture } from '../../src/architecture/parse.js';
import { kernelMatrix } from '../../src/kernel/matrix.js';
import { distances } from '../../src/programme/correlations.js';
import { evaluate } from '../../src/programme/evaluate.js';
import { SMOOTH_DUALS } from '../../src/programme/maps/index.js';
import { keepNeeded } from '../../src/programme/needs.js';
import { rowFactors } from '../../src/programme/self-kernels.js';
import { describe, expect, test } from '../jest.js';

/** A near-duplicate pair of deviations r and s, and 1 - E[phi phi] / sqrt(F1 F2) to 20 digits (elu-gaps.py). */
interface Row {
  readonly r: number;
  readonly s: number;
  readonly angle: number;
  readonly distance: number;
}

const ROOT = new URL('../../../', import.meta.url);
const ROWS: readonly Row[] = JSON.parse(readFileSync(new URL('test/fixtures/elu-gaps.json', ROOT), 'utf8'));
const ELU = parseArchitecture({
  format: 'ntk-architecture/1',
  layers: [{ kind: 'dense', scaling: 'none' }, { kind: 'elu' }, { kind: 'dense' }],
});

describe('elu keeps the gaps of near pairs', () => {
  test.each(ROWS)('r $r, angle $angle: in the body', ({ r, s, angle, distance }) => {
    const programme = keepNeeded(lower(ELU, 2, 'nngp'));
    const source = distances(1);
    source.below[0] = 2 * Math.sin(angle / 2) ** 2;
    source.above[0] = 2 - source.below[0];
    const [x, z] = [r, s].map((norm) => rowFactors(programme, Float64Array.of(norm)));
    const found = evaluate(programme, source, { x, rowX: 0, z, firstZ: 0 }).nngp?.below[0] ?? Number.NaN;
    expect(Math.abs(found / distance - 1)).toBeLessThan(1e-9);
  });

  test.each(['reference', 'host'] as const)('from rows, on %s, to what storing leaves', async (backend) => {
    for (const { r, s, angle, distance } of ROWS) {
      const x = { data: Float64Array.of(r, 0, s * Math.cos(angle), s * Math.sin(angle)), shape: [2, 2] };
      const { data } = (await kernelMatrix(x, { architecture: ELU, kind: 'nngp', backend })).nngp;
      const found = 1 - data[1] / Math.sqrt(data[0] * data[3]);
      expect(Math.abs(found - distance)).toBeLessThanOrEqual(Math.max(1e-6 * distance, 8 * 2e-16));
    }
  });
});

/** E[phi(r g) phi(s h)] for correlation u, to 16 digits by adaptive quadrature with 25 (mpmath). */
const LARGE = [
  [1000, 10, 0.5, 2957.293607288723],
  [1000, 10, -0.9, -326.1542312837187],
  [30, 20, 0.5, 178.3178656128895],
  [200, 0.5, -0.3, -8.588277962894056],
] as const;

test.each(LARGE)('elu at deviations %d and %d, correlation %d: its own transition is narrow', (r, s, u, expected) => {
  const { elu } = SMOOTH_DUALS;
  const below = r * s * (1 - u);
  const pair = { variance1: r * r, deviation1: r, variance2: s * s, deviation2: s, below, above: r * s * (1 + u) };
  expect(Math.abs(elu.product(pair) / expected - 1)).toBeLessThan(1e-13);
});
