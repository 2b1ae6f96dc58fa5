import type { Backend } from '../../src/backend/contract.js';
import type { Availability } from '../../src/backend/device.js';
import type { Pace } from '../../src/backend/pace.js';
import type { Precision } from '../../src/data/array.js';
import { BackendError } from '../../src/errors.js';
import { shownPath } from '../../src/platform/package-files.js';
import { type Engine, type Loaded, loadTensorflow, loadTfjs } from './engine.js';
import { imagesOn } from './images/index.js';
import { networksOn } from './network/index.js';
import type { Platform } from './platform.js';
import { rowsOn } from './rows/index.js';
import type { Tensor } from './tensors.js';

const SPEED_SECONDS = 0.2;

/** GFLOP/s of a square matrix product. */
function productSpeed({ tensors, device, use }: Engine, precision: Precision): number {
  use();
  const tf = tensors(precision);
  const size = device === null ? 512 : 4096;
  const ones = (): Tensor => tf.tidy(() => tf.onesLike(tf.zeros([size, size])));
  const [a, b] = [ones(), ones()];
  const multiply = (): void => {
    const c = tf.matMul(a, b);
    // Reading one entry waits for the product.
    tf.tidy(() => void tf.readSync(tf.slice(c, [0, 0], [1, 1])));
    c.dispose();
  };
  multiply();
  let best = Infinity;
  const start = performance.now();
  while (performance.now() - start < 1000 * SPEED_SECONDS) {
    const from = performance.now();
    multiply();
    best = Math.min(best, performance.now() - from);
  }
  a.dispose();
  b.dispose();
  return (2 * size ** 3) / (best * 1e6);
}

/** How a backend finds its tfjs, and what to do where there is none. */
interface Source {
  readonly name: 'tfjs' | 'tensorflow';
  readonly precisions: readonly Precision[];
  load(): Promise<Loaded>;
  readonly remedy: string;
  /** Bytes that the libraries take beyond being loaded: where the processor computes, and with a device. */
  readonly base: { readonly processor: number; readonly device: number };
  /** On processors of 2023, for plans. */
  readonly pace: Pace;
}

/** The engine that was loaded. @throws BackendError where there is none */
function found({ engine, ...rest }: Loaded, name: Source['name'], remedy: string): Engine {
  if (engine !== null) return engine;
  const reason = 'reason' in rest ? rest.reason : 'nothing found';
  throw new BackendError(`--backend ${name}: must be available here, got: ${reason}. ${remedy}.`);
}

/** A backend on the tfjs that `load` finds, once, when it is first asked for. */
export function tensorBackend({ name, precisions, load, remedy, base, pace }: Source): Backend {
  let loaded: Promise<Loaded> | null = null;
  let device: string | null = null;
  const find = (): Promise<Loaded> => {
    loaded ??= load().then((found) => {
      device = found.engine?.device ?? null;
      return found;
    });
    return loaded;
  };
  const engineOf = async (): Promise<Engine> => found(await find(), name, remedy);
  const platform: Platform = {
    engineOf,
    hasDevice: () => device !== null,
    base: () => base[device === null ? 'processor' : 'device'],
    pace,
  };
  return {
    name,
    precisions,
    usesThreads: false,
    usesNative: false,
    probe: async () => availability(await find(), remedy),
    speed: async (): Promise<Partial<Record<Precision, number>>> => {
      const engine = await engineOf();
      return Object.fromEntries(precisions.map((precision) => [precision, productSpeed(engine, precision)]));
    },
    tasks: { rows: rowsOn(platform), images: imagesOn(platform), network: networksOn(platform) },
  };
}

function availability(found: Loaded, remedy: string): Availability {
  if (found.engine === null) return { available: false, reason: found.reason, remedy };
  const { version, device } = found.engine;
  if (device === null) return { available: true, version };
  return { available: true, version, device: { name: device, driver: version, software: false } };
}

/** What brings TensorFlow: the script of this package by its path here, or, where it is not at hand, a package. */
function installation(): string {
  const script = shownPath('scripts/install-tensorflow');
  return script === null ? 'Run npm install @tensorflow/tfjs-node' : `Run ${script}`;
}

/** Where each backend finds its tfjs. */
const SOURCES: Readonly<Record<Source['name'], Source>> = {
  tfjs: {
    name: 'tfjs',
    precisions: ['f32'],
    load: () => loadTfjs(),
    remedy: 'Run npm install @tensorflow/tfjs @tensorflow/tfjs-backend-wasm, or use --backend host',
    base: { processor: 160 * 2 ** 20, device: 160 * 2 ** 20 },
    pace: { product: 1.2e10, step: 2e-8 },
  },
  tensorflow: {
    name: 'tensorflow',
    precisions: ['f64', 'f32'],
    load: () => loadTensorflow(),
    remedy: `${installation()}, or use --backend host`,
    base: { processor: 128 * 2 ** 20, device: 512 * 2 ** 20 },
    pace: { product: 5e10, step: 1e-8 },
  },
};

/** tfjs's own backends: wasm where it loads, else plain JavaScript. */
export const tfjs: Backend = tensorBackend(SOURCES.tfjs);

/** TensorFlow by tfjs-node, on its GPU where it has one. */
export const tensorflow: Backend = tensorBackend(SOURCES.tensorflow);

/** The tfjs of one of the two. @throws BackendError where there is none */
export async function openEngine(name: Source['name']): Promise<Engine> {
  const { load, remedy } = SOURCES[name];
  return found(await load(), name, remedy);
}
