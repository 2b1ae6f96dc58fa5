import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { linearAlgebra, nativeAlgebra, nativeFacts } from '../../src/linalg/index.js';
import { places } from './algebras.js';
import { numbers } from './matrices.js';

describe('--native', () => {
  test('off gives the algebra that is built in', async () => {
    const algebra = await linearAlgebra('off');
    expect(algebra).toMatchObject({ name: 'built in', isNative: false });
    expect(await nativeAlgebra('off')).toBeNull();
    expect(await nativeFacts('off')).toMatchObject({ available: false, reason: 'switched off by --native off' });
  });

  test('auto never fails, and says what it found or why not', async () => {
    const facts = await nativeFacts('auto');
    const algebra = await linearAlgebra('auto', 1);
    expect(algebra.isNative).toBe(facts.available);
    if (facts.available) expect(algebra.name).toContain(facts.name);
    else expect(facts).toMatchObject({ reason: expect.any(String), remedy: expect.stringMatching(/install/i) });
  });

  test.each(['/nowhere/libopenblas.so.0', fileURLToPath(import.meta.url)])(
    'a path that cannot be loaded is an error of usage: %s',
    async (path) => {
      await expect(linearAlgebra(path)).rejects.toMatchObject({
        kind: 'usage',
        message: expect.stringMatching(/^--native: must be auto, off or the path of a BLAS and LAPACK library, got /),
      });
      expect(await nativeFacts(path)).toMatchObject({ available: false, reason: expect.any(String) });
    },
  );
});

describe('native product', () => {
  test('of rows in C order, in both precisions', async () => {
    for (const place of places()) {
      const algebra = (await nativeFacts(place)).available ? await nativeAlgebra(place, 1) : null;
      if (algebra === null) continue;
      const [rows, columns, depth] = [5, 7, 11];
      const a = numbers(rows * depth, 1);
      const b = numbers(columns * depth, 2);
      const c = new Float64Array(rows * columns);
      const single = new Float32Array(rows * columns);
      algebra.product(a, b, rows, columns, depth, c);
      algebra.product(Float32Array.from(a), Float32Array.from(b), rows, columns, depth, single);
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          let sum = 0;
          for (let k = 0; k < depth; k++) sum += a[i * depth + k] * b[j * depth + k];
          expect(c[i * columns + j]).toBeCloseTo(sum, 14);
          expect(single[i * columns + j]).toBeCloseTo(sum, 5);
        }
      }
      expect(algebra.name).toMatch(/1 thread$|^BLAS/);
    }
  });
});
