import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { readInput, readLabels } from '../../../src/data/index.js';
import { DataError, MemoryError, UsageError } from '../../../src/errors.js';
import { describe, expect, test } from '../../jest.js';
import { refused, temporaryFolder } from '../fixtures.js';

const folder = temporaryFolder();

async function rowsOf(text: string | Uint8Array, options = {}): Promise<number[][]> {
  const { data, shape } = await readInput(await folder.write('x.csv', text), options);
  return Array.from({ length: shape[0] }, (_, i) => [...data.subarray(i * shape[1], (i + 1) * shape[1])]);
}

describe('csv', () => {
  test.each([
    ['plain', '1,2\n3,4\n'],
    ['no line feed at the end', '1,2\n3,4'],
    ['carriage returns', '1,2\r\n3,4\r\n'],
    ['header', 'a,b\n1,2\n3,4\n'],
    ['header partly numbers', '1,b\n1,2\n3,4\n'],
    ['byte order mark', '\ufeff1,2\n3,4\n'],
    ['byte order mark and header', '\ufeffa,b\r\n1,2\r\n3,4'],
    ['blank lines at the end', '1,2\n3,4\n\n  \r\n\n'],
    ['blanks around fields', ' 1 , 2\n3,\t4 \n'],
    ['quotes', '"a","b, c"\n"1",2\n" 3 ","4"\n'],
    ['quoted header with a doubled quote', '"a ""x""",b\n1,2\n3,4\n'],
    ['header of numpy.savetxt', '# a b\n1 2\n3 4\n'],
    ['semicolons', 'a;b\n1;2\n3;4\n'],
    ['tabs', 'a b\tc\n1\t2\n3\t4\n'],
    ['blanks', ' 1  2\n3 4 \n'],
    ['blanks and tabs', '1 \t2\n3\t 4\n'],
    ['exponents and signs', '+1e0,.2E1\n3.,40e-1\n'],
    ['carriage returns alone', '1,2\r3,4\r'],
    ['carriage returns alone and a header', 'a,b\r1,2\r3,4'],
    ['blank lines first and within', '\n  \n1,2\n\n\t\n3,4\n'],
    ['comments', '# made by hand\n% in two marks\n1,2\n  # within\n3,4\n#end'],
    ['comments, then a header', '# made by hand\na,b\n1,2\n3,4\n'],
    ['a header as the last of the comments', '# made by hand\n#a,b\n1,2\n3,4\n'],
    ['a separator at the end of every line', 'a,b,\n1,2,\n3,4,\n'],
    ['the same without a header', '1;2;\n3;4;\n'],
    ['the same, the header without', 'a\tb\n1\t2\t\n3\t4\t\n'],
    ['decimal commas between semicolons', '1,0;2,0\n3,0;4,0\n'],
    ['decimal commas between tabs', 'a\tb\n1,0\t2\n3\t4,0\n'],
    ['decimal commas between blanks', '1,0  2,00\n3,0  4,00\n'],
    ['decimal points between semicolons', 'a;b\n1.0;2\n3;4.0\n'],
    ['blanks before and between, aligned', '    1.0     2.0\n    3.0     4.0\n'],
    ['names of R, whose header is one field short', '"a" "b"\n"1" 1 2\n"2" 3 4\n'],
    ['names of rows that are texts', 'a,b\nx,1,2\ny,3,4\n'],
  ])('%s', async (_, text) => {
    expect(await rowsOf(text)).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  test('one column, one row', async () => {
    expect(await rowsOf('7\n8\n')).toEqual([[7], [8]]);
    expect(await rowsOf('class label\n7\n8\n')).toEqual([[7], [8]]);
    expect(await rowsOf('7,8')).toEqual([[7, 8]]);
    expect([
      ...(await readLabels(await folder.write('l.csv', 'y\n3\n1\n2\n'), { rows: { start: 1, end: 3 } })).data,
    ]).toEqual([1, 2]);
  });

  test('every number reads as Number reads it', async () => {
    const decimal = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x.toExponential(18)),
      fc.tuple(fc.maxSafeInteger(), fc.integer({ min: -40, max: 40 })).map(([m, e]) => `${m}e${e}`),
      fc
        .tuple(fc.integer(), fc.nat(), fc.integer({ min: 0, max: 12 }))
        .map(([a, b, zeros]) => `${a}.${'0'.repeat(zeros)}${b}`),
      fc.constantFrom('-0', '9007199254740993', '0.1', '1e22', '1e23', '1e-22', '123456789012345678e-17', '5e-324'),
    );
    const table = fc
      .integer({ min: 1, max: 5 })
      .chain((columns) =>
        fc.array(fc.array(decimal, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 20 }),
      );
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.constantFrom(',', ';', '\t', ' '),
        fc.constantFrom('\n', '\r\n'),
        async (rows, by, end) => {
          const text = rows.map((row) => row.join(by)).join(end);
          expect(await rowsOf(text)).toEqual(rows.map((row) => row.map(Number)));
        },
      ),
      { seed: 2, numRuns: 300 },
    );
  });

  test('lines across the borders of chunks, gzipped too', async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `${i},${i * 0.37},${-i}e-3,"${i % 7}"`);
    const text = lines.join('\r\n');
    const check = async (path: string) => {
      const input = await readInput(path, { rows: { start: 1, end: 60_000 }, labelColumn: 3 });
      expect(input.shape).toEqual([59_999, 3]);
      expect(
        input.data.every((value, at) => value === [1, 0.37, 0][at % 3] * (1 + Math.floor(at / 3)) || at % 3 === 2),
      ).toBe(true);
      expect(input.labels?.data.every((value, at) => value === (at + 1) % 7)).toBe(true);
      expect(input.data[59_999 * 3 - 1]).toBe(-59.999);
    };
    await check(await folder.write('long.csv', text));
    await check(await folder.write('long.csv.gz', gzipSync(text)));
  });

  test('a line longer than any buffer', async () => {
    const row = Array.from({ length: 250_000 }, (_, i) => i);
    const input = await readInput(await folder.write('wide.csv', `${row.join(',')}\n${row.join(',')}\n`));
    expect(input.shape).toEqual([2, row.length]);
    expect(input.data.every((value, at) => value === at % row.length)).toBe(true);
  });

  test('rows do not count the header', async () => {
    expect(await rowsOf('a\n0\n1\n2\n3\n', { rows: { start: 1, end: 3 } })).toEqual([[1], [2]]);
  });

  test('a header with numbers is pointed out', async () => {
    const input = await readInput(await folder.write('slip.csv', '1,2x\n3,4\n'));
    expect(input.warnings).toEqual([expect.stringMatching(/slip\.csv line 1: .*header.*column 2 \("2x"\)/)]);
  });
});

