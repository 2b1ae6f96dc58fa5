import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import { npyOf } from '../data/fixtures.js';
import { describe, expect, test } from '../jest.js';
import { bench, refused } from './ntk.js';

const at = bench();
const TRAIN = fileURLToPath(new URL('../../../data/digits/train.csv', import.meta.url));
const DIGITS = [TRAIN, '--label-column', '64', '--scale', 'unit-rows', '--rows', '0:120'];

/** Numbers of a csv below its first line; empty cells are null. */
function table(name: string): {
  readonly header: readonly string[];
  readonly rows: readonly (readonly (number | null)[])[];
} {
  const [header, ...lines] = readFileSync(at.path(name), 'utf8').trimEnd().split('\n');
  const rows = lines.map((line) => line.split(',').map((cell) => (cell === '' ? null : Number(cell))));
  return { header: header.split(','), rows };
}

async function done(...args: readonly string[]): Promise<string> {
  const { code, stderr, stdout } = await at.ntk(...args);
  if (code !== 0) throw new Error(`ntk ${args.join(' ')}: exit ${code}: ${stderr}`);
  return stdout;
}

describe('ntk plot', () => {
  test('overlays records in each format, with the plotted numbers', async () => {
    await at.ntk('profile', '--arch', 'fc', '--depth', '1,8', '--out', 'fc.json');
    await at.ntk('profile', '--arch', 'laplace:1', '--out', 'laplace.json');
    for (const out of ['F.svg', 'F.html', 'F.pdf']) {
      const { code, stdout } = await at.ntk('plot', 'fc.json', 'laplace.json', '--out', out, '--data', `${out}.csv`);
      expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    }
    const svg = readFileSync(at.path('F.svg'), 'utf8');
    for (const name of ['fc depth 1', 'fc depth 8', 'laplace:1']) expect(svg).toContain(`aria-label="${name}"`);
    expect(readFileSync(at.path('F.html'), 'utf8')).not.toMatch(/(src|href)="http/);
    expect(readFileSync(at.path('F.pdf')).subarray(0, 5).toString()).toBe('%PDF-');
    const [header, first] = readFileSync(at.path('F.svg.csv'), 'utf8').split('\n');
    expect(header).toBe('angle,fc depth 1,fc depth 8,laplace:1');
    expect(first).toBe('0,1,1,1');
  });

  test('without --out prints the svg; --json needs --out', async () => {
    await at.ntk('profile', '--arch', 'fc', '--out', 'one.json');
    expect((await at.ntk('plot', 'one.json')).stdout).toMatch(/^<svg[\s\S]*<\/svg>\n$/);
    expect((await at.ntk('plot', 'one.json', '--json')).code).toBe(2);
    const { stdout } = await at.ntk('plot', 'one.json', '--out', 'one.svg', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      command: 'plot',
      out: 'one.svg',
      inputs: [{ path: 'one.json', shape: null }],
    });
  });
});

