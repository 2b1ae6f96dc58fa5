import type { Tensor, Tensors } from '../tensors.js';

/** Entries of some pairs, in the order of the task's outputs; null where the kernel is 0. */
export type Entries = readonly (Tensor | null)[];

/** The entries of a tile, and the least 1 - |u| in its rows, part by part. */
export interface Parts {
  readonly entries: Entries;
  readonly least: readonly Tensor[];
}

/** Entries of parts of a tile as those of the whole. */
export function joined(tf: Tensors, parts: readonly Entries[]): Entries {
  return tf.tidy(() =>
    parts[0].map((_, output) => {
      const list = parts.flatMap((entries) => entries[output] ?? []);
      return list.length === 0 ? null : tf.concat(list, 0);
    }),
  );
}

/** A finished tile on the device: its entries, and those of its near-duplicate pairs by their places. */
export interface Finished {
  readonly entries: Entries;
  readonly near: readonly { readonly places: Int32Array; readonly entries: Entries }[];
}

/** Gives the memory of a tile back. */
export function free({ entries, near }: Finished): void {
  for (const tensor of [...entries, ...near.flatMap((n) => n.entries)]) tensor?.dispose();
}
