import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { npyOf } from '../data/fixtures.js';
import { describe, expect, test } from '../jest.js';
import { numbers } from './ntk.js';
import { ended, processBench } from './process.js';

const at = processBench();
const SMALL = ['--arch', 'fc', '--depth', '2', '--widths', '8,16', '--seeds', '3'];
const pairs = (out: string): readonly string[] => readdirSync(at.path(`${out}/pairs`)).toSorted();

describe('ntk compare', () => {
  test('goes on after it was stopped or killed', async () => {
    const long = ['compare', 'x.npy', ...SMALL.slice(0, 4), '--widths', '16,700', '--seeds', '8', '--out', 'long'];
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      const before = existsSync(at.path('long/pairs')) ? pairs('long').length : 0;
      const child = at.start(...long);
      const end = ended(child);
      const count = (): number => (existsSync(at.path('long/pairs')) ? pairs('long').length : 0);
      while (count() < before + 4) await sleep(5);
      child.kill(signal);
      const { code, stdout, stderr } = await end;
      expect(stdout).toBe('');
      if (signal === 'SIGINT') {
        expect(code).toBe(130);
        expect(stderr).toMatch(/interrupted; \d+ of 16 networks are finished and kept in long, and the same command/);
      }
      expect(existsSync(at.path('long/compare.json'))).toBe(false);
    }
    writeFileSync(at.path('long/pairs/.w16-s0.npz.4194304999-0.partial'), 'half');
    const { code, stdout } = await at.ntk(...long, '--json');
    expect(code).toBe(0);
    const { pairs: counts } = JSON.parse(stdout);
    expect(counts.done).toBe(16);
    expect(counts.reused).toBeGreaterThanOrEqual(4);
    expect(pairs('long').filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  test('stopped before the first network it leaves nothing', async () => {
    at.write('many.npy', npyOf([300, 40], numbers(12000)));
    const before = at.files();
    const child = at.start('compare', 'many.npy', '--arch', 'fc', '--widths', '3000', '--out', 'none');
    const end = ended(child);
    while (!existsSync(at.path('none/pairs/analytic.npz')) && !existsSync(at.path('none/pairs/job.json')))
      await sleep(2);
    child.kill('SIGTERM');
    const { code, stderr } = await end;
    expect(code).toBe(130);
    const isKept = existsSync(at.path('none'));
    expect(stderr).toContain(isKept ? '0 of 10 networks are finished' : 'nothing was written');
    expect(at.files()).toEqual(isKept ? [...before, 'none'].toSorted() : before);
  });
});
