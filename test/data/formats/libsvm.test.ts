import { gzipSync } from 'node:zlib';
import { type ReadOptions, readInput, readLabels } from '../../../src/data/index.js';
import { DataError, MemoryError, UsageError } from '../../../src/errors.js';
import { describe, expect, test } from '../../jest.js';
import { refused, temporaryFolder } from '../fixtures.js';

const folder = temporaryFolder();
const read = async (text: string, options: ReadOptions = {}) => readInput(await folder.write('s.txt', text), options);

describe('libsvm', () => {
  test('a label, then features that count from 1; those left out are 0', async () => {
    const { data, shape, labels, sparse } = await read('+1 1:0.5 3:2\n-1 2:1e1 3:-.5\n1 1:7\n');
    expect(shape).toEqual([3, 3]);
    expect([...data]).toEqual([0.5, 0, 2, 0, 10, -0.5, 7, 0, 0]);
    expect([...(labels?.data ?? [])]).toEqual([1, -1, 1]);
    expect(sparse).toEqual({ features: 3, base: 1 });
  });

  test('an index 0 says that they count from 0', async () => {
    const { data, sparse } = await read('3 1:1\n4 0:2 2:5\n');
    expect([...data]).toEqual([0, 1, 0, 2, 0, 5]);
    expect(sparse).toEqual({ features: 3, base: 0 });
  });

  test.each([
    ['comments', '# head\n1 1:2 # tail 9:9\n\n#\n2 2:3\n'],
    ['blank lines, tabs, carriage returns', '\n1\t1:2 \r\n\r\n2   2:3\r\n'],
    ['carriage returns alone', '1 1:2\r2 2:3\r'],
    ['labels that are floats', '1.0 1:2.0\n2e0 2:3\n'],
  ])('%s', async (_, text) => {
    const { data, labels } = await read(text);
    expect([...data]).toEqual([2, 0, 0, 3]);
    expect([...(labels?.data ?? [])]).toEqual([1, 2]);
  });

  test('rows, labels alone, gzip, rows without features', async () => {
    const text = '1 1:2\n2\n3 2:3\n4 1:1 2:1\n';
    const range = { start: 1, end: 3 };
    expect([...(await read(text, { rows: range })).data]).toEqual([0, 0, 0, 3]);
    const path = await folder.write('s.gz', gzipSync(text));
    expect((await readInput(path)).shape).toEqual([4, 2]);
    expect(await readLabels(path, { rows: range })).toMatchObject({ data: Float64Array.of(2, 3), shape: [2] });
  });

  test('features as another file has them', async () => {
    const sparse = { features: 4, base: 1 } as const;
    expect([...(await read('1 1:2\n', { sparse })).data]).toEqual([2, 0, 0, 0]);
    expect([...(await read('1 1:2\n', { sparse: { features: 3, base: 0 } })).data]).toEqual([0, 2, 0]);
    await refused(() => read('1 5:2\n', { sparse }), DataError, 'indices must be 1 to 4', 'got the index 5');
    await refused(() => read('1 0:2\n', { sparse }), DataError, 'got the index 0');
  });

  test('a long first line', async () => {
    const pairs = Array.from({ length: 2000 }, (_, i) => `${i + 1}:${i}`);
    expect((await read(`7 ${pairs.join(' ')}\n`)).shape).toEqual([1, 2000]);
  });

  test('memory is asked for before it is taken', async () => {
    await refused(() => read('1 1000000000:1\n', { memoryLimit: 1e6 }), MemoryError, 's.txt');
    await refused(() => read('1 1:1 4:1\n', { memoryLimit: 39 }), MemoryError, '32 bytes');
    expect((await read('1 1:1 4:1\n', { memoryLimit: 40 })).shape).toEqual([1, 4]);
  });

  test.each([
    ['descending indices', '1 3:1 1:2\n', 'line 1', 'ascend', '"1:2"'],
    ['an index twice', '1 1:1\n1 2:1 2:2\n', 'line 2', 'ascend'],
    ['a word for an index', '1 1:1\n1 x:3\n', 'line 2', 'index:value', '"x:3"'],
    ['a value that is none', '1 1:1\n1 2:NA\n', 'line 2', '"2:NA"'],
    ['a field that is no pair', '1 1:1\n1 2\n', 'line 2', '"2"'],
    ['several labels', '1,3 1:1\n', 'line 1', 'one label', 'several labels'],
    ['a ranking', '2 qid:1 1:1\n', 'line 1', 'qid'],
    ['a value that is not finite', '1 1:1\n2 3:nan\n', 'line 2, index 3'],
    ['a label that is not finite', '1 1:1\nnan 3:1\n', 'line 2, the label'],
  ])('%s is refused', async (_, text, ...parts) => {
    await refused(() => read(text), DataError, ...parts);
  });

  test('columns cannot be chosen', async () => {
    await refused(() => read('1 1:1\n', { labelColumn: 0 }), UsageError, 'csv only');
    await refused(() => read('1 1:1\n', { dropColumns: [0] }), UsageError, 'csv only');
  });
});
