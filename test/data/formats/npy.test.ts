import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { readInput, readLabels } from '../../../src/data/index.js';
import { DataError, MemoryError, UsageError } from '../../../src/errors.js';
import { describe, expect, test } from '../../jest.js';
import { elements, npyDictionary, npyFile, npyOf, refused, temporaryFolder, WRITABLE } from '../fixtures.js';

const folder = temporaryFolder();
const SMALL: readonly string[] = ['f4', 'u1', 'u2', 'i1', 'i2', 'b1'];

/** The values in Fortran order of an array given in C order, by counting up the indices. */
function fortran(values: readonly number[], shape: readonly number[]): number[] {
  const result: number[] = [];
  const index = shape.map(() => 0);
  for (let i = 0; i < values.length; i++) {
    result.push(values[index.reduce((at, k, axis) => at * shape[axis] + k, 0)]);
    for (let axis = 0; axis < shape.length && ++index[axis] === shape[axis]; axis++) index[axis] = 0;
  }
  return result;
}

describe.each(WRITABLE)('element type %s', (type) => {
  const values =
    type === 'b1' ? [0, 1, 1, 0, 1, 0] : type.startsWith('u') ? [0, 1, 255, 7, 8, 9] : [0, -1, 127, 7, -8, 9];

  test.each([
    ['<', true],
    ['>', false],
  ])('byte order %s, C and Fortran', async (order, little) => {
    for (const inFortran of [false, true]) {
      const stored = inFortran ? fortran(values, [3, 2]) : values;
      const mark = type === 'u1' || type === 'i1' || type === 'b1' ? '|' : order;
      const content = npyFile(npyDictionary(`${mark}${type}`, [3, 2], inFortran), elements(type, stored, little));
      const input = await readInput(await folder.write('x.npy', content));
      expect([...input.data]).toEqual(values);
      expect(input.shape).toEqual([3, 2]);
      expect(input.data).toBeInstanceOf(SMALL.includes(type) ? Float32Array : Float64Array);
      expect(input.data.buffer).toBeInstanceOf(SharedArrayBuffer);
      expect(input.range).toEqual([Math.min(...values), Math.max(...values)]);
      expect(input.labels).toBeNull();
    }
  });
});

