import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { type Architecture, parseArchitecture, presetArchitecture, receptiveField } from '../../src/index.js';
import { arbitraryImageNetwork } from '../architecture/arbitrary-images.js';
import { describe, expect, test } from '../jest.js';
import { type ImageLayerJson, imageNetwork } from '../reference/image-layers.js';
import { fieldByDifferences, roomyChannels } from './field-differences.js';

type Nested = number | readonly Nested[];

interface Expected {
  readonly field: Nested;
  readonly spread: readonly number[];
  readonly peak: number;
  readonly derivative: 'exact' | 'limit';
  readonly gradient?: Nested;
  readonly leading?: Nested;
  readonly spreadAmbiguous?: readonly boolean[];
}

interface Vectors {
  readonly tolerance: number;
  readonly networks: readonly {
    readonly name: string;
    readonly architecture: object;
    readonly shape: readonly number[];
    readonly at: readonly number[];
    readonly ntk: Expected;
    readonly nngp: Expected;
  }[];
}

const FIXTURE = new URL('../../../test/fixtures/receptive-field.json', import.meta.url);
const VECTORS: Vectors = JSON.parse(readFileSync(FIXTURE, 'utf8'));
const KINDS = ['ntk', 'nngp'] as const;

function flat(nested: Nested): readonly number[] {
  return typeof nested === 'number' ? [nested] : nested.flatMap(flat);
}

function apart(a: readonly number[], b: readonly number[]): number {
  expect(a.length).toBe(b.length);
  return Math.max(...a.map((v, i) => Math.abs(v - b[i])));
}

function network(...layers: readonly ImageLayerJson[]): Architecture {
  return parseArchitecture(imageNetwork(...layers));
}

/** The field on one circular axis by a polynomial in mean filters: what they make of a single pixel. */
function meanFilter(v: readonly number[], q: number): number[] {
  const n = v.length;
  return v.map((_, i) => {
    let sum = 0;
    for (let k = 0; k < q; k++) sum += v[(i + k - (q - 1) / 2 + n) % n];
    return sum / q;
  });
}

function times(f: (v: readonly number[]) => number[], count: number, n: number): readonly number[] {
  let v: number[] = Array.from({ length: n }, (_, i) => (i === 0 ? 1 : 0));
  for (let k = 0; k < count; k++) v = f(v);
  return v;
}

describe('reference values', () => {
  test('are those of 25 networks', () => {
    expect(VECTORS.networks.length).toBe(25);
  });

  describe.each(VECTORS.networks.map((one) => [one.name, one] as const))('%s', (_name, one) => {
    test.each(KINDS)('%s', (kind) => {
      const expected = one[kind];
      const found = receptiveField(parseArchitecture(one.architecture), { shape: one.shape, kind });
      const { tolerance } = VECTORS;
      expect(apart(found.field, flat(expected.field))).toBeLessThan(tolerance);
      expect(apart(found.spread, expected.spread)).toBeLessThan(tolerance);
      expect(Math.abs(found.peak - expected.peak)).toBeLessThan(tolerance);
      expect(found.derivative).toBe(expected.derivative === 'limit' ? 'leading' : 'exact');
      expect(found.at).toEqual(one.at);
      expect(found.shape).toEqual(one.shape.slice(0, -1));
      expect(found.warnings.length).toBe((expected.spreadAmbiguous ?? []).filter(Boolean).length);
      const { exponent, factor } = found.decay;
      expect(exponent).toBe(expected.derivative === 'limit' ? 0.5 : 1);
      const gradient = flat(expected.gradient ?? expected.leading ?? []);
      const scaled = found.field.map((share) => exponent * factor * share);
      expect(apart(scaled, gradient)).toBeLessThan(tolerance * Math.max(...gradient));
    });
  });
});

describe('against differences of the reference backend near t = 1', () => {
  const seen = { exact: 0, leading: 0, pools: 0, refused: 0 };

  test.each(KINDS)('any network, its %s', (kind) => {
    fc.assert(
      fc.property(arbitraryImageNetwork({ blocks: 2 }), ({ json, shape: { positions } }) => {
        const one = parseArchitecture(json);
        let found: ReturnType<typeof receptiveField>;
        try {
          found = receptiveField(one, { shape: [...positions, roomyChannels(positions)], kind });
        } catch (error) {
          expect(String(error)).toMatch(/nothing is trained|the same for all/);
          seen.refused++;
          return;
        }
        expect(Math.abs(found.field.reduce((a, b) => a + b) - 1)).toBeLessThan(1e-12);
        expect(Math.min(...found.field)).toBeGreaterThanOrEqual(0);
        // The reference takes pools and E[phi' phi'] of smooth maps from 1; all else has its digits however near.
        const smooth = /"(erf|gelu|elu|sin|cos|avgPool)"/.test(JSON.stringify(json));
        const measured = fieldByDifferences(one, found, smooth ? 1e-7 : 1e-60);
        expect(Math.abs(measured.factor / found.decay.factor - 1)).toBeLessThan(smooth ? 1e-3 : 1e-9);
        expect(apart(found.field, measured.field)).toBeLessThan(smooth ? 1e-4 : 2e-6);
        seen[found.derivative]++;
        if (!found.warnings.some((text) => text.startsWith('Pools pair'))) return;
        seen.pools++;
      }),
      { seed: 17, numRuns: 60 },
    );
  });

  test('of every kind of field', () => {
    expect(Math.min(seen.exact, seen.leading, seen.pools)).toBeGreaterThan(10);
  });
});

