import type { DeviceTensor } from '../../kernels/tfjs/tensorflow/device.js';
import { type DeviceSpace, doublesOf } from '../linalg/device/space.js';
import type { RandomSource } from '../linalg/random.js';
import { orthogonalRow, orthonormalBlock } from './device-orthonormal.js';
import { DeviceRows, rowNorms } from './device-rows.js';
import type { CountedProducts } from './iteration.js';
import type { KrylovBasis } from './krylov-basis.js';
import type { SmallEigen } from './projected.js';
import { Projection } from './projection.js';
import { dotRows } from './rows.js';

const EPSILON = 2 ** -52;

/** A basis whose vectors stay on a device: what comes to the processor are norms and products of them. */
export class DeviceBasis implements KrylovBasis {
  size = 0;
  waiting = 0;
  readonly #space: DeviceSpace;
  readonly #n: number;
  readonly #capacity: number;
  readonly #v: DeviceRows;
  readonly #w: DeviceRows;
  readonly #projection: Projection;
  /** `[waiting, n]` */
  #next: DeviceTensor | null = null;
  /** Products of the vectors that were taken in last. */
  #last: DeviceTensor | null = null;
  /** Largest |A v| seen for a unit v: a bound of |A| from below. */
  #largest = 0;

  constructor(space: DeviceSpace, n: number, capacity: number) {
    this.#space = space;
    this.#n = n;
    this.#capacity = capacity;
    this.#v = new DeviceRows(space, n);
    this.#w = new DeviceRows(space, n);
    this.#projection = new Projection(capacity);
  }

  next(): Float64Array {
    return this.#next === null ? new Float64Array(0) : doublesOf(this.#space, this.#next);
  }

  propose(candidates: Float64Array, count: number, floor: number, random: RandomSource): void {
    const { tensors } = this.#space;
    const given = candidates.subarray(0, count * this.#n);
    this.#propose(() => tensors.tensor(given, [count, this.#n]), count, floor, random);
  }

  proposeProducts(count: number, random: RandomSource): void {
    const last = this.#last;
    if (last === null) return;
    const { tensors } = this.#space;
    const behind = (): DeviceTensor => tensors.slice(last, [last.shape[0] - count, 0], [count, this.#n]);
    this.#propose(behind, count, 4 * EPSILON * Math.sqrt(this.#n) * this.#largest, random);
  }

  proposeShifted(shift: number, floor: number, random: RandomSource): void {
    const { tensors } = this.#space;
    const count = this.size;
    const images = tensors.tidy(() =>
      tensors.sub(this.#w.whole(), tensors.mul(tensors.scalar(shift), this.#v.whole())),
    );
    this.#clear();
    this.#propose(() => images, count, floor, random);
    images.dispose();
  }

  async multiply(products: CountedProducts): Promise<void> {
    const next = this.#next;
    if (next === null) return;
    const y = await products.applyOnDevice(next, this.waiting);
    this.#next = null;
    this.#v.append(next);
    const size = this.size + this.waiting;
    const dots = this.#v.dots(y);
    for (const [k, length] of rowNorms(this.#space, y).entries()) {
      this.#largest = Math.max(this.#largest, length);
      this.#projection.add(this.size + k, dots.subarray(k * size, (k + 1) * size));
    }
    this.#last?.dispose();
    this.#last = this.#space.tensors.clone(y);
    this.#w.append(y);
    this.size = size;
    this.waiting = 0;
  }

  projected(from: number): Float64Array {
    return this.#projection.part(from, this.size);
  }

  ritz(): SmallEigen {
    return this.#projection.ritz(this.size);
  }

  couplings({ vectors }: SmallEigen): Float64Array {
    const { size, waiting } = this;
    const out = new Float64Array(waiting * size);
    if (this.#next === null) return out;
    const along = this.#w.dots(this.#next);
    for (let q = 0; q < waiting; q++) {
      dotRows(vectors, size, size, along.subarray(q * size, (q + 1) * size), out.subarray(q * size, (q + 1) * size));
    }
    return out;
  }

  restart({ values, vectors }: SmallEigen, keep: number): Float64Array {
    const { tensors } = this.#space;
    const v = this.#v.combined(vectors, this.size, keep);
    const w = this.#w.combined(vectors, this.size, keep);
    const residuals = tensors.tidy(() => {
      const factors = tensors.tensor(values.subarray(0, keep), [keep, 1]);
      return rowNorms(this.#space, tensors.sub(w, tensors.mul(factors, v)));
    });
    this.#v.replace(v);
    this.#w.replace(w);
    this.#projection.restart(values, keep);
    this.size = keep;
    return residuals;
  }

  vectors(count: number): Float64Array {
    return this.#v.read(count);
  }

  dispose(): void {
    this.#clear();
    this.#last?.dispose();
    this.#last = null;
  }

  #clear(): void {
    this.#drop();
    this.#v.replace(null);
    this.#w.replace(null);
    this.size = 0;
  }

  /** Forgets the waiting vectors. */
  #drop(): void {
    this.#next?.dispose();
    this.#next = null;
    this.waiting = 0;
  }

  #propose(make: () => DeviceTensor, count: number, floor: number, random: RandomSource): void {
    this.#drop();
    const room = Math.min(count, this.#n - this.size, this.#capacity - this.size);
    if (room <= 0) return;
    const { tensors } = this.#space;
    this.#next = tensors.tidy(() => {
      const given = tensors.slice(make(), [0, 0], [room, this.#n]);
      const block = room > 1 ? orthonormalBlock(this.#space, this.#v, given, floor) : null;
      return block ?? this.#oneByOne(given, room, floor, random);
    });
    this.waiting = room;
  }

  #oneByOne(given: DeviceTensor, room: number, floor: number, random: RandomSource): DeviceTensor {
    const { tensors } = this.#space;
    const space = this.#space;
    const made = new DeviceRows(space, this.#n);
    for (let i = 0; i < room; i++) {
      const unit = tensors.tidy(() => {
        let found = orthogonalRow(space, [this.#v, made], tensors.slice(given, [i, 0], [1, this.#n]));
        while (found.length <= floor || !(found.length > 0)) {
          const x = tensors.tensor(random.normals(this.#n), [1, this.#n]);
          const [before] = rowNorms(space, x);
          found = orthogonalRow(space, [this.#v, made], x);
          // Of a random vector so little is left only by rounding, when next to nothing is outside.
          if (found.length > 1e-12 * before) break;
        }
        return tensors.div(found.row, tensors.scalar(found.length));
      });
      made.append(unit);
    }
    return made.whole();
  }
}
