import { type ReadLabelsOptions, readInput, readLabels } from '../../src/data/index.js';
import { DataError, MemoryError, UsageError } from '../../src/errors.js';
import { describe, expect, test } from '../jest.js';
import { elements, idxFile, npyOf, refused, temporaryFolder } from './fixtures.js';

const folder = temporaryFolder();
const read = async (text: string | Uint8Array, options: ReadLabelsOptions = {}) =>
  readLabels(await folder.write('labels', text), options);

describe('readLabels', () => {
  test.each<[string, string | Uint8Array, readonly number[], readonly number[]]>([
    ['a column', '3\n1\n2\n', [3, 1, 2], [3]],
    ['a column with a header', 'class\n3\n1\n', [3, 1], [2]],
    ['signs', '+1\n-1\n+1\n', [1, -1, 1], [3]],
    ['floats', '1.0\n2.5e0\n', [1, 2.5], [2]],
    ['one-hot', '0,1\n1,0\n0,1\n', [0, 1, 1, 0, 0, 1], [3, 2]],
    ['one-hot with names', 'cat,dog\n0,1\n1,0\n', [0, 1, 1, 0], [2, 2]],
    ['targets', '0,5;1,5\n2;3\n', [0.5, 1.5, 2, 3], [2, 2]],
    ['npy [n, k]', npyOf([2, 3], [1, 0, 0, 0, 0, 1]), [1, 0, 0, 0, 0, 1], [2, 3]],
    ['npy [n, 1]', npyOf([2, 1], [4, 5]), [4, 5], [2]],
    ['IDX', idxFile(8, [3], Uint8Array.of(200, 1, 2)), [200, 1, 2], [3]],
    ['libsvm', '1 1:2\n-1 2:3\n', [1, -1], [2]],
  ])('%s', async (_, content, data, shape) => {
    const found = await read(content);
    expect([...found.data]).toEqual(data);
    expect(found.shape).toEqual(shape);
    expect(found.classes).toBeNull();
  });

  test.each([
    ['names', 'b\na\nb\n', ['a', 'b'], [1, 0, 1]],
    ['names below a header', 'class\nb\na\nb\n', ['a', 'b'], [1, 0, 1]],
    ['yes and no', 'yes\nno\nno\nyes\n', ['no', 'yes'], [1, 0, 0, 1]],
    ['True and False', 'True\nFalse\nTrue\n', ['False', 'True'], [1, 0, 1]],
    ['names of two words', 'Iris setosa\nIris virginica\nIris setosa\n', ['Iris setosa', 'Iris virginica'], [0, 1, 0]],
  ])('%s', async (_, text, classes, data) => {
    const found = await read(text);
    expect(found.classes).toEqual(classes);
    expect([...found.data]).toEqual(data);
  });

  test('one column of several', async () => {
    expect(await read('id,y,z\n7,a,1\n8,b,2\n', { labelColumn: 'y' })).toMatchObject({
      classes: ['a', 'b'],
      shape: [2],
    });
    expect(await read('7,a\n8,b\n9,a\n', { labelColumn: -1 })).toMatchObject({ data: Float64Array.of(0, 1, 0) });
    await refused(() => read('id,y\n7,a\n', { labelColumn: 'w' }), UsageError, '"w"', '"id", "y"');
  });

  test('memory is asked for before it is taken', async () => {
    await refused(() => read('1\n2\n3\n', { memoryLimit: 23 }), MemoryError, '24 bytes');
    await refused(() => read('1 1:2\n2 1:3\n', { memoryLimit: 15 }), MemoryError, '16 bytes');
    expect((await read('1\n2\n3\n', { memoryLimit: 24 })).shape).toEqual([3]);
  });

  test('an index beside the labels is refused', async () => {
    await refused(() => read(',y\n0,3\n1,4\n2,3\n'), DataError, 'column 1', 'index', 'index=False');
    await refused(() => read('1,3\n2,4\n3,3\n'), DataError, 'index');
    expect((await read(',y\n0,3\n1,4\n2,3\n', { labelColumn: 'y' })).shape).toEqual([3]);
  });

  test('a header of numbers changes their number: that is compared before rows are chosen', async () => {
    const x = await readInput('test/fixtures/reports/labels-x.npy', { rows: { start: 0, end: 40 } });
    expect(x.fileRows).toBe(60);
    const path = 'test/fixtures/reports/labels-numeric-header.csv';
    const rows = { start: 0, end: 40 };
    await refused(() => readLabels(path, { rows, of: x }), DataError, 'got 61 for 60 rows', '--header yes');
    expect((await readLabels(path, { rows, of: x, header: true })).shape).toEqual([40]);
    const of = { path: 'X', fileRows: 3 };
    await refused(() => read('a\nb\nc\n', { of }), DataError, 'got 2 for 3 rows', '--header no');
    expect((await read('a\nb\nc\n', { of, header: false })).shape).toEqual([3]);
    const short = npyOf([2], [1, 2]);
    await refused(() => read(short, { of, rows: { start: 2, end: 3 } }), DataError, 'got 2 for 3 rows');
    const idx = idxFile(8, [4], elements('u1', [1, 2, 3, 4]));
    await refused(() => read(idx, { of }), DataError, 'got 4 for 3 rows');
    await refused(() => read('1 1:2\n', { of }), DataError, 'got 1 for 3 rows');
  });
});
