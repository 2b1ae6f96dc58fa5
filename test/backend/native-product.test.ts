import { nativeProduct } from '../../src/backend/native-product.js';
import { allocate } from '../../src/data/array.js';
import { nativeLibrary } from '../../src/platform/native.js';
import { describe, expect, test } from '../jest.js';
import { nativePlaces } from '../kernels/backends.js';
import { numbers } from '../linalg/matrices.js';

const [ROWS, COLUMNS, DEPTH, STRIDE] = [5, 7, 11, 9];

describe('native product', () => {
  test.each(nativePlaces().map((place) => [place]))('of rows in C order, in shared memory too: %s', async (place) => {
    const library = await nativeLibrary(place);
    if (library === null) throw new Error(`${place} was found before`);
    const a = numbers(ROWS * DEPTH, 1);
    const b = numbers(COLUMNS * DEPTH, 2);
    const sizes = { rows: ROWS, columns: COLUMNS, depth: DEPTH, stride: STRIDE };
    const c = allocate(ROWS * STRIDE, 'f64').fill(-1);
    const single = allocate(ROWS * STRIDE, 'f32').fill(-1);
    nativeProduct(library, a, b, sizes, c);
    nativeProduct(library, Float32Array.from(a), Float32Array.from(b), sizes, single);
    for (let i = 0; i < ROWS; i++) {
      for (let j = 0; j < STRIDE; j++) {
        let sum = j < COLUMNS ? 0 : -1;
        for (let k = 0; k < DEPTH && j < COLUMNS; k++) sum += a[i * DEPTH + k] * b[j * DEPTH + k];
        expect(c[i * STRIDE + j]).toBeCloseTo(sum, 14);
        expect(single[i * STRIDE + j]).toBeCloseTo(sum, 5);
      }
    }
  });

  test('without a library there is nothing to test', () => {
    if (nativePlaces().length === 0) process.stderr.write('native product: no library is here\n');
    expect(nativePlaces().every((place) => place !== 'auto' && place !== 'off')).toBe(true);
  });
});
