/**
 * Layers of Keras in float64, one example at a time, written as their formulas: what models of them are compared with.
 */

/** One example, channels last; `[c]` where it is a vector. */
export interface Example {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** A layer: from its arrays, one after the other as the file has them, and an example. */
export type Layer = (arrays: readonly (readonly number[])[], x: Example) => Example;

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** An image made number by number. */
function image(
  shape: readonly [number, number, number],
  of: (row: number, column: number, channel: number) => number,
): Example {
  const [height, width, channels] = shape;
  const data = Array.from({ length: product(shape) }, (_, k) =>
    of(Math.floor(k / (width * channels)), Math.floor(k / channels) % width, k % channels),
  );
  return { shape: [height, width, channels], data };
}

/** A number of an image, 0 outside. */
function at({ shape: [height, width, channels], data }: Example, row: number, column: number, channel: number): number {
  if (row < 0 || column < 0 || row >= height || column >= width) return 0;
  return data[(row * width + column) * channels + channel];
}

/** Outputs and the numbers before the first window, as TensorFlow pads. */
function windows(size: number, filter: number, stride: number, padding: string): readonly [number, number] {
  if (padding === 'valid') return [Math.ceil((size - filter + 1) / stride), 0];
  const count = Math.ceil(size / stride);
  return [count, Math.floor(Math.max(0, (count - 1) * stride + filter - size) / 2)];
}

/** Sizes of a window, and how far apart windows are. */
export interface Window {
  readonly filter: readonly [number, number];
  readonly stride?: number;
  readonly padding?: 'same' | 'valid';
}

type Tap = (row: number, column: number, a: number, b: number, place: number) => number;

/** Sums over windows: `tap` gives the summand of one place of the filter. */
function swept(
  { filter, stride = 1, padding = 'valid' }: Window,
  x: Example,
  units: number,
  tap: (u: number) => Tap,
): Example {
  const [[rows, top], [columns, left]] = [0, 1].map((axis) => windows(x.shape[axis], filter[axis], stride, padding));
  return image([rows, columns, units], (row, column, u) => {
    let sum = 0;
    for (let a = 0; a < filter[0]; a++) {
      for (let b = 0; b < filter[1]; b++) {
        sum += tap(u)(row * stride - top + a, column * stride - left + b, a, b, a * filter[1] + b);
      }
    }
    return sum;
  });
}

const biased = (bias: readonly number[] | undefined, x: Example): Example => ({
  ...x,
  data: x.data.map((v, k) => v + (bias?.[k % bias.length] ?? 0)),
});

/** Convolution: filter `[h, w, in, out]`, bias `[out]`. */
export const conv =
  (window: Window): Layer =>
  ([filter, bias], x) => {
    const [inputs, outputs] = [x.shape[2], filter.length / (product(window.filter) * x.shape[2])];
    const sums = swept(window, x, outputs, (u) => (row, column, _a, _b, place) => {
      let sum = 0;
      for (let c = 0; c < inputs; c++) sum += at(x, row, column, c) * filter[(place * inputs + c) * outputs + u];
      return sum;
    });
    return biased(bias, sums);
  };

/** Convolution of each channel by itself: filter `[h, w, in, multiplier]`. */
export const depthwise =
  (window: Window): Layer =>
  ([filter, bias], x) => {
    const times = filter.length / (product(window.filter) * x.shape[2]);
    const sums = swept(
      window,
      x,
      x.shape[2] * times,
      (u) => (row, column, _a, _b, place) =>
        at(x, row, column, Math.floor(u / times)) * filter[place * x.shape[2] * times + u],
    );
    return biased(bias, sums);
  };

/** Convolution of each channel, then one of single pixels. */
export const separable =
  (window: Window): Layer =>
  ([each, mixed, bias], x) =>
    conv({ filter: [1, 1] })([mixed, ...(bias === undefined ? [] : [bias])], depthwise(window)([each], x));

/** The transpose of a convolution: filter `[h, w, out, in]`. */
export const transposed =
  ({ filter: sizes, stride = 1, padding = 'valid' }: Window): Layer =>
  ([filter, bias], x) => {
    const outputs = filter.length / (product(sizes) * x.shape[2]);
    const [height, width] = [0, 1].map((axis) =>
      padding === 'same' ? x.shape[axis] * stride : (x.shape[axis] - 1) * stride + sizes[axis],
    );
    const [top, left] = [windows(height, sizes[0], stride, padding)[1], windows(width, sizes[1], stride, padding)[1]];
    const out = image([height, width, outputs], (row, column, u) => {
      let sum = 0;
      for (let r = 0; r < x.shape[0]; r++) {
        for (let c = 0; c < x.shape[1]; c++) {
          const [a, b] = [row - r * stride + top, column - c * stride + left];
          if (a < 0 || b < 0 || a >= sizes[0] || b >= sizes[1]) continue;
          for (let i = 0; i < x.shape[2]; i++) {
            sum += at(x, r, c, i) * filter[((a * sizes[1] + b) * outputs + u) * x.shape[2] + i];
          }
        }
      }
      return sum;
    });
    return biased(bias, out);
  };

/** Twice (or more) as many pixels, by the nearest or between two of them, each pixel taken for its middle. */
export const upsampled =
  (times: number, isBilinear: boolean): Layer =>
  (_, x) => {
    const [height, width, channels] = x.shape;
    const inside = (place: number, size: number): number => Math.min(size - 1, Math.max(0, place));
    return image([height * times, width * times, channels], (row, column, c) => {
      if (!isBilinear) return at(x, Math.floor(row / times), Math.floor(column / times), c);
      const [r, q] = [(row + 0.5) / times - 0.5, (column + 0.5) / times - 0.5];
      const [top, left] = [Math.floor(r), Math.floor(q)];
      let sum = 0;
      for (const [i, v] of [[top, 1 - (r - top)] as const, [top + 1, r - top] as const]) {
        for (const [j, u] of [[left, 1 - (q - left)] as const, [left + 1, q - left] as const]) {
          sum += v * u * at(x, inside(i, height), inside(j, width), c);
        }
      }
      return sum;
    });
  };

/** Stored means and variances: gamma, beta, mean, variance. */
export const batchNorm: Layer = ([gamma, beta, mean, variance], x) => ({
  ...x,
  data: x.data.map((v, k) => {
    const c = k % gamma.length;
    return (gamma[c] * (v - mean[c])) / Math.sqrt(variance[c] + 1e-3) + beta[c];
  }),
});

/** Over the channels of each place: gamma, beta. */
export const layerNorm: Layer = ([gamma, beta], x) => {
  const n = gamma.length;
  return {
    ...x,
    data: x.data.map((v, k) => {
      const own = x.data.slice(k - (k % n), k - (k % n) + n);
      const mean = own.reduce((a, b) => a + b, 0) / n;
      const variance = own.reduce((a, b) => a + (b - mean) ** 2, 0) / n;
      return (gamma[k % n] * (v - mean)) / Math.sqrt(variance + 1e-3) + beta[k % n];
    }),
  };
};

/** A function of each number; of a slope by channel where it has an array. */
export const mapped =
  (f: (v: number, slope: number) => number): Layer =>
  ([slopes], x) => ({ ...x, data: x.data.map((v, k) => f(v, slopes?.[k % slopes.length] ?? 0)) });

/** Largest number, or mean, of each channel. */
export const pooled =
  (isLargest: boolean): Layer =>
  (_, x) => {
    const channels = x.shape[x.shape.length - 1];
    const own = (c: number): number[] => x.data.filter((_, k) => k % channels === c);
    return {
      shape: [channels],
      data: Array.from({ length: channels }, (_, c) =>
        isLargest ? Math.max(...own(c)) : own(c).reduce((a, b) => a + b, 0) / own(c).length,
      ),
    };
  };

/** Filter `[in, out]`, bias, of the last axis or of all numbers. */
export const dense: Layer = ([filter, bias], x) => {
  const inputs = x.shape[x.shape.length - 1];
  const outputs = filter.length / inputs;
  const data = Array.from({ length: (x.data.length / inputs) * outputs }, (_, k) => {
    const [row, u] = [Math.floor(k / outputs), k % outputs];
    let sum = bias?.[u] ?? 0;
    for (let i = 0; i < inputs; i++) sum += x.data[row * inputs + i] * filter[i * outputs + u];
    return sum;
  });
  return { shape: [...x.shape.slice(0, -1), outputs], data };
};

/** All numbers in a row. */
export const flat: Layer = (_, x) => ({ shape: [x.data.length], data: x.data });
