import {
  byteCount,
  finiteNumber,
  listOf,
  nonNegativeInteger,
  oneOf,
  positiveInteger,
} from '../../src/cli/options/values.js';
import { UsageError } from '../../src/errors.js';
import { describe, expect, test } from '../jest.js';

describe('numbers', () => {
  test.each([
    ['0.5', 0.5],
    ['-.5', -0.5],
    ['+2', 2],
    ['1e-3', 1e-3],
    ['5.', 5],
  ])('%s is a number', (text, value) => {
    expect(finiteNumber('--alpha', text)).toBe(value);
  });

  test.each(['', ' ', 'x', '1x', '0x10', '1_000', 'NaN', 'Infinity', '1e999', '--1', '1,2'])('%j is none', (text) => {
    expect(() => finiteNumber('--alpha', text)).toThrow(UsageError);
  });

  test.each(['0', '-1', '1.5', '1e-3', '9007199254740993', 'two'])('%s is no positive whole number', (text) => {
    expect(() => positiveInteger('--threads', text)).toThrow(/^--threads: must be a whole number of at least 1, got /);
  });

  test('whole numbers may be written in any decimal form', () => {
    expect(positiveInteger('--depth', '1e3')).toBe(1000);
    expect(nonNegativeInteger('--seed', '0')).toBe(0);
  });
});

describe('bytes', () => {
  test.each([
    ['4GiB', 4 * 2 ** 30],
    ['4gib', 4 * 2 ** 30],
    ['500MB', 5e8],
    ['1e9', 1e9],
    ['1.5 GiB', 1.5 * 2 ** 30],
    ['1073741824', 2 ** 30],
    ['10B', 10],
  ])('%s', (text, bytes) => {
    expect(byteCount('--memory', text)).toBe(bytes);
  });

  test.each(['', '0', '-1', 'GiB', '4XB', '1..5GB', 'NaN', '1e30', '0.5'])('%j is refused', (text) => {
    expect(() => byteCount('--memory', text)).toThrow(/^--memory: must be a number of bytes above 0, got .*GiB/);
  });
});

describe('lists and words', () => {
  test('a list has each value once', () => {
    expect(listOf(positiveInteger)('--depth', '1, 2,8')).toEqual([1, 2, 8]);
    expect(() => listOf(positiveInteger)('--depth', '1,2,1')).toThrow(/must differ/);
    expect(() => listOf(positiveInteger)('--depth', '1,')).toThrow(/got nothing/);
  });

  test('a word is one of the choices', () => {
    expect(oneOf(['a', 'b'])('--kind', 'b')).toBe('b');
    expect(() => oneOf(['a', 'b'])('--kind', 'c')).toThrow('--kind: must be one of a, b, got c. For example --kind a.');
  });
});
