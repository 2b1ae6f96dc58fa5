import { windowTaps } from '../../../src/programme/taps.js';
import type { Windows } from '../../../src/vocabulary/steps.js';
import { positionCount } from '../../../src/vocabulary/windows.js';
import type { Tensor, Tensors } from '../tensors.js';

/** Places that numbers are taken from: `[rows, columns]` positions, that behind the last for a zero. */
export interface Places {
  readonly at: Int32Array;
  readonly rows: number;
  readonly columns: number;
  /** Positions that are read. */
  readonly positions: number;
}

/** What every window reads: `[windows, taps]`. */
export function readPlaces(windows: Windows): Places {
  const positions = positionCount(windows.from);
  const { at, count } = windowTaps(windows);
  return { at: at.map((p) => (p < 0 ? positions : p)), rows: at.length / count, columns: count, positions };
}

/** Which window reads a position at each tap, there is at most one: `[positions, taps]`. */
export function readersByTap(windows: Windows): Places {
  const { at, rows: written, columns, positions } = readPlaces(windows);
  const readers = new Int32Array(positions * columns).fill(written);
  at.forEach((position, k) => {
    if (position < positions) readers[position * columns + (k % columns)] = Math.floor(k / columns);
  });
  return { at: readers, rows: positions, columns, positions: written };
}

/** All windows that read a position, in as many columns as the most of them: `[positions, readers]`. */
export function readersOf(windows: Windows): Places {
  const { at, rows: written, columns: taps, positions } = readPlaces(windows);
  const lists = Array.from({ length: positions }, (): number[] => []);
  at.forEach((position, k) => {
    if (position < positions) lists[position].push(Math.floor(k / taps));
  });
  const columns = Math.max(1, ...lists.map(({ length }) => length));
  const readers = new Int32Array(positions * columns).fill(written);
  for (const [p, list] of lists.entries()) readers.set(list, p * columns);
  return { at: readers, rows: positions, columns, positions: written };
}

/**
 * Backends whose tensors lie in the memory of the process: they take some numbers of many 40 times as slowly as it
 * does.
 */
const IN_MEMORY = ['wasm', 'cpu'];

/** The same in the memory of the process. */
function takenHere(tf: Tensors, h: Tensor, { at, rows, columns, positions }: Places): Tensor {
  const [count, , channels] = h.shape as [number, number, number];
  const source = tf.readSync(h);
  const out = new Float32Array(count * at.length * channels);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < at.length; k++) {
      if (at[k] === positions) continue;
      const from = (i * positions + at[k]) * channels;
      const to = (i * at.length + k) * channels;
      for (let c = 0; c < channels; c++) out[to + c] = source[from + c];
    }
  }
  return tf.tensor(out, [count, rows, columns, channels]);
}

/** Numbers of `h` `[count, positions, channels]` side by side: `[count, rows, columns, channels]`. */
export function taken(tf: Tensors, h: Tensor, places: Places): Tensor {
  if (IN_MEMORY.includes(tf.backend)) return takenHere(tf, h, places);
  const { at, rows, columns, positions } = places;
  return tf.tidy(() => {
    const [count, , channels] = h.shape;
    const needsZero = at.includes(positions);
    const source = needsZero ? tf.concat([h, tf.zeros([count, 1, channels])], 1) : h;
    return tf.reshape(tf.gather(source, tf.integers(at), 1), [count, rows, columns, channels]);
  });
}
