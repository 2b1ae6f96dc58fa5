import { explain } from '../../src/cli/exit.js';
import { underFlags } from '../../src/cli/flag-errors.js';
import { COMPUTE_FLAGS } from '../../src/cli/options/compute.js';
import {
  BackendError,
  DataError,
  InternalError,
  InterruptedError,
  NumericalError,
  RecomputeError,
  UsageError,
} from '../../src/errors.js';
import { describe, expect, test } from '../jest.js';

describe('exit codes', () => {
  test.each([
    [new UsageError('--depth: must be so, got x. Do it.'), 2],
    [new DataError('x.npy: must be so, got x. Do it.'), 2],
    [new BackendError('--backend x: must be so, got x. Do it.'), 2],
    [new NumericalError('K: must be finite, got Infinity. Use --precision f64.'), 2],
    [new InterruptedError(), 130],
    [new InternalError('a state'), 1],
    [new RecomputeError('K(row 1, row 2) of the ntk: must be 1, got 2 from host.'), 1],
    [new RangeError('Invalid array length'), 1],
    ['text', 1],
  ])('%s', (error, code) => {
    const told = explain(error, false);
    expect(told.code).toBe(code);
    expect(told.message).toMatch(/^ntk: /);
    expect(told.message).not.toMatch(/\n\s+at /);
  });

  test('anything after a signal is an interruption', () => {
    expect(explain(new RangeError('x'), true).code).toBe(130);
  });

  test('errors of the operating system are the user’s to mend', () => {
    const full = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC', path: '/tmp/K.npy' });
    expect(explain(full, false)).toEqual({ code: 2, message: expect.stringContaining('/tmp/K.npy') });
  });

  test('a defect says how to report it', () => {
    expect(explain(new TypeError('x is undefined'), false).message).toMatch(/unexpected failure[\s\S]*NTK_DEBUG=1/);
  });
});

test('options of the library are named as flags', () => {
  const named = underFlags(new UsageError('threads: must be whole, got 0.'), COMPUTE_FLAGS);
  expect(named).toMatchObject({ message: '--threads: must be whole, got 0.' });
  const other = new UsageError('x.npy: must be so, got 0.');
  expect(underFlags(other, COMPUTE_FLAGS)).toBe(other);
});
