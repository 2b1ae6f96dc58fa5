/**
 * From a data file to a kernel matrix in memory: the NTK of a residual network on handwritten digits.
 *
 * Run in the project's root: node dist/scripts/examples/kernel-from-file.js
 *
 * Expected output: the shape `200 x 200`, the corner below, and `symmetric: true`.
 *
 *     2.3438  2.0054  1.3203  1.2598
 *     2.0054  2.3438  1.2288  1.1735
 *     1.3203  1.2288  2.3437  1.3123
 *     1.2598  1.1735  1.3123  2.3438
 */
import { kernelMatrix, presetArchitecture, readInput, scale } from '../../src/index.js';

const digits = await readInput('data/digits/train.csv', { labelColumn: 64, rows: { start: 0, end: 200 } });
const { x } = scale(digits, 'unit-rows');

const architecture = presetArchitecture('resntk', { depth: 3, alpha: 0.5 });
const { ntk, run } = await kernelMatrix(x, { architecture });

const [n, m] = ntk.shape;
const entry = (i: number, j: number): number => ntk.data[i * m + j];

console.log(`${architecture.name}: ${n} x ${m} ${run.plan.precision}`);
for (let i = 0; i < 4; i++) {
  console.log([0, 1, 2, 3].map((j) => entry(i, j).toFixed(4)).join('  '));
}

let symmetric = true;
for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) symmetric &&= entry(i, j) === entry(j, i);
console.log(`symmetric: ${symmetric}`);
console.log(`shortcut: ${run.plan.shortcut}`);