describe('the plotted numbers are those of the record', () => {
  test('eigenvalues, with the fit of the record, and the density', async () => {
    const run = ['eigs', ...DIGITS, '--arch', 'fc', '--depth', '1,3', '-k', '24', '--density', '--out', 'e.json'];
    const { rows } = JSON.parse(await done(...run, '--json'));
    await done('plot', 'e.json', '--out', 'e.svg', '--data', 'e.csv');
    const { header, rows: lines } = table('e.csv');
    expect(header).toEqual(['index', 'fc depth 1', 'fc depth 1 fitted', 'fc depth 3', 'fc depth 3 fitted']);
    expect(lines.map(([index]) => index)).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
    expect(lines.map((line) => line[1])).toEqual(rows[0].values);
    expect(lines.map((line) => line[3])).toEqual(rows[1].values);
    const { exponent, amplitude } = rows[1].decay;
    expect(lines.map((line) => line[4])).toEqual(lines.map((_, i) => amplitude * (i + 1) ** -exponent));
    expect(readFileSync(at.path('e.svg'), 'utf8')).toContain(`decay i^-${exponent.toFixed(2)}, 95 %`);
    await done('plot', 'e.json', '--figure', 'density', '--out', 'd.svg', '--data', 'd.csv');
    expect(
      table('d.csv')
        .rows.filter((line) => line[1] !== null)
        .map((line) => line[1]),
    ).toEqual(rows[0].density.values);
  });

  test('eigenvectors of points on a circle against the angle, others against the row', async () => {
    const angles = Array.from({ length: 24 }, (_, i) => (2 * Math.PI * i) / 24 - 3);
    at.write(
      'circle.npy',
      npyOf(
        [24, 2],
        angles.flatMap((t) => [Math.cos(t), Math.sin(t)]),
      ),
    );
    await done('eigs', 'circle.npy', '--arch', 'fc', '-k', '3', '--vectors', 'V.npy', '--out', 'c.json');
    await done('plot', 'c.json', '--figure', 'vectors', '--count', '2', '--out', 'c.svg', '--data', 'c.csv');
    const { header, rows } = table('c.csv');
    expect(header).toEqual(['angle', 'eigenvector 1', 'eigenvector 2']);
    rows.forEach(([angle, first], i) => {
      expect(angle).toBeCloseTo(angles[i], 12);
      expect(first).toBeCloseTo(1 / Math.sqrt(24), 10);
    });
    await done('eigs', ...DIGITS, '--arch', 'fc', '-k', '3', '--vectors', 'W.npy', '--out', 'w.json');
    await done('plot', 'w.json', '--figure', 'vectors', '--out', 'w.svg', '--data', 'w.csv');
    expect(table('w.csv').header).toEqual(['row', 'eigenvector 1', 'eigenvector 2', 'eigenvector 3']);
    expect(table('w.csv').rows.reduce((sum, [, value]) => sum + (value ?? 0) ** 2, 0)).toBeCloseTo(1, 12);
  });

  test('eigenvalues on the sphere, with bounds and predictions', async () => {
    const run = ['sphere', '--arch', 'fc', '--depth', '1,2', '--dim', '3', '--max-degree', '12'];
    const { rows } = JSON.parse(await done(...run, '--out', 's.json', '--json'));
    await done('plot', 's.json', '--out', 's.svg', '--data', 's.csv');
    const { header, rows: lines } = table('s.csv');
    expect(header.slice(0, 4)).toEqual(['degree', 'fc depth 1', 'fc depth 1 error bound', 'fc depth 1 predicted']);
    rows.forEach((row: { eigenvalues: number[]; errorBounds: number[]; predicted: number[] }, k: number) => {
      expect(lines.map((line) => line[3 * k + 1])).toEqual(row.eigenvalues);
      expect(lines.map((line) => line[3 * k + 2])).toEqual(row.errorBounds);
      expect(lines.map((line) => line[3 * k + 3])).toEqual(row.predicted);
    });
  });

  test('accuracy against depth, and the leave-one-out error of every ridge', async () => {
    const data = [TRAIN, TRAIN, '--label-column', '64', '--rows', '0:80', '--rows-z', '80:160'];
    const text = await done('regress', ...data, '--arch', 'fc', '--depth', '1,2,4', '--ridge', 'auto', '--json');
    at.write('r.json', text);
    const { rows } = JSON.parse(text);
    await done('plot', 'r.json', '--x', 'depth', '--out', 'r.svg', '--data', 'r.csv');
    expect(table('r.csv').header).toEqual(['depth', 'fc']);
    expect(table('r.csv').rows).toEqual([1, 2, 4].map((depth, k) => [depth, rows[k].accuracy]));
    await done('plot', 'r.json', '--figure', 'leave-one-out', '--out', 'l.svg', '--data', 'l.csv');
    const tried: readonly { readonly ridge: number; readonly error: number }[] = rows[2].leaveOneOut;
    const sorted = tried.toSorted((a, b) => a.ridge - b.ridge);
    expect(table('l.csv').rows.map((line) => [line[0], line[3]])).toEqual(
      sorted.map(({ ridge, error }) => [ridge, error]),
    );
  });
});

/** PositionPairs of a matrix in a csv without a header. */
function cellsOf(name: string): readonly (readonly number[])[] {
  const lines = readFileSync(at.path(name), 'utf8').trimEnd().split('\n');
  return lines.map((line) => line.split(',').map(Number));
}

