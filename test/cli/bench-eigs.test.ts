import type { BenchLine } from '../../src/bench/lines.js';
import { npyOf } from '../data/fixtures.js';
import { expect, test } from '../jest.js';
import { fitsBench } from '../report/fits.js';
import { numbers } from './ntk.js';
import { processBench } from './process.js';

// Times are those of a process of its own.
const at = processBench();

test('ntk bench eigs measures each ratio beside its limit', async () => {
  at.write('rows.npy', npyOf([240, 5], numbers(1200)));
  const { code, stdout, stderr } = await at.ntk('bench', 'eigs', '--data', 'rows.npy', '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  fitsBench(stdout, 'eigs');
  const record: { readonly lines: readonly BenchLine[]; readonly shape: readonly number[] } = JSON.parse(stdout);
  expect(record.shape).toEqual([240, 5]);
  const of = (name: string): number => record.lines.find((line) => line.name === name)?.value ?? Number.NaN;
  for (const { value } of record.lines) expect(value).toBeGreaterThan(0);
  const once = of('stored, one product');
  expect(of('stored, one product / reading it')).toBeCloseTo(once / of('stored, reading it once'), 10);
  for (const k of [20, 100]) {
    const products = of(`top ${k}, products of one vector`);
    expect(products).toBeGreaterThan(k);
    const expected = of(`top ${k}, from disk`) / (products * once);
    expect(of(`top ${k}, from disk / its products`)).toBeCloseTo(expected, 10);
  }
  expect(record.lines.filter(({ limit }) => limit !== '').map(({ limit }) => limit)).toEqual(
    expect.arrayContaining(['<= 1.3', '<= 2', '<= 1.5']),
  );
});
