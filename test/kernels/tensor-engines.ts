import { type Engine, type Loaded, loadTensorflow, loadTfjs } from '../../kernels/tfjs/engine.js';
import type { Precision } from '../../src/index.js';
import { afterAll } from '../jest.js';

const SOURCES: Readonly<Record<string, readonly [load: () => Promise<Loaded>, precision: Precision]>> = {
  'tfjs wasm': [() => loadTfjs(['wasm']), 'f32'],
  'tfjs cpu': [() => loadTfjs(['cpu']), 'f32'],
  'tensorflow f32': [() => loadTensorflow(), 'f32'],
  'tensorflow f64': [() => loadTensorflow(), 'f64'],
};

/** A name for titles, what computes, and in which precision. */
export type TestedEngine = readonly [name: string, engine: Engine, precision: Precision];

/** Every tfjs that is there, in each of its precisions; those that are missing are named when the tests of a file end. */
export async function tensorEngines(): Promise<readonly TestedEngine[]> {
  const loaded = await Promise.all(
    Object.entries(SOURCES).map(async ([name, [load, precision]]) => ({ name, precision, ...(await load()) })),
  );
  afterAll(() => {
    for (const found of loaded) if (found.engine === null) console.log(`not tested: ${found.name}: ${found.reason}`);
  });
  return loaded.flatMap(({ name, precision, engine }) => (engine === null ? [] : [[name, engine, precision] as const]));
}
