import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '../jest.js';
import { drawStored } from './stored/draw.js';
import { MATRIX_KINDS } from './stored/matrices.js';

/** A new one every time; it stands in the titles, and $NTK_FUZZ_SEED takes it up again. */
const SEED = Number(process.env.NTK_FUZZ_SEED ?? Math.floor(Date.now() / 1000) % 1_000_000);

const COUNT = 300;

const MAIN = fileURLToPath(new URL('./stored/main.js', import.meta.url));

describe(`stored matrices, seed ${SEED}`, () => {
  test('eigs and regress give what rotations find, or refuse by name', async () => {
    const args = [MAIN, '--seed', String(SEED), '--count', String(COUNT)];
    const { status, output } = await new Promise<{ status: unknown; output: string }>((resolve) => {
      execFile(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: '' } }, (error, stdout, stderr) => {
        resolve({ status: error?.code ?? 0, output: `${stdout}${error === null ? '' : stderr}` });
      });
    });
    expect(output).toContain(`seed ${SEED}, cases 0 to ${COUNT}: 0 wrong`);
    expect(status).toBe(0);
  });

  test('of every kind, by both commands, at scales of every size', () => {
    const drawn = Array.from({ length: COUNT }, (_, index) => drawStored(SEED, index));
    for (const command of ['eigs', 'regress']) {
      const kinds = new Set(drawn.filter((each) => each.command === command).map(({ matrix }) => matrix.kind));
      expect(kinds.size).toBeGreaterThan(0.8 * MATRIX_KINDS.length);
    }
    const sizes = drawn.flatMap(({ entries }) =>
      entries
        .filter((v) => v !== 0 && Number.isFinite(v))
        .map(Math.abs)
        .slice(0, 1),
    );
    expect(Math.min(...sizes.flatMap((each) => [...each]))).toBeLessThan(1e-200);
    expect(Math.max(...sizes.flatMap((each) => [...each]))).toBeGreaterThan(1e200);
    expect(new Set(drawn.map(({ layout }) => layout)).size).toBe(8);
    expect(new Set(drawn.map(({ matrix }) => matrix.n)).has(1)).toBe(true);
  });
});
