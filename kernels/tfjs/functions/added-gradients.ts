import type * as TensorFlow from '@tensorflow/tfjs';
import { averageGradient } from './pooling-gradients.js';
import type { Tensor, Tensors } from './tfjs.js';

/** A gradient of tfjs and what takes its place. */
type Mend = (tf: Tensors, config: TensorFlow.GradConfig) => TensorFlow.GradConfig;

/** What a gradient gives: for each input how its derivative is made. */
type Derivatives = Readonly<Record<string, () => Tensor>>;

/** A gradient of one output, from what the kernel has saved. */
type Derive = (dy: Tensor, saved: readonly Tensor[], attributes: TensorFlow.NamedAttrMap) => Derivatives;

function derivedBy(config: TensorFlow.GradConfig, derive: Derive): TensorFlow.GradConfig {
  return { ...config, gradFunc: (dy, saved, attributes) => derive(Array.isArray(dy) ? dy[0] : dy, saved, attributes) };
}

/** The sum of a tensor over the axes along which a smaller one was stretched to it, in the smaller one's shape. */
function shrunk(tf: Tensors, whole: Tensor, shape: readonly number[]): Tensor {
  const axes = tf.broadcast_util.getReductionAxes([...shape], whole.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(whole, axes) : whole, [...shape]);
}

/** tfjs forgets that the two inputs of some operations may stretch to each other. */
const stretched: Mend = (tf, config) => ({
  ...config,
  gradFunc: (dy, saved, attributes) => {
    const whole: Derivatives = config.gradFunc(dy, saved, attributes);
    return { a: () => shrunk(tf, whole.a(), saved[0].shape), b: () => shrunk(tf, whole.b(), saved[1].shape) };
  },
});

/** Sums from the other end; tfjs turns the axes of what is right already. */
const accumulated: Mend = (tf, config) =>
  derivedBy(config, (dy, _, attributes) => {
    const { axis, exclusive, reverse } = attributes as typeof attributes & TensorFlow.CumsumAttrs;
    return { x: () => tf.cumsum(dy, axis, exclusive, !reverse) };
  });

/** What is added at both ends of an axis that is mirrored there goes back to where it was taken from. */
function unmirrored(
  tf: Tensors,
  dy: Tensor,
  axis: number,
  [before, after]: readonly number[],
  distance: number,
): Tensor {
  const size = dy.shape[axis] - before - after;
  const begin = dy.shape.map(() => 0);
  const part = (from: number, length: number): Tensor =>
    tf.slice(dy, begin.with(axis, from), dy.shape.with(axis, length));
  const moved = (edge: Tensor, from: number): Tensor => {
    const paddings = dy.shape.map((): [number, number] => [0, 0]);
    paddings[axis] = [from, size - from - edge.shape[axis]];
    return tf.pad(tf.reverse(edge, axis), paddings);
  };
  const own = part(before, size);
  const left = before === 0 ? own : tf.add(own, moved(part(0, before), distance));
  return after === 0 ? left : tf.add(left, moved(part(before + size, after), size - distance - after));
}

/** tfjs cuts off what was added at the edges. */
const mirrored: Mend = (tf, config) =>
  derivedBy(config, (dy, _, attributes) => {
    const { paddings, mode } = attributes as typeof attributes & TensorFlow.MirrorPadAttrs;
    const distance = mode === 'reflect' ? 1 : 0;
    return { x: () => paddings.reduce((all: Tensor, pair, axis) => unmirrored(tf, all, axis, pair, distance), dy) };
  });

type Size = [number, number];
type Resize = (images: TensorFlow.Tensor4D, size: Size, alignCorners?: boolean, halfPixelCenters?: boolean) => Tensor;

/**
 * Resizing is linear, rows and columns apart: its derivative is the transpose of both matrices, which the operation
 * itself makes of unit vectors.
 *
 * tfjs has no half pixels in it; on `cpu` it also turns the image, or mixes those of a batch.
 */
