import type { TensorEngine } from '../../src/backend/tensor-device.js';
import type { Precision } from '../../src/data/array.js';
import { BackendError } from '../../src/errors.js';
import {
  bindingFolders,
  ownScope,
  type PackageScope,
  prepareTensorflow,
  scopeAt,
  withoutSeizing,
} from '../../src/platform/tfjs-packages.js';
import type { Binding } from './tensorflow/binding.js';
import { TensorflowDevice } from './tensorflow/device.js';
import { type Passage, type PassageName, passageFor } from './tensorflow/float64.js';
import { TensorflowTensors } from './tensorflow/tensors.js';
import type { Tensors } from './tensors.js';
import { tfjsTensors } from './tfjs-tensors.js';

type Tfjs = TensorEngine['tf'];

/** A tfjs with one of its backends, and the operations that kernels are made of. */
export interface Engine extends TensorEngine {
  /** @throws BackendError where the backend has no such precision */
  tensors(precision: Precision): Tensors;
  /** TensorFlow below its tfjs; null where tfjs's own backends compute. */
  readonly below: TensorflowDevice | null;
}

/** An engine, or why there is none. */
export type Loaded = { readonly engine: Engine } | { readonly engine: null; readonly reason: string };

/** The part of tfjs's wasm package that is used. */
interface WasmPackage {
  setWasmPaths(folder: string): void;
}

/** What the binding of tfjs-node tells. */
interface NodeBackend {
  readonly isUsingGpuDevice?: boolean;
  readonly binding: Binding;
}

/** The operations of a tfjs, which has singles alone. */
function singlesOf(tf: Tfjs): Engine['tensors'] {
  const singles = tfjsTensors(tf);
  return (precision) => {
    if (precision === 'f32') return singles;
    throw new BackendError('--backend tfjs: the precision must be f32, got f64. Use --backend host or tensorflow.');
  };
}

/**
 * TensorFlow's own operations, in the precision that is asked for; double precision is tried out the first time, by the
 * way `only` if there is one.
 */
export function tensorsOn(device: TensorflowDevice, only: PassageName | null = null): Engine['tensors'] {
  const known = new Map<Precision, Tensors>();
  return (precision) => {
    const passage = (): Passage | null => (precision === 'f64' ? passageFor(device, only) : null);
    const made = known.get(precision) ?? new TensorflowTensors(device, passage());
    known.set(precision, made);
    return made;
  };
}

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0];

/**
 * Loads parts of tfjs without what it does beside: it advertises tfjs-node on its first write, warns where a second
 * copy of it is loaded, and listens to errors of the process.
 */
async function quietly<T>(tf: Tfjs, act: () => Promise<T>): Promise<T> {
  const before = tf.env().getBool('PROD');
  tf.env().set('PROD', true);
  try {
    return await withoutSeizing(act);
  } finally {
    tf.env().set('PROD', before);
  }
}

function chosen(tf: Tfjs, name: string): () => void {
  return () => {
    // A backend that has started is switched to before the budget is made.
    if (tf.getBackend() !== name || tf.backend() !== tf.findBackend(name)) void tf.setBackend(name);
  };
}

/** The core of the tfjs that is found: what lies beyond it (models, layers) would only cost time. */
function coreOf(scope: PackageScope): { readonly tf: Tfjs; readonly inside: PackageScope } {
  const inside = scope.inside('@tensorflow/tfjs');
  const load = (): Tfjs => inside.load('@tensorflow/tfjs-core') as Tfjs;
  const tf = first === null ? load() : hushed(first, load);
  first ??= tf;
  return { tf, inside };
}

/** Loads the layers of a tfjs, which are needed for saved models alone. */
function layersOf(inside: PackageScope): Engine['layers'] {
  return () => inside.load('@tensorflow/tfjs-layers') as ReturnType<Engine['layers']>;
}

/**
 * The tfjs of this package with the backend that its user has chosen: tensors and backends are shared by all copies in
 * a process.
 */
