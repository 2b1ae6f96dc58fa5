import { fileURLToPath } from 'node:url';
import { linearAlgebra, nativeAlgebra } from '../../src/linalg/index.js';
import { nativeFacts } from '../../src/platform/native.js';
import { describe, expect, test } from '../jest.js';

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
