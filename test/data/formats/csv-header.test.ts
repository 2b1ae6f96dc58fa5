import { type ReadOptions, readInput } from '../../../src/data/index.js';
import { DataError } from '../../../src/errors.js';
import { describe, expect, test } from '../../jest.js';
import { refused, temporaryFolder } from '../fixtures.js';

const folder = temporaryFolder();
const read = async (text: string, options: ReadOptions = {}) => readInput(await folder.write('h.csv', text), options);
const REPORTS = 'test/fixtures/reports';

describe('reported files', () => {
  test('a first row with an empty cell is data with a missing value', async () => {
    const path = `${REPORTS}/first-row-empty-cell.csv`;
    await refused(() => readInput(path), DataError, 'line 1, column 2', 'a missing value');
    expect((await readInput(path, { dropColumns: [1] })).shape).toEqual([3, 2]);
  });

  test('the header of numbers that pandas writes is warned about; header says it', async () => {
    const path = `${REPORTS}/numeric-header.csv`;
    const found = await readInput(path);
    expect(found.shape).toEqual([4, 2]);
    expect(found.warnings).toEqual([expect.stringMatching(/line 1: .*\(0, 1\).*--header yes/)]);
    const told = await readInput(path, { header: true });
    expect(told).toMatchObject({ shape: [3, 2], warnings: [], names: ['0', '1'] });
    expect((await readInput(path, { header: false })).warnings).toEqual([]);
  });

  test('an index without a name is warned about', async () => {
    const path = `${REPORTS}/index-column.csv`;
    expect((await readInput(path)).warnings).toEqual([expect.stringMatching(/column 1: .*index.*--drop-columns 0/)]);
    expect(await readInput(path, { dropColumns: [0] })).toMatchObject({
      shape: [3, 2],
      warnings: [],
      names: ['a', 'b'],
    });
  });

  test('decimal commas between semicolons', async () => {
    const { data, warnings } = await readInput(`${REPORTS}/decimal-comma.csv`);
    expect([...data]).toEqual([1.5, 2, 3, 4.25]);
    expect(warnings).toEqual([]);
  });
});

describe('row 1 is', () => {
  test.each<[string, string, readonly string[] | null, ReadOptions]>([
    ['data: numbers', '1,2\n3,4\n', null, {}],
    ['a header: a text', 'a,2\n3,4\n', ['a', '2'], {}],
    ['a header: a text, another empty', 'a,,c\n1,2,3\n', ['a', '', 'c'], {}],
    ['a header: the first alone is empty', ',1,2\n3,4,5\n', ['', '1', '2'], {}],
    ['a header of one column that is called NA', 'NA\n1\n2\n', ['NA'], {}],
    ['a header where that is said', '1,2\n3,4\n', ['1', '2'], { header: true }],
    ['a comment', '#a,b\n3,4\n', ['a', 'b'], {}],
    ['a comment, said to be a header', '# a b\n3 4\n', ['a', 'b'], { header: true }],
    ['no header where that is said', '# a b\n3 4\n', null, { header: false }],
    ['data: names of classes', '1,2,x\n3,4,x\n', null, { labelColumn: 2 }],
    ['data: names of classes, one of each', '5.1,1.4,x\n4,2,y\n', null, { labelColumn: -1 }],
    ['a header of numbers beside one word', '0,1,label\n5.1,1.4,x\n4,2,y\n', ['0', '1'], { labelColumn: 2 }],
    ['data: texts that are left out', 'i1,2,3\ni2,4,5\n', null, { dropColumns: [0] }],
    ['data: texts that are not chosen', 'i1,2,3\ni2,4,5\n', null, { columns: [2, 1] }],
  ])('%s', async (_, text, names, options) => {
    expect((await read(text, options)).names).toEqual(names);
  });

  test('told to be data, and has a text', async () => {
    await refused(() => read('a,b\n1,2\n', { header: false }), DataError, 'line 1, column 1', '"a"');
    await refused(() => read('1,2\n', { header: true }), DataError, 'at least one row', '--header no');
  });

  test.each([
    ['0,1\n1.5,2\n', 'line 1', '--header yes'],
    ['1,2,3\n0.5,7,2\n8,1,1\n', 'line 1', '--header yes'],
    ['1990,1991,1992\n5,3,9\n', 'line 1', '--header yes'],
    ['400,410,420,430,440\n0.1,0.3,0.2,0.5,0.4\n', 'line 1', '400, 410, 420, ...'],
    [',0,1\n7,5,6\n3,8,7\n', 'line 1', '--header no'],
    ['5.1,o.3\n4,5\n', 'line 1', '--header no', 'column 2 ("o.3")'],
  ])('%j: warned about', async (text, ...parts) => {
    const { warnings } = await read(text);
    for (const part of parts) expect(warnings[0]).toContain(part);
  });

  test.each(['1,2\n3,4\n', '1,2,3\n4,5,6\n', '0,1\n1,0\n0,1\n', '0,1\n1,0\n', '3,1,2\n4,5,7\n', 'a,b\n0,1\n5,3\n'])(
    '%j: not warned about',
    async (text) => {
      expect((await read(text)).warnings).toEqual([]);
    },
  );
});

