import { describe, expect, test } from '@jest/globals';
import { figureCurves } from '../../src/report/curves.js';
import { figureSvg, NARROW } from '../../src/report/figure.js';
import { figureHtml } from '../../src/report/html.js';
import { pdfOfSvg } from '../../src/report/pdf.js';
import type { ProfileRecord } from '../../src/report/profile.js';
import { curvesCsv } from '../../src/report/profile-csv.js';
import { commonRecord } from '../../src/report/record.js';

const ANGLES = Array.from({ length: 61 }, (_, k) => (k * Math.PI) / 60);

/** A record of curves exp(-rate angle); rates name them. */
function record(arch: string, rates: readonly number[], radial = false): ProfileRecord {
  const head = { command: 'profile', backend: null, precision: 'f64', stages: {}, inputs: [], warnings: [] } as const;
  return {
    ...commonRecord({ ...head, architecture: null }),
    architecture: rates.map(() => ({ format: radial ? 'ntk-radial/1' : 'ntk-architecture/1' })),
    kind: 'ntk',
    angles: ANGLES,
    curves: rates.map((rate) => ({ name: `${arch} ${rate}`, arch, halfAngle: null })),
    values: rates.map((rate) => ANGLES.map((t) => Math.exp(-rate * t))),
  };
}

const curves = figureCurves([
  { name: 'a', record: record('fc', [0.5, 1, 2, 4]) },
  { name: 'b', record: record('laplace', [1.5], true) },
]);

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

describe('the figure', () => {
  const svg = figureSvg(curves, 'A title with <marks> & more');

  test('draws every curve as a path whose points are the values', () => {
    for (const { name, values } of curves) {
      const points = pathOf(svg, name);
      expect(points).toHaveLength(ANGLES.length);
      const [[, top]] = points;
      const bottom = points[points.length - 1];
      const scale = (top - bottom[1]) / (values[0] - values[values.length - 1]);
      for (const [k, [, y]] of points.entries()) expect(y).toBeCloseTo(top + (values[k] - values[0]) * scale, 1);
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

  test('labels do not touch, however close the curves end', () => {
    const close = figureCurves([{ name: 'a', record: record('fc', [5, 5.01, 5.02, 5.03, 5.04, 5.05]) }]);
    const heights = labelHeights(
      figureSvg(close, ''),
      close.map(({ name }) => name),
    ).toSorted((a, b) => a - b);
    for (const [k, height] of heights.slice(1).entries()) expect(height - heights[k]).toBeGreaterThanOrEqual(14.9);
  });

  test('grows where many curves are named', () => {
    const many = figureCurves([
      {
        name: 'a',
        record: record(
          'fc',
          Array.from({ length: 60 }, (_, k) => k + 1),
        ),
      },
    ]);
    const text = figureSvg(many, '');
    const height = Number(/height="(\d+)"/.exec(text)?.[1]);
    const heights = labelHeights(
      text,
      many.map(({ name }) => name),
    );
    expect(Math.max(...heights)).toBeLessThan(height);
    expect(new Set(heights.map(Math.round)).size).toBe(60);
  });
});

describe('curves', () => {
  test('a sweep has colours of its own, single curves others, radial kernels dashes', () => {
    expect(new Set(curves.map(({ colour }) => colour)).size).toBe(5);
    expect(curves.map(({ dashed }) => dashed)).toEqual([false, false, false, false, true]);
  });

  test('names that occur twice are told apart', () => {
    const same = record('fc', [1]);
    const names = ['a', 'b', 'b'].map((name) => ({ name, record: same }));
    expect(figureCurves(names).map(({ name }) => name)).toEqual(['a: fc 1', 'b: fc 1', 'b: fc 1 (2)']);
  });
});

describe('other forms', () => {
  test('csv holds the numbers of the curves', () => {
    const [header, ...rows] = curvesCsv(curves).trimEnd().split('\n');
    expect(header).toBe('angle,fc 0.5,fc 1,fc 2,fc 4,laplace 1.5');
    const expected = ANGLES.map((angle, k) => [angle, ...curves.map(({ values }) => values[k])]);
    expect(rows.map((row) => row.split(',').map(Number))).toEqual(expected);
  });

  test('csv of curves on other angles leaves cells empty', () => {
    const two = [
      { name: 'a', angles: [0, 1], values: [1, 0.5] },
      { name: 'b', angles: [0, 2], values: [1, 0.25] },
    ];
    expect(curvesCsv(two)).toBe('angle,a,b\n0,1,1\n1,0.5,\n2,,0.25\n');
  });

  test('html holds both figures, a legend and the data, and nothing from elsewhere', () => {
    const html = figureHtml(curves, 'Title <b>', 'Footer');
    expect(html.split('<svg')).toHaveLength(3);
    expect(html).toContain(figureSvg(curves, 'Title <b>', NARROW));
    expect(html).toContain('<title>Title &lt;b&gt;</title>');
    expect(html).not.toMatch(/<script|<link|(src|href)=/);
    for (const { name } of curves) expect(html).toContain(`</span>${name}</td>`);
  });

  test('pdf has one page with the lines and texts', async () => {
    const pdf = Buffer.from(await pdfOfSvg(figureSvg(curves, 'Title'), 'Title')).toString('latin1');
    expect(pdf).toMatch(/^%PDF-1\.\d[\s\S]*\/MediaBox \[0 0 860 500\][\s\S]*%%EOF\s*$/);
    expect(pdf.match(/\/Type \/Page\b/g)).toHaveLength(1);
    expect(pdf.length).toBeGreaterThan(4000);
  });
});
