import { parseRowRange, resolveRows } from '../../src/data/index.js';
import { UsageError } from '../../src/errors.js';
import { describe, expect, test } from '../jest.js';
import { refused } from './fixtures.js';

describe('parseRowRange', () => {
  test.each([
    ['0:10', 0, 10],
    ['3:', 3, Number.POSITIVE_INFINITY],
    [':7', 0, 7],
    [':', 0, Number.POSITIVE_INFINITY],
    [' 1:2 ', 1, 2],
  ])('%s', (text, start, end) => {
    expect(parseRowRange(text)).toEqual({ start, end });
  });

  test.each(['', '5', 'a:b', '-1:3', '1:2:3', '1.5:2', '0x1:2', '1:99999999999999999999', '１:2'])(
    'refuses %j',
    async (text) => {
      await refused(() => parseRowRange(text), UsageError, 'rows', 'a:b', 'Write for example');
    },
  );
});

describe('resolveRows', () => {
  test('all rows without a range, the last row for an open end', () => {
    expect(resolveRows(null, 5, 'x')).toEqual({ start: 0, end: 5 });
    expect(resolveRows(parseRowRange('2:'), 5, 'x')).toEqual({ start: 2, end: 5 });
    expect(resolveRows(parseRowRange('0:5'), 5, 'x')).toEqual({ start: 0, end: 5 });
  });

  test.each(['3:3', '4:2', '0:6', '5:', '7:9', '0:0'])('refuses %s of 5 rows', async (text) => {
    await refused(
      () => resolveRows(parseRowRange(text), 5, 'x.npy'),
      UsageError,
      /^x\.npy: rows/,
      '5 rows',
      'within 0:5',
    );
  });

  test('refuses what is no whole number', async () => {
    await refused(() => resolveRows({ start: 0.5, end: 2 }, 5, 'x.npy'), UsageError, 'whole numbers');
    await refused(() => resolveRows({ start: Number.NaN, end: 2 }, 5, 'x.npy'), UsageError, 'whole numbers');
    await refused(() => resolveRows({ start: -1, end: 2 }, 5, 'x.npy'), UsageError, 'whole numbers');
  });
});
