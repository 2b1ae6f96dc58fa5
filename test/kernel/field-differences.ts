import { lower } from '../../src/architecture/lower.js';
import { readAt } from '../../src/architecture/read-at.js';
import type { Architecture, ReceptiveField } from '../../src/index.js';
import { evaluateImages, imageProgramme } from '../../src/programme/evaluate-images.js';
import { imageFactors } from '../../src/programme/image-self-kernels.js';
import { keepNeeded } from '../../src/programme/needs.js';

/** Numbers at each position that leave room for a pixel of its own and one orthogonal to all. */
export function roomyChannels(positions: readonly number[]): number {
  return 2 * positions.reduce((a, b) => a * b, 1);
}

/**
 * 1 - K(x,z) / K(x,x) as the reference backend computes it, as a function of 1 - t_i: pixels of different positions are
 * orthogonal, and z_i = t_i x_i + sqrt(1 - t_i^2) y_i.
 */
export function distanceByCosines(
  network: Architecture,
  kind: 'ntk' | 'nngp',
  positions: readonly number[],
): (from1: readonly number[]) => number {
  const count = positions.reduce((a, b) => a * b, 1);
  const channels = roomyChannels(positions);
  const { definition } = readAt(network, null);
  const body = imageProgramme(keepNeeded(lower(definition, { positions, channels }, kind)));
  const image = (from1: readonly number[]) => {
    const data = new Float64Array(count * channels);
    from1.forEach((s, p) => {
      data[p * channels + p] = 1 - s;
      data[p * channels + count + p] = Math.sqrt(s * (2 - s));
    });
    return imageFactors(body, data, 0, channels);
  };
  const x = image(Array.from({ length: count }, () => 0));
  return (from1) => evaluateImages(body, x, image(from1))[kind]?.below[0] ?? Number.NaN;
}

/** Gradient of the distance in 1 - t_i, at t = 1 - s a pixel at a time, or around t = (1 - s, ..., 1 - s). */
function gradient(distance: (from1: readonly number[]) => number, count: number, s: number, exact: boolean): number[] {
  const at = (i: number, value: number, others: number): number =>
    distance(Array.from({ length: count }, (_, p) => (p === i ? value : others)));
  const h = 1e-3 * s;
  return Array.from({ length: count }, (_, i) =>
    exact ? at(i, s, 0) / s : (at(i, s + h, s) - at(i, s - h, s)) / (2 * h),
  );
}

function normalised(values: readonly number[]): number[] {
  const sum = values.reduce((a, b) => a + b, 0);
  return values.map((v) => v / sum);
}

/**
 * The field by differences of the reference backend near t = 1, and the factor of the distance there, s^exponent times
 * that: of the exponent that the field claims, with what is left of order sqrt(s) taken off by a second, smaller s.
 */
export function fieldByDifferences(
  network: Architecture,
  { kind, shape, derivative, decay }: ReceptiveField,
  s: number,
): { readonly field: readonly number[]; readonly factor: number } {
  const distance = distanceByCosines(network, kind, shape);
  const count = shape.reduce((a, b) => a * b, 1);
  const limit = (of: (step: number) => number[]): readonly number[] => {
    const [one, two] = [of(s), of(s / 4)];
    return two.map((v, i) => 2 * v - one[i]);
  };
  const slopes = limit((step) => {
    const scale = step ** (1 - decay.exponent);
    return gradient(distance, count, step, derivative === 'exact').map((v) => v * scale);
  });
  const all = (step: number): number => distance(Array.from({ length: count }, () => step));
  const [factor] = limit((step) => [all(step) / step ** decay.exponent]);
  return { field: normalised(slopes), factor };
}
