import { type ReadOptions, readInput } from '../../../src/data/index.js';
import { DataError, UsageError } from '../../../src/errors.js';
import { describe, expect, test } from '../../jest.js';
import { refused, temporaryFolder } from '../fixtures.js';

const folder = temporaryFolder();
const read = async (text: string, options: ReadOptions = {}) => readInput(await folder.write('c.csv', text), options);

describe('columns', () => {
  const text = 'a,b,c,d\n1,2,3,4\n5,6,7,8\n';

  test.each<[ReadOptions, readonly number[], readonly string[]]>([
    [{ columns: ['c', 'a'] }, [3, 1, 7, 5], ['c', 'a']],
    [{ columns: [-1, 0] }, [4, 1, 8, 5], ['d', 'a']],
    [{ columns: ['1:3'] }, [2, 3, 6, 7], ['b', 'c']],
    [{ columns: ['-2:', 'a'] }, [3, 4, 1, 7, 8, 5], ['c', 'd', 'a']],
    [{ columns: [':1'] }, [1, 5], ['a']],
    [{ dropColumns: ['b', -1] }, [1, 3, 5, 7], ['a', 'c']],
    [{ dropColumns: [0], labelColumn: 'd' }, [2, 3, 6, 7], ['b', 'c']],
    [{ columns: ['b'], labelColumn: 0 }, [2, 6], ['b']],
  ])('%j', async (options, data, names) => {
    const found = await read(text, options);
    expect([...found.data]).toEqual(data);
    expect(found.names).toEqual(names);
  });

  test('names that look like indices are names first', async () => {
    expect([...(await read('a,7,0\n1,2,3\n', { columns: ['0', '7'] })).data]).toEqual([3, 2]);
    expect([...(await read('a,0:2,c\n1,2,3\n', { columns: ['0:2'] })).data]).toEqual([2]);
  });

  test('texts and missing values may stand in what is left out', async () => {
    const mixed = 'name,a,when,b\n"x, y",1,,2\nNA,3,2020-01-01,4\n';
    expect([...(await read(mixed, { dropColumns: ['name', 'when'] })).data]).toEqual([1, 2, 3, 4]);
    expect([...(await read(mixed, { columns: ['b'] })).data]).toEqual([2, 4]);
    await refused(() => read(mixed, { columns: ['a', 'when'] }), DataError, 'line 2, column 3 ("when")', 'missing');
  });

  test('NaN is named by its own column', async () => {
    const nan = 'a,b,c\n1,2,3\n4,5,nan\n';
    await refused(() => read(nan, { columns: ['c', 'a'] }), DataError, 'line 3, column 3 ("c")');
    expect([...(await read(nan, { dropColumns: ['c'] })).data]).toEqual([1, 2, 4, 5]);
  });

  test.each<[ReadOptions, typeof UsageError | typeof DataError, readonly string[]]>([
    [{ columns: ['x'] }, UsageError, ['columns', '"x"', '"a", "b", "c", "d"']],
    [{ dropColumns: [4] }, UsageError, ['drop-columns must be 0 to 3', 'got 4']],
    [{ dropColumns: [-5] }, UsageError, ['got -5']],
    [{ columns: ['2:2'] }, UsageError, ['2:2', '0:4']],
    [{ columns: ['0:9'] }, UsageError, ['0:9']],
    [{ columns: ['a', 0] }, UsageError, ['once', 'column 0 twice']],
    [{ dropColumns: ['d'], labelColumn: 'd' }, UsageError, ['drop-columns', 'label column', 'column 3 ("d")']],
    [{ columns: ['d', 'a'], labelColumn: -1 }, UsageError, ['columns must not name a label column']],
    [{ labelColumn: ['d', 3] }, UsageError, ['label column', 'once']],
    [{ dropColumns: [':'] }, DataError, ['a column that is left']],
    [{ labelColumn: [':'] }, DataError, ['beside the labels']],
  ])('%j is refused', async (options, error, parts) => {
    await refused(() => read(text, options), error, ...parts);
  });
});