const resized =
  (resizeOf: (tf: Tensors) => Resize): Mend =>
  (tf, config) =>
    derivedBy(config, (dy, [images], attributes) => {
      const { alignCorners, halfPixelCenters } = attributes as typeof attributes & TensorFlow.ResizeBilinearAttrs;
      const [count, height, width, channels] = images.shape;
      const [, rows, columns] = dy.shape;
      const matrix = (from: number, to: number): Tensor => {
        const units = tf.reshape(tf.eye(from), [1, from, 1, from]) as TensorFlow.Tensor4D;
        return tf.reshape(resizeOf(tf)(units, [to, 1], alignCorners, halfPixelCenters), [to, from]);
      };
      return {
        images: () => {
          const left = tf.matMul(matrix(height, rows), tf.reshape(tf.transpose(dy, [1, 0, 2, 3]), [rows, -1]), true);
          const turned = tf.transpose(tf.reshape(left, [height, count, columns, channels]), [2, 1, 0, 3]);
          const right = tf.matMul(matrix(width, columns), tf.reshape(turned, [columns, -1]), true);
          return tf.transpose(tf.reshape(right, [width, count, height, channels]), [1, 2, 0, 3]);
        },
      };
    });

/** The largest or smallest of some numbers: equal ones share the signal, where tfjs gives all of it to each of them. */
const extreme =
  (axesIn: string, sign: 1 | -1): Mend =>
  (tf, config) =>
    derivedBy(config, (dy, [x, y], attributes) => {
      const axes = tf.util.parseAxisParam(attributes[axesIn] as number | number[], x.shape);
      const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
      return {
        x: () => {
          // `equal` would have no derivative of its own; a step has: none.
          const behind = tf.mul(sign, tf.sub(tf.reshape(y, shape), x));
          const chosen = tf.sub(1, tf.step(behind));
          return tf.mul(tf.div(tf.reshape(dy, shape), tf.sum(chosen, axes, true)), chosen);
        },
      };
    });

/** elu: in a derivative of derivatives by operations that have one, as its own kernel has not. */
const exponential: Mend = (tf, config) => ({
  ...config,
  gradFunc: (dy, saved, attributes) => {
    if (tf.engine().state.gradientDepth === 0 || Array.isArray(dy)) return config.gradFunc(dy, saved, attributes);
    const [y] = saved;
    return { x: () => tf.mul(dy, tf.add(1, tf.mul(y, tf.sub(1, tf.step(y))))) };
  },
});

/** Whole numbers do not move with what they were cut from. */
const cut: Mend = (tf, config) => ({
  ...config,
  gradFunc: (dy, saved, attributes) => {
    const { dtype } = (attributes ?? {}) as typeof attributes & TensorFlow.CastAttrs;
    if (Array.isArray(dy) || (dtype !== 'int32' && dtype !== 'bool')) return config.gradFunc(dy, saved, attributes);
    return { x: () => tf.zerosLike(dy) };
  },
});

const stairs: Mend = (tf, config) =>
  derivedBy(config, (_, [a, b]) => ({ a: () => tf.zeros(a.shape), b: () => tf.zeros(b.shape) }));

/** Axes may be counted from behind. */
const multiplied: Mend = (tf, config) => ({
  ...config,
  gradFunc: (dy, saved, attributes) => {
    const axis = tf.util.parseAxisParam(attributes.axis as number | number[], saved[0].shape);
    return config.gradFunc(dy, saved, { ...attributes, axis });
  },
});

/** Gradients of tfjs 4.22 that are wrong, or that it fails to make of its own, by the name of the kernel. */
const MENDS: Readonly<Record<string, Mend>> = {
  AvgPool: averageGradient,
  AvgPool3D: averageGradient,
  BatchMatMul: stretched,
  Cast: cut,
  Cumsum: accumulated,
  Elu: exponential,
  FloorDiv: stairs,
  Max: extreme('reductionIndices', 1),
  Maximum: stretched,
  Min: extreme('axis', -1),
  Minimum: stretched,
  MirrorPad: mirrored,
  Prod: multiplied,
  ResizeBilinear: resized((tf) => tf.image.resizeBilinear as Resize),
  ResizeNearestNeighbor: resized((tf) => tf.image.resizeNearestNeighbor as Resize),
  SquaredDifference: stretched,
};

const mended = new WeakSet<TensorFlow.GradConfig>();

/** Mends the gradients of `MENDS` in all copies of a tfjs; the others stay what they are. */
export function mendGradients(tf: Tensors): void {
  for (const [name, mend] of Object.entries(MENDS)) {
    const config = tf.getGradient(name) as TensorFlow.GradConfig | undefined;
    if (config === undefined || mended.has(config)) continue;
    const ours = mend(tf, config);
    mended.add(ours);
    tf.registerGradient(ours);
  }
}
