import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as util from 'node:util';
import type { TensorEngine } from '../../src/backend/tensor-device.js';
import { packageFolder, packageRequire } from '../../src/platform/package-files.js';
import type { Tensors } from './tensors.js';

/** A tfjs with one of its backends. */
export type Engine = TensorEngine;

/** An engine, or why there is none. */
export type Loaded = { readonly engine: Engine } | { readonly engine: null; readonly reason: string };

/** The part of tfjs's wasm package that is used. */
interface WasmPackage {
  setWasmPaths(folder: string): void;
}

/** What the binding of tfjs-node tells. */
interface NodeBackend {
  readonly isUsingGpuDevice?: boolean;
  readonly binding?: { readonly TF_Version?: string };
}

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0];

/** Events for which tfjs's wasm module takes over the process: it would answer any error of the caller with its own end. */
const SEIZED = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * Loads parts of tfjs without what it does beside: it advertises tfjs-node on its first write, warns where a second copy of it is
 * loaded, and listens to errors of the process.
 */
async function quietly<T>(tf: Tensors, act: () => Promise<T>): Promise<T> {
  const before = tf.env().getBool('PROD');
  const listeners = SEIZED.map((event) => process.rawListeners(event));
  tf.env().set('PROD', true);
  try {
    return await act();
  } finally {
    tf.env().set('PROD', before);
    SEIZED.forEach((event, k) => {
      for (const listener of process.rawListeners(event)) {
        if (!listeners[k].includes(listener)) process.off(event, listener as () => void);
      }
    });
  }
}

function chosen(tf: Tensors, name: string): () => void {
  return () => {
    // A backend that has started is switched to before the budget is made.
    if (tf.getBackend() !== name || tf.backend() !== tf.findBackend(name)) void tf.setBackend(name);
  };
}

/** The core of the tfjs that `require` finds: what lies beyond it (models, layers) would only cost time. */
function coreOf(require: NodeJS.Require): { readonly tf: Tensors; readonly require: NodeJS.Require } {
  const inside = createRequire(require.resolve('@tensorflow/tfjs/package.json'));
  const load = (): Tensors => inside('@tensorflow/tfjs-core') as Tensors;
  const tf = first === null ? load() : hushed(first, load);
  first ??= tf;
  return { tf, require: inside };
}

/** Loads the layers of a tfjs, which are needed for saved models alone. */
function layersOf(inside: NodeJS.Require): Engine['layers'] {
  return () => inside('@tensorflow/tfjs-layers') as ReturnType<Engine['layers']>;
}

/** The tfjs of this package with the backend that its user has chosen: tensors and backends are shared by all copies in a process. */
export async function currentEngine(): Promise<Engine> {
  const { tf, require: inside } = coreOf(packageRequire());
  await tf.ready();
  const name = tf.getBackend();
  const version = `TensorFlow.js ${tf.version_core}, ${name}`;
  return { kind: 'tfjs', tf, version, device: null, use: chosen(tf, name), layers: layersOf(inside) };
}

/** The first copy of tfjs that was loaded: all copies share its settings. */
let first: Tensors | null = null;

function hushed<T>(tf: Tensors, act: () => T): T {
  const before = tf.env().getBool('PROD');
  tf.env().set('PROD', true);
  try {
    return act();
  } finally {
    tf.env().set('PROD', before);
  }
}

async function start(tf: Tensors, name: string): Promise<boolean> {
  try {
    if (!(await tf.setBackend(name))) return false;
    tf.scalar(0).dispose();
    return true;
  } catch {
    return false;
  }
}

/**
 * Loads tfjs with the first of `names` that starts: its own wasm backend or the one in plain JavaScript.
 */
export function loadTfjs(names: readonly ('wasm' | 'cpu')[] = ['wasm', 'cpu']): Promise<Loaded> {
  return inTurn(() => findTfjs(names));
}

