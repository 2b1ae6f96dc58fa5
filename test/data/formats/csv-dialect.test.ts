import { type ReadOptions, readInput } from '../../../src/data/index.js';
import { DataError, UsageError } from '../../../src/errors.js';
import { describe, expect, test } from '../../jest.js';
import { refused, temporaryFolder } from '../fixtures.js';

const folder = temporaryFolder();
const read = async (text: string, options: ReadOptions = {}) => readInput(await folder.write('d.csv', text), options);
const dataOf = async (text: string, options: ReadOptions = {}) => [...(await read(text, options)).data];

describe('separator and decimal mark', () => {
  test('are what makes most fields numbers', async () => {
    expect(await dataOf('a;b\n1,5;2\n3;4,25\n')).toEqual([1.5, 2, 3, 4.25]);
    expect(await dataOf('1;2\n3;4\n1,5;-2,5e1\n')).toEqual([1, 2, 3, 4, 1.5, -25]);
    expect(await dataOf('a|b\n1|2.5\n')).toEqual([1, 2.5]);
    expect(await dataOf('1,5\t2\n')).toEqual([1.5, 2]);
    expect(await dataOf('1, 2.5\n3, 4\n')).toEqual([1, 2.5, 3, 4]);
    expect(await dataOf('"x; y","z"\n1,2\n')).toEqual([1, 2]);
    expect(await dataOf('0.5,2,"a;b"\n1,2,"c;d"\n', { labelColumn: 2 })).toEqual([0.5, 2, 1, 2]);
  });

  test('are taken as given', async () => {
    expect(await dataOf('1:2\n3:4\n', { separator: ':' })).toEqual([1, 2, 3, 4]);
    expect(await dataOf('"1,5","2"\n"3,5","4"\n', { decimal: ',' })).toEqual([1.5, 2, 3.5, 4]);
    expect(await dataOf('1,5\n2,25\n', { separator: ';', decimal: ',' })).toEqual([1.5, 2.25]);
    expect(await dataOf('1,234;5\n2,345;6\n', { decimal: ',' })).toEqual([1.234, 5, 2.345, 6]);
    await refused(() => read('1,5;2\n', { decimal: '.' }), DataError, 'line 1, column 2', '"5;2"', '--separator');
    await refused(() => read('1,5;2\n', { separator: ';', decimal: '.' }), DataError, 'column 1', '--decimal ,');
    await refused(() => read('1,5;2\n', { separator: ',' }), DataError, 'line 1, column 2', '"5;2"', '--separator');
  });

  test('numbers with exponents and long fractions read with a decimal comma as with a point', async () => {
    const texts = ['-0.1', '1234567890123456789e-30', '12.5E3', '.5', '5.', '0.30000000000000004'];
    const commas = texts.map((text) => text.replace('.', ','));
    expect(await dataOf(`x;y\n${commas.map((text) => `${text};1`).join('\n')}\n`)).toEqual(
      texts.flatMap((text) => [Number(text), 1]),
    );
  });

  test('commas that may separate thousands are pointed out', async () => {
    const { warnings } = await read('1,234;5\n2,345;6\n');
    expect(warnings).toEqual([expect.stringContaining('--decimal .')]);
    expect((await read('1,234;5\n0,5;6\n')).warnings).toEqual([]);
  });

  test.each([
    ['"1,234",5\n', '"1,234"', '--decimal ,', 'thousands'],
    ['1.234,5;2\n3,5;4\n', 'line 1, column 1', '"1.234,5"', 'thousands'],
    ["1'234,5\n2,6\n", 'thousands'],
    ['1 234,5\n2,6\n', 'thousands'],
    ['"1,234,567",5\n2,6\n', 'thousands'],
    ['1,5;2\n3;4\n5,5;6\n1.5;2\n', 'line 4, column 1', '--decimal .'],
    ['"1,5",2\n', 'line 1, column 1', '--decimal ,'],
    ['5%,1\n2,3\n', 'line 1, column 1', '"5%"'],
    ['a,b\n2020-01-01,1\n', 'line 2, column 1', '--drop-columns 0', '--label-column 0'],
    ['1:2\n3:4\n', '--separator'],
  ])('%j is refused', async (text, ...parts) => {
    await refused(() => read(text), DataError, ...parts);
  });

  test.each(['', 'ab', '1', '.', '-', '"', 'x', '\n'])('separator %j is refused', async (separator) => {
    await refused(() => read('1,2\n', { separator }), UsageError, 'separator', 'one character');
  });
});

