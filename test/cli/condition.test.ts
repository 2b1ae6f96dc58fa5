import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '../jest.js';
import { bench, refused } from './ntk.js';

const at = bench();
const DIGITS = fileURLToPath(new URL('../../../data/digits/train.csv', import.meta.url));
const DATA = [DIGITS, '--label-column', '64', '--image', '8x8x1', '--rows', '0:24'];
const NETS = ['--arch', 'cntk', '--arch', 'rescntk', '--depth', '1,3', '--method', 'dense', '-k', '24'];

interface Row {
  readonly name: string;
  readonly kind: string;
  readonly depth: number;
  readonly n: number;
  readonly values: readonly number[];
  readonly conditionNumber: number;
  readonly conditionAtLeast: number;
  readonly conditionResolved: boolean;
  readonly doubleConstantBound: number;
  readonly ownConstantBound: number;
  readonly meanCorrelation: number;
}

async function rowsOf(...flags: readonly string[]): Promise<readonly Row[]> {
  const { code, stdout } = await at.ntk('eigs', ...flags, '--json');
  expect(code).toBe(0);
  return JSON.parse(stdout).rows;
}

describe('condition numbers by depth', () => {
  test('--kind both gives the rows that each kind gives alone', async () => {
    const both = await rowsOf(...DATA, ...NETS, '--kind', 'both');
    expect(both.map(({ name, kind }) => `${name}: ${kind}`)).toEqual(
      ['cntk depth 1', 'cntk depth 3', 'rescntk depth 1', 'rescntk depth 3'].flatMap((name) => [
        `${name} NTK: ntk`,
        `${name} NNGP: nngp`,
      ]),
    );
    for (const [k, kind] of ['ntk', 'nngp'].entries()) {
      const alone = await rowsOf(...DATA, ...NETS, '--kind', kind);
      expect(alone).toHaveLength(4);
      alone.forEach((row, i) => {
        const other = both[2 * i + k];
        expect(row.kind).toBe(kind);
        row.values.forEach((value, j) => {
          expect(Math.abs(value - other.values[j])).toBeLessThan(1e-12 * row.values[0]);
        });
        expect(other.doubleConstantBound / row.doubleConstantBound).toBeCloseTo(1, 10);
      });
    }
  });

  test('no number lies below its bound, whether rows differ in norm or not', async () => {
    const own = await rowsOf(...DATA, ...NETS, '--kind', 'both');
    const unit = await rowsOf(...DATA, ...NETS, '--kind', 'both', '--normalized');
    for (const { conditionNumber, values, n, ...row } of [...own, ...unit]) {
      expect(values[0] / values[n - 1]).toBeCloseTo(conditionNumber, 5);
      expect(conditionNumber).toBeGreaterThanOrEqual(row.ownConstantBound * (1 - 1e-9));
      expect(row.ownConstantBound).toBeGreaterThan(1);
    }
    unit.forEach((row, i) => {
      expect(row.ownConstantBound).toBeCloseTo(row.doubleConstantBound, 8);
      expect(row.doubleConstantBound).toBeCloseTo(own[i].doubleConstantBound, 8);
      expect(row.doubleConstantBound).toBeCloseTo(1 + (24 * row.meanCorrelation) / (1 - row.meanCorrelation), 8);
    });
    // Of digits as they are the two differ: their norms do.
    expect(own.some((row) => Math.abs(row.ownConstantBound / row.doubleConstantBound - 1) > 1e-3)).toBe(true);
  });

  test('the figure has numbers, bounds, and rings where rounding is all there is', async () => {
    await at.ntk('eigs', ...DATA, ...NETS, '--kind', 'both', '--out', 'c.json');
    const run = ['plot', 'c.json', '--figure', 'condition', '--out', 'c.svg', '--data', 'c.csv'];
    expect((await at.ntk(...run)).code).toBe(0);
    const svg = readFileSync(at.path('c.svg'), 'utf8');
    for (const text of ['cntk NTK', 'rescntk NNGP', 'double-constant bound', 'depth (layers or blocks)'])
      expect(svg).toMatch(text);
    expect(svg).not.toMatch('not resolved');
    const [header, ...lines] = readFileSync(at.path('c.csv'), 'utf8').trimEnd().split('\n');
    expect(header.split(',').slice(0, 5)).toEqual([
      'depth',
      'cntk NTK',
      'cntk NTK resolved',
      'cntk NTK bound',
      'cntk NTK mean correlation',
    ]);
    expect(lines.map((line) => line.split(',')[0])).toEqual(['1', '3']);
    at.write('twice.csv', '1,2\n1,2\n3,1\n');
    await at.ntk('eigs', 'twice.csv', '--arch', 'fc', '--depth', '1,2', '-k', '1', '--out', 't.json');
    expect((await at.ntk('plot', 't.json', '--figure', 'condition', '--out', 't.svg')).code).toBe(0);
    expect(readFileSync(at.path('t.svg'), 'utf8')).toMatch(/rounding above[\s\S]*not resolved: at least/);
  });

  test('records without a sweep, and flags that they lack, are refused', async () => {
    await at.ntk('eigs', 'x.npy', '--arch', 'laplace:1', '-k', '1', '--out', 'l.json');
    await refused(at, ['plot', 'l.json', '--figure', 'condition', '--out', 'n.svg'], 'must be of a sweep');
    await at.ntk('eigs', 'x.npy', '--arch', 'fc', '--depth', '1,2', '-k', '1', '--out', 'f.json');
    const other = ['plot', 'f.json', '--figure', 'condition', '--x', 'alpha', '--out', 'n.svg'];
    await refused(at, other, '--x: must be a flag of the rows (depth), got alpha');
    await refused(at, ['plot', 'f.json', '--x', 'depth', '--out', 'n.svg'], '--x: must come with --figure condition');
    const vectors = ['eigs', 'x.npy', '--arch', 'fc', '--kind', 'both', '--vectors', 'V.npy'];
    await refused(at, vectors, '--vectors: must come with one kernel, got --kind both');
  });
});
