import { isShared } from '../../../src/data/array.js';
import { BackendError } from '../../../src/errors.js';
import { DOUBLE } from './binding.js';
import type { DeviceTensor, TensorflowDevice } from './device.js';

/** How numbers of 64 bits pass a binding that knows only those of 32. */
export interface Passage {
  readonly name: PassageName;
  /** The array is copied. */
  upload(device: TensorflowDevice, values: Float64Array, shape: readonly number[]): DeviceTensor;
  /** The array must not be written as long as the tensor is held: it is copied only where that cannot be helped. */
  lend(device: TensorflowDevice, values: Float64Array, shape: readonly number[]): DeviceTensor;
  read(device: TensorflowDevice, tensor: DeviceTensor): Float64Array;
}

/** Names of the ways. */
export type PassageName = 'bits' | 'casts';

/** As singles whose bits are taken for those of doubles: two of them make one. */
const bits: Passage = {
  name: 'bits',
  upload: (device, values, shape) => bits.lend(device, values.slice(), shape),
  lend: (device, values, shape) =>
    device.tidy(() => {
      // The binding takes no memory that threads share.
      const { buffer, byteOffset, length } = isShared(values) ? Float64Array.from(values) : values;
      const halves = new Float32Array(buffer, byteOffset, 2 * length);
      return device.run('Bitcast', [device.upload(halves, [...shape, 2])], [device.type('type', DOUBLE)]);
    }),
  read: (device, tensor) =>
    device.tidy(() => {
      const pairs = device.run('Bitcast', [tensor], [device.type('type', device.binding.TF_FLOAT)]);
      const { buffer, byteOffset } = device.read(pairs);
      return new Float64Array(buffer, byteOffset, tensor.size);
    }),
};

/**
 * Binary exponents of what three singles hold without loss: the last digit of 2^LEAST is 2^(LEAST - 52), and devices
 * may take less than 2^-126 for 0.
 */
const [LEAST, MOST] = [-72, 126];
const SPAN = MOST - LEAST;
/** The exponents of doubles in bands, each moved there by its power of two; the first is that of usual numbers. */
const BANDS: readonly number[] = [0, 1, 2, 3, 4, 5, -1, -2, -3, -4, -5, -6].map((k) => k * SPAN);

/** Powers of two that singles hold, whose product is 2^exponent. */
function powers(exponent: number): number[] {
  const factors: number[] = [];
  for (let rest = exponent; rest !== 0; ) {
    const part = Math.max(-MOST, Math.min(MOST, rest));
    factors.push(2 ** part);
    rest -= part;
  }
  return factors;
}

/** Whether a number lies in a band; what has no exponent goes with the first one. */
function isIn(x: number, shift: number): boolean {
  const size = Math.abs(x);
  if (!(size > 0 && size < Infinity)) return shift === 0;
  return size >= 2 ** (shift + LEAST) && size < 2 ** (shift + MOST);
}

const times = (x: number, factors: readonly number[]): number => factors.reduce((product, f) => product * f, x);

/** By casts alone: a number is the sum of three singles, each band of exponents moved into their range. */
const casts: Passage = {
  name: 'casts',
  lend: (device, values, shape) => casts.upload(device, values, shape),
  upload: (device, values, shape) =>
    device.tidy(() =>
      BANDS.filter((shift) => shift === 0 || values.some((x) => isIn(x, shift)))
        .map((shift) => uploadBand(device, values, shape, shift))
        .reduce((sum, part) => device.run('AddV2', [sum, part])),
    ),
  read(device, tensor) {
    const result = new Float64Array(tensor.size);
    const others = device.tidy(() => hasUnusual(device, tensor)) ? BANDS.slice(1) : [];
    for (const shift of [0, ...others]) device.tidy(() => readBand(device, tensor, shift, result));
    return result;
  },
};

const toDoubles = (device: TensorflowDevice, x: DeviceTensor): DeviceTensor =>
  device.run('Cast', [x], [device.type('DstT', DOUBLE)]);

const single = (device: TensorflowDevice, value: number): DeviceTensor =>
  toDoubles(device, device.upload(Float32Array.of(value), []));

const moved = (device: TensorflowDevice, x: DeviceTensor, exponent: number): DeviceTensor =>
  powers(exponent).reduce((product, factor) => device.run('Mul', [product, single(device, factor)]), x);

