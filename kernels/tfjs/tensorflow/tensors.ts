import type { FloatArray, Precision } from '../../../src/data/array.js';
import { InternalError } from '../../../src/errors.js';
import type { Operand, Tensor, Tensors } from '../tensors.js';
import { type Attribute, DOUBLE } from './binding.js';
import { DeviceTensor, type TensorflowDevice } from './device.js';
import type { Passage } from './float64.js';

/** Constants of operations that are kept. */
const MOST_CONSTANTS = 1024;

/** The tensor operations of TensorFlow itself, by name, in single or double precision. */
export class TensorflowTensors implements Tensors {
  readonly backend = 'tensorflow';
  readonly precision: Precision;
  /** Where its tensors lie. */
  readonly device: TensorflowDevice;
  readonly #passage: Passage | null;
  readonly #constants = new Map<number, DeviceTensor>();

  /** In double precision where there is a way for doubles to pass. */
  constructor(device: TensorflowDevice, passage: Passage | null) {
    this.device = device;
    this.#passage = passage;
    this.precision = passage === null ? 'f32' : 'f64';
  }

  /** The type of its numbers. */
  get dtype(): number {
    return this.#passage === null ? this.device.binding.TF_FLOAT : DOUBLE;
  }

  get held(): number {
    return this.device.counts.tensors;
  }

  tidy<T>(act: () => T): T {
    return this.device.tidy(act);
  }

