import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawStored, type StoredCase } from './draw.js';
import { store } from './files.js';
import { judgeEigs, judgeRegress } from './judge.js';
import { ntk } from './ntk.js';
import { truthOf } from './truth.js';

/** A case that went wrong. */
export interface StoredFinding {
  readonly index: number;
  readonly what: string;
  /** What tells how to see it again. */
  readonly text: string;
}

/** What a range of cases came to. */
export interface StoredTally {
  readonly findings: readonly StoredFinding[];
  /** Cases by exit code. */
  readonly codes: ReadonlyMap<number, number>;
}

/** K `[n, n]`, or with the wrong number of columns for `eigs` in a case of wrong sizes. */
function matrixOf({ command, entries, columns, matrix: { n } }: StoredCase): readonly [Float64Array, [number, number]] {
  if (command === 'regress' || columns === n) return [entries, [n, n]];
  const wide = new Float64Array(n * columns).fill(1);
  for (let i = 0; i < n; i++) wide.set(entries.subarray(i * n, (i + 1) * n), i * columns);
  return [wide, [n, columns]];
}

async function run(folder: string, drawn: StoredCase) {
  const truth = await truthOf(drawn);
  const kernel = await store(join(folder, 'K'), drawn.layout, ...matrixOf(drawn));
  if (drawn.command === 'eigs') {
    // Labels are for regress.
    const alone = { ...drawn, labels: new Float64Array(drawn.matrix.n) };
    const outcome = await ntk('eigs', [kernel, ...drawn.flags]);
    return { outcome, what: judgeEigs(alone, truth, outcome) };
  }
  const cross = await store(join(folder, 'Z'), 'npy', drawn.cross, [drawn.cross.length / drawn.columns, drawn.columns]);
  const labels = await store(join(folder, 'y'), 'npy', drawn.labels, [drawn.labels.length, 1]);
  const out = drawn.flags.some((flag) => flag.includes(',')) ? null : join(folder, 'P.npy');
  const files = ['--kernel', kernel, '--cross', cross, '--labels', labels];
  const target = out === null ? [] : ['--out', out, '--force'];
  const outcome = await ntk('regress', [...files, ...target, ...drawn.flags]);
  return { outcome, what: judgeRegress(drawn, truth, outcome, out) };
}

/**
 * Runs cases `from` to `from + count` of a seed: commands on stored matrices of every kind, against what Jacobi
 * rotations find.
 */
export async function fuzzStored(seed: number, from: number, count: number): Promise<StoredTally> {
  const folder = mkdtempSync(join(tmpdir(), 'ntk-stored-'));
  const findings: StoredFinding[] = [];
  const codes = new Map<number, number>();
  try {
    for (let index = from; index < from + count; index++) {
      const drawn = drawStored(seed, index);
      const { outcome, what } = await run(folder, drawn);
      codes.set(outcome.code, (codes.get(outcome.code) ?? 0) + 1);
      if (what === null) continue;
      const { matrix, layout, command, flags } = drawn;
      const text =
        `case ${index}: ${what}: ntk ${command} ${flags.join(' ')} on ${matrix.kind}, n = ${matrix.n}, ${layout}: ` +
        `exit ${outcome.code} ${outcome.stderr.trim()}`;
      findings.push({ index, what, text });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { findings, codes };
}