describe('an index', () => {
  test.each([
    ['of pandas with a name', 'id,a\n1,5\n2,6\n3,4\n', 'column 1: counts the rows'],
    ['without a header', '0,5.5\n1,6\n2,7\n', 'column 1: counts the rows'],
    ['that does not count', ',a\n7,5\n3,6\n', 'column 1: has no name'],
    ['read back once more', ',Unnamed: 0,a\n0,0,5\n1,1,6\n2,2,8\n', 'column 2: is called "Unnamed: 0"'],
    ['called index', 'index,a\n7,5\n3,6\n', 'column 1: is called "index"'],
    ['of R', '"","a","b"\n"1",5.1,3.5\n"2",4.9,3\n"3",1,2\n', 'column 1: counts the rows'],
    ['of two levels', ',,a\n1,1,5\n1,2,6\n', 'column 2: has no name'],
  ])('%s', async (_, text, part) => {
    const { warnings } = await read(text);
    expect(warnings.some((warning) => warning.includes(part) && warning.includes('--drop-columns'))).toBe(true);
  });

  test('of the rows that were chosen', async () => {
    const text = `${Array.from({ length: 20 }, (_, i) => `${i},${(i * 7) % 5}.5`).join('\n')}\n`;
    const { warnings } = await read(text, { rows: { start: 10, end: 15 } });
    expect(warnings).toEqual([expect.stringContaining('counts the rows')]);
  });

  test('of texts says what to do', async () => {
    await refused(() => read('i,j,a\nx,1,0.5\n'), DataError, 'line 2, column 1 ("i")', '--drop-columns 0');
    expect([...(await read('i,j,a\nx,1,0.5\n', { dropColumns: ['i', 'j'] })).data]).toEqual([0.5]);
  });

  test('is none: a feature that does not count, or the only one', async () => {
    expect((await read('a,b\n1,5\n3,6\n4,8\n')).warnings).toEqual([]);
    expect((await read('0\n1\n2\n')).warnings).toEqual([]);
  });

  test("R's names of rows are left out, with a warning; they can be asked for", async () => {
    const text = '"a" "b"\n"3" 1 2\n"7" 3 4\n';
    const { shape, names, warnings } = await read(text);
    expect({ shape, names }).toEqual({ shape: [2, 2], names: ['a', 'b'] });
    expect(warnings).toEqual([expect.stringMatching(/line 1: .*one field fewer.*names of rows/)]);
    expect([...(await read(text, { columns: [0, 'b'] })).data]).toEqual([3, 2, 7, 4]);
    expect([...((await read(text, { labelColumn: 'b' })).labels?.data ?? [])]).toEqual([2, 4]);
    expect([...((await read(text, { labelColumn: -1 })).labels?.data ?? [])]).toEqual([2, 4]);
  });
});

describe('a last column of few integers', () => {
  const rows = (label: (i: number) => number | string): string =>
    Array.from({ length: 40 }, (_, i) => `${(i * 37) % 11}.5,${(i * 17) % 23},${label(i)}`).join('\n');

  test.each<[string, (i: number) => number | string]>([
    ['classes from 0', (i) => i % 10],
    ['classes from 1', (i) => (i % 3) + 1],
    ['two classes', (i) => i % 2],
    ['signs', (i) => (i % 2 === 0 ? -1 : '+1')],
    ['written as 1.0', (i) => `${i % 3}.0`],
  ])('%s: warned about', async (_, label) => {
    const { warnings } = await read(rows(label));
    expect(warnings).toEqual([expect.stringMatching(/column 3: .*integers.*labels.*--label-column -1/)]);
    expect((await read(rows(label), { labelColumn: -1 })).warnings).toEqual([]);
    expect((await read(rows(label), { columns: ['0:3'] })).warnings).toEqual([]);
  });

  test.each<[string, (i: number) => number | string]>([
    ['numbers', (i) => i * 0.37],
    ['one value', () => 0],
    ['all different', (i) => (i * 7) % 40],
    ['few integers far apart', (i) => 10 * (i % 4)],
    ['many', (i) => (i * 37) % 25],
  ])('%s: not warned about', async (_, label) => {
    expect((await read(rows(label))).warnings).toEqual([]);
  });

  test('a column that is called so, wherever it stands', async () => {
    const { warnings } = await read('label,a,b\n0.5,1,2\n0.25,7,4\n');
    expect(warnings).toEqual([expect.stringMatching(/column 1: is called "label".*--label-column label/)]);
    expect((await read('label,a,b\n5,1,2\n', { labelColumn: 'b' })).warnings).toEqual([]);
  });

  test('not where the column before is alike: such are all features', async () => {
    const text = Array.from({ length: 40 }, (_, i) => `${(i >> 1) % 2},${i % 2},${(i >> 2) % 2}`).join('\n');
    expect((await read(text)).warnings).toEqual([]);
  });
});
