import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { comparePage } from '../../src/report/pages/compare.js';
import { bench } from '../cli/ntk.js';
import { afterAll, beforeAll, describe, expect, test } from '../jest.js';
import { type Browser, CHROMIUM, startBrowser } from './browser.js';
import { type Made, madeComparison } from './comparison.js';
import { look } from './look.js';

const at = bench();
const DIGITS = fileURLToPath(new URL('../../../data/digits/test.csv', import.meta.url));
const RUN = [DIGITS, '--label-column', '64', '--rows', '0:12', '--image', '8x8x1', '--arch', 'cntk', '--depth', '2'];
const LONG = Array.from({ length: 12 }, (_, l) => `layers[${l + 10}].branch[${l}].branch[0]`);

/** Records that are hard on a page: long names, many widths, many layers, few networks, tiny gaps. */
const MADE: Readonly<Record<string, Made>> = {
  'five widths': {},
  'twelve widths and many layers': {
    widths: [16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768],
    gaps: Array.from({ length: 20 }, (_, i) => (i % 3 === 0 ? 0.001 : 0.3)),
    layers: LONG,
    name: 'rescntk L=5 q=3 first=1 alpha=0.5 circular gap 2-D with a name that somebody made very long',
    path: `somewhere/${'long'.repeat(20)}.csv`,
  },
  'one network': { widths: [4096], seeds: 1, slope: null, gaps: [0.5, null], layers: ['layers[0]'] },
};

(CHROMIUM === null ? describe.skip : describe)('in a browser', () => {
  let browser: Browser | null = null;
  beforeAll(async () => {
    for (const [name, made] of Object.entries(MADE)) {
      at.write(`${name}.html`, comparePage(madeComparison(made), `ntk compare ${name}`));
    }
    const { code, stderr } = await at.ntk('compare', ...RUN, '--widths', '4,8,16', '--seeds', '4', '--out', 'run');
    if (code !== 0) throw new Error(`ntk compare: exit ${code}: ${stderr}`);
    at.write('ntk compare.html', readFileSync(at.path('run/index.html')));
    browser = await startBrowser();
  });
  afterAll(async () => browser?.close());

  const names = [...Object.keys(MADE), 'ntk compare'];
  const cases = names.flatMap((name) => [1280, 800, 400].map((width) => [name, width] as const));
  test.each(cases)('the page of %s is readable at %d pixels', async (name, width) => {
    if (browser === null) throw new Error('no browser');
    const page = await browser.open(at.path(`${name}.html`), width);
    await page.evaluate('for (const details of document.querySelectorAll("details")) details.open = true');
    const seen = await look(page);
    expect(page.complaints).toEqual([]);
    expect(page.requests).toEqual([expect.stringMatching(/^file:.*\.html$/)]);
    expect(seen.figures).toHaveLength(name === 'one network' ? 5 : 6);
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

  const views = ['error', 'mean', 'eigenvalues', 'ratios', 'angles', 'layers'];
  test.each(views.flatMap((view) => [1280, 400].map((width) => [view, width] as const)))(
    'ntk plot --figure %s is readable at %d pixels',
    async (view, width) => {
      if (browser === null) throw new Error('no browser');
      await at.ntk('plot', 'run/compare.json', '--figure', view, '--out', `${view}.html`, '--force');
      const page = await browser.open(at.path(`${view}.html`), width);
      const { figures, pageWidth, smallest, touching, cut } = await look(page);
      expect(page.complaints).toEqual([]);
      expect(figures).toHaveLength(1);
      expect(figures[0].width).toBeGreaterThan(0.8 * Math.min(width, 900));
      expect(pageWidth).toBeLessThanOrEqual(width);
      expect(smallest.size).toBeGreaterThanOrEqual(11);
      expect([touching, cut]).toEqual([[], []]);
    },
  );

  test('a page that complains, scrolls sideways, or has small and overlapping text is told', async () => {
    if (browser === null) throw new Error('no browser');
    const text = (y: number): string => `<text x="90" y="${y}" font-size="8">overlapping</text>`;
    at.write(
      'bad.html',
      `<body><script>console.error('loud'); throw 1</script><div style="width:900px">wide</div>
      <figure><svg width="100" height="50">${text(20)}${text(21)}</svg></figure><img src="nowhere.png">`,
    );
    const page = await browser.open(at.path('bad.html'), 400);
    const seen = await look(page);
    expect(page.complaints.join(' ')).toMatch(/loud[\s\S]*(Uncaught|nowhere)/);
    expect(page.requests).toHaveLength(2);
    expect(seen.pageWidth).toBeGreaterThan(800);
    expect(seen.smallest).toEqual({ size: 8, text: 'overlapping' });
    expect(seen.touching).toEqual(['overlapping | overlapping']);
    expect(seen.cut).toEqual(['overlapping', 'overlapping']);
  });
});