export async function currentEngine(): Promise<Engine> {
  const { tf, inside } = coreOf(ownScope());
  await tf.ready();
  const name = tf.getBackend();
  const version = `TensorFlow.js ${tf.version_core}, ${name}`;
  return ofTfjs(tf, name, version, inside);
}

function ofTfjs(tf: Tfjs, name: string, version: string, inside: PackageScope): Engine {
  const rest = { version, device: null, below: null, use: chosen(tf, name), layers: layersOf(inside) };
  return { kind: 'tfjs', tf, tensors: singlesOf(tf), ...rest };
}

/** The first copy of tfjs that was loaded: all copies share its settings. */
let first: Tfjs | null = null;

function hushed<T>(tf: Tfjs, act: () => T): T {
  const before = tf.env().getBool('PROD');
  tf.env().set('PROD', true);
  try {
    return act();
  } finally {
    tf.env().set('PROD', before);
  }
}

async function start(tf: Tfjs, name: string): Promise<boolean> {
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
    const scope = ownScope();
    const { tf, inside } = coreOf(scope);
    let wasm: string | null = null;
    const found = await quietly(tf, async () => {
      inside.load('@tensorflow/tfjs-backend-cpu');
      if (names.includes('wasm')) wasm = registerWasm(scope);
      for (const name of names) if (await start(tf, name)) return name;
      return null;
    });
    if (found === null) {
      return { engine: null, reason: `no backend of TensorFlow.js starts (${wasm ?? names.join(', ')})` };
    }
    const version = `TensorFlow.js ${tf.version_core}, ${found}`;
    return { engine: ofTfjs(tf, found, version, inside) };
  } catch (error) {
    return { engine: null, reason: message(error) };
  }
}

/** Registers the wasm backend; says what went wrong, if anything did. */
function registerWasm(scope: PackageScope): string | null {
  try {
    const path = '@tensorflow/tfjs-backend-wasm';
    (scope.load(path) as WasmPackage).setWasmPaths(`${scope.folderOf(path)}/`);
    return null;
  } catch (error) {
    return message(error);
  }
}

/** Copies of tfjs share one registry in a process, and starting a backend takes a while: one after the other. */
function inTurn(load: () => Promise<Loaded>): Promise<Loaded> {
  const next = turn.then(load);
  turn = next;
  return next;
}

let turn: Promise<unknown> = Promise.resolve();

/** Loads TensorFlow by the first binding that is there; doubles go the way `only` if there is one. */
export function loadTensorflow(only: PassageName | null = null): Promise<Loaded> {
  return inTurn(() => findTensorflow(only));
}

async function findTensorflow(only: PassageName | null): Promise<Loaded> {
  const folders = bindingFolders();
  if (folders.length === 0) return { engine: null, reason: 'no binding of TensorFlow is installed' };
  prepareTensorflow();
  const reasons: string[] = [];
  for (const folder of folders) {
    try {
      return { engine: await startTensorflow(folder, only) };
    } catch (error) {
      reasons.push(message(error));
    }
  }
  return { engine: null, reason: reasons.join('; ') };
}

async function startTensorflow(folder: string, only: PassageName | null): Promise<Engine> {
  const scope = scopeAt(folder);
  const { tf, inside } = coreOf(scope);
  return quietly(tf, async () => {
    scope.load(folder);
    await tf.setBackend('tensorflow');
    const backend: object = tf.backend();
    const { binding, isUsingGpuDevice } = backend as NodeBackend;
    tf.scalar(0).dispose();
    const device = isUsingGpuDevice === true ? 'GPU of TensorFlow' : null;
    const version =
      `TensorFlow ${binding.TF_Version ?? ''} by TensorFlow.js ` + `${tf.version_core}, ${device ? 'GPU' : 'CPU'}`;
    const below = new TensorflowDevice(binding);
    const rest = { version, device, below, use: chosen(tf, 'tensorflow'), layers: layersOf(inside) };
    return { kind: 'tensorflow', tf, tensors: tensorsOn(below, only), ...rest };
  });
}