/** Bytes of the first picture in a text, without the filter byte of each line. */
function pictureOf(text: string): { readonly width: number; readonly height: number; readonly lines: Buffer } {
  const png = Buffer.from(/data:image\/png;base64,([^"]+)"/.exec(text)?.[1] ?? '', 'base64');
  const start = png.indexOf('IDAT');
  const lines = inflateSync(png.subarray(start + 4, start + 4 + png.readUInt32BE(start - 4)));
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20), lines };
}

describe('a matrix', () => {
  test('is a picture of its entries, sorted by label with the classes named', async () => {
    at.write('labels.csv', '2\n1\n2\n1\n3\n1\n');
    await done('kernel', 'x.npy', '--arch', 'fc', '--out', 'K.npy');
    await done('kernel', 'x.npy', '--arch', 'fc', '--out', 'entries.csv');
    await done('plot', 'K.json', '--labels', 'labels.csv', '--out', 'K.svg', '--data', 'sorted.csv', '--force');
    const order = [1, 3, 5, 0, 2, 4];
    const matrix = cellsOf('entries.csv');
    expect(cellsOf('sorted.csv')).toEqual(order.map((i) => order.map((j) => matrix[i][j])));
    const svg = readFileSync(at.path('K.svg'), 'utf8');
    expect(svg.match(/aria-label="class boundary"/g)).toHaveLength(4);
    for (const name of ['1', '2', '3']) expect(svg).toContain(`>${name}</text>`);
    const { width, height, lines } = pictureOf(svg);
    expect([width, height]).toEqual([6, 6]);
    const [dark, light] = [Math.min(...matrix.flat()), Math.max(...matrix.flat())];
    const pixel = (value: number): readonly number[] => {
      const [i, j] =
        order
          .flatMap((row, a) => order.map((column, b) => [row, column, a, b]))
          .find(([row, column]) => matrix[row][column] === value)
          ?.slice(2) ?? [];
      return [...lines.subarray(i * 19 + 1 + 3 * j, i * 19 + 4 + 3 * j)];
    };
    expect(pixel(dark)).toEqual([68, 1, 84]);
    expect(pixel(light)).toEqual([253, 231, 37]);
  });

  test('larger than 600 is averaged, to the mean of the whole', async () => {
    await done('kernel', TRAIN, '--label-column', '64', '--arch', 'fc', '--out', 'B.npy', '--precision', 'f32');
    const plot = [
      'plot',
      'B.json',
      '--labels',
      TRAIN,
      '--label-column',
      '64',
      '--out',
      'B.html',
      '--data',
      'B.cells.csv',
    ];
    await done(...plot);
    const cells = cellsOf('B.cells.csv');
    expect([cells.length, cells[0].length]).toEqual([600, 600]);
    cells.forEach((row, i) => {
      for (let j = 0; j < i; j += 37) expect(Math.abs(row[j] - cells[j][i])).toBeLessThan(1e-9 * Math.abs(row[j]));
    });
    expect(readFileSync(at.path('B.html'), 'utf8')).not.toMatch(/(src|href)="(?!data:image\/png)/);
  });

  test('is refused with labels of another number, and beside another matrix', async () => {
    at.write('few.csv', '1\n2\n');
    await refused(at, ['plot', 'K.json', '--labels', 'few.csv', '--out', 'N.svg'], 'few.csv', 'got 2 for 6 rows');
    await refused(at, ['plot', 'K.json', 'B.json', '--out', 'N.svg'], 'one at a time');
    await refused(at, ['plot', 'K.json', '--label-column', '1', '--out', 'N.svg'], '--labels');
    await refused(at, ['plot', 'K.json', '--figure', 'nngp', '--out', 'N.svg'], '--figure', 'nngp');
  });
});

test('records of two commands on one axis are refused', async () => {
  await refused(at, ['plot', 'e.json', 's.json', '--out', 'N.svg'], 's.json', 'sphere beside eigs of e.json');
  await refused(at, ['plot', 'e.json', '--figure', 'vectors', '--out', 'N.svg'], '--figure vectors', 'one spectrum');
});
