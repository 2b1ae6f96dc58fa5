import type { FloatArray, Precision } from '../../src/data/array.js';

/** Numbers on a device, `shape`. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly size: number;
  /** Gives its memory back; a second time is harmless. */
  dispose(): void;
}

/** A tensor, or one number that stretches to the other's shape. */
export type Operand = Tensor | number;

type Unary = (x: Tensor) => Tensor;
type Binary = (a: Operand, b: Operand) => Tensor;
/** Over some axes [all], which stay with length 1 where `keep` is true. */
type Reduction = (x: Tensor, axes?: number | number[], keep?: boolean) => Tensor;

/** Elementary functions that not every tfjs has with all digits. */
export interface Elementary {
  readonly atan2: Binary;
  readonly expm1: Unary;
}

/**
 * The tensor operations that kernels are made of, in one precision: those of a tfjs, or of TensorFlow itself. Shapes
 * stretch to each other as in NumPy; comparisons give tensors of booleans.
 */
export interface Tensors {
  readonly precision: Precision;
  /** `wasm`, `cpu` or `tensorflow`. */
  readonly backend: string;
  /** Tensors that are held now, but for constants of operations: to find what is not given back. */
  readonly held: number;
  /** Functions that are exact to the last digits; null where they are made of sums and products. */
  readonly elementary: Elementary | null;
  /** Gives back what `act` made but for what it returns, in whatever arrays and objects. */
  tidy<T>(act: () => T): T;

  /** Uploads numbers in the precision of these tensors; the array may be used again. */
  tensor(values: FloatArray, shape: readonly number[]): Tensor;
  tensor1d(values: FloatArray): Tensor;
  /** A list of positions, `[n]`. */
  integers(values: Int32Array | readonly number[]): Tensor;
  scalar(value: number): Tensor;
  zeros(shape: readonly number[]): Tensor;
  readonly zerosLike: Unary;
  readonly onesLike: Unary;
  /** Reads a tensor of numbers back. */
  read(x: Tensor): Promise<FloatArray>;
  readSync(x: Tensor): FloatArray;

  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly div: Binary;
  readonly minimum: Binary;
  readonly maximum: Binary;
  readonly squaredDifference: Binary;
  readonly pow: Binary;

  readonly neg: Unary;
  readonly abs: Unary;
  readonly sqrt: Unary;
  readonly exp: Unary;
  readonly expm1: Unary;
  readonly square: Unary;
  /** 1 - |u| */
  readonly cosineDistance: Unary;
  readonly sin: Unary;
  readonly cos: Unary;
  readonly erf: Unary;
  readonly floor: Unary;
  /** 1 for x > 0, else `below` [0]. */
  step(x: Tensor, below?: number): Tensor;
  clipByValue(x: Tensor, least: number, most: number): Tensor;

  readonly greater: Binary;
  readonly greaterEqual: Binary;
  readonly less: Binary;
  readonly lessEqual: Binary;
  logicalAnd(a: Tensor, b: Tensor): Tensor;
  where(condition: Tensor, yes: Operand, no: Operand): Tensor;
  /** Positions of numbers that are whole. */
  readonly toIntegers: Unary;
  /** 1 for true, 0 for false. */
  readonly toNumbers: Unary;

  readonly sum: Reduction;
  readonly mean: Reduction;
  readonly max: Reduction;
  readonly min: Reduction;

  matMul(a: Tensor, b: Tensor, transposeA?: boolean, transposeB?: boolean): Tensor;
  readonly clone: Unary;
  reshape(x: Tensor, shape: readonly number[]): Tensor;
  transpose(x: Tensor, order?: readonly number[]): Tensor;
  concat(list: readonly Tensor[], axis: number): Tensor;
  stack(list: readonly Tensor[], axis?: number): Tensor;
  slice(x: Tensor, begin: readonly number[], size: readonly number[]): Tensor;
  /** Entries at `positions` along an axis [0]; a position that is not there is an error or of no meaning. */
  gather(x: Tensor, positions: Tensor, axis?: number): Tensor;
  /** The rows of `table` `[n, columns]` at `positions` `[m]`, column by column: each `[m]`. */
  gatherColumns(table: Tensor, positions: Tensor): readonly Tensor[];
  pad(x: Tensor, paddings: readonly (readonly [number, number])[]): Tensor;
  /** Means over windows of images `[batch, h, w, channels]`, inside alone. */
  windowMean(x: Tensor, window: readonly [number, number], strides: readonly [number, number]): Tensor;
}
