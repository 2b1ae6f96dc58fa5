import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '../jest.js';

/**
 * The same every time, so that a test fails for what was changed; `npm run fuzz:files` looks further, as does another
 * $NTK_FUZZ_SEED.
 */
const SEED = Number(process.env.NTK_FUZZ_SEED ?? 14);

/** Of each kind: as many as take half a minute together. */
const COUNT = 200;

/** Beside Node, TensorFlow.js and the files themselves: MiB. */
const MOST_MEMORY = 700;

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));

test(`files changed at random are read or refused, soon and within their memory, seed ${SEED}`, async () => {
  const output = await new Promise<string>((resolve) => {
    const env = { ...process.env, NODE_OPTIONS: '' };
    // Garbage is collected where it is made: on a busy machine a thread for it comes late, and the peak is of garbage.
    const words = ['--single-threaded-gc', MAIN, '--seed', String(SEED), '--count', String(COUNT)];
    execFile(process.execPath, words, { env }, (_error, out, err) => resolve(`${out}${err}`));
  });
  const [, wrong, peak] = /: (\d+) wrong, (\d+) MiB at the peak/.exec(output) ?? [];
  expect({ output: wrong === '0' ? '' : output, wrong }).toEqual({ output: '', wrong: '0' });
  expect(output.split('\n').filter((line) => / files, [1-9]\d* read, [1-9]\d* refused/.test(line))).toHaveLength(18);
  expect(Number(peak)).toBeLessThan(MOST_MEMORY);
});