describe('a missing value is called one', () => {
  test.each(['', '""', 'NA', 'na', 'N/A', '#N/A', '#DIV/0!', '?', 'null', 'NULL', 'None', '-', '--', '.', ' '])(
    '%j',
    async (field) => {
      await refused(() => read(`1,2\n3,${field}\n`), DataError, 'line 2, column 2', 'a missing value');
      await refused(() => read(`a,b\n${field},2\n3,4\n`), DataError, 'line 2, column 1 ("a")', 'a missing value');
      await refused(() => read(`1,${field},3\n3,4,5\n`), DataError, 'line 1, column 2', 'a missing value');
    },
  );

  test.each(['', 'NA', 'N/A', '#N/A', '#DIV/0!', 'NaN', '?', 'null', '.'])('%j among labels', async (field) => {
    const options = { labelColumn: 1, header: false };
    await refused(() => read(`1,a\n2,${field}\n`, options), DataError, 'line 2, column 2', 'a missing value');
    await refused(() => read(`1,${field}\n2,a\n`, options), DataError, 'line 1, column 2');
    await refused(() => read(`1,7\n2,${field}\n`, options), DataError, 'line 2, column 2');
  });

  test.each(['-', '+', 'None', 'none', 'Na', 'no', 'missing'])('%j may be the name of a class', async (field) => {
    const { labels } = await read(`1,a\n2,${field}\n`, { labelColumn: 1, header: false });
    expect(labels?.classes?.toSorted()).toEqual(['a', field].toSorted());
  });
});

describe('lines', () => {
  test('messages count lines that were passed over', async () => {
    const text = '# one\n\na,b\n1,2\n# five\n\n\n3,x\n';
    await refused(() => read(text), DataError, 'line 8, column 2 ("b")');
    const nan = '# one\n\na,b\n1,2\n# five\n\n\n3,4\n5,6\nnan,7\n';
    await refused(() => read(nan), DataError, 'line 10, column 1 ("a")');
    await refused(() => read(nan, { rows: { start: 3, end: 4 } }), DataError, 'line 10, column 1 ("a")');
  });

  test('rows count neither comments nor blank lines', async () => {
    expect(await dataOf('a\n1\n#x\n2\n%y\n3\n', { rows: { start: 1, end: 3 } })).toEqual([2, 3]);
    expect((await read('1,2\n\n3,4\n')).fileRows).toBe(2);
  });

  test('a carriage return at the border of chunks', async () => {
    const rows = Array.from({ length: 300_000 }, (_, i) => `${i},${i % 7}`);
    const input = await read(rows.join('\r'));
    expect(input.shape).toEqual([300_000, 2]);
    expect(input.data.every((value, at) => value === (at % 2 === 0 ? at / 2 : ((at - 1) / 2) % 7))).toBe(true);
  });

  test.each([
    ['a second line of names', ',a,a\n,x,y\n0,1,2\n', 'line 2', 'no number', 'second line of names'],
    [
      'a field after the last separator',
      `a,b,\n${'1,2,\n'.repeat(20_000)}3,4,5\n`,
      'line 20002, column 3',
      'must be empty',
    ],
    ['an empty column that has a name', 'a,b,c\n1,2,\n3,4,\n', 'line 2, column 3 ("c")', 'a missing value'],
    ['only the first line ends in a separator', '1,2,\n4,5,6\n', 'line 1, column 3', 'a missing value'],
  ])('%s', async (_, text, ...parts) => {
    await refused(() => read(text), DataError, ...parts);
  });
});
