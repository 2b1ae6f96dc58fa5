/**
 * The NTK of a trained TensorFlow.js model, in its own parameterisation, and what each of its variables adds to it.
 *
 * Run in the project's root: node dist/scripts/examples/trained-model.js
 *
 * Expected output: the shape, the share of each variable in the trace, and how well the kernel tells the classes apart
 * (0.500).
 */
import { functionKernel, readInput, readModel } from '../../src/index.js';

const N = 60;
const digits = await readInput('data/digits/test.csv', { labelColumn: 64, rows: { start: 0, end: N } });
const model = await readModel('data/digits/model.json');
const x = model.tf.tensor2d(Float32Array.from(digits.data), [N, 64]);

const { ntk, contributions, check } = await functionKernel(model.f, model.variables, x, { contributions: true });
console.log(`K: ${ntk.shape.join(' x ')}, mean of ${model.f(x).shape[1]} outputs`);

const traceOf = (data: ArrayLike<number>): number =>
  Array.from({ length: N }, (_, i) => data[i * N + i]).reduce((a, b) => a + b, 0);
for (const [name, share] of contributions ?? []) {
  console.log(`${name}: ${((100 * traceOf(share.data)) / traceOf(ntk.data)).toFixed(2)} % of the trace`);
}

// tr(K Y Y') / (norms of both): 1 for the kernel of the classes themselves.
const labels = digits.labels?.data ?? [];
let [along, kernel, pairs] = [0, 0, 0];
for (let k = 0; k < N * N; k++) {
  const same = labels[Math.floor(k / N)] === labels[k % N] ? 1 : 0;
  along += ntk.data[k] * same;
  kernel += ntk.data[k] ** 2;
  pairs += same;
}
console.log(`alignment with the classes: ${(along / Math.sqrt(kernel * pairs)).toFixed(3)}`);
console.log(`a block computed twice agrees: ${check.difference < check.tolerance}`);
x.dispose();
model.dispose();
