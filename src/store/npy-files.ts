import type { Output } from '../backend/tasks.js';
import type { TileData, TileRange } from '../backend/tile.js';
import type { FileMark } from '../data/write/mark.js';
import { InternalError } from '../errors.js';
import { NpyFile } from './npy-file.js';
import type { FileSink, FinishOptions, SinkPlan } from './sink.js';

/** Makes the files of matrices, in the order of the outputs, into the one at `out`. */
export type Finish = (
  files: readonly (readonly [output: Output, file: NpyFile])[],
  out: string,
  options: FinishOptions,
) => Promise<FileMark>;

/**
 * Files beside the output that tiles go to: a `.npy` file for each matrix. They are removed unless they become the
 * output.
 */
export class NpyFiles implements FileSink {
  readonly #out: string;
  readonly #finish: Finish;
  readonly #files = new Map<Output, NpyFile>();

  /** @throws OutputError when the disk does not take them; then nothing stays */
  constructor(out: string, plan: SinkPlan, finish: Finish) {
    this.#out = out;
    this.#finish = finish;
    try {
      const waiting = (plan.waiting ?? 0) / plan.outputs.length;
      for (const output of plan.outputs) this.#files.set(output, new NpyFile(out, { ...plan, waiting }));
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  put(output: Output, range: TileRange, data: TileData): void {
    this.#file(output).put(range, data);
  }

  entry(output: Output, row: number, column: number): number {
    return this.#file(output).entry(row, column);
  }

  finish(options: FinishOptions): Promise<FileMark> {
    return this.#finish([...this.#files], this.#out, options);
  }

  discard(): void {
    for (const file of this.#files.values()) file.remove();
  }

  #file(output: Output): NpyFile {
    const file = this.#files.get(output);
    if (file === undefined) throw new InternalError(`no file of ${output}`);
    return file;
  }
}