  tensor(values: FloatArray, shape: readonly number[]): DeviceTensor {
    if (this.#passage === null) return this.device.upload(Float32Array.from(values), shape);
    const doubles = values instanceof Float64Array ? values : Float64Array.from(values);
    return this.#passage.upload(this.device, doubles, shape);
  }

  /**
   * Uploads doubles that nobody writes as long as the tensor is held: where the processor computes they may be shared.
   */
  lend(values: Float64Array, shape: readonly number[]): DeviceTensor {
    if (this.#passage === null) return this.tensor(values, shape);
    return this.#passage.lend(this.device, values, shape);
  }

  tensor1d(values: FloatArray): DeviceTensor {
    return this.tensor(values, [values.length]);
  }

  integers(values: Int32Array | readonly number[]): DeviceTensor {
    return this.device.upload(Int32Array.from(values), [values.length]);
  }

  scalar(value: number): DeviceTensor {
    return this.tensor(Float64Array.of(value), []);
  }

  zeros(shape: readonly number[]): DeviceTensor {
    return this.tidy(() => this.device.run('Fill', [this.integers(shape), this.#operand(0)]));
  }

  async read(x: Tensor): Promise<FloatArray> {
    return this.readSync(x);
  }

  readSync(x: Tensor): FloatArray {
    if (this.#passage !== null) return this.#passage.read(this.device, this.#ours(x));
    // Arrays from native code may belong to another realm.
    const { buffer, byteOffset, length } = this.device.read(this.#ours(x));
    return new Float32Array(buffer, byteOffset, length);
  }

  #ours(x: Tensor): DeviceTensor {
    if (x instanceof DeviceTensor && x.isOn(this.device)) return x;
    throw new InternalError('a tensor of another device');
  }

  /** A number that an operation takes: uploaded once. */
  #operand(x: Operand): DeviceTensor {
    if (typeof x !== 'number') return this.#ours(x);
    const known = this.#constants.get(x);
    if (known !== undefined && !Object.is(x, -0)) return known;
    if (this.#constants.size >= MOST_CONSTANTS || Object.is(x, -0)) return this.scalar(x);
    const made = this.device.constant(() => this.scalar(x));
    this.#constants.set(x, made);
    return made;
  }

  #binary(name: string): (a: Operand, b: Operand) => DeviceTensor {
    return (a, b) => this.#run(name, [a, b]);
  }

  #unary(name: string): (x: Tensor) => DeviceTensor {
    return (x) => this.device.run(name, [this.#ours(x)]);
  }

  /** An operation whose inputs may be numbers, which go back with it where they are no constants. */
  #run(name: string, operands: readonly Operand[], attributes: readonly Attribute[] = []): DeviceTensor {
    return this.tidy(() =>
      this.device.run(
        name,
        operands.map((x) => this.#operand(x)),
        attributes,
      ),
    );
  }

  readonly elementary = {
    atan2: this.#binary('Atan2'),
    expm1: this.#unary('Expm1'),
  };

  readonly add = this.#binary('AddV2');
  readonly sub = this.#binary('Sub');
  readonly mul = this.#binary('Mul');
  readonly div = this.#binary('RealDiv');
  readonly minimum = this.#binary('Minimum');
  readonly maximum = this.#binary('Maximum');
  readonly squaredDifference = this.#binary('SquaredDifference');
  readonly pow = this.#binary('Pow');
  readonly greater = this.#binary('Greater');
  readonly greaterEqual = this.#binary('GreaterEqual');
  readonly less = this.#binary('Less');
  readonly lessEqual = this.#binary('LessEqual');

  readonly neg = this.#unary('Neg');
  readonly abs = this.#unary('Abs');
  readonly sqrt = this.#unary('Sqrt');
  readonly exp = this.#unary('Exp');
  readonly expm1 = this.#unary('Expm1');
  readonly square = this.#unary('Square');
  readonly sin = this.#unary('Sin');
  readonly cos = this.#unary('Cos');
  readonly erf = this.#unary('Erf');
  readonly floor = this.#unary('Floor');
  readonly clone = this.#unary('Identity');
  readonly zerosLike = this.#unary('ZerosLike');
  readonly onesLike = this.#unary('OnesLike');

  /** Without absolute values, which have no vector code in double precision. */
  cosineDistance(u: Tensor): DeviceTensor {
    return this.tidy(() => this.minimum(this.sub(1, u), this.add(1, u)));
  }

  step(x: Tensor, below = 0): DeviceTensor {
    return this.tidy(() => this.where(this.greater(x, 0), 1, below));
  }

  clipByValue(x: Tensor, least: number, most: number): DeviceTensor {
    return this.tidy(() => this.maximum(this.minimum(x, most), least));
  }

  logicalAnd(a: Tensor, b: Tensor): DeviceTensor {
    return this.device.run('LogicalAnd', [this.#ours(a), this.#ours(b)]);
  }

  where(condition: Tensor, yes: Operand, no: Operand): DeviceTensor {
    return this.#run('SelectV2', [condition, yes, no]);
  }

  toIntegers(x: Tensor): DeviceTensor {
    return this.device.run('Cast', [this.#ours(x)], [this.device.type('DstT', this.device.binding.TF_INT32)]);
  }

  toNumbers(x: Tensor): DeviceTensor {
    return this.device.run('Cast', [this.#ours(x)], [this.device.type('DstT', this.dtype)]);
  }

  #reduction(name: string): (x: Tensor, axes?: number | number[], keep?: boolean) => DeviceTensor {
    return (x, axes = x.shape.map((_, k) => k), keep = false) =>
      this.tidy(() => {
        const list = this.integers([axes].flat());
        return this.device.run(name, [this.#ours(x), list], [this.device.flag('keep_dims', keep)]);
      });
  }

  readonly sum = this.#reduction('Sum');
  readonly mean = this.#reduction('Mean');
  readonly max = this.#reduction('Max');
  readonly min = this.#reduction('Min');

  matMul(a: Tensor, b: Tensor, transposeA = false, transposeB = false): DeviceTensor {
    const plain = a.shape.length === 2 && b.shape.length === 2;
    const [name, ofA, ofB] = plain ? ['MatMul', 'transpose_a', 'transpose_b'] : ['BatchMatMulV2', 'adj_x', 'adj_y'];
    const flags = [this.device.flag(ofA, transposeA), this.device.flag(ofB, transposeB)];
    return this.device.run(name, [this.#ours(a), this.#ours(b)], flags);
  }

  /** An operation on a tensor and lists of whole numbers. */
  #shaped(name: string, x: Tensor, ...lists: (readonly number[])[]): DeviceTensor {
    return this.tidy(() => this.device.run(name, [this.#ours(x), ...lists.map((list) => this.integers(list))]));
  }

  reshape(x: Tensor, shape: readonly number[]): DeviceTensor {
    return this.#shaped('Reshape', x, shape);
  }

  transpose(x: Tensor, order: readonly number[] = x.shape.map((_, k) => x.shape.length - 1 - k)): DeviceTensor {
    return this.#shaped('Transpose', x, order);
  }

  slice(x: Tensor, begin: readonly number[], size: readonly number[]): DeviceTensor {
    return this.#shaped('Slice', x, begin, size);
  }

  concat(list: readonly Tensor[], axis: number): DeviceTensor {
    // The operation wants two at least.
    if (list.length === 1) return this.clone(list[0]);
    return this.tidy(() => {
      const at = this.device.upload(Int32Array.of(axis), []);
      const attributes = [
        this.device.whole('N', list.length),
        this.device.type('T', this.dtype),
        this.device.type('Tidx', this.device.binding.TF_INT32),
      ];
      return this.device.run('ConcatV2', [...list.map((x) => this.#ours(x)), at], attributes);
    });
  }

  stack(list: readonly Tensor[], axis = 0): DeviceTensor {
    const { device } = this;
    const attributes = [device.whole('N', list.length), device.type('T', this.dtype), device.whole('axis', axis)];
    return device.run(
      'Pack',
      list.map((x) => this.#ours(x)),
      attributes,
    );
  }

  gather(x: Tensor, positions: Tensor, axis = 0): DeviceTensor {
    return this.tidy(() => {
      const at = this.device.upload(Int32Array.of(axis), []);
      return this.device.run('GatherV2', [this.#ours(x), this.#ours(positions), at]);
    });
  }

  /** Whole rows at once, then turned round: to take from one column costs as much as from eight. */
  gatherColumns(table: Tensor, positions: Tensor): readonly DeviceTensor[] {
    return this.tidy(() => {
      const [, columns] = table.shape;
      const how = [this.device.whole('num', columns), this.device.whole('axis', 0)];
      return this.device.runAll('Unpack', [this.transpose(this.gather(table, positions))], how, columns);
    });
  }

  pad(x: Tensor, paddings: readonly (readonly [number, number])[]): DeviceTensor {
    return this.tidy(() => {
      const list = this.device.upload(Int32Array.from(paddings.flat()), [paddings.length, 2]);
      return this.device.run('Pad', [this.#ours(x), list]);
    });
  }

  windowMean(x: Tensor, window: readonly [number, number], strides: readonly [number, number]): DeviceTensor {
    const { device } = this;
    const list = (name: string, [h, w]: readonly [number, number]): Attribute => device.whole(name, [1, h, w, 1]);
    return device.run(
      'AvgPool',
      [this.#ours(x)],
      [list('ksize', window), list('strides', strides), device.text('padding', 'VALID')],
    );
  }
}