async function findTfjs(names: readonly ('wasm' | 'cpu')[]): Promise<Loaded> {
  try {
    const require = packageRequire();
    const { tf, require: inside } = coreOf(require);
    let wasm: string | null = null;
    const found = await quietly(tf, async () => {
      inside('@tensorflow/tfjs-backend-cpu');
      if (names.includes('wasm')) wasm = registerWasm(require);
      for (const name of names) if (await start(tf, name)) return name;
      return null;
    });
    if (found === null) {
      return { engine: null, reason: `no backend of TensorFlow.js starts (${wasm ?? names.join(', ')})` };
    }
    const version = `TensorFlow.js ${tf.version_core}, ${found}`;
    return { engine: { kind: 'tfjs', tf, version, device: null, use: chosen(tf, found), layers: layersOf(inside) } };
  } catch (error) {
    return { engine: null, reason: message(error) };
  }
}

/** Registers the wasm backend; says what went wrong, if anything did. */
function registerWasm(require: NodeJS.Require): string | null {
  try {
    const path = '@tensorflow/tfjs-backend-wasm';
    (require(path) as WasmPackage).setWasmPaths(`${dirname(require.resolve(path))}/`);
    return null;
  } catch (error) {
    return message(error);
  }
}

/** Places of TensorFlow's binding, best first: packages beside this one, then what `scripts/install-tensorflow` made. */
function tensorflowFolders(): string[] {
  const require = packageRequire();
  const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'].flatMap((name) => {
    try {
      return [dirname(require.resolve(`${name}/package.json`))];
    } catch {
      return [];
    }
  });
  const own = process.env.NTK_TENSORFLOW_DIR ?? join(packageFolder() ?? process.cwd(), '.tensorflow');
  return [...packages, join(own, 'node_modules', '@tensorflow', 'tfjs-node')];
}

/** Settings that TensorFlow reads when it is loaded; those of the caller stay. */
function prepareEnvironment(): void {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  // TF32 would round the factors of products to 10 bits.
  process.env.NVIDIA_TF32_OVERRIDE ??= '0';
  // tfjs-node 4.22 calls what Node 23 took away.
  const old: { isNullOrUndefined?: (value: unknown) => boolean } = packageRequire()('node:util');
  if (!('isNullOrUndefined' in util)) old.isNullOrUndefined = (value) => value === null || value === undefined;
}

/** Copies of tfjs share one registry in a process, and starting a backend takes a while: one after the other. */
function inTurn(load: () => Promise<Loaded>): Promise<Loaded> {
  const next = turn.then(load);
  turn = next;
  return next;
}

let turn: Promise<unknown> = Promise.resolve();

/** Loads TensorFlow by the first binding that is there. */
export function loadTensorflow(): Promise<Loaded> {
  return inTurn(findTensorflow);
}

async function findTensorflow(): Promise<Loaded> {
  const folders = tensorflowFolders().filter((folder) => existsSync(join(folder, 'lib')));
  if (folders.length === 0) return { engine: null, reason: 'no binding of TensorFlow is installed' };
  prepareEnvironment();
  const reasons: string[] = [];
  for (const folder of folders) {
    try {
      return { engine: await startTensorflow(folder) };
    } catch (error) {
      reasons.push(message(error));
    }
  }
  return { engine: null, reason: reasons.join('; ') };
}

async function startTensorflow(folder: string): Promise<Engine> {
  const require = createRequire(join(folder, 'package.json'));
  const { tf, require: inside } = coreOf(require);
  return quietly(tf, async () => {
    require(folder);
    await tf.setBackend('tensorflow');
    const { binding, isUsingGpuDevice } = tf.backend() as NodeBackend;
    tf.scalar(0).dispose();
    const device = isUsingGpuDevice === true ? 'GPU of TensorFlow' : null;
    const version = `TensorFlow ${binding?.TF_Version ?? ''} by TensorFlow.js ${tf.version_core}, ${device ? 'GPU' : 'CPU'}`;
    return { kind: 'tensorflow', tf, version, device, use: chosen(tf, 'tensorflow'), layers: layersOf(inside) };
  });
}
