import type { FloatArray } from '../../data/array.js';
import { columnNeeds, type ImageColumn, writeColumn } from '../../programme/images/columns.js';
import { type ImageSelfKernels, SelfKernelRunner, selfKernelsNeeded } from '../../programme/images/self-kernels.js';
import { valueShapes } from '../../programme/shapes.js';
import { positionCount } from '../../vocabulary/windows.js';
import { PixelReader } from './pixels.js';
import { type PreparedImages, pooledOf, type SharedImages } from './prepare.js';

/** Finds what pairs need of each image beside its pixels, one image after the other, and writes it where it is told. */
export class FactorWriter {
  readonly #job: PreparedImages;
  readonly #pixels: PixelReader;
  readonly #runner: SelfKernelRunner | null;
  readonly #positions: readonly number[];
  #selfKernels: ImageSelfKernels = [];

  /** For these columns, which are all that `column` may be asked for. */
  constructor(job: PreparedImages, columns: readonly ImageColumn[]) {
    const { programme, channels, exponents } = job;
    this.#job = job;
    this.#pixels = new PixelReader(positionCount(programme.positions ?? []), channels);
    this.#positions = valueShapes(programme).map(positionCount);
    const needed = selfKernelsNeeded(
      programme,
      columns.flatMap((column) => columnNeeds(column, programme)),
    );
    this.#runner = columns.length === 0 ? null : new SelfKernelRunner(programme, needed, exponents);
  }

  /** Turns to an image; to one of zeros where `image` is null. @throws NumericalError where its norms leave the range */
  read(set: SharedImages, image: number | null): void {
    this.#pixels.read(set.data, image);
    if (this.#runner === null) return;
    this.#selfKernels = this.#runner.run(this.#pixels.squares, (v) =>
      image === null ? new Float64Array(this.#positions[v]) : pooledOf(set, v, image),
    );
  }

  /** Writes the unit pixels, `[positions, channels]`; number k goes to place `first + k * step`. */
  unit(to: FloatArray, first: number, step: number): void {
    this.#pixels.writeUnit(to, first, step);
  }

  /** Writes the numbers of a column, in the same way. */
  column(column: ImageColumn, to: FloatArray, first: number, step: number): void {
    const { programme, exponents } = this.#job;
    writeColumn(column, programme, this.#selfKernels, exponents, { to, first, step });
  }
}
