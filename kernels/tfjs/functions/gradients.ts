import type { TensorEngine } from '../../../src/backend/tensor-device.js';
import { InterruptedError, UsageError } from '../../../src/errors.js';
import { nextTask } from '../../../src/platform/tasks.js';
import { mendGradients } from './added-gradients.js';
import { underivable } from './derivation-errors.js';
import { addMissingKernels } from './missing-kernels.js';
import { mendSavedOutputs } from './tape.js';
import type { Tensor } from './tfjs.js';

/** A function of tensors, `[n, ...]` to `[n, o]`, example by example. */
export type TensorMap = (x: Tensor) => Tensor;

/** Some of a row of things, from `first` on. */
export interface Range {
  readonly first: number;
  readonly count: number;
}

/** What gradients are taken of, and by what. */
export interface Derived {
  readonly f: TensorMap;
  /** What messages call it. */
  readonly where: string;
  readonly variables: readonly Tensor[];
  /** Outputs of f. */
  readonly outputs: number;
}

/** Lets the event loop run; throws when the work is no longer wanted. */
export type Pause = () => Promise<void>;

/** Makes the backend able to derive, and mends what tfjs derives wrongly. */
export function prepareGradients({ tf, use, layers }: TensorEngine): void {
  use();
  // The core alone has no gradients; its layers bring them.
  if ((tf.getGradient('Identity') as unknown) === undefined) layers();
  mendGradients(tf);
  mendSavedOutputs(tf);
  if (tf.getBackend() === 'wasm' && tf.findBackend('cpu') !== null) addMissingKernels(tf);
}

/** What one pass gives. */
type Gradients = {
  value: Tensor;
  /** For each variable `[1, length]`. */
  rows: Tensor[];
};

/** Outputs of f on a batch, and the gradients of their sum weighted by `weights` `[n, o]`. */
export function weightedGradients(
  engine: TensorEngine,
  { f, variables, where }: Omit<Derived, 'outputs'>,
  x: Tensor,
  weights: Tensor,
): Gradients {
  const { tf } = engine;
  try {
    return tf.tidy(() => {
      const { value, grads } = tf.engine().gradients(() => f(x), [...variables], weights, true);
      // Of a variable that the outputs do not depend on there is none.
      const all: readonly (Tensor | undefined)[] = grads;
      const rows = variables.map(({ size }, k) => {
        const gradient = all[k];
        return gradient === undefined ? tf.zeros([1, size]) : tf.reshape(gradient, [1, size]);
      });
      return { value, rows };
    });
  } catch (error) {
    forgetTape(engine);
    throw underivable(error, where, engine);
  }
}

/** Gives back what tfjs keeps for the way back, which it forgets where that fails. */
export function forgetTape({ tf }: TensorEngine): void {
  const { state } = tf.engine();
  if (state.gradientDepth > 0) return;
  for (const { saved } of state.activeTape ?? []) for (const tensor of saved ?? []) tensor.dispose();
  state.activeTape = [];
}

/**
 * Outputs of f on a batch `[n, o]`, checked: a new tensor. @throws UsageError for what is no such row of numbers an
 * example
 */
export function outputsOf(engine: TensorEngine, { f, where }: Pick<Derived, 'f' | 'where'>, x: Tensor): Tensor {
  const { tf } = engine;
  let value: Tensor;
  try {
    value = tf.tidy(() => f(x));
  } catch (error) {
    throw underivable(error, where, engine);
  }
  const n = x.shape[0] ?? 0;
  const o = value.shape[1] ?? 0;
  if (value.rank === 2 && value.shape[0] === n && o > 0 && value.dtype === 'float32') return value;
  const got = `[${value.shape.join(', ')}] of ${value.dtype}`;
  value.dispose();
  throw new UsageError(
    `${where}: must give float32 outputs [n, o] for n examples, got ${got} for ${n}. Reshape what it returns.`,
  );
}