describe('closed forms', () => {
  const [n, q] = [15, 3];
  const shape = [n, 3];

  test.each([1, 2, 5])('CGPK of depth %d: A^L e_1', (depth) => {
    const found = receptiveField(presetArchitecture('cntk', { depth, filter: q }, 1), { shape, kind: 'nngp' });
    expect(
      apart(
        found.field,
        times((v) => meanFilter(v, q), depth, n),
      ),
    ).toBeLessThan(1e-15);
    expect(found.spread[0]).toBeCloseTo(Math.sqrt((2 / 3) * depth), 12);
  });

  test.each([
    [1, 1],
    [3, 0.5],
    [2, 0],
  ])('ResCGPK of depth %d, alpha %d: ((I + alpha^2 A A) / (1 + alpha^2))^L e_1', (depth, alpha) => {
    const one = presetArchitecture('rescntk', { depth, alpha, filter: q, firstFilter: q }, 1);
    const found = receptiveField(one, { shape, kind: 'nngp' });
    const block = (v: readonly number[]): number[] => {
      const branch = meanFilter(meanFilter(v, q), q);
      return v.map((own, i) => (own + alpha ** 2 * branch[i]) / (1 + alpha ** 2));
    };
    expect(apart(found.field, times(block, depth, n))).toBeLessThan(1e-15);
  });

  test('an axis at a time in 2-D', () => {
    const found = receptiveField(presetArchitecture('cntk', { depth: 3 }), { shape: [n, 12, 3], kind: 'nngp' });
    const [a, b] = [n, 12].map((size) => times((v) => meanFilter(v, 3), 3, size));
    expect(
      apart(
        found.field,
        a.flatMap((v) => b.map((w) => v * w)),
      ),
    ).toBeLessThan(1e-15);
  });
});

describe('networks that stand apart', () => {
  const conv = (filter: readonly number[], fields: object = {}): ImageLayerJson => ({
    kind: 'conv',
    filter,
    ...fields,
  });
  const act = (kind: string): ImageLayerJson => ({ kind });
  const end: readonly ImageLayerJson[] = [{ kind: 'pixel' }, { kind: 'dense' }];
  const seven = { shape: [7, 2] };

  test('filters of 1 see one pixel, which is the one read', () => {
    const one = network(conv([1]), act('relu'), { kind: 'pixel', at: [4] }, { kind: 'dense' });
    const found = receptiveField(one, seven);
    expect(found.field).toEqual([0, 0, 0, 0, 1, 0, 0]);
    expect(found.at).toEqual([4]);
    expect([found.peak, ...found.spread]).toEqual([1, 0]);
    expect(receptiveField(one, { ...seven, at: [2] }).field).toEqual([0, 0, 1, 0, 0, 0, 0]);
  });

  test('a smooth network has an exact NTK field, one with a step a leading NNGP field', () => {
    const layers = (kind: string): readonly ImageLayerJson[] => [conv([3]), act(kind), conv([3]), act(kind), ...end];
    expect(receptiveField(network(...layers('gelu')), seven).derivative).toBe('exact');
    const step = receptiveField(network(...layers('step')), { ...seven, kind: 'nngp' });
    expect(step.derivative).toBe('leading');
    expect(step.decay.exponent).toBe(0.25);
    const measured = fieldByDifferences(network(...layers('step')), step, 1e-240);
    expect(apart(step.field, measured.field)).toBeLessThan(2e-6);
  });

  test('a step with frozen layers below has an NTK field: of sqrt(1 - t), as the head alone is trained', () => {
    const frozen = { train: false };
    const one = network(conv([3], frozen), act('step'), conv([3]), ...end);
    const found = receptiveField(one, { shape: [7, 14] });
    expect(found.decay.exponent).toBe(0.5);
    expect(apart(found.field, fieldByDifferences(one, found, 1e-80).field)).toBeLessThan(2e-6);
  });

  test('frozen layers below leave the field of the NNGP', () => {
    const frozen = { train: false };
    const one = network(conv([3], frozen), act('relu'), conv([3], frozen), act('relu'), ...end);
    const [ntk, nngp] = KINDS.map((kind) => receptiveField(one, { ...seven, kind }));
    expect(ntk.derivative).toBe('exact');
    expect(apart(ntk.field, nngp.field)).toBeLessThan(1e-15);
  });

  test('factors of trained layers move the field where a sum has several paths', () => {
    const fields = [0, 0.25, 4].map((train) => {
      const branch = [act('relu'), conv([5])];
      const one = network(conv([3], { train }), { kind: 'residual', branch }, act('relu'), ...end);
      return receptiveField(one, { shape: [9, 18] });
    });
    expect(apart(fields[0].field, fields[1].field)).toBeGreaterThan(1e-3);
    expect(apart(fields[1].field, fields[2].field)).toBeGreaterThan(1e-3);
  });

  test('1,000 blocks keep their digits, where the kernel itself is past a double', () => {
    const one = presetArchitecture('rescntk', { depth: 1100, alpha: 1, filter: 3, firstFilter: 1 }, 1);
    for (const kind of KINDS) {
      const { field, decay } = receptiveField(one, { shape: [11, 3], kind });
      expect(Math.abs(field.reduce((a, b) => a + b) - 1)).toBeLessThan(1e-10);
      expect(field.every((v) => v > 0)).toBe(true);
      expect(decay.factor).toBeGreaterThan(0);
    }
  });

  test('deep steps, whose exponent is past a double, keep a field', () => {
    const layers = Array.from({ length: 1100 }, () => [conv([3]), act('step')]).flat();
    const { field, decay } = receptiveField(network(...layers, ...end), { shape: [5, 3], kind: 'nngp' });
    expect(field.every((v) => v > 0)).toBe(true);
    expect(decay.exponent).toBeLessThan(1e-300);
  });

  test('all readouts give the field of one pixel, and say so', () => {
    for (const [head, replaced] of [
      ['eq', []],
      ['tr', ['flatten']],
      ['gap', ['globalAvgPool']],
    ] as const) {
      const found = receptiveField(presetArchitecture('cntk', { depth: 2, head }), { shape: [8, 8, 3] });
      expect(found.replaced).toEqual(replaced);
      expect(found.read).toEqual([0, 0]);
      expect(found.peak).toBeGreaterThan(0.1);
    }
  });

  test('strides and valid windows: the centre is that of the windows, and no pixel counts that none of them reads', () => {
    const one = network(
      conv([3], { padding: 'valid', stride: [2] }),
      act('relu'),
      conv([3], { padding: 'valid' }),
      ...end,
    );
    const found = receptiveField(one, { shape: [11, 2], at: [1], kind: 'nngp' });
    expect(found.at).toEqual([5]);
    expect(found.field.map((v) => v > 0)).toEqual(
      [2, 3, 4, 5, 6, 7, 8].reduce<boolean[]>(
        (all, i) => {
          all[i] = true;
          return all;
        },
        Array.from({ length: 11 }, () => false),
      ),
    );
  });
});

