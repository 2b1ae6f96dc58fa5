import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '../jest.js';
import { type Browser, CHROMIUM, startBrowser } from '../report/browser.js';
import { bench } from './ntk.js';

const at = bench();
const TRAIN = fileURLToPath(new URL('../../../data/digits/train.csv', import.meta.url));
const DIGITS = [TRAIN, '--label-column', '64', '--scale', 'unit-rows', '--rows', '0:120'];
const HALVES = [TRAIN, TRAIN, '--label-column', '64', '--rows', '0:80', '--rows-z', '80:160'];

async function done(...args: readonly string[]): Promise<string> {
  const { code, stderr, stdout } = await at.ntk(...args);
  if (code !== 0) throw new Error(`ntk ${args.join(' ')}: exit ${code}: ${stderr}`);
  return stdout;
}

/** Runs in the page: texts of the visible figure that overlap or leave it, and pictures that did not load. */
const INSPECT = `{
  const svg = [...document.querySelectorAll('figure svg')].find((one) => one.getBoundingClientRect().width > 0);
  const frame = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll('text')]
    .filter((one) => one.textContent.trim() !== '' && one.textContent !== 'v')
    .map((one) => ({ text: one.textContent, box: one.getBoundingClientRect() }));
  const problems = [];
  for (const { text, box } of texts) {
    const isWide = box.left < frame.left - 1 || box.right > frame.right + 1;
    const isTall = box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
    if (isWide || isTall) problems.push('outside: ' + text);
  }
  texts.forEach((a, i) => texts.slice(i + 1).forEach((b) => {
    const width = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
    const height = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
    if (width > 1 && height > 4) problems.push('overlap: ' + a.text + ' | ' + b.text);
  }));
  if (document.documentElement.scrollWidth > innerWidth + 1) problems.push('wider than the screen');
  document.body.setAttribute('data-problems', JSON.stringify(problems));
  ({ texts: texts.length, problems });
}`;

/** Records of every kind of figure, as `plot.test.ts` makes them. */
async function records(): Promise<void> {
  await done('eigs', ...DIGITS, '--arch', 'fc', '--depth', '1,3', '-k', '24', '--density', '--out', 'e.json');
  await done('eigs', ...DIGITS, '--arch', 'fc', '-k', '3', '--vectors', 'W.npy', '--out', 'w.json');
  await done('sphere', '--arch', 'fc', '--depth', '1,2', '--dim', '3', '--max-degree', '12', '--out', 's.json');
  await done('fit', '--arch', 'fc', '--depth', '1,3,8', '--arch', 'laplace:1', '--affine', '--out', 'fit.json');
  const pairs = ['fit', '--arch', 'fc', '--depth', '1,3', '--to', 'gamma', '--data', ...DIGITS, '--out', 'pairs.json'];
  await done(...pairs);
  const field = ['receptive-field', '--arch', 'cntk', '--depth', '2,3', '--arch', 'rescntk', '--head', 'eq'];
  await done(...field, '--input', '12x12x3', '--out', 'f.json');
  const finite = ['receptive-field', '--arch', 'rescntk', '--depth', '1', '--head', 'eq', '--width', '8'];
  await done(...finite, '--input', '10x10x3', '--out', 'f2.json');
  await done(...finite, '--input', '10x3', '--out', 'f1.json');
  const regress = ['regress', ...HALVES, '--arch', 'fc', '--depth', '1,2,4', '--ridge', 'auto', '--json'];
  at.write('r.json', await done(...regress));
  at.write('labels.csv', '2\n1\n2\n1\n3\n1\n');
  await done('kernel', 'x.npy', '--arch', 'fc', '--out', 'K.npy');
}

interface Seen {
  readonly texts: number;
  readonly problems: readonly string[];
}

describe(`pages ${CHROMIUM === null ? 'as text, for want of a browser' : 'in a browser'}`, () => {
  const pages: readonly (readonly [string, readonly string[]])[] = [
    ['values', ['e.json']],
    ['density', ['e.json', '--figure', 'density']],
    ['vectors', ['w.json', '--figure', 'vectors']],
    ['sphere', ['s.json']],
    ['fits', ['fit.json']],
    ['fits-of-pairs', ['pairs.json']],
    ['condition', ['e.json', '--figure', 'condition']],
    ['fields', ['f.json']],
    ['field-log', ['f.json', '--figure', 'log']],
    ['sections', ['f.json', '--figure', 'section']],
    ['finite-fields', ['f2.json']],
    ['finite-sequence', ['f1.json']],
    ['regress', ['r.json']],
    ['leave-one-out', ['r.json', '--figure', 'leave-one-out']],
    ['matrix', ['K.json', '--labels', 'labels.csv']],
  ];
  let browser: Browser | null = null;
  beforeAll(async () => {
    await records();
    for (const [name, args] of pages) await done('plot', ...args, '--out', `${name}.html`);
    if (CHROMIUM !== null) browser = await startBrowser();
  });
  afterAll(async () => browser?.close());

  test.each(pages.map(([name]) => name))(
    'of %s: no text overlaps another or leaves the figure, wide and narrow',
    async (name) => {
      const html = readFileSync(at.path(`${name}.html`), 'utf8');
      expect(html).not.toMatch(/(src|href)="(?!data:image\/png)|<script|<link|url\(/);
      expect(html.match(/<svg[^>]*role="img"/g)).toHaveLength(2);
      if (browser === null) return;
      for (const width of [1280, 500]) {
        const page = await browser.open(at.path(`${name}.html`), width);
        const { texts, problems } = (await page.evaluate(INSPECT)) as Seen;
        expect({ width, problems }).toEqual({ width, problems: [] });
        expect(texts).toBeGreaterThan(8);
      }
    },
  );

  (CHROMIUM === null ? test.skip : test)('let no script run that a name may bring along', async () => {
    const html = readFileSync(at.path('values.html'), 'utf8').replace('</body>', `<script>${INSPECT}</script></body>`);
    at.write('kept.html', html);
    at.write('without.html', html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ''));
    const problems = async (name: string): Promise<unknown> => {
      const page = await browser?.open(at.path(name), 1280);
      return page?.evaluate("document.body.getAttribute('data-problems')");
    };
    expect(await problems('kept.html')).toBeNull();
    expect(await problems('without.html')).toBe('[]');
  });

  test('of every kind can be a pdf', async () => {
    for (const [name, args] of pages) {
      await done('plot', ...args, '--out', `${name}.pdf`);
      expect(
        readFileSync(at.path(`${name}.pdf`))
          .subarray(0, 5)
          .toString(),
      ).toBe('%PDF-');
    }
  });
});
