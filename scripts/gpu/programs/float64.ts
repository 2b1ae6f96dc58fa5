/**
 * How doubles pass TensorFlow's binding: `node dist/scripts/gpu/programs/float64.js [DOUBLES]` prints one JSON object.
 *
 * Each way is tried on numbers of every exponent: whether all come back as they were, and how many bytes of usual
 * numbers cross in a second, both directions together.
 */
import { loadTensorflow } from '../../../kernels/tfjs/engine.js';
import type { TensorflowDevice } from '../../../kernels/tfjs/tensorflow/device.js';
import { PASSAGES, type Passage, passageFor, passes } from '../../../kernels/tfjs/tensorflow/float64.js';

const ROUNDS = 3;
/** Numbers of every exponent. */
const WIDE = 4096;
const [count = '262144'] = process.argv.slice(2);

/** Numbers in [0, 1), as kernels have them, or of every exponent. */
function doubles(n: number, wide: boolean): Float64Array {
  let state = 12345;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return Float64Array.from({ length: n }, () => {
    const x = uniform() + uniform() * 2 ** -32;
    return wide ? x * 2 ** Math.round(2000 * uniform() - 1000) : x;
  });
}

function tried(device: TensorflowDevice, passage: Passage, values: Float64Array) {
  const works = passes(device, passage);
  const back = (x: Float64Array): Float64Array =>
    device.tidy(() => passage.read(device, passage.upload(device, x, [x.length])));
  let [seconds, differing] = [Infinity, 0];
  for (const given of works ? [doubles(WIDE, true), values] : []) {
    const found = back(given);
    differing += found.reduce((sum, x, k) => sum + (Object.is(x, given[k]) ? 0 : 1), 0);
  }
  for (let round = 0; works && round < ROUNDS; round++) {
    const start = performance.now();
    back(values);
    seconds = Math.min(seconds, (performance.now() - start) / 1000);
  }
  return { name: passage.name, works, differing, gigabytes: works ? (16 * values.length) / seconds / 1e9 : null };
}

const { engine, ...missing } = await loadTensorflow();
if (engine === null || engine.below === null) {
  console.error('reason' in missing ? missing.reason : 'TensorFlow has no operations of its own');
  process.exitCode = 1;
} else {
  engine.use();
  const device = engine.below;
  const values = doubles(Number(count), false);
  const ways = PASSAGES.map((passage) => tried(device, passage, values));
  console.log(JSON.stringify({ version: engine.version, used: passageFor(device).name, doubles: values.length, ways }));
}
