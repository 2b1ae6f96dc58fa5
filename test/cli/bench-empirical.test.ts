import type { BenchLine } from '../../src/bench/lines.js';
import { npyOf } from '../data/fixtures.js';
import { expect, test } from '../jest.js';
import { fitsBench } from '../report/fits.js';
import { numbers } from './ntk.js';
import { processBench } from './process.js';

// Times are those of a process of its own.
const at = processBench();

test('ntk bench empirical measures each ratio beside its limit', async () => {
  at.write('rows.npy', npyOf([40, 8], numbers(320)));
  const { code, stdout } = await at.ntk('bench', 'empirical', '--data', 'rows.npy', '--json');
  expect(code).toBe(0);
  fitsBench(stdout, 'empirical');
  const { lines, shape } = JSON.parse(stdout) as {
    readonly lines: readonly BenchLine[];
    readonly shape: readonly number[];
  };
  expect(shape).toEqual([40, 8]);
  expect(lines.filter(({ limit }) => limit !== '').map(({ limit }) => limit)).toEqual([
    '<= 0.042 (neural-tangents)',
    '<= 3',
    '<= 1.19 (neural-tangents)',
    '<= 25',
    '<= 3',
    '<= 25',
    '<= 0.49 (torch.func)',
    '<= 3.9 (torch.func)',
  ]);
  for (const { value } of lines) expect(value).toBeGreaterThan(0);
});
