import { type Engine, type Loaded, loadTensorflow, loadTfjs } from '../../kernels/tfjs/engine.js';
import { afterAll } from '../jest.js';

const SOURCES: Readonly<Record<string, () => Promise<Loaded>>> = {
  'tfjs wasm': () => loadTfjs(['wasm']),
  'tfjs cpu': () => loadTfjs(['cpu']),
  tensorflow: loadTensorflow,
};

/** Every tfjs that is there, by name; those that are missing are named when the tests of a file end. */
export async function tensorEngines(): Promise<readonly (readonly [name: string, engine: Engine])[]> {
  const loaded = await Promise.all(Object.entries(SOURCES).map(async ([name, load]) => ({ name, ...(await load()) })));
  afterAll(() => {
    for (const found of loaded) if (found.engine === null) console.log(`not tested: ${found.name}: ${found.reason}`);
  });
  return loaded.flatMap(({ name, engine }) => (engine === null ? [] : [[name, engine] as const]));
}
