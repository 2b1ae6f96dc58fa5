import type * as TensorFlow from '@tensorflow/tfjs';
import type { FloatArray } from '../../src/data/array.js';
import { InternalError } from '../../src/errors.js';
import type { Operand, Tensor, Tensors } from './tensors.js';

type Tfjs = typeof TensorFlow;
type Theirs = TensorFlow.Tensor;

const theirs = (x: Tensor): Theirs => x as Theirs;
const operand = (x: Operand): Theirs | number => x as Theirs | number;
const singles = (values: FloatArray): Float32Array =>
  values instanceof Float32Array ? values : Float32Array.from(values);
const list = (values: readonly number[]): number[] => [...values];

const binary =
  (act: (a: Theirs | number, b: Theirs | number) => Theirs) =>
  (a: Operand, b: Operand): Tensor =>
    act(operand(a), operand(b));
const unary =
  (act: (x: Theirs) => Theirs) =>
  (x: Tensor): Tensor =>
    act(theirs(x));
const reduction =
  (act: (x: Theirs, axes?: number | number[], keep?: boolean) => Theirs) =>
  (x: Tensor, axes?: number | number[], keep?: boolean): Tensor =>
    act(theirs(x), axes, keep);

/** Tensors from numbers and back. */
function storage(tf: Tfjs) {
  return {
    tensor: (values, shape) => tf.tensor(singles(values), list(shape)),
    tensor1d: (values) => tf.tensor1d(singles(values)),
    integers: (values) => tf.tensor1d(Int32Array.from(values), 'int32'),
    scalar: (value) => tf.scalar(value),
    zeros: (shape) => tf.zeros(list(shape)),
    zerosLike: unary(tf.zerosLike),
    onesLike: unary(tf.onesLike),
    read: async (x) => (await theirs(x).data()) as Float32Array,
    readSync: (x) => theirs(x).dataSync() as Float32Array,
  } satisfies Partial<Tensors>;
}

/** What acts on each number. */
function arithmetic(tf: Tfjs) {
  return {
    add: binary(tf.add),
    sub: binary(tf.sub),
    mul: binary(tf.mul),
    div: binary(tf.div),
    minimum: binary(tf.minimum),
    maximum: binary(tf.maximum),
    squaredDifference: binary(tf.squaredDifference),
    pow: binary(tf.pow),

    neg: unary(tf.neg),
    abs: unary(tf.abs),
    sqrt: unary(tf.sqrt),
    exp: unary(tf.exp),
    expm1: unary(tf.expm1),
    square: unary(tf.square),
    cosineDistance: (u) => tf.tidy(() => tf.sub(1, tf.abs(theirs(u)))),
    sin: unary(tf.sin),
    cos: unary(tf.cos),
    erf: unary(tf.erf),
    floor: unary(tf.floor),
    step: (x, below) => tf.step(theirs(x), below),
    clipByValue: (x, least, most) => tf.clipByValue(theirs(x), least, most),
  } satisfies Partial<Tensors>;
}

/** Comparisons, and what follows from them. */
function logic(tf: Tfjs) {
  return {
    greater: binary(tf.greater),
    greaterEqual: binary(tf.greaterEqual),
    less: binary(tf.less),
    lessEqual: binary(tf.lessEqual),
    logicalAnd: (a, b) => tf.logicalAnd(theirs(a), theirs(b)),
    where: (condition, yes, no) => tf.where(theirs(condition), operand(yes), operand(no)),
    toIntegers: (x) => tf.cast(theirs(x), 'int32'),
    toNumbers: (x) => tf.cast(theirs(x), 'float32'),
  } satisfies Partial<Tensors>;
}

/** Sums, products of matrices, and what moves numbers. */
function shapes(tf: Tfjs) {
  return {
    sum: reduction(tf.sum),
    mean: reduction(tf.mean),
    max: reduction(tf.max),
    min: reduction(tf.min),

    matMul: (a, b, transposeA, transposeB) => tf.matMul(theirs(a), theirs(b), transposeA, transposeB),
    clone: unary(tf.clone),
    reshape: (x, shape) => tf.reshape(theirs(x), list(shape)),
    transpose: (x, order) => tf.transpose(theirs(x), order && list(order)),
    concat: (parts, axis) => tf.concat(parts.map(theirs), axis),
    stack: (parts, axis) => tf.stack(parts.map(theirs), axis),
    slice: (x, begin, size) => tf.slice(theirs(x), list(begin), list(size)),
    gather: (x, positions, axis) => tf.gather(theirs(x), theirs(positions), axis),
    gatherColumns: (table, positions) => {
      const [rows, columns] = table.shape;
      const column = (k: number): Theirs => tf.reshape(tf.slice(theirs(table), [0, k], [rows, 1]), [rows]);
      return Array.from({ length: columns }, (_, k) => tf.tidy(() => tf.gather(column(k), theirs(positions))));
    },
    pad: (x, paddings) =>
      tf.pad(
        theirs(x),
        paddings.map(([before, behind]): [number, number] => [before, behind]),
      ),
    windowMean: (x, [h, w], [down, right]) => tf.avgPool(x as TensorFlow.Tensor4D, [h, w], [down, right], 'valid'),
  } satisfies Partial<Tensors>;
}

/** The tensor operations of a tfjs on its chosen backend, in single precision. */
export function tfjsTensors(tf: Tfjs): Tensors {
  return {
    precision: 'f32',
    elementary: null,
    get backend() {
      return tf.getBackend();
    },
    get held() {
      return tf.memory().numTensors;
    },
    tidy(act) {
      let result: { readonly of: ReturnType<typeof act> } | null = null;
      tf.tidy(() => {
        result = { of: act() };
        return result.of as TensorFlow.TensorContainer;
      });
      if (result === null) throw new InternalError('a scope of tfjs has no result');
      return (result as { readonly of: ReturnType<typeof act> }).of;
    },
    ...storage(tf),
    ...arithmetic(tf),
    ...logic(tf),
    ...shapes(tf),
  };
}
