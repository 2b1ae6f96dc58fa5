import fc from 'fast-check';
import { largestAngles } from '../../src/compare/angles.js';
import { RandomSource } from '../../src/linalg/random.js';
import { singularValues } from '../../src/linalg/singular-values.js';
import { describe, expect, test } from '../jest.js';

/**
 * Rows `[k, n]` of the identity, the first turned by `angle` towards row k: every space but the whole has that angle to
 * its old self.
 */
function turned(k: number, n: number, angle: number): Float64Array {
  const rows = new Float64Array(k * n);
  for (let i = 0; i < k; i++) rows[i * (n + 1)] = 1;
  rows[0] = Math.cos(angle);
  rows[k] = Math.sin(angle);
  return rows;
}

/** Orthonormal rows `[k, n]`. */
function orthonormal(k: number, n: number, seed: number): Float64Array {
  const a = new RandomSource(seed).normals(k * n);
  for (let i = 0; i < k; i++) {
    const row = a.subarray(i * n, (i + 1) * n);
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const other = a.subarray(j * n, (j + 1) * n);
        const dot = row.reduce((sum, v, p) => sum + v * other[p], 0);
        for (let p = 0; p < n; p++) row[p] -= dot * other[p];
      }
    }
    const norm = Math.hypot(...row);
    for (let p = 0; p < n; p++) row[p] /= norm;
  }
  return a;
}

describe('principal angles', () => {
  test.each([1e-12, 1e-9, 1e-3, 0.7, Math.PI / 4, 1.2, Math.PI / 2 - 1e-9, Math.PI / 2 - 1e-12, Math.PI / 2])(
    'keep their digits at %d, near 0 and near pi / 2',
    (angle) => {
      const angles = largestAngles(turned(3, 5, 0), turned(3, 5, angle), 3, 5);
      for (const found of angles) {
        expect(Math.abs(found - angle)).toBeLessThan(4e-16 + 4e-16 * angle);
        // The distance from pi / 2 keeps its digits too.
        expect(Math.abs(Math.PI / 2 - found - (Math.PI / 2 - angle))).toBeLessThan(4e-16);
      }
    },
  );

  test('do not depend on bases, and are 0 for the whole space', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 1000 }), (n, seed) => {
        const [u, v] = [orthonormal(n, n, seed), orthonormal(n, n, seed + 5000)];
        const angles = largestAngles(u, v, n, n);
        const other = largestAngles(
          v,
          u.map((x) => -x),
          n,
          n,
        );
        for (const [j, angle] of angles.entries()) expect(angle).toBeCloseTo(other[j], 12);
        expect(angles[n - 1]).toBeLessThan(1e-14);
        const cosine = Math.abs(u.subarray(0, n).reduce((sum, x, p) => sum + x * v[p], 0));
        expect(angles[0]).toBeCloseTo(Math.acos(Math.min(1, cosine)), 6);
      }),
      { numRuns: 50 },
    );
  });
});

describe('singular values', () => {
  test('of a product of rotations and a diagonal are that diagonal, small ones to their own size', () => {
    const sizes = [3, 1, 1e-8, 1e-14];
    const [q, r] = [orthonormal(4, 4, 1), orthonormal(4, 7, 2)];
    // Rows of different sizes: D Q' R with the small sizes in rows of their own.
    const a = new Float64Array(28);
    for (let i = 0; i < 4; i++) for (let p = 0; p < 7; p++) a[i * 7 + p] = sizes[i] * r[i * 7 + p];
    const exact = singularValues(a, 4, 7);
    for (const [i, size] of sizes.entries()) expect(Math.abs(exact[i] / size - 1)).toBeLessThan(1e-14);
    const mixed = new Float64Array(28);
    for (let i = 0; i < 4; i++) {
      for (let l = 0; l < 4; l++) for (let p = 0; p < 7; p++) mixed[i * 7 + p] += q[i * 4 + l] * a[l * 7 + p];
    }
    const close = singularValues(mixed, 4, 7);
    for (const [i, size] of sizes.entries()) expect(Math.abs(close[i] - size)).toBeLessThan(1.2e-14);
  });

  test('of rows that vanish are 0', () => {
    expect([...singularValues(Float64Array.of(0, 0, 3, 4), 2, 2)]).toEqual([5, 0]);
    const [large, none] = singularValues(Float64Array.of(1, 1, 1, 1), 2, 2);
    expect(large).toBeCloseTo(2, 14);
    expect(none).toBeLessThan(1e-15);
  });
});
