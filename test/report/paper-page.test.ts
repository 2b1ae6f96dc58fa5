import { presetArchitecture } from '../../src/architecture/presets.js';
import { receptiveField } from '../../src/kernel/receptive-field.js';
import { paperPage } from '../../src/report/pages/paper.js';
import type { PaperClaim, PaperResult } from '../../src/report/records/paper.js';
import { bench } from '../cli/ntk.js';
import { afterAll, beforeAll, describe, expect, test } from '../jest.js';
import { type Browser, CHROMIUM, startBrowser } from './browser.js';
import { look } from './look.js';

const at = bench();
const field = { ...receptiveField(presetArchitecture('cntk', { depth: 3 }), { shape: [17, 17, 3] }), name: 'CNTK' };
const points = [1, 2, 4, 8, 16, 32].map((x, i) => ({ x, y: 10 ** (i - 2), open: i > 3 }));

/** Claims that are hard on a page: long words, many curves, checks that failed. */
function madeClaim(id: number, verdict: PaperClaim['verdict']): PaperClaim {
  const names = ['ResCGPK', 'CGPK', 'ResCNTK', 'CNTK'];
  return {
    id,
    verdict,
    claim: 'The eigenvalues of <all> kernels fall like k^-(d + 2) & not like k^-1/2.',
    criterion: 'A criterion of some length that was fixed before the measurement, with (1-t)^1/2 in it.',
    measured: `${'a number 1.234e-5 and another; '.repeat(10)}end`,
    why: 'Because.',
    range: 'd = 2, 3, 5',
    look: 'Look at the dashed lines.',
    checks: [true, false].map((passed) => ({
      what: 'x'.repeat(60),
      asked: 'at most 1',
      measured: '2',
      passed,
      beside: !passed,
    })),
    figures: [
      {
        form: 'curves',
        title: 'Condition number by depth, 60 random signals of 8 unit pixels in R³',
        x: { label: 'depth', scale: 'log', whole: true },
        y: { label: 'condition number', scale: 'log' },
        curves: names.flatMap((name) => [
          { name, form: 'both' as const, points },
          {
            name: `${name} bound`,
            form: 'prediction' as const,
            of: name,
            points: points.map(({ x, y }) => ({ x, y: y / 9 })),
          },
        ]),
        caption: 'Dashed: the bound.',
      },
      {
        form: 'fields',
        title: 'Receptive fields',
        fields: [field, { ...field, name: 'again' }],
        caption: 'Two fields.',
      },
    ],
    seconds: 1.5,
    warnings: verdict === 'fails' ? ['Something <odd> happened.'] : [],
  };
}

const result: PaperResult = {
  paper: {
    name: 'made',
    title: 'A paper',
    authors: 'A. Author',
    year: 2021,
    arxiv: '2104.03093',
    reading: 'our reading',
  },
  size: 'quick',
  seed: 0,
  algebra: 'built in',
  data: 'digits',
  out: 'made',
  claims: [madeClaim(1, 'holds'), madeClaim(2, 'in part'), madeClaim(3, 'fails')],
};

test('says verdicts, powers and warnings as text', () => {
  const page = paperPage(result, 'ntk paper made --out made');
  for (const verdict of ['holds', 'in part', 'fails']) expect(page).toContain(`>${verdict}</span>`);
  expect(page).toContain('k<sup>-(d + 2)</sup> &amp; not like k<sup>−1/2</sup>');
  expect(page).toContain('&lt;odd&gt;');
  expect(page).not.toMatch(/<script/);
});

(CHROMIUM === null ? describe.skip : describe)('in a browser', () => {
  let browser: Browser | null = null;
  beforeAll(async () => {
    at.write('made.html', paperPage(result, 'ntk paper made --out made'));
    const { code, stderr } = await at.ntk('paper', 'belfer', '--claims', '2', '--out', 'belfer');
    if (code !== 0) throw new Error(stderr);
    browser = await startBrowser();
  });
  afterAll(async () => browser?.close());

  const pages = [
    ['made.html', 6],
    ['belfer/index.html', 1],
  ] as const;
  const cases = pages.flatMap(([file, figures]) => [1280, 400].map((width) => [file, width, figures] as const));
  test.each(cases)('%s is readable at %d pixels', async (file, width, count) => {
    if (browser === null) throw new Error('no browser');
    const page = await browser.open(at.path(file), width);
    await page.evaluate('for (const details of document.querySelectorAll("details")) details.open = true');
    const { figures, pageWidth, smallest, touching, cut } = await look(page);
    expect(page.complaints).toEqual([]);
    // Heat maps are pictures within the page.
    expect(page.requests.filter((url) => !url.startsWith('data:image/png'))).toEqual([
      expect.stringMatching(/^file:.*\.html$/),
    ]);
    expect(figures).toHaveLength(count);
    for (const { width: w, height, marks, label } of figures) {
      expect(w).toBeGreaterThan(330);
      expect(w).toBeLessThanOrEqual(width);
      expect(height).toBeGreaterThan(150);
      expect(marks).toBeGreaterThan(5);
      expect(label).toMatch(/^\d+\. .{10}/);
    }
    expect(pageWidth).toBeLessThanOrEqual(width);
    expect(smallest.size).toBeGreaterThanOrEqual(11);
    expect([touching, cut]).toEqual([[], []]);
  });
});