/** The numbers of a band; in the places of others stands -0, which adds nothing to any number. */
function uploadBand(
  device: TensorflowDevice,
  values: Float64Array,
  shape: readonly number[],
  shift: number,
): DeviceTensor {
  const parts = Array.from({ length: 3 }, () => new Float32Array(values.length).fill(-0));
  const down = powers(-shift);
  values.forEach((x, k) => {
    if (!isIn(x, shift)) return;
    let rest = times(x, down);
    for (const part of parts) {
      part[k] = rest;
      if (rest === part[k] || !Number.isFinite(rest)) return;
      rest -= part[k];
    }
  });
  const [high, middle, low] = parts.map((part) => toDoubles(device, device.upload(part, shape)));
  const sum = device.run('AddV2', [high, device.run('AddV2', [middle, low])]);
  return moved(device, sum, shift);
}

/** Whether a number that is neither 0 nor infinite lies outside the first band. */
function hasUnusual(device: TensorflowDevice, tensor: DeviceTensor): boolean {
  const size = device.run('Abs', [tensor]);
  const bound = (value: number): DeviceTensor => single(device, value);
  const small = device.run('LogicalAnd', [
    device.run('Greater', [size, bound(0)]),
    device.run('Less', [size, bound(2 ** LEAST)]),
  ]);
  const large = device.run('LogicalAnd', [
    device.run('GreaterEqual', [size, bound(2 ** MOST)]),
    device.run('Less', [size, bound(Infinity)]),
  ]);
  const either = device.run('Reshape', [
    device.run('LogicalOr', [small, large]),
    device.upload(Int32Array.of(-1), [1]),
  ]);
  const any = device.run('Any', [either, device.upload(Int32Array.of(0), [1])]);
  return device.read(any)[0] !== 0;
}

/** Reads the numbers of a band; the first one brings all others too, as 0 or infinite. */
function readBand(device: TensorflowDevice, tensor: DeviceTensor, shift: number, result: Float64Array): void {
  let rest = moved(device, tensor, -shift);
  const [high, middle, low] = Array.from({ length: 3 }, () => {
    const part = device.run('Cast', [rest], [device.type('DstT', device.binding.TF_FLOAT)]);
    rest = device.run('Sub', [rest, toDoubles(device, part)]);
    return device.read(part);
  });
  const up = powers(shift);
  for (let k = 0; k < result.length; k++) {
    const hasRest = middle[k] !== 0 && Number.isFinite(high[k]);
    const x = hasRest ? high[k] + (middle[k] + low[k]) : high[k];
    const size = Math.abs(x);
    if (shift === 0 || (size >= 2 ** LEAST && size < 2 ** MOST)) result[k] = times(x, up);
  }
}

/** The ways in the order in which they are tried. */
export const PASSAGES: readonly Passage[] = [bits, casts];

/** What a passage must bring back as it was; less than 2^-1022 is 0 to devices that compute without it. */
const PROBES = Float64Array.of(Math.PI, -1 / 3, 1e300, -1e-300, 0, -0, 2 ** 53 + 1, 2 ** -1022, 1 + 2 ** -52);

/**
 * Whether doubles pass a way in both directions, and the device computes with them: twice each number comes back.
 */
export function passes(device: TensorflowDevice, passage: Passage): boolean {
  try {
    return device.tidy(() => {
      const there = passage.upload(device, PROBES, [PROBES.length]);
      const twice = passage.read(device, device.run('AddV2', [there, there]));
      const back = passage.read(device, there);
      return back.every((x, k) => Object.is(x, PROBES[k])) && twice.every((x, k) => Object.is(x, 2 * PROBES[k]));
    });
  } catch {
    return false;
  }
}

/** The first way that works on a device, of all or of `only` one. @throws BackendError where none does */
export function passageFor(device: TensorflowDevice, only: PassageName | null = null): Passage {
  const wanted = PASSAGES.filter(({ name }) => only === null || name === only);
  const found = wanted.find((passage) => passes(device, passage));
  if (found !== undefined) return found;
  throw new BackendError(
    '--backend tensorflow: float64 must pass to and from the device, got other numbers back. Use --precision f32.',
  );
}
