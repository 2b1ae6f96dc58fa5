/**
 * Trains and saves `data/digits/model.json`, the TensorFlow.js model on which `ntk empirical --model` is shown and
 * tested.
 *
 * Run in the project's root: node dist/scripts/digits-model.js
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { type NdArray, readInput } from '../src/index.js';

const FOLDER = 'data/digits';
const EPOCHS = 30;

const tensor = ({ data, shape }: NdArray): tf.Tensor2D => tf.tensor2d(Float32Array.from(data), [shape[0], shape[1]]);

async function save({ weightData, weightSpecs = [], modelTopology, format, generatedBy }: tf.io.ModelArtifacts) {
  const paths = ['model.weights.bin'];
  const json = { format, generatedBy, modelTopology, weightsManifest: [{ paths, weights: weightSpecs }] };
  await writeFile(join(FOLDER, 'model.json'), `${JSON.stringify(json)}\n`);
  await writeFile(join(FOLDER, paths[0]), new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData)));
  return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } } as const;
}

tf.enableProdMode();
await tf.setBackend('cpu');
const [train, test] = [
  await readInput(`${FOLDER}/train.csv`, { labelColumn: 64 }),
  await readInput(`${FOLDER}/test.csv`, { labelColumn: 64 }),
];
const model = tf.sequential({
  name: 'digits',
  layers: [
    tf.layers.dense({
      name: 'hidden',
      inputShape: [64],
      units: 32,
      activation: 'relu',
      kernelInitializer: tf.initializers.heNormal({ seed: 1 }),
    }),
    tf.layers.dropout({ name: 'dropout', rate: 0.1, seed: 2 }),
    tf.layers.dense({ name: 'classes', units: 10, kernelInitializer: tf.initializers.glorotNormal({ seed: 3 }) }),
  ],
});
model.compile({ optimizer: tf.train.adam(0.003), loss: tf.losses.softmaxCrossEntropy });
const labels = tf.oneHot(Array.from(train.labels?.data ?? []), 10);
await model.fit(tensor(train), labels, { epochs: EPOCHS, batchSize: 20, shuffle: false, verbose: 0 });
const guesses = await tf.argMax(model.predict(tensor(test)) as tf.Tensor, 1).data();
const right = [...guesses].filter((guess, i) => guess === test.labels?.data[i]).length;
console.log(`accuracy on the test rows: ${(right / guesses.length).toFixed(3)}`);
await model.save(tf.io.withSaveHandler(save));
