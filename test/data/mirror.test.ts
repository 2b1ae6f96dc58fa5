import { mirrored, withMirrored } from '../../src/data/index.js';
import { labelsTwice } from '../../src/data/mirror.js';
import { describe, expect, test } from '../jest.js';

const images = { data: Float32Array.from({ length: 24 }, (_, k) => k), shape: [2, 2, 3, 2] };

describe('mirrored copies', () => {
  test('columns of each image backwards, channels as they are', () => {
    const { data, shape } = mirrored(images);
    expect(shape).toEqual([2, 2, 3, 2]);
    expect([...data.subarray(0, 12)]).toEqual([4, 5, 2, 3, 0, 1, 10, 11, 8, 9, 6, 7]);
    expect(data).toBeInstanceOf(Float32Array);
    expect([...mirrored(mirrored(images)).data]).toEqual([...images.data]);
  });

  test('each copy stands behind its image, with its label', () => {
    const { data, shape } = withMirrored(images);
    expect(shape).toEqual([4, 2, 3, 2]);
    expect([...data.subarray(0, 12)]).toEqual([...images.data.subarray(0, 12)]);
    expect([...data.subarray(12, 24)]).toEqual([...mirrored(images).data.subarray(0, 12)]);
    expect([...data.subarray(36, 48)]).toEqual([...mirrored(images).data.subarray(12, 24)]);
    const labels = { data: Float64Array.from([1, 0, 0, 1]), shape: [2, 2], classes: null, names: null };
    expect(labelsTwice(labels)).toEqual({
      ...labels,
      data: Float64Array.from([1, 0, 1, 0, 0, 1, 0, 1]),
      shape: [4, 2],
    });
    const classes = { ...labels, data: Float64Array.from([3, 5]), shape: [2] };
    expect([...labelsTwice(classes).data]).toEqual([3, 3, 5, 5]);
  });

  test('vectors and sequences have no left and right', () => {
    expect(() => mirrored({ data: new Float64Array(6), shape: [2, 3] })).toThrow(
      '--flip: must come with images, got rows of 3 values. Give --image HxWxC, HxWx1 where they are grey.',
    );
    expect(() => withMirrored({ data: new Float64Array(6), shape: [1, 3, 2] })).toThrow(/got sequences of 3x2/);
  });
});
