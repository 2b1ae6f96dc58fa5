import { reserve } from '../../src/data/budget.js';
import { readableBytes } from '../../src/data/index.js';
import { MemoryError } from '../../src/errors.js';
import { expect, test } from '../jest.js';
import { refused } from './fixtures.js';

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1 KiB'],
  [1.5 * 2 ** 30, '1.5 GiB'],
  [2 ** 60, '1024 PiB'],
])('%d bytes', (bytes, text) => {
  expect(readableBytes(bytes)).toBe(text);
});

test('a store within the limit is zeroed and shared', () => {
  const store = reserve(3, 'f32', 12, 'x');
  expect(store).toEqual(new Float32Array(3));
  expect(store.buffer).toBeInstanceOf(SharedArrayBuffer);
});

test('refuses what is above the limit or what no machine has', async () => {
  await refused(() => reserve(3, 'f64', 23, 'x.npy'), MemoryError, /^x\.npy: /, '24 bytes', '23 B');
  await refused(() => reserve(1e13, 'f64', Number.POSITIVE_INFINITY, 'x.npy'), MemoryError, 'TiB');
});