describe('readInput of .npy', () => {
  test('float16: subnormal, normal, negative', async () => {
    const body = new Uint8Array(new Uint16Array([0x0001, 0x3c00, 0xc000, 0x7bff, 0x8000, 0x3555]).buffer);
    const input = await readInput(await folder.write('h.npy', npyFile(npyDictionary('<f2', [6]), body)));
    expect([...input.data]).toEqual([2 ** -24, 1, -2, 65504, -0, 0.333251953125]);
  });

  test.each([1, 2, 3])('version %i', async (version) => {
    const content = npyFile(npyDictionary('<f8', [2, 1]), elements('f8', [1.5, -2]), version);
    expect([...(await readInput(await folder.write('v.npy', content))).data]).toEqual([1.5, -2]);
  });

  test('keys in any order, double quotes, Python 2 sizes', async () => {
    const dictionary = `{"shape": (2L, 3L), "fortran_order": False, "descr": "=f4"}`;
    const input = await readInput(await folder.write('o.npy', npyFile(dictionary, elements('f4', [1, 2, 3, 4, 5, 6]))));
    expect(input.shape).toEqual([2, 3]);
  });

  test('any rank, order and rows against plain slicing', async () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(shapes, fc.boolean(), fc.nat(), fc.nat(), async (shape, inFortran, a, b) => {
        const count = shape.reduce((x, y) => x * y, 1);
        const values = Array.from({ length: count }, (_, i) => i - 3);
        const start = a % shape[0];
        const end = start + 1 + (b % (shape[0] - start));
        const body = elements('i2', inFortran ? fortran(values, shape) : values, false);
        const path = await folder.write('p.npy', npyFile(npyDictionary('>i2', shape, inFortran), body));
        const input = await readInput(path, { rows: { start, end } });
        const row = count / shape[0];
        expect([...input.data]).toEqual(values.slice(start * row, end * row));
        expect(input.shape).toEqual([end - start, ...(shape.length === 1 ? [1] : shape.slice(1))]);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  test('arrays larger than a block, also in Fortran order and gzipped', async () => {
    const shape = [401, 307];
    const values = Array.from({ length: 401 * 307 }, (_, i) => Math.sin(i));
    const c = await readInput(await folder.write('c.npy', npyOf(shape, values)), { rows: { start: 200, end: 401 } });
    expect([...c.data]).toEqual(values.slice(200 * 307));
    const content = npyFile(npyDictionary('<f8', shape, true), elements('f8', fortran(values, shape)));
    const f = await readInput(await folder.write('f.npy.gz', gzipSync(content)), { rows: { start: 13, end: 14 } });
    expect([...f.data]).toEqual(values.slice(13 * 307, 14 * 307));
  });

  test('sha256 is of the whole file whatever the rows', async () => {
    const path = await folder.write('s.npy', npyOf([3, 1], [1, 2, 3]));
    const all = await readInput(path);
    expect((await readInput(path, { rows: { start: 1, end: 2 } })).sha256).toBe(all.sha256);
    expect(all.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test('labels of rank 1 and one column', async () => {
    const path = await folder.write('l.npy', npyFile(npyDictionary('<i8', [3]), elements('i8', [5, -1, 2])));
    expect(await readLabels(path)).toMatchObject({ data: new Float64Array([5, -1, 2]), shape: [3] });
    expect((await readLabels(path, { rows: { start: 2, end: 3 } })).data).toEqual(new Float64Array([2]));
  });
});

describe('readInput of .npy refuses', () => {
  const read =
    (content: Uint8Array, name = 'bad.npy') =>
    async () =>
      readInput(await folder.write(name, content));

  test.each([
    ['|O', 'Python objects'],
    ['<c16', 'complex'],
    ['<U3', 'strings'],
    ['|S3', 'strings'],
    ['<M8[ns]', 'dates'],
    ['<m8[s]', 'time spans'],
    ['|V8', 'raw records'],
    ['<f16', 'f16'],
    ['<q8', 'q8'],
  ])('dtype %s', async (descr, name) => {
    await refused(read(npyFile(npyDictionary(descr, [1]), new Uint8Array(16))), DataError, 'bad.npy', name, 'astype');
  });

  test('a structured dtype', async () => {
    const dictionary = `{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }`;
    await refused(read(npyFile(dictionary, new Uint8Array(8))), DataError, 'structured');
  });

  test.each([
    ['rank 0', [], 'rank 1 to 4'],
    ['rank 5', [1, 1, 1, 1, 1], 'rank 1 to 4'],
    ['no rows', [0, 3], 'at least one row'],
    ['no columns', [3, 0], 'at least one column'],
  ])('%s', async (_, shape, part) => {
    await refused(read(npyFile(npyDictionary('<f8', shape), new Uint8Array(8))), DataError, part);
  });

  test('a header that claims more than the file holds, before allocating', async () => {
    const content = npyFile(npyDictionary('<f8', [1e9, 1e3]), new Uint8Array(80));
    await refused(read(content), DataError, '8000000000', 'truncated');
    await refused(read(gzipSync(content), 'claim.npy.gz'), DataError, 'claims', 'truncated');
    await refused(read(npyFile(npyDictionary('<f8', [1e9, 1e9]), new Uint8Array(8))), DataError, 'shape');
  });

  test('fewer bytes by one, more bytes by one', async () => {
    const content = npyOf([3, 2], [1, 2, 3, 4, 5, 6]);
    await refused(read(content.subarray(0, content.length - 1)), DataError, 'truncated');
    await refused(read(Buffer.concat([content, Buffer.alloc(1)])), DataError, 'one array');
    const packed = gzipSync(Buffer.concat([content, Buffer.alloc(1)]));
    await refused(read(packed, 'more.npy.gz'), DataError, 'one array');
  });

  test('a header cut off, a foreign version, a damaged dictionary, a huge header', async () => {
    await refused(read(npyOf([1, 1], [1]).subarray(0, 20)), DataError, 'bad.npy');
    await refused(read(npyFile(npyDictionary('<f8', [1]), new Uint8Array(8), 9)), DataError, 'version 1 to 3');
    await refused(read(npyFile(`{'descr': '<f8'}`, new Uint8Array(8))), DataError, 'fortran_order');
    const huge = Buffer.from(npyFile(npyDictionary('<f8', [1]), new Uint8Array(8), 2));
    huge.writeUInt32LE(0xfffffff0, 8);
    await refused(read(huge), DataError, 'header of 4294967280 bytes');
  });

  test('NaN and infinity: how many and the first place', async () => {
    const values = [1, 2, 3, Number.NaN, 5, Number.NEGATIVE_INFINITY];
    await refused(read(npyOf([3, 2], values)), DataError, '2 NaN or infinite', 'row 1, column 1');
    const image = [...Array(11).fill(0), Number.POSITIVE_INFINITY];
    await refused(read(npyOf([2, 1, 2, 3], image)), DataError, '1 NaN', 'row 1, element [0, 1, 2]');
    const path = await folder.write('nan.npy', npyOf([3, 2], values));
    await refused(() => readInput(path, { rows: { start: 1, end: 3 } }), DataError, 'row 1, column 1');
    expect([...(await readInput(path, { rows: { start: 0, end: 1 } })).data]).toEqual([1, 2]);
  });

  test('integers that float64 cannot hold', async () => {
    const body = elements('i8', [1, -(2 ** 53)]);
    await refused(read(npyFile(npyDictionary('<i8', [2]), body)), DataError, '2^53', 'float64');
    const fits = await folder.write('wide.npy', npyFile(npyDictionary('<u8', [1]), elements('u8', [2 ** 53 - 1])));
    expect((await readInput(fits)).data[0]).toBe(2 ** 53 - 1);
  });

  test('more memory than allowed, saying how much', async () => {
    const path = await folder.write('m.npy', npyOf([100, 10], Array(1000).fill(1)));
    await refused(() => readInput(path, { memoryLimit: 7999 }), MemoryError, '8000 bytes', 'fewer rows');
    expect((await readInput(path, { memoryLimit: 8000 })).shape).toEqual([100, 10]);
    expect((await readInput(path, { memoryLimit: 800, rows: { start: 0, end: 10 } })).shape).toEqual([10, 10]);
  });

  test('a label column, labels that are images, rows past the end', async () => {
    const path = await folder.write('x.npy', npyOf([2, 2], [1, 2, 3, 4]));
    await refused(() => readInput(path, { labelColumn: 0 }), UsageError, 'csv only');
    await refused(() => readInput(path, { columns: [0] }), UsageError, 'columns', 'csv only');
    await refused(() => readInput(path, { dropColumns: [1] }), UsageError, 'drop-columns', 'csv only');
    const images = await folder.write('i.npy', npyOf([1, 2, 2], [1, 2, 3, 4]));
    await refused(() => readLabels(images), DataError, 'one row of numbers', '[1, 2, 2]');
    await refused(() => readInput(path, { rows: { start: 0, end: 3 } }), UsageError, '2 rows');
  });
});