describe('labels in a csv', () => {
  test('several are targets, in the order given', async () => {
    const { labels, data } = await read('a,b,c\n1,2,3\n4,5,6\n', { labelColumn: ['c', 'a'] });
    expect(labels).toMatchObject({ shape: [2, 2], classes: null, names: ['c', 'a'] });
    expect([...(labels?.data ?? [])]).toEqual([3, 1, 6, 4]);
    expect([...data]).toEqual([2, 5]);
    const text = 'a,b,c\n1,2,x\n';
    await refused(() => read(text, { labelColumn: [1, 2] }), DataError, 'line 2, column 3 ("c")', 'must be numbers');
  });

  test('the reported file: words in column 4 of a file .data', async () => {
    const { labels, shape } = await readInput('test/fixtures/reports/text-labels.data', { labelColumn: 4 });
    expect(shape).toEqual([60, 4]);
    expect(labels?.classes).toEqual(['Iris-setosa', 'Iris-versicolor', 'Iris-virginica']);
    expect([...(labels?.data.subarray(0, 5) ?? [])]).toEqual([0, 1, 2, 0, 1]);
  });

  test('names are numbered as they are sorted, or as training rows have them', async () => {
    const text = 'x,y\n1,b\n2,a\n3,b\n';
    expect((await read(text, { labelColumn: 'y' })).labels).toMatchObject({
      data: Float64Array.of(1, 0, 1),
      classes: ['a', 'b'],
    });
    const classes = ['c', 'b', 'a'];
    expect((await read(text, { labelColumn: 'y', classes })).labels).toMatchObject({
      data: Float64Array.of(1, 2, 1),
      classes,
    });
    const known = ['a', 'c'];
    const parts = ['line 2, column 2 ("y")', 'classes of TRAIN', '"a", "c"', 'got "b"'];
    await refused(() => read(text, { labelColumn: 'y', classes: known }), DataError, ...parts);
    await refused(() => read('x,y\n1,3\n', { labelColumn: 'y', classes: known }), DataError, 'got "3"');
  });

  test('names with commas, quotes, blanks and other letters', async () => {
    const text = '1,"a, b"\n2," c ""d"" "\n3,größe\n4,Iris setosa\n5,"a, b"\n';
    const { labels } = await read(text, { labelColumn: 1 });
    expect(labels?.classes).toEqual(['Iris setosa', 'a, b', 'c "d"', 'größe']);
  });

  test('numbers that start a name, and names that are numbers in quotes', async () => {
    const { labels } = await read('1,10 percent\n2,1st\n3,-\n4,1st\n', { labelColumn: 1 });
    expect(labels?.classes).toEqual(['-', '10 percent', '1st']);
    expect((await read('1,"3"\n2,"4"\n', { labelColumn: 1 })).labels).toMatchObject({ data: Float64Array.of(3, 4) });
    expect((await read('1 a\n2 b\n3 a\n', { labelColumn: 1 })).labels?.classes).toEqual(['a', 'b']);
  });

  test('names among integers are classes with a warning, among other numbers an error', async () => {
    const mixed = await read('x,y\n1,1\n2,2\n3,2+\n4,1.0\n', { labelColumn: 'y' });
    expect(mixed.labels).toMatchObject({ data: Float64Array.of(0, 1, 2, 0), classes: ['1', '2', '2+'] });
    expect(mixed.warnings).toEqual([
      expect.stringMatching(/3 of 4 labels are numbers.*line 4, column 2 \("y"\) is "2\+"/),
    ]);
    const turned = await read('x,y\n1,b\n2,7\n', { labelColumn: 'y' });
    expect(turned.warnings).toEqual([expect.stringContaining('1 of 2 labels are numbers')]);
    await refused(() => read('x,y\n1,0.5\n2,o.7\n', { labelColumn: 'y' }), DataError, 'line 3', 'such as 0.5', '"o.7"');
  });

  test('more names than classes can be', async () => {
    const text = `x,y\n${Array.from({ length: 1001 }, (_, i) => `${i},n${i}`).join('\n')}\n`;
    await refused(() => read(text, { labelColumn: 'y' }), DataError, 'line 1002', '1000 classes', '--drop-columns');
  });

  test('rows of the features that are asked for have no labels', async () => {
    const options = { labelColumn: 'y', features: 2 };
    expect((await read('a,b,y\n1,2,3\n', options)).labels?.data).toEqual(Float64Array.of(3));
    expect(await read('a,b\n1,2\n', options)).toMatchObject({ shape: [1, 2], labels: null });
    expect(await read('1,2\n', { labelColumn: -1, features: 2 })).toMatchObject({ shape: [1, 2], labels: null });
    expect(await read('i,a,b\n9,1,2\n', { ...options, dropColumns: ['i'] })).toMatchObject({ labels: null });
    expect((await read('1,2\n', { labelColumn: -1, features: 2 })).warnings).toEqual([
      expect.stringContaining('none for labels'),
    ]);
    expect(await read('a,y\n1,2\n', options)).toMatchObject({ shape: [1, 1], labels: { shape: [1] } });
    await refused(() => read('a\n1\n', options), UsageError, '"y"');
  });
});
