import { readFileSync } from 'node:fs';
import { describe, expect, test } from '../jest.js';
import { bench, refused } from './ntk.js';

const at = bench();
const RUN = ['receptive-field', '--arch', 'rescntk', '--head', 'eq', '--depth', '2'];

/** Fields that the record of one kernel has beside `rows`. */
const FIELDS = ['field', 'derivative', 'decay', 'spread', 'peak'];

async function recordOf(...args: readonly string[]) {
  const { code, stdout } = await at.ntk(...args, '--json');
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

describe('ntk receptive-field', () => {
  test('one kernel: rows of the image that add up to 1, with its fields at the top of the record', async () => {
    const { code, stdout, stderr } = await at.ntk(...RUN, '--input', '12x10x3', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const record = JSON.parse(stdout);
    expect(record).toMatchObject({ command: 'receptive-field', kind: 'ntk', input: [12, 10, 3], precision: 'f64' });
    expect(record.field).toHaveLength(12);
    expect(record.field.every((row: readonly number[]) => row.length === 10)).toBe(true);
    expect(sum(record.field.flat())).toBeCloseTo(1, 14);
    expect(record).toMatchObject({ derivative: 'leading', decay: { exponent: 0.5 }, peak: record.field[0][0] });
    expect(record.rows[0]).toMatchObject({ at: [0, 0], read: [0, 0], grid: [12, 10], circular: [true, true] });
    for (const field of FIELDS) expect(record.rows[0][field]).toEqual(record[field]);
  });

  test('a sweep is one record with a row a value; sequences have a list', async () => {
    const flags = ['--arch', 'cntk', '--arch', 'rescntk', '--head', 'eq', '--depth', '1,3', '--alpha', '0,1'];
    const record = await recordOf('receptive-field', ...flags, '--input', '9x3', '--kind', 'nngp');
    expect(record.architecture).toHaveLength(6);
    for (const field of FIELDS) expect(record).not.toHaveProperty(field);
    const byName = new Map<string, { field: number[] }>(
      record.rows.map((row: { name: string; field: number[] }) => [row.name, row]),
    );
    expect(byName.get('rescntk depth 3 alpha 0 head eq')?.field).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0]);
    const plain = byName.get('cntk depth 1 head eq')?.field ?? [];
    [1 / 3, 1 / 3, 0, 0, 0, 0, 0, 0, 1 / 3].forEach((share, i) => {
      expect(plain[i]).toBeCloseTo(share, 14);
    });
  });

  test('other readouts are read at one pixel, which is said and recorded; --at chooses another', async () => {
    const run = ['receptive-field', '--arch', 'cntk', '--depth', '1', '--padding', 'same', '--input', '9x3'];
    const { stderr } = await at.ntk(...run);
    expect(stderr).toBe(
      'Position [0] is read instead of flatten, as with --head eq; --at chooses another. It lies at the border: ' +
        '--at 4 reads the middle.\n',
    );
    const record = await recordOf(...run);
    expect(record.warnings).toEqual([stderr.trimEnd()]);
    expect(record.rows[0]).toMatchObject({ replaced: ['flatten'], read: [0] });
    const middle = await recordOf(...run, '--at', '4');
    expect(middle.warnings).toEqual([]);
    expect(middle.rows[0]).toMatchObject({ at: [4], read: [4], replaced: ['flatten'] });
    expect(middle.field.map((v: number) => v > 0)).toEqual(
      [3, 4, 5].reduce((all, i) => all.with(i, true), new Array(9).fill(false)),
    );
    expect((await recordOf('receptive-field', '--arch', 'cntk', '--input', '9x9x3', '--at', '3,3')).rows[0].at).toEqual(
      [3, 3],
    );
  });

  test('takes a file with pools; prints a picture and a table for people', async () => {
    const layers = [
      { kind: 'conv', filter: [3, 3], padding: 'same' },
      { kind: 'relu' },
      { kind: 'avgPool', window: [2, 2] },
      { kind: 'conv', filter: [3, 3], padding: 'same' },
      { kind: 'gelu' },
      { kind: 'globalAvgPool' },
      { kind: 'dense' },
    ];
    at.write('pools.json', JSON.stringify({ format: 'ntk-architecture/1', name: 'pools', layers }));
    const { code, stdout } = await at.ntk(
      'receptive-field',
      '--arch',
      'pools.json',
      '--input',
      '12x12x3',
      '--at',
      '2,3',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Receptive field of the NTK on inputs of 12 x 12 x 3[\s\S]*pools[\s\S]*\[4, 6\][\s\S]*█/);
    expect(stdout).toMatch(/dy \\ dx/);
  });

  test('finite networks stand beside the kernel and its NNGP', async () => {
    const run = [...RUN, '--input', '8x3', '--width', '64', '--seeds', '20', '--seed', '5'];
    const record = await recordOf(...run);
    expect(record.seed).toBe(5);
    const { finite, field } = record.rows[0];
    expect(finite).toMatchObject({ width: 64, seeds: 20 });
    expect(sum(finite.field)).toBeCloseTo(1, 14);
    const nngp = await recordOf(...RUN, '--input', '8x3', '--kind', 'nngp');
    expect(finite.limit.field).toEqual(nngp.field);
    expect(field).not.toEqual(nngp.field);
    expect(finite.distance).toBeLessThan(3 * finite.expected);
    const { stdout } = await at.ntk(...run);
    expect(stdout).toMatch(/finite networks[\s\S]*tends to the field of the NNGP/);
  });

  test('csv has a line a pixel, by offset from the pixel read', async () => {
    await at.ntk(...RUN, '--input', '6x5x3', '--width', '8', '--seeds', '3', '--out', 'f.csv');
    const lines = readFileSync(at.path('f.csv'), 'utf8').trimEnd().split('\n');
    expect(lines[0]).toBe('kernel,y,dy,x,dx,share,finite,finite error,nngp');
    expect(lines).toHaveLength(31);
    const rows = lines.slice(1).map((line) => line.split(',').slice(1).map(Number));
    expect(sum(rows.map((row) => row[4]))).toBeCloseTo(1, 14);
    expect(rows[0].slice(0, 4)).toEqual([4, -2, 3, -2]);
    const record = await recordOf(...RUN, '--input', '6x5x3');
    for (const [y, , x, , share] of rows) expect(share).toBe(record.field[y][x]);
    await at.ntk(...RUN, '--input', '5x3', '--out', 'g.csv');
    expect(readFileSync(at.path('g.csv'), 'utf8')).toMatch(/^kernel,x,dx,share\n/);
  });

  test('an input of two equal sizes is said to be a sequence', async () => {
    const { stderr } = await at.ntk('receptive-field', '--arch', 'cntk', '--head', 'eq', '--input', '28x28');
    expect(stderr).toContain('--input 28x28 is a sequence of 28 pixels with 28 channels. For images give 28x28xC.');
  });

  test('what no field belongs to is refused', async () => {
    const layers = [
      { kind: 'conv', filter: [3], train: false },
      { kind: 'step' },
      { kind: 'pixel' },
      { kind: 'dense', train: false },
    ];
    at.write('frozen.json', JSON.stringify({ format: 'ntk-architecture/1', name: 'frozen', layers }));
    const frozen = ['receptive-field', '--arch', 'frozen.json', '--input', '9x3'];
    await refused(at, frozen, '--kind: must be nngp for frozen', 'its NTK is 0', 'Give --kind nngp.');
    await refused(at, [...frozen, '--kind', 'nngp', '--width', '8'], '--width: must come with activations', 'step');
    await refused(
      at,
      ['receptive-field', '--arch', 'frozen.json', '--input', '9x9x3'],
      '--input: must be WxC for',
      'one axis',
    );
    await refused(at, [...RUN, '--input', '8x8x3', '--out', 'f.npy'], '.json', '.csv');
  });
});