describe('label column', () => {
  const text = 'a,b,7\n1,2,3\n4,5,6\n';

  test.each([
    [
      'a',
      [1, 4],
      [
        [2, 3],
        [5, 6],
      ],
    ],
    [
      'b',
      [2, 5],
      [
        [1, 3],
        [4, 6],
      ],
    ],
    [
      '7',
      [3, 6],
      [
        [1, 2],
        [4, 5],
      ],
    ],
    [
      0,
      [1, 4],
      [
        [2, 3],
        [5, 6],
      ],
    ],
    [
      '2',
      [3, 6],
      [
        [1, 2],
        [4, 5],
      ],
    ],
  ])('%s', async (labelColumn, labels, rows) => {
    expect(await rowsOf(text, { labelColumn })).toEqual(rows);
    const input = await readInput(await folder.write('x.csv', text), { labelColumn });
    expect(input.labels).toMatchObject({ data: new Float64Array(labels), shape: [2], classes: null });
  });

  test('refuses unknown names, indices past the end and the only column', async () => {
    const read = (content: string, labelColumn: string | number) => async () =>
      readInput(await folder.write('x.csv', content), { labelColumn });
    await refused(read(text, 'c'), UsageError, 'x.csv', '"c"', '"a", "b", "7"');
    await refused(read(text, 3), UsageError, '0 to 2', '3 columns');
    await refused(read(text, -4), UsageError, '0 to 2', '-1 for the last');
    await refused(read(text, 0.5), UsageError, '0 to 2');
    await refused(read('1,2\n', 'a'), UsageError, 'without a header', 'zero-based');
    await refused(read('a,a\n1,2\n', 'a'), UsageError, 'several');
    await refused(read('a\n1\n', 'a'), DataError, 'beside the labels');
  });
});