describe('refuses', () => {
  const cntk = presetArchitecture('cntk', { depth: 2 });
  const frozen = network(
    { kind: 'conv', filter: [3], train: false },
    { kind: 'pixel' },
    { kind: 'dense', train: false },
  );
  const blind = network({ kind: 'conv', filter: [3], weightStd: 0, biasStd: 1 }, { kind: 'pixel' }, { kind: 'dense' });

  test.each([
    ['a network of vectors', presetArchitecture('fc'), { shape: [8, 8, 3] }, /^--arch: must be a network of images/],
    ['an image without channels', cntk, { shape: [8] }, /^shape: must hold 2 or 3 whole numbers/],
    ['channels below 1', cntk, { shape: [8, 8, 0] }, /^shape: must hold 2 or 3/],
    ['a sequence for filters of two axes', cntk, { shape: [8, 3] }, /layers\[0\].filter: must hold one number/],
    ['a position outside', cntk, { shape: [8, 8, 3], at: [3, 8] }, /^at: must lie inside the 8x8 .* got \[3, 8\]/],
    ['a position of another rank', cntk, { shape: [8, 8, 3], at: [3] }, /^at: must lie inside .* got \[3\]/],
    ['an NTK of 0', frozen, { shape: [8, 3] }, /^kind: must be nngp .* nothing is trained/],
    ['a kernel that no pixel changes', blind, { shape: [8, 3], kind: 'nngp' }, /^--arch: .* depends on its pixels/],
  ] as const)('%s', (_what, one, options, message) => {
    expect(() => receptiveField(one, options)).toThrow(message);
  });

  test('filters larger than a valid image, and a step above trained layers', () => {
    const valid = presetArchitecture('cntk', { depth: 2, filter: 5, padding: 'valid' });
    expect(() => receptiveField(valid, { shape: [4, 4, 3] })).toThrow(/layers\[0\].filter: must fit into the 4x4/);
    const step = network({ kind: 'conv', filter: [3] }, { kind: 'step' }, { kind: 'pixel' }, { kind: 'dense' });
    expect(() => receptiveField(step, { shape: [8, 3] })).toThrow(/step has no NTK/);
  });

  test('inputs that no memory holds', () => {
    const shape = [200_000, 200_000, 3];
    expect(() => receptiveField(cntk, { shape })).toThrow(/^input: the field needs more than .* of memory/);
  });

  test('to go on when it is told to stop', () => {
    const signal = AbortSignal.abort();
    expect(() => receptiveField(cntk, { shape: [8, 8, 3], signal })).toThrow(/interrupted/);
  });
});
