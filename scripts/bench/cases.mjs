/** What is computed by several programs beside each other: name, data, network, and how far kernels may differ. */

const relu = { kind: 'relu' };
const he = { weightStd: Math.SQRT2 };
const conv = (filter, more = {}) => ({ kind: 'conv', filter: [filter, filter], padding: 'same', ...more });
const times = (count, layers) => Array.from({ length: count }, () => layers).flat();
const dense = { kind: 'dense' };

/** Fully connected, as the preset `fc`. */
const connected = (depth) => [...times(depth, [{ kind: 'dense', ...he }, relu]), dense];
/** Convolutions of 3 x 3 taps with zeros at the border, as the presets `cntk` and `rescntk` with `--padding same`. */
const plain = (depth, head) => [...times(depth, [conv(3, he), relu]), { kind: head }, dense];
const block = (filter) => ({ kind: 'residual', branch: [conv(filter), relu, conv(3, he)] });
const residual = (depth, head) => [conv(1), block(1), ...times(depth - 1, [block(3)]), { kind: head }, dense];

/** Symmetric kernels `[n, n]` of rows; all entries, though half would do. In f32 neural-tangents loses digits with depth. */
const rows = (depth, precision, agree) => ({
  data: 't10k-images-idx3-ubyte.gz',
  kind: 'analytic',
  rows: 4000,
  precision,
  layers: connected(depth),
  agree,
});
/**
 * Blocks `[b, b]` of different images, seconds of a pair; neural-tangents takes the block `[peer, peer]` in one piece, as its memory allows.
 * Its sums over a million pairs of positions, in f32, are off by some 1e-4.
 */
const images = (layers, b, peer, agree = 1e-5) => ({
  data: 'test.bin',
  kind: 'analytic',
  block: b,
  peer,
  precision: 'f32',
  layers,
  agree,
});
const network = (data, count, layers, width, outputs) => ({
  data,
  kind: 'empirical',
  rows: count,
  precision: 'f32',
  layers,
  width,
  outputs,
});
const hidden = (outputs) => network('t10k-images-idx3-ubyte.gz', 500, connected(3), 512, outputs);
const filters = (outputs) => network('test.bin', 64, plain(4, 'globalAvgPool'), 64, outputs);

export const CASES = {
  'fc depth 3, f32': rows(3, 'f32', 1e-4),
  'fc depth 3, f64': rows(3, 'f64', 1e-7),
  'fc depth 50, f32': rows(50, 'f32', 1e-2),
  'cntk tr depth 5': images(plain(5, 'flatten'), 256, 64),
  'cntk tr depth 21': images(plain(21, 'flatten'), 256, 64),
  'rescntk tr depth 5': images(residual(5, 'flatten'), 256, 64),
  'cntk gap depth 5': images(plain(5, 'globalAvgPool'), 16, 2, 1e-3),
  'rescntk gap depth 5': images(residual(5, 'globalAvgPool'), 16, 2, 1e-3),
  'empirical fc, 1 output': hidden(1),
  'empirical fc, 10 outputs': hidden(10),
  'empirical conv, 1 output': filters(1),
  'empirical conv, 10 outputs': filters(10),
};
