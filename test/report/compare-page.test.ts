import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { comparePage } from '../../src/report/compare-page.js';
import { type Browser, CHROMIUM, startBrowser } from './browser.js';
import { type Made, madeComparison } from './comparison.js';
import { look } from './look.js';

const LONG = Array.from({ length: 12 }, (_, l) => `layers[${l + 10}].branch[${l}].branch[0]`);

/** Records that are hard on a page: long names, many widths, many layers, few networks, tiny gaps. */
const PAGES: Readonly<Record<string, Made>> = {
  'of five widths': {},
  'of twelve widths and many layers': {
    widths: [16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768],
    gaps: Array.from({ length: 20 }, (_, i) => (i % 3 === 0 ? 0.001 : 0.3)),
    layers: LONG,
    name: 'rescntk L=5 q=3 first=1 alpha=0.5 circular gap 2-D with a name that somebody made very long',
    path: `somewhere/${'long'.repeat(20)}.csv`,
  },
  'of one network': { widths: [4096], seeds: 1, slope: null, gaps: [0.5, null], layers: ['layers[0]'] },
};

(CHROMIUM === null ? describe.skip : describe)('in a browser, the page', () => {
  let [browser, folder]: [Browser | null, string] = [null, ''];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ntk-page-'));
    for (const [name, made] of Object.entries(PAGES)) {
      writeFileSync(join(folder, `${name}.html`), comparePage(madeComparison(made), `ntk compare ${name}`));
    }
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const cases = Object.keys(PAGES).flatMap((name) => [1280, 800, 400].map((width) => [name, width] as const));
  test.each(cases)('%s is readable at %d pixels', async (name, width) => {
    if (browser === null) throw new Error('no browser');
    const page = await browser.open(join(folder, `${name}.html`), width);
    const seen = await look(page);
    expect(page.complaints).toEqual([]);
    expect(page.requests).toEqual([expect.stringMatching(/^file:.*\.html$/)]);
    expect(seen.figures).toHaveLength(PAGES[name].seeds === 1 ? 5 : 6);
    for (const { width: w, height: h, marks, label } of seen.figures) {
      expect(w).toBeGreaterThan(330);
      expect(w).toBeLessThanOrEqual(width);
      expect(h).toBeGreaterThan(200);
      expect(marks).toBeGreaterThan(5);
      expect(label).toMatch(/^\d\. .{20}/);
    }
    expect(seen.pageWidth).toBeLessThanOrEqual(width);
    expect(seen.smallest.size).toBeGreaterThanOrEqual(11);
    expect(seen.touching).toEqual([]);
    expect(seen.cut).toEqual([]);
  });
});