describe('csv refuses', () => {
  const read =
    (text: string | Uint8Array, options = {}) =>
    async () =>
      readInput(await folder.write('bad.csv', text), options);

  test.each([
    ['text', '1,2\n3,x4\n', 'line 2, column 2', '"x4"'],
    ['a number with a tail', '1,2\n3x,4\n', 'line 2, column 1', '"3x"'],
    ['a hexadecimal number', '1,2\n0x10,4\n', 'line 2, column 1', '"0x10"'],
    ['an exponent without digits', '1,2\n3,4e\n', 'line 2, column 2', '"4e"'],
    ['a missing value', 'a,b\n1,2\n,4\n', 'line 3, column 1', 'Fill in'],
    ['a missing value at the end', 'a,b\r\n1,2\r\n3,\r\n', 'line 3, column 2', 'Fill in'],
    ['two numbers in a field', '1,2\n3 5,4\n', 'line 2, column 1', '"3 5"'],
    ['too few columns', '1,2,3\n4,5\n', 'line 2, column 3', '3 columns', 'got 2'],
    ['too many columns', '1,2\n4,5,6\n', 'line 2, column 3', '2 columns', 'got 3'],
    ['too many columns after blanks', '1 2\n4 5 6\n', 'line 2, column 3', '2 columns', 'got 3'],
    ['too few columns after blanks', '1 2 3\n4 5 \n', 'line 2, column 3', '3 columns', 'got 2'],
    ['an empty line in one column', '1\n\n3\n', 'line 2, column 1', 'missing value', 'empty line'],
    ['blank lines and comments alone', '\n# nothing\n  \n', 'blank lines and comments alone'],
    ['a header alone', 'a,b\n', 'at least one row', 'header'],
    ['a quote without end', '1,2\n"3,4\n', 'line 2'],
    ['text after a quote', '1,2\n"3"4,4\n', 'line 2, column 1'],
  ])('%s', async (_, text, ...parts) => {
    await refused(read(text), DataError, 'bad.csv', ...parts);
  });

  test('NaN and infinity with line and column, label column counted', async () => {
    await refused(read('a,b\n1,2\nnan,inf\n'), DataError, '2 NaN', 'line 3, column 1 ("a")');
    await refused(read('1,2,3\n4,5,-Infinity\n', { labelColumn: 0 }), DataError, '1 NaN', 'line 2, column 3');
    await refused(read('1,2\nNaN,2\n', { labelColumn: 0 }), DataError, '1 NaN', 'line 2, column 1');
    await refused(read('0,1\n1,2\n3,1e999\n', { rows: { start: 1, end: 3 } }), DataError, 'line 3, column 2');
  });

  test('text in UTF-16, a file of zeros, a picture', async () => {
    await refused(read(Buffer.from('\ufeff1,2\n', 'utf16le')), DataError, 'bad.csv', 'UTF-8');
    await refused(read(new Uint8Array(100)), DataError, 'bad.csv', 'text');
    const path = await folder.write('picture.png', Buffer.from('89504e470d0a1a0a00', 'hex'));
    await refused(
      () => readInput(path),
      DataError,
      'picture.png',
      '89 50 4e 47',
      '.npy',
      '.npz',
      'csv',
      'IDX',
      'CIFAR-10',
    );
  });

  test('more memory than allowed, rows past the end, an image of another size', async () => {
    const text = '1,2\n3,4\n5,6\n';
    await refused(read(text, { memoryLimit: 47 }), MemoryError, '48 bytes');
    expect(await rowsOf(text, { memoryLimit: 48 })).toHaveLength(3);
    await refused(read(text, { rows: { start: 0, end: 4 } }), UsageError, '3 rows');
    await refused(read(text, { image: [2, 2, 1] }), UsageError, 'bad.csv', '2x2x1', '4 values');
  });
});
