import { Window } from 'happy-dom';
import { NARROW, type Series } from '../../src/report/charts/chart.js';
import { figureSvg } from '../../src/report/charts/panel-svg.js';
import type { Figure, RecordFile } from '../../src/report/figures/figure.js';
import { drawFigure } from '../../src/report/figures/index.js';
import { csvText } from '../../src/report/formats/csv.js';
import { pdfOfSvg } from '../../src/report/formats/pdf.js';
import { figureHtml } from '../../src/report/pages/html.js';
import { describe, expect, test } from '../jest.js';

const ANGLES = Array.from({ length: 61 }, (_, k) => (k * Math.PI) / 60);

/** A record as if it had been read from `name`.json. */
function file(name: string, parsed: object): RecordFile {
  return { path: `${name}.json`, name, parsed, input: { path: `${name}.json`, shape: null, sha256: '' } };
}

/** The profile of curves exp(-rate angle); rates name them. */
function profile(name: string, arch: string, rates: readonly number[], radial = false): RecordFile {
  return file(name, {
    command: 'profile',
    architecture: rates.map(() => ({ format: radial ? 'ntk-radial/1' : 'ntk-architecture/1' })),
    kind: 'ntk',
    angles: ANGLES,
    curves: rates.map((rate) => ({ name: `${arch} ${rate}`, arch })),
    values: rates.map((rate) => ANGLES.map((t) => Math.exp(-rate * t))),
  });
}

async function drawn(...files: readonly RecordFile[]): Promise<Figure> {
  return drawFigure(files, { view: undefined });
}

function seriesOf({ panel }: Figure): readonly Series[] {
  if (panel.form !== 'chart') throw new Error('no chart');
  return panel.series;
}

/** Numbers of the path of a curve. */
function pathOf(svg: string, name: string): readonly (readonly number[])[] {
  const path = new RegExp(`<path[^>]*aria-label="${name}"[^>]*>`).exec(svg)?.[0] ?? '';
  const d = /\sd="([^"]*)"/.exec(path)?.[1] ?? '';
  return [...d.matchAll(/[ML]?(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
}

/** Heights at which the labels of curves stand. */
function labelHeights(svg: string, names: readonly string[]): readonly number[] {
  return names.map((name) =>
    Number(new RegExp(`translate\\([\\d.]+,([\\d.]+)\\)"[^>]*>${name}</text>`).exec(svg)?.[1]),
  );
}

const figure = await drawn(profile('a', 'fc', [0.5, 1, 2, 4]), profile('b', 'laplace', [1.5], true));
const curves = seriesOf(figure);

describe('the figure', () => {
  const svg = figureSvg({ ...figure, title: 'A title with <marks> & more' });

  test('draws every curve as a path whose points are the values', () => {
    for (const { name, points: values } of curves) {
      const points = pathOf(svg, name);
      expect(points).toHaveLength(ANGLES.length);
      const [[, top]] = points;
      const bottom = points[points.length - 1];
      const scale = (top - bottom[1]) / (values[0].y - values[values.length - 1].y);
      for (const [k, [, y]] of points.entries()) expect(y).toBeCloseTo(top + (values[k].y - values[0].y) * scale, 1);
    }
  });

  test('names axes, ticks, and each curve once', () => {
    for (const text of ['angle (rad)', 'normalised kernel', '>0<', '>π/4<', '>π/2<', '>3π/4<', '>π<']) {
      expect(svg).toContain(text);
    }
    for (const { name } of curves) expect(svg.split(`>${name}</text>`)).toHaveLength(2);
  });

  test('is standalone: a namespace, no reference to the network, marks escaped', () => {
    expect(svg).toMatch(/^<svg[^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:/);
    expect(svg).toContain('&lt;marks&gt; &amp; more');
  });

  test('labels do not touch, however close the curves end', async () => {
    const close = await drawn(profile('a', 'fc', [5, 5.01, 5.02, 5.03, 5.04, 5.05]));
    const heights = labelHeights(figureSvg(close), close.names).toSorted((a, b) => a - b);
    for (const [k, height] of heights.slice(1).entries()) expect(height - heights[k]).toBeGreaterThanOrEqual(14.9);
  });

  test('grows where many curves are named', async () => {
    const rates = Array.from({ length: 60 }, (_, k) => k + 1);
    const many = await drawn(profile('a', 'fc', rates));
    const text = figureSvg(many);
    const heights = labelHeights(text, many.names);
    expect(Math.max(...heights)).toBeLessThan(Number(/height="(\d+)"/.exec(text)?.[1]));
    expect(new Set(heights.map(Math.round)).size).toBe(60);
  });

  test('a long title is broken into lines and a long name shortened', async () => {
    const long = await drawn(profile('a', `${'x'.repeat(40)}${'y'.repeat(40)}`, [1]));
    const text = figureSvg({ ...long, title: 'word '.repeat(60).trim() });
    expect(text).toContain('xxx…yyy');
    expect([...text.matchAll(/>word( word)+<\/text>/g)].length).toBeGreaterThan(1);
  });
});

describe('curves', () => {
  test('a sweep has colours of its own, single curves others, radial kernels dashes; marks differ', () => {
    expect(new Set(curves.map(({ colour }) => colour)).size).toBe(5);
    expect(new Set(curves.map(({ mark }) => mark)).size).toBe(5);
    expect(curves.map(({ dash }) => dash)).toEqual([null, null, null, null, '5 4']);
  });

  test('names that occur twice are told apart', async () => {
    const same = await drawn(...['a', 'b', 'b'].map((name) => profile(name, 'fc', [1])));
    expect(same.names).toEqual(['a: fc 1', 'b: fc 1', 'b: fc 1 (2)']);
  });
});

describe('other forms', () => {
  test('csv holds the numbers of the curves', () => {
    const [header, ...rows] = csvText(figure.data).trimEnd().split('\n');
    expect(header).toBe('angle,fc 0.5,fc 1,fc 2,fc 4,laplace 1.5');
    const expected = ANGLES.map((angle, k) => [angle, ...curves.map(({ points }) => points[k].y)]);
    expect(rows.map((row) => row.split(',').map(Number))).toEqual(expected);
  });

  test('html holds both figures, a legend and the data, and nothing from elsewhere', () => {
    const titled = { ...figure, title: 'Title <b>' };
    const html = figureHtml(titled, 'Footer');
    expect(html.split('<svg role="img"').length + html.split('<svg class="plot').length).toBeGreaterThan(3);
    expect(html).toContain(figureSvg(titled, NARROW));
    expect(html).toContain('<title>Title &lt;b&gt;</title>');
    expect(html).not.toMatch(/<script|<link|(src|href)=/);
    for (const { name } of curves) expect(html).toContain(`</svg>${name}</td>`);
  });

  test('svg is well-formed', () => {
    const window = new Window();
    const root = new window.DOMParser().parseFromString(figureSvg(figure), 'image/svg+xml').documentElement;
    expect(root.tagName).toBe('svg');
    expect(root.querySelectorAll('path[aria-label]')).toHaveLength(curves.length);
    window.close();
  });

  test('pdf has one page with the lines and texts', async () => {
    const pdf = Buffer.from(await pdfOfSvg(figureSvg(figure), 'Title')).toString('latin1');
    expect(pdf).toMatch(/^%PDF-1\.\d[\s\S]*\/MediaBox \[0 0 860 \d+\][\s\S]*%%EOF\s*$/);
    expect(pdf.match(/\/Type \/Page\b/g)).toHaveLength(1);
    expect(pdf.length).toBeGreaterThan(4000);
  });
});
