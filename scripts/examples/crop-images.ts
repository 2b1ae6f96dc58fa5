/**
 * The middle of images, for networks whose cost grows with the pixels: the arguments are a file of images, the size
 * that stays, how many images, and the result, a file of NumPy `[n, size, size, channels]`.
 *
 * Run in the project's root: node dist/scripts/examples/crop-images.js train.bin 12 30 crops.npy
 *
 * Expected output: without arguments, for the digits of the project, `8 x 8 x 1 to 6 x 6 x 1: 30 images`, and nothing
 * is written.
 */
import { type NdArray, readInput, writeNpy } from '../../src/index.js';

const [file = 'data/digits/train.csv', size = '6', count = '30', out] = process.argv.slice(2);
const isDigits = file.endsWith('digits/train.csv');
const options = isDigits ? { labelColumn: 64, image: [8, 8, 1] } : {};
const images = await readInput(file, { ...options, rows: { start: 0, end: Number(count) } });

/** The middle of images `[n, h, w, c]`. */
function middle({ data, shape: [n, height, width, channels] }: NdArray, side: number): NdArray {
  const [top, left] = [Math.floor((height - side) / 2), Math.floor((width - side) / 2)];
  const result = new Float64Array(n * side * side * channels);
  for (let i = 0; i < n * side; i++) {
    const row = Math.floor(i / side) * height + top + (i % side);
    const start = (row * width + left) * channels;
    result.set(data.subarray(start, start + side * channels), i * side * channels);
  }
  return { data: result, shape: [n, side, side, channels] };
}

const crops = middle(images, Number(size));
const text = ({ shape }: NdArray): string => shape.slice(1).join(' x ');
console.log(`${text(images)} to ${text(crops)}: ${crops.shape[0]} images`);
if (out !== undefined) await writeNpy(out, crops);