/** Gradients of some outputs at some examples, for each variable `[examples x outputs, length]`, outputs fastest. */
export interface Jacobian {
  /** On the device; none where a room on the host was given. */
  readonly blocks: readonly Tensor[];
  /** In that room. */
  readonly arrays: readonly Float32Array[];
  /** Outputs at the examples, all of them `[examples, o]`. */
  readonly values: Tensor;
}

/** Gives the memory of a Jacobian back. */
export function disposeJacobian({ blocks, values }: Jacobian): void {
  for (const tensor of [...blocks, values]) tensor.dispose();
}

/** Rows of gradients as they come: copied to the host at once, or kept until they are joined. */
class Rows {
  readonly arrays: readonly Float32Array[];
  readonly #kept: Tensor[][];

  constructor(lengths: readonly number[], count: number, room: Float32Array | null) {
    this.#kept = lengths.map(() => []);
    let at = 0;
    this.arrays = lengths.flatMap((length) => {
      if (room === null) return [];
      at += count * length;
      return [room.subarray(at - count * length, at)];
    });
  }

  async put(place: number, rows: readonly Tensor[]): Promise<void> {
    for (const [k, row] of rows.entries()) {
      if (this.arrays.length === 0) this.#kept[k].push(row);
      else {
        this.arrays[k].set((await row.data()) as Float32Array, place * row.size);
        row.dispose();
      }
    }
  }

  join(tf: TensorEngine['tf']): Tensor[] {
    return this.arrays.length > 0 ? [] : this.#kept.map((parts) => joined(tf, parts));
  }

  dispose(): void {
    for (const tensor of this.#kept.flat()) tensor.dispose();
  }
}

/** Rows one below the other; the parts are given back. */
function joined(tf: TensorEngine['tf'], parts: Tensor[]): Tensor {
  const all = tf.tidy(() => tf.concat(parts, 0));
  for (const part of parts.splice(0)) part.dispose();
  return all;
}

/** What is wanted of a Jacobian: examples, outputs, and a room on the host where it is to lie there. */
export interface Wanted {
  readonly examples: Range;
  readonly outputs: Range;
  readonly room: Float32Array | null;
}

/**
 * The Jacobian of f at some examples, one pass for each of them and each output: tfjs adds up what it derives over a
 * batch.
 */
export async function jacobian(
  engine: TensorEngine,
  derived: Derived,
  x: Tensor,
  { examples, outputs, room }: Wanted,
  pause: Pause,
): Promise<Jacobian> {
  const { tf, use } = engine;
  const lengths = derived.variables.map(({ size }) => size);
  const rows = new Rows(lengths, examples.count * outputs.count, room);
  const values: Tensor[] = [];
  try {
    for (let i = 0; i < examples.count; i++) {
      for (let a = 0; a < outputs.count; a++) {
        await pause();
        use();
        const chosen = new Float32Array(derived.outputs);
        chosen[outputs.first + a] = 1;
        const { value, rows: own } = tf.tidy(() => {
          const example = tf.slice(x, [examples.first + i], [1]);
          return weightedGradients(engine, derived, example, tf.tensor2d(chosen, [1, derived.outputs]));
        });
        if (a === 0) values.push(value);
        else value.dispose();
        await rows.put(i * outputs.count + a, own);
      }
    }
    use();
    return { blocks: rows.join(tf), arrays: rows.arrays, values: joined(tf, values) };
  } catch (error) {
    rows.dispose();
    for (const tensor of values) tensor.dispose();
    throw error;
  }
}

/** Throws where the work is no longer wanted, and otherwise lets timers and signals have their turn now and then. */
export function pauseOf(signal: AbortSignal | undefined): Pause {
  let rested = performance.now();
  return async () => {
    if (performance.now() - rested > 20) {
      await nextTask();
      rested = performance.now();
    }
    if (signal?.aborted) throw new InterruptedError();
  };
}
