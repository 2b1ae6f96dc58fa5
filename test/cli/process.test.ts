import { expect, test } from '../jest.js';
import { processBench } from './process.js';

const at = processBench();

// Of 1 and 130 there is a process in `faults.test.ts` and `signals.test.ts`: a thread that dies, and a signal.
test.each<[number, readonly string[], string, string]>([
  [0, ['--version'], '\\d+\\.\\d+\\.\\d+\\n', ''],
  [2, ['kernle'], '', 'ntk: must be followed by a command, got kernle\\. Did you mean kernel\\?\\n'],
  [2, [], '', '[\\s\\S]*Commands:[\\s\\S]*'],
  [3, ['eigs', 'x.npy', '--arch', 'fc', '--method', 'lanczos', '-k', '2', '--tol', '1e-30'], '[\\s\\S]+', '[\\s\\S]*'],
])('a process ends with exit code %i after ntk %j', async (code, args, stdout, stderr) => {
  expect(await at.ntk(...args)).toEqual({
    code,
    stdout: expect.stringMatching(new RegExp(`^${stdout}$`)),
    stderr: expect.stringMatching(new RegExp(`^${stderr}$`)),
  });
});