describe('ntk plot', () => {
  test('draws fields, refuses images beside sequences, and says how to draw many', async () => {
    await at.ntk(...RUN, '--input', '8x8x3', '--out', 'image.json');
    await at.ntk(...RUN, '--input', '8x3', '--out', 'line.json');
    const many = ['receptive-field', '--arch', 'cntk', '--head', 'eq', '--depth', '1,2,3,4,5,6,7,8,9,10'];
    await at.ntk(...many, '--input', '8x8x3', '--out', 'many.json');
    const drawn = await at.ntk('plot', 'image.json', '--data', 'image.csv', '--out', 'image.svg');
    expect(drawn.code).toBe(0);
    expect(readFileSync(at.path('image.svg'), 'utf8')).toContain('dx (pixels)');
    const [header, ...lines] = readFileSync(at.path('image.csv'), 'utf8').trimEnd().split('\n');
    expect(header).toBe('kernel,dy,dx,share');
    expect(lines).toHaveLength(64);
    await refused(at, ['plot', 'image.json', 'line.json', '--out', 'N.svg'], 'got images beside sequences');
    await refused(at, ['plot', 'many.json', '--out', 'N.svg'], 'must be section for more than 9 fields, got 10');
    expect((await at.ntk('plot', 'many.json', '--figure', 'section', '--out', 'many.svg')).code).toBe(0);
  });
});
