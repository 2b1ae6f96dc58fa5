import { asVectors, imageShape, parseImageShape } from '../../src/data/index.js';
import { UsageError } from '../../src/errors.js';
import { describe, expect, test } from '../jest.js';
import { refused } from './fixtures.js';

describe('parseImageShape', () => {
  test('HxWxC and WxC', () => {
    expect(parseImageShape('32x16x3')).toEqual([32, 16, 3]);
    expect(parseImageShape('8X4')).toEqual([8, 4]);
  });

  test.each(['', '32', '32x32x0', '1x2x3x4', '3x-1x2', 'axbxc', '1.5x2x3', '32x32x', '9999999x9999999x9999999'])(
    'refuses %j',
    async (text) => {
      await refused(() => parseImageShape(text), UsageError, 'HxWxC', '32x32x3');
    },
  );
});

describe('imageShape', () => {
  test('reshapes rows whose product matches', () => {
    expect(imageShape([5, 64], [8, 8, 1], 'x')).toEqual([5, 8, 8, 1]);
    expect(imageShape([5, 4, 4, 3], [16, 3], 'x')).toEqual([5, 16, 3]);
    expect(imageShape([5, 64], null, 'x')).toEqual([5, 64]);
  });

  test('refuses another product, with both numbers', async () => {
    await refused(() => imageShape([5, 64], [8, 8, 3], 'd.csv'), UsageError, /^d\.csv/, '192', '64', '8x8x3');
  });
});

test('asVectors flattens without a copy', () => {
  const data = new Float32Array(24);
  const vectors = asVectors({ data, shape: [2, 2, 2, 3] });
  expect(vectors).toEqual({ data, shape: [2, 12] });
  expect(vectors.data).toBe(data);
});
